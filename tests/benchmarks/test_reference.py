"""The reference loop: the same networks as ours, and the method as it is published."""

from __future__ import annotations

import ast
import math
from pathlib import Path

import reference
import torch
import torch.nn.functional as F


def units(count: int) -> torch.Tensor:
    return F.normalize(torch.randn(count, 8, generator=torch.Generator().manual_seed(count)), dim=-1)


def test_great_circle() -> None:
    from clipgen.losses import spherical

    assert math.isclose(float(reference.great_circle(torch.eye(2)[:1], torch.eye(2)[1:])), math.pi**2 / 8, rel_tol=1e-6)
    seen, wanted = units(5), units(1)
    assert torch.allclose(reference.great_circle(seen, wanted), spherical(seen, wanted).mean())


def test_cutouts_differ_and_carry_the_gradient() -> None:
    torch.manual_seed(0)
    image = torch.rand(1, 3, 48, 40, requires_grad=True)
    views = reference.PooledCutouts(16, 6)(image)
    assert views.shape == (6, 3, 16, 16)
    assert all(not torch.equal(views[0], other) for other in views[1:])
    views.sum().backward()
    assert image.grad is not None and image.grad.abs().sum() > 0


def test_the_vqgan_is_ours(tiny_vqgan: Path) -> None:
    from clipgen.generators.vqgan import VQGAN

    plain = reference.PlainVQGAN(tiny_vqgan, size=(32, 24), seed=3)
    ours = VQGAN.begin(size=(32, 24), seeds=[3], weights=tiny_vqgan)
    with torch.no_grad():
        plain.latents[0].add_(0.2 * torch.randn(plain.latents[0].shape))
        ours.latents[0].copy_(plain.latents[0])
    assert torch.allclose(plain(), ours(), atol=1e-4)


def test_the_clip_is_ours(tiny_clip: Path, perceptor) -> None:
    plain = reference.PlainClip.load(f"local-dir:{tiny_clip}")
    views = torch.rand(3, 3, plain.side, plain.side)
    assert torch.allclose(plain.look(views), perceptor.encode_image(views), atol=1e-4)
    assert torch.allclose(plain.words("red fox"), perceptor.encode_text(["red fox"]), atol=1e-5)


def test_a_step_moves_the_latents_within_the_codebook(tiny_vqgan: Path, tiny_clip: Path) -> None:
    clip = reference.PlainClip.load(f"local-dir:{tiny_clip}")

    def after_two_steps(seed: int) -> torch.Tensor:
        painter = reference.PlainVQGAN(tiny_vqgan, size=(32, 32), seed=3)
        loop = reference.Loop(painter, clip, "red fox", cutn=3, seed=seed)
        before = painter.latents[0].detach().clone()
        loop.step()
        loop.step()
        latents: torch.Tensor = painter.latents[0].detach()
        assert not torch.equal(latents, before) and loop.picture().shape == (1, 3, 32, 32)
        assert (latents.abs() <= painter.codebook.abs().max()).all()
        return latents

    assert torch.equal(after_two_steps(1), after_two_steps(1))
    assert not torch.equal(after_two_steps(1), after_two_steps(2))


def test_it_takes_no_fast_part_of_ours() -> None:
    """The reference has networks of its own: ours are faster."""
    tree = ast.parse(Path(reference.__file__).read_text(encoding="utf-8"))
    modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    allowed = {"clipgen", "clipgen.models", "clipgen.generators.base", "clipgen.perceptors.openclip.build"}
    assert {name for name in modules if name.startswith("clipgen")} <= allowed
