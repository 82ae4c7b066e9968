"""Where draws of things are put."""

from __future__ import annotations

import torch
from torch import Tensor

from clipgen.tasks.generate.composition import ALONE, PAIR, SIDE, Layout, paste

RED, TEAL = torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 0.5, 0.5])


def draw(thing: Tensor = RED) -> Tensor:
    """A square thing on a grey ground, with the bright rim that draws have."""
    picture = torch.full((1, 3, 64, 64), 0.5)
    picture[..., 16:48, 16:48] = thing[:, None, None]
    picture[..., 0] = picture[..., -1] = 0.7
    return picture


def flat(colour: Tensor, width: int = 96) -> Tensor:
    return colour[:, None, None].expand(3, 96, width)


def test_the_ground_changes_and_the_thing_stays() -> None:
    made = paste(draw(), flat(TEAL), ALONE[0])[0]
    assert made.shape == (3, 96, 96)
    for place in ((1, 1), (48, 4), (94, 94)):
        assert torch.allclose(made[:, place[0], place[1]], TEAL, atol=0.02), place
    assert torch.allclose(made[:, 48, 48], RED, atol=0.02)


def test_things_of_a_pair_do_not_touch_each_other() -> None:
    canvas = paste(draw(), flat(TEAL, 128), PAIR[0])[0]
    made = paste(draw(torch.ones(3)), canvas, PAIR[1])[0]
    assert torch.equal(made[..., :64], canvas[..., :64])
    assert torch.allclose(made[:, 48, 33], RED, atol=0.02) and torch.allclose(made[:, 48, 93], torch.ones(3), atol=0.02)
    assert torch.allclose(made[:, 48, 64], TEAL, atol=0.02) and torch.allclose(made[:, 4, 33], TEAL, atol=0.02)


def test_without_a_canvas_there_is_more_of_its_own_ground() -> None:
    made = paste(draw(), None, PAIR[0])[0]
    assert made.shape == (3, SIDE, SIDE)
    assert torch.allclose(made[:, 8, 8], torch.full((3,), 0.5), atol=0.02)
    assert torch.allclose(made[:, SIDE // 2, round(0.26 * SIDE)], RED, atol=0.02)


def test_a_layout_counts_its_parts() -> None:
    pair = Layout("fox left, owl right", ("fox", "owl"))
    assert [pair.parts, pair.on("blue").parts, Layout("fox", ("fox",)).parts] == [2, 3, 1]
    assert pair.on("blue").text == "fox left, owl right on a blue background"
