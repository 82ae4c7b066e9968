"""Enlarged things get the edges of a drawing."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.transforms.functional import gaussian_blur

from clipgen.media.crisp import crisp

RED, BLUE = torch.tensor([0.9, 0.1, 0.1]), torch.tensor([0.1, 0.2, 0.8])


def thing() -> Tensor:
    """A red square with a blue one inside, without a ground, soft from being enlarged four times: [4, 128, 128]."""
    small = torch.zeros(1, 4, 32, 32)
    small[..., 4:28, 4:28] = torch.cat([RED, torch.ones(1)])[:, None, None]
    small[..., 11:21, 11:21] = torch.cat([BLUE, torch.ones(1)])[:, None, None]
    small = gaussian_blur(small, [5, 5], [1.0, 1.0])
    return F.interpolate(small, (128, 128), mode="bicubic", antialias=True).clamp(0, 1)[0]


def soft(values: Tensor, low: float, high: float) -> int:
    """How many values of a row lie between the two sides of an edge."""
    span = high - low
    return int(((values > low + 0.1 * span) & (values < high - 0.1 * span)).sum())


def test_edges_become_steep_and_stay_where_they_are() -> None:
    before, after = thing(), crisp(thing(), 4.0)
    row = 64
    for image, least in ((before, 8), (after, 0)):
        rim, inner = image[3, row, :40], image[2, row, 30:100]
        assert soft(rim, 0, 1) + soft(inner, 0.1, 0.8) >= least
    assert soft(after[3, row, :40], 0, 1) <= 4 and soft(after[2, row, 30:100], 0.1, 0.8) <= 4
    assert abs(float((after[3] - before[3]).mean())) < 0.01
    inside = after[2, row] > 0.45
    assert abs(int(inside.sum()) - 40) <= 3


def test_colours_keep_within_alpha_and_flat_parts_stay() -> None:
    made = crisp(thing(), 4.0)
    assert made.shape == (4, 128, 128) and made.min() >= 0 and (made[:3] <= made[3:] + 1e-5).all()
    assert torch.allclose(made[:3, 64, 64], BLUE, atol=0.03) and torch.allclose(made[:3, 30, 64], RED, atol=0.03)
    assert made[3, 2, 2] == 0 and torch.equal(made, crisp(thing(), 4.0))


def test_what_is_not_enlarged_is_left_alone() -> None:
    assert torch.equal(crisp(thing(), 1.0), thing()) and crisp(torch.zeros(4, 9, 7), 3.0).sum() == 0


def test_little_is_changed_of_what_is_hardly_soft() -> None:
    """A drawing whose edges are those of its pixels keeps its light and shade."""
    shaded = thing()
    shaded[:3] *= torch.linspace(0.6, 1, 128)
    whole, little = crisp(shaded, 4.0), crisp(shaded, 4.0, soft=0.25)
    inside = (slice(None, 3), slice(50, 78), slice(50, 78))
    whole, little = ((made - shaded)[inside].abs().mean() for made in (whole, little))
    assert 0 < little < 0.6 * whole
