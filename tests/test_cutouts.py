"""Cutouts: right places, right colours, right gradients, the same again from the same state."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.cutouts import AUGMENTS, AugmentPreset, Cutouts, CutPlan
from clipgen.errors import SettingsError, UnknownNameError
from raising import refused

STILL = replace(AUGMENTS["strong"], noise=0.0)


def make(size: int = 16, cutn: int = 8, augments: str | AugmentPreset = "robust", seed: int = 0, **rest) -> Cutouts:
    return Cutouts(size, cutn, augments=augments, generator=torch.Generator().manual_seed(seed), **rest)


def picture(*shape: int, seed: int = 1) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def same_plan(one: CutPlan, two: CutPlan) -> bool:
    return all(
        torch.equal(getattr(one, n), getattr(two, n)) for n in ("homography", "colour", "padding", "noise_start")
    )


def unfused(images: Tensor, plan: CutPlan, size: int) -> Tensor:
    """The same views one at a time, without the sheet of levels: what the fused warp must equal."""
    views = []
    steps = ((torch.arange(size) * 2 + 1) / size - 1).double()
    v, u = torch.meshgrid(steps, steps, indexing="ij")
    for i in range(len(plan)):
        for b in range(plan.batch):
            x, y, z = (plan.homography[i, b].double() @ torch.stack([u, v, torch.ones_like(u)]).flatten(1)).view(
                3, size, size
            )
            x, y, level = x / z, y / z, images[b : b + 1]
            for _ in range(int(plan.level[i, b])):
                level = F.avg_pool2d(level, 2, ceil_mode=True)
            shrink, (h, w) = 0.5 ** int(plan.level[i, b]), level.shape[-2:]
            grid = torch.stack([x * shrink * 2 / w - 1, y * shrink * 2 / h - 1], dim=-1)[None]
            view = F.grid_sample(level, grid, padding_mode="border", align_corners=False)[0]
            colour = plan.colour[i, b].double()
            view = (colour[:, :3] @ view.flatten(1) + colour[:, 3:]).view(3, size, size)
            edge = torch.stack([x, plan.width - x, y, plan.height - y]).amin(0) / plan.scale[i, b].double()
            inside = (edge + 0.5).clamp(0, 1)
            if plan.erase is not None:
                left, right, top, bottom = plan.erase[i, b]
                inside = inside * ~((u > left) & (u < right) & (v > top) & (v < bottom))
            padding = plan.padding[i, b].double()[:, None, None]
            views.append(padding + inside * (view - padding))
    return torch.stack(views)


@pytest.mark.parametrize(("batch", "height", "width"), [(1, 64, 64), (2, 97, 61), (3, 12, 30)])
def test_fused_equals_one_at_a_time_in_value_and_gradient(batch: int, height: int, width: int) -> None:
    cutouts = make(8, 6, STILL)
    plan = cutouts.plan(batch, height, width, 0.5)
    image = picture(batch, 3, height, width).double().requires_grad_()
    fused, plain = cutouts.apply(image, plan), unfused(image, plan, 8)
    torch.testing.assert_close(fused, plain)
    pull = picture(*fused.shape).double()
    ours, theirs = (torch.autograd.grad((views * pull).sum(), image)[0] for views in (fused, plain))
    torch.testing.assert_close(ours, theirs)


def test_gradient_equals_finite_differences() -> None:
    cutouts = make(4, 3, STILL)
    plan = cutouts.plan(1, 17, 9)
    assert plan.levels[1] > plan.levels[0]
    assert torch.autograd.gradcheck(
        lambda image: cutouts.apply(image, plan), picture(1, 3, 17, 9).double().requires_grad_()
    )


def test_one_plain_cutout_is_the_picture_itself() -> None:
    image = picture(1, 3, 32, 32)
    torch.testing.assert_close(make(32, 1, "none")(image), image)
    torch.testing.assert_close(make(8, 1, "none")(image), F.interpolate(image, size=8, mode="area"))


def test_large_reductions_do_not_alias() -> None:
    checks = ((torch.arange(256)[:, None] + torch.arange(256)) % 2).float().expand(1, 3, 256, 256)
    views = make(16, 8, AugmentPreset(crop=(0.5, 1.0)))(checks)
    assert (views - 0.5).abs().max() < 1e-4


def test_no_cutout_reads_a_level_too_fine_for_it() -> None:
    plan = make(16, 32, "strong").plan(2, 300, 200)
    assert (plan.scale / 2.0**plan.level).max() <= 2.01
    assert plan.level.unique().numel() > 1


@pytest.mark.parametrize("augments", AUGMENTS)
def test_chunks_of_a_plan_equal_the_whole(augments: str) -> None:
    cutouts = make(16, 6, augments)
    plan = cutouts.plan(2, 40, 56, 0.4)
    image = picture(2, 3, 40, 56).requires_grad_()
    whole = cutouts.apply(image, plan)
    parts = torch.cat([cutouts.apply(image, plan[a:b]) for a, b in ((0, 1), (1, 4), (4, 6))])
    assert whole.shape == (12, 3, 16, 16)
    torch.testing.assert_close(parts, whole)
    of_whole, of_parts = (torch.autograd.grad(views.square().sum(), image)[0] for views in (whole, parts))
    torch.testing.assert_close(of_parts, of_whole, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("augments", AUGMENTS)
def test_every_preset_has_a_gradient_also_on_a_plain_picture(augments: str) -> None:
    for image in (picture(1, 3, 48, 48), torch.full((1, 3, 48, 48), 0.5)):
        image.requires_grad_()
        make(16, 8, augments)(image, 0.5).square().sum().backward()
        assert image.grad is not None and image.grad.isfinite().all()
        assert (image.grad.abs().sum(1) > 0).float().mean() > 0.9


@pytest.mark.parametrize("augments", AUGMENTS)
def test_no_two_cutouts_are_alike(augments: str) -> None:
    views = make(16, 32, augments)(picture(1, 3, 64, 64)).flatten(1)
    apart = torch.cdist(views, views) + 1e9 * torch.eye(len(views))
    assert apart.min() > 0.1


def test_cutouts_show_different_regions_and_together_all_of_it() -> None:
    cutouts = make(16, 24, AugmentPreset(crop=(0.3, 0.6)))
    plan = cutouts.plan(1, 64, 64)
    middles = plan.homography[1:, 0, :2, 2]
    assert torch.cdist(middles, middles).add(1e9 * torch.eye(23)).min() > 0.1
    seen = torch.zeros(1, 3, 64, 64, requires_grad=True)
    cutouts.apply(seen, plan[1:]).sum().backward()
    assert seen.grad is not None and (seen.grad > 0).float().mean() > 0.85


def test_the_pictures_of_a_batch_get_cutouts_of_their_own() -> None:
    plan = make().plan(3, 32, 32)
    assert not torch.equal(plan.homography[:, 0], plan.homography[:, 1])


def test_cutouts_stand_cutout_major() -> None:
    image = torch.stack([torch.full((3, 32, 32), value) for value in (0.1, 0.5, 0.9)])
    views = make(8, 4, AugmentPreset())(image).mean(dim=(1, 2, 3))
    torch.testing.assert_close(views, torch.tensor([0.1, 0.5, 0.9]).repeat(4))


def test_overviews_come_early_and_inner_cutouts_late() -> None:
    cutouts = make(16, 32)
    sides = [cutouts.plan(1, 64, 64, progress).scale[:, 0] * 16 for progress in (0.0, 1.0)]
    early, late = ((side > 64 * 0.9).sum() for side in sides)
    assert early > late >= 1


def test_the_first_cutout_is_a_clean_overview() -> None:
    corners = picture(1, 3, 2, 2)
    cutouts = make(32, 6, "strong")
    plan = cutouts.plan(1, 8, 8)
    assert plan.noise[0] == 0 and plan.level[0] == 0 and plan.scale[0, 0] * 32 >= 8
    torch.testing.assert_close(plan.colour[0, 0], torch.eye(3, 4))
    linear = plan.homography[0, 0, :2, :2]
    torch.testing.assert_close(linear, linear[0, 0] * torch.eye(2))
    view = cutouts.apply(F.interpolate(corners, size=8), plan[:1])
    torch.testing.assert_close(view[:, :, 8::16, 8::16], corners)


def test_outside_the_picture_each_cutout_has_a_colour_of_its_own() -> None:
    plan = make(16, 8).plan(2, 32, 64)
    assert plan.padding.flatten(0, 1).unique(dim=0).shape[0] == 16
    corner = make(16, 1, AugmentPreset())
    plan = corner.plan(1, 32, 64)
    view = corner.apply(torch.zeros(1, 3, 32, 64), plan)
    torch.testing.assert_close(view[0, :, 0, 0], plan.padding[0, 0])


def test_cut_pow_makes_inner_cutouts_smaller() -> None:
    low, high = (make(16, 32, "none", cut_pow=power).plan(1, 64, 64).scale[1:].mean() for power in (0.5, 3.0))
    assert high < 0.8 * low


@pytest.mark.parametrize("augments", ["robust", "kornia"])
def test_same_state_same_views_and_the_global_generator_is_left_alone(augments: str) -> None:
    image, before = picture(1, 3, 32, 32), torch.get_rng_state()
    one, two = make(augments=augments), make(augments=augments)
    assert torch.equal(one(image), two(image))
    saved = one.state_dict()
    following = one(image)
    assert not torch.equal(following, two(picture(1, 3, 32, 32, seed=2)))
    fresh = make(augments=augments, seed=99)
    fresh.load_state_dict(saved)
    assert torch.equal(fresh(image), following)
    assert torch.equal(torch.get_rng_state(), before)


def test_another_seed_gives_another_plan() -> None:
    assert same_plan(make().plan(1, 32, 32), make().plan(1, 32, 32))
    assert not same_plan(make().plan(1, 32, 32), make(seed=1).plan(1, 32, 32))


@pytest.mark.parametrize("augments", ["none", "robust", "kornia"])
def test_each_picture_can_get_one_view(augments: str) -> None:
    cutouts = make(16, 1, augments)
    images = picture(12, 3, 40, 40).requires_grad_()
    plan = cutouts.plan_each(12, 40, 40)
    views = cutouts.apply_each(images, plan)
    assert views.shape == (12, 3, 16, 16) and plan.clean.sum() == 1
    views[5].square().sum().backward()
    assert images.grad is not None
    touched = images.grad.abs().sum(dim=(1, 2, 3)) > 0
    assert touched.tolist() == [index == 5 for index in range(12)]


def test_the_views_of_a_training_batch_mix_overviews_and_crops_in_random_order() -> None:
    scale = make(16, 1).plan_each(200, 40, 40).scale[0] * 16 / 40
    assert 60 < (scale > 0.98).sum() < 150
    assert min((half > 0.98).sum() for half in scale.split(100)) > 25


def test_half_precision_around_it_changes_nothing() -> None:
    cutouts = make()
    image, plan = picture(1, 3, 64, 64), cutouts.plan(1, 64, 64)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        views = cutouts.apply(image, plan)
    assert views.dtype == torch.float32 and torch.equal(views, cutouts.apply(image, plan))


def test_the_work_is_batched() -> None:
    counts = []
    for cutn in (4, 64):
        cutouts, image, seen = make(8, cutn), picture(1, 3, 64, 64), []
        sys.setprofile(lambda frame, event, arg, seen=seen: seen.append(event))
        try:
            cutouts(image)
        finally:
            sys.setprofile(None)
        counts.append(len(seen))
    assert counts[1] <= 1.1 * counts[0]  # one more level of the picture at most


def test_bad_settings_are_named() -> None:
    with refused(UnknownNameError, "augments"):
        make(augments="robst")
    for wrong in ({"size": 0}, {"cutn": -1}, {"cut_pow": 0.0}):
        with refused(SettingsError, *wrong):
            make(**wrong)
    cutouts = make()
    with pytest.raises(SettingsError, match=r"\[1, 3, 32, 33\]"):
        cutouts.apply(picture(1, 3, 32, 33), cutouts.plan(1, 32, 32))
