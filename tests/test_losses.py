"""Losses: the right numbers, an algebra, and each lowers what it is named for."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.errors import SettingsError
from clipgen.losses import (
    InitLoss,
    Loss,
    Palette,
    PromptLoss,
    PullToStart,
    Saturation,
    Smoothness,
    Symmetry,
    TotalVariation,
    View,
    spherical,
)
from raising import refused

PICTURE = (2, 3, 12, 12)


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def unit(*shape: int, seed: int = 0) -> Tensor:
    return F.normalize(torch.randn(*shape, generator=torch.Generator().manual_seed(seed)), dim=-1)


def assert_five_steps_lower(loss: Loss, start: Tensor, view, measure) -> None:
    """Five gradient steps on the loss must lower what `measure` sees in every picture, at every step."""
    values = start.clone().requires_grad_()
    before = measure(values)
    for _ in range(5):
        total = loss(view(values))
        assert total.shape == (start.shape[0],)
        (gradient,) = torch.autograd.grad(total.sum(), values)
        values = (values - 0.02 * gradient / gradient.abs().amax()).detach().requires_grad_()
        after = measure(values)
        assert (after < before).all()
        before = after


def roughness(image: Tensor) -> Tensor:
    return (image[..., 1:] - image[..., :-1]).pow(2).sum((1, 2, 3)) + (image[:, :, 1:] - image[:, :, :-1]).pow(2).sum(
        (1, 2, 3)
    )


def curvature(image: Tensor) -> Tensor:
    kernel = torch.tensor([1.0, -2.0, 1.0])
    rows = F.conv2d(image, kernel.view(1, 1, 1, 3).repeat(3, 1, 1, 1), groups=3)
    columns = F.conv2d(image, kernel.view(1, 1, 3, 1).repeat(3, 1, 1, 1), groups=3)
    return rows.pow(2).sum((1, 2, 3)) + columns.pow(2).sum((1, 2, 3))


RED_BLUE = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
REGULARISERS = [
    (TotalVariation(), roughness),
    (Smoothness(), curvature),
    (Saturation(), lambda image: image.var(dim=1).sum((1, 2))),
    (Symmetry(), lambda image: (image - image[..., torch.arange(11, -1, -1)]).norm(dim=(2, 3)).sum(1)),
    (Palette(RED_BLUE), lambda image: torch.cdist(image.flatten(2).mT, RED_BLUE).amin(2).square().sum(1)),
    (InitLoss(draw(1, 3, 12, 12, seed=5)), lambda image: (image - draw(1, 3, 12, 12, seed=5)).pow(2).sum((1, 2, 3))),
]


@pytest.mark.parametrize(("loss", "measure"), REGULARISERS, ids=lambda part: type(part).__name__)
def test_each_regulariser_lowers_its_quantity(loss: Loss, measure) -> None:
    assert loss.sees == "image"
    assert_five_steps_lower(loss, draw(*PICTURE), lambda image: View(image=image), measure)


def test_pull_to_start_pulls_the_latents_back() -> None:
    start = draw(2, 4, 3, seed=1)
    assert_five_steps_lower(
        PullToStart(),
        draw(2, 4, 3),
        lambda latents: View(latents=[latents], start=[start]),
        lambda latents: (latents - start).abs().pow(2).sum((1, 2)),
    )


def test_a_prompt_pulls_the_embeddings_to_it_and_a_negative_one_pushes_away() -> None:
    target = unit(1, 1, 8, seed=1)
    start = unit(4, 2, 8)

    def view(rows: Tensor) -> View:
        return View(embeddings=F.normalize(rows, dim=-1).transpose(0, 1))

    def cosine(rows: Tensor) -> Tensor:
        return (F.normalize(rows, dim=-1) * target[0]).sum(-1).mean(1)

    rows = start.transpose(0, 1).contiguous()
    assert_five_steps_lower(PromptLoss(target, [[1.0]]), rows, view, lambda rows: -cosine(rows))
    assert_five_steps_lower(PromptLoss(target, [[-1.0]]), rows, view, cosine)


def test_known_values() -> None:
    ramp = torch.linspace(0, 1, 5).expand(1, 3, 4, 5)
    torch.testing.assert_close(TotalVariation()(View(image=ramp)), torch.tensor([0.0625]))
    torch.testing.assert_close(Smoothness()(View(image=ramp)), torch.zeros(1))
    torch.testing.assert_close(Saturation()(View(image=ramp)), torch.zeros(1))
    torch.testing.assert_close(Symmetry()(View(image=ramp)), torch.tensor([0.5]))
    assert Symmetry()(View(image=torch.minimum(ramp, ramp.flip(-1)))).item() == 0
    red = torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1).expand(1, 3, 4, 4)
    torch.testing.assert_close(Saturation()(View(image=red)), torch.tensor([2 / 9]))
    assert Palette(["#f00", "#0000ff"])(View(image=red)).item() == 0
    torch.testing.assert_close(Palette(["#00ff00"])(View(image=red)), torch.tensor([2 / 3]))


def test_spherical_is_half_the_squared_angle() -> None:
    a, b = unit(50, 6).double(), unit(50, 6, seed=1).double()
    a, b = F.normalize(a, dim=-1), F.normalize(b, dim=-1)
    torch.testing.assert_close(spherical(a, b), (a * b).sum(-1).arccos().square() / 2)
    torch.testing.assert_close(spherical(a, b), 2 * ((a - b).norm(dim=-1) / 2).arcsin() ** 2)


@pytest.mark.parametrize("sign", [1, -1])
def test_spherical_has_a_finite_gradient_at_both_poles(sign: int) -> None:
    a = unit(3, 6).requires_grad_()
    spherical(a, sign * a.detach()).sum().backward()
    assert a.grad is not None and a.grad.isfinite().all()


def test_prompts_are_weighted_and_divided_by_the_sum_of_weights() -> None:
    embeddings, target = unit(5, 2, 8), unit(2, 3, 8, seed=1)
    weights = torch.tensor([[1.0, 0.5, -2.0], [3.0, 0.0, 0.0]])
    loss = PromptLoss(target, weights)(View(embeddings=embeddings))
    for b in range(2):
        angle = [(embeddings[:, b] @ target[b, p]).arccos().square().mean() / 2 for p in range(3)]
        expected = sum(w * a for w, a in zip(weights[b], angle, strict=True)) / weights[b].abs().sum()
        torch.testing.assert_close(loss[b], expected)


def test_one_row_of_prompts_serves_every_picture() -> None:
    embeddings, target = unit(5, 3, 8), unit(1, 2, 8, seed=1)
    shared = PromptLoss(target, [[1.0, -0.5]], [[0.1, -1.0]])
    own = PromptLoss(target.expand(3, -1, -1), [[1.0, -0.5]] * 3, [[0.1, -1.0]] * 3)
    torch.testing.assert_close(shared(View(embeddings=embeddings)), own(View(embeddings=embeddings)))


@pytest.mark.parametrize("weight", [1.0, -1.0])
def test_below_its_stop_a_prompt_pulls_no_more_but_counts(weight: float) -> None:
    target = unit(1, 1, 8, seed=1)
    embeddings = unit(6, 1, 8).requires_grad_()
    signed = spherical(embeddings, target[0]).detach() * weight
    stop = float(signed.median())
    gated = PromptLoss(target, [[weight]], [[stop]])(View(embeddings=embeddings))
    torch.testing.assert_close(gated, PromptLoss(target, [[weight]])(View(embeddings=embeddings)))
    (gradient,) = torch.autograd.grad(gated.sum(), embeddings)
    pulled = gradient.abs().sum(-1) > 0
    assert torch.equal(pulled, signed > stop) and 0 < pulled.sum() < 6


def test_chunks_of_cutouts_add_up_exactly() -> None:
    embeddings = unit(12, 2, 8).double().requires_grad_()
    loss = PromptLoss(unit(2, 3, 8, seed=1).double(), [[1.0, -0.3, 0.5]] * 2, [[0.9, -0.8, 1.0]] * 2)
    whole = loss(View(embeddings=embeddings))
    parts = sum(len(part) / 12 * loss(View(embeddings=part)) for part in embeddings.split([5, 4, 3]))
    torch.testing.assert_close(parts, whole)
    of_whole, of_parts = (torch.autograd.grad(value.sum(), embeddings)[0] for value in (whole, parts))
    torch.testing.assert_close(of_parts, of_whole)


def test_losses_add_and_scale_like_numbers() -> None:
    tv, saturation, symmetry = TotalVariation(), Saturation(), Symmetry()
    view = View(image=draw(*PICTURE))
    loss = 2 * (tv + saturation * 0.5) + sum([symmetry, tv])
    assert [(weight, term) for weight, term in loss.terms()] == [(2, tv), (1, saturation), (1, symmetry), (1, tv)]
    torch.testing.assert_close(loss(view), 3 * tv(view) + saturation(view) + symmetry(view))
    torch.testing.assert_close(sum(weight * term(view) for weight, term in loss.terms()), loss(view))
    with pytest.raises(TypeError):
        tv + 1.0
    with pytest.raises(TypeError):
        tv * "2"


def test_a_negative_weight_turns_a_regulariser_round() -> None:
    measure = dict((type(loss), how) for loss, how in REGULARISERS)[Saturation]
    assert_five_steps_lower(
        -1 * Saturation(), draw(*PICTURE), lambda image: View(image=image), lambda image: -measure(image)
    )


@pytest.mark.parametrize("progress", [0.0, 0.25, 1.0])
def test_pulls_to_the_start_fade_out(progress: float) -> None:
    now, start = draw(2, 3, 4, 4), draw(2, 3, 4, 4, seed=1)
    view = View(image=now, latents=[now, now[:, 0]], start=[start, start[:, 0]], progress=progress)
    full = (now - start).square().mean((1, 2, 3))
    torch.testing.assert_close(InitLoss(start)(view), (1 - progress) * full)
    shares = torch.tensor([0.5, 0.0])
    torch.testing.assert_close(InitLoss(start, shares)(view), (1 - progress) * full * shares)
    squares = (now - start).square()
    joined = (squares.sum((1, 2, 3)) + squares[:, 0].sum((1, 2))) / 64
    torch.testing.assert_close(PullToStart()(view), (1 - progress) * joined)


def test_every_loss_keeps_the_pictures_of_a_batch_apart() -> None:
    for loss, _ in REGULARISERS:
        image = draw(*PICTURE).requires_grad_()
        (gradient,) = torch.autograd.grad(loss(View(image=image))[0], image)
        assert gradient[0].abs().sum() > 0 and gradient[1].abs().sum() == 0


def test_bad_input_is_named() -> None:
    with pytest.raises(SettingsError, match="TotalVariation"):
        TotalVariation()(View())
    with pytest.raises(SettingsError, match="embeddings"):
        PromptLoss(unit(1, 1, 4), [[1.0]])(View())
    with refused(SettingsError, "weights"):
        PromptLoss(unit(2, 1, 4), [[1.0], [0.0]])
    with refused(SettingsError, "target", "weights", "stops"):
        PromptLoss(unit(1, 2, 4), [[1.0]])
    with pytest.raises(SettingsError, match=r"\[1, 3, 8, 8\].*\[1, 3, 9, 9\]"):
        InitLoss(draw(1, 3, 8, 8))(View(image=draw(1, 3, 9, 9)))
    with pytest.raises(SettingsError, match="latents"):
        PullToStart()(View(latents=[draw(1, 2)]))
    for wrong in (["red"], ["#12345"], []):
        with refused(SettingsError, "palette"):
            Palette(wrong)
    assert math.isinf(PromptLoss(unit(1, 1, 4), [[1.0]]).stops.item())
