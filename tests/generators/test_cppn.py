from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from clipgen.errors import SettingsError
from clipgen.generators import cppn
from clipgen.generators.cppn import CPPN, LoopCPPN
from clipgen.tasks.animate.camera import Motion, warp
from raising import refused

from .contract import (
    assert_elements_are_independent,
    assert_seeds_determine_pictures,
    assert_state_is_restored,
    assert_twenty_steps_lower_the_loss,
    picture,
)


@pytest.fixture
def generator():
    return CPPN.begin(size=(32, 24), seeds=[1, 2])


def test_the_contract_of_generators(generator):
    assert_elements_are_independent(generator)
    assert_state_is_restored(generator)
    assert_twenty_steps_lower_the_loss(generator, ratio=0.6)


def test_seeds():
    assert_seeds_determine_pictures(lambda seeds: CPPN.begin(size=(16, 16), seeds=seeds))


def test_the_start_has_contrast_and_no_flat_channel(generator):
    image = generator().detach()
    assert image.isfinite().all()
    assert image.flatten(2).std(dim=2).min() > 0.02


def test_a_larger_render_is_the_same_picture(generator, monkeypatch):
    width, height = generator.size
    large = generator.render((width * 3, height * 3))
    # with an odd factor the middle of every 3x3 block is the centre of the old pixel
    assert torch.allclose(large[..., 1::3, 1::3], generator(), atol=1e-5)
    monkeypatch.setattr(cppn, "STRIP", 1000)
    assert torch.allclose(generator.render((width * 3, height * 3)), large, atol=1e-5)


def test_encode_fits_a_picture(generator, monkeypatch):
    monkeypatch.setattr(cppn, "FIT_STEPS", 100)
    image = picture(*generator.size)
    generator.encode(image)
    assert F.mse_loss(generator(), image.expand(2, -1, -1, -1)) < 2e-3
    assert all(latent.is_leaf and latent.requires_grad for latent in generator.latents)


def test_half_precision_around_it_changes_nothing(generator):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = generator()
    assert inside.dtype == torch.float32 and torch.equal(inside, generator())


def test_weights_are_refused():
    with refused(SettingsError, "weights"):
        CPPN.begin(size=(8, 8), seeds=[1], weights=Path("some.ckpt"))


def test_the_view_follows_a_camera_and_a_state_keeps_it(generator):
    image, motion = generator().detach(), Motion(zoom=1.3, right=0.1, down=-0.05, angle=20)
    seen = warp(image, motion)
    before = generator.state()
    generator.follow(seen, motion.theta(image))
    inner = (..., slice(7, 17), slice(9, 23))
    assert (generator().detach() - seen)[inner].abs().mean() < 0.25 * (image - seen)[inner].abs().mean()
    moved = generator.state()
    generator.load_state(before)
    assert torch.equal(generator().detach(), image)
    generator.load_state(moved)
    assert not torch.equal(generator().detach(), image)


def test_a_loop_has_no_seam_and_no_two_moments_alike():
    loop = LoopCPPN.begin(size=(24, 16), seeds=[7])
    assert loop().shape == (1, 3, 16, 24)
    loop.moments = torch.tensor([0.0, 0.001, 0.5, 1.0])
    start, soon, middle, end = loop().detach()
    assert torch.allclose(start, end, atol=1e-5) and (start - soon).abs().mean() < 0.02
    assert (start - middle).abs().mean() > 0.05
    assert torch.allclose(loop.render((24, 16)), loop(), atol=1e-6)
    loop().sum().backward()
    assert all(latent.grad is not None and latent.grad.abs().sum() > 0 for latent in loop.latents)
