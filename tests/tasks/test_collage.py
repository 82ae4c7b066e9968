"""Draws of things on their grounds."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from clipgen.colours import COLOURS
from clipgen.tasks.generate.choices import Choices
from clipgen.tasks.generate.collage import (
    APART,
    SEEN,
    SHADES,
    afloat,
    ground_of,
    grouped,
    in_style,
    is_cut,
    lowered,
    paste,
    plain_ground,
    recoloured,
    shaded,
    share_of_ground,
    turned,
)
from clipgen.tasks.generate.layouts import ALONE, PAIR

RED, TEAL = torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 0.5, 0.5])


def draw(thing: Tensor = RED) -> Tensor:
    """A square thing without a ground."""
    picture = torch.zeros(1, 4, 64, 64)
    picture[..., 16:48, 16:48] = torch.cat([thing, torch.ones(1)])[:, None, None]
    return picture


def flat(colour: Tensor, width: int = 96) -> Tensor:
    return colour[:, None, None].expand(3, 96, width)


def test_the_lowest_part_of_what_floats_is_in_the_water() -> None:
    floating = afloat(draw()[0])
    assert torch.equal(floating[:, :40], draw()[0, :, :40])  # above the water
    assert torch.allclose(floating[3, 47, 16:48], torch.full((32,), SEEN), atol=0.02)
    assert torch.equal(afloat(torch.zeros(4, 8, 8)), torch.zeros(4, 8, 8))


def test_what_is_cut_off_is_wide_below_and_not_tall() -> None:
    assert is_cut(draw()[0])
    tall, round_, nothing = torch.zeros(3, 4, 64, 64)
    tall[:, 4:60, 20:44] = 1
    y, x = torch.meshgrid(torch.arange(64), torch.arange(64), indexing="ij")
    round_[:, (y - 32) ** 2 + (x - 32) ** 2 < 400] = 1
    assert not (is_cut(tall) or is_cut(round_) or is_cut(nothing))


def test_a_lowered_thing_ends_where_its_square_ends() -> None:
    moved = lowered(torch.cat([draw(), torch.zeros(1, 4, 64, 64)]))
    assert torch.equal(moved[0, :, 32:], draw()[0, :, 16:48]) and not moved[0, :, :32].any()
    assert not moved[1].any()


def striped(main: Tensor, detail: Tensor) -> Tensor:
    """A thing with a stripe, darker at its lower end."""
    picture = draw(main)
    picture[:, :3, 28:34, 16:48] = detail[:, None, None]
    picture[:, :3, 40:48] *= 0.7
    return picture


@pytest.mark.parametrize("main", [(1.0, 0.5, 0.1), (0.9, 0.9, 0.9), (0.2, 0.2, 0.25)])
@pytest.mark.parametrize("colour", [(0.2, 0.35, 0.85), (0.98, 0.98, 0.98), (0.05, 0.05, 0.05), (0.85, 0.15, 0.15)])
def test_the_main_colour_of_a_thing_is_replaced_and_its_shade_kept(
    main: tuple[float, ...], colour: tuple[float, ...]
) -> None:
    wanted = torch.tensor(colour)
    made = recoloured(striped(torch.tensor(main), TEAL), wanted)
    assert torch.equal(made[:, 3], striped(torch.tensor(main), TEAL)[:, 3])
    body, shade = made[0, :3, 22, 30], made[0, :3, 45, 30]
    assert (body - wanted).abs().max() < 0.3  # not lighter nor darker than what shows light and shade
    assert shade.mean() < body.mean() + 1e-3
    assert (made[:, 3:] == 0).any() and made[:, :3].masked_select(made[:, 3:] == 0).abs().max() == 0


def test_what_has_another_colour_keeps_it() -> None:
    orange, blue = torch.tensor([1.0, 0.5, 0.1]), torch.tensor([0.1, 0.3, 0.9])
    made = recoloured(striped(orange, blue), torch.tensor([0.1, 0.7, 0.2]))
    assert torch.allclose(made[0, :3, 31, 30], blue, atol=0.05)
    outlined = recoloured(striped(orange, torch.full((3,), 0.03)), torch.tensor([0.9, 0.9, 0.95]))
    assert outlined[0, :3, 31, 30].max() < 0.15


def test_the_canvas_is_seen_around_and_through_a_thing() -> None:
    made = paste(draw(), flat(TEAL), ALONE[0])[0]
    assert made.shape == (3, 96, 96)
    for place in ((1, 1), (48, 4), (94, 94)):
        assert torch.allclose(made[:, place[0], place[1]], TEAL, atol=0.02), place
    assert torch.allclose(made[:, 48, 48], RED, atol=0.02)
    half = paste(draw() / 2, flat(TEAL), ALONE[0])[0]
    assert torch.allclose(half[:, 48, 48], (RED + TEAL) / 2, atol=0.02)


def test_things_of_a_pair_do_not_touch_each_other() -> None:
    canvas = paste(draw(), flat(TEAL, 128), PAIR[0])[0]
    made = paste(draw(torch.ones(3)), canvas, PAIR[1])[0]
    assert torch.equal(made[..., :64], canvas[..., :64])
    assert torch.allclose(made[:, 48, 35], RED, atol=0.02) and torch.allclose(made[:, 48, 93], torch.ones(3), atol=0.02)
    assert torch.allclose(made[:, 48, 64], TEAL, atol=0.02) and torch.allclose(made[:, 4, 35], TEAL, atol=0.02)


@pytest.mark.parametrize("number", range(2, 13))
def test_several_of_a_thing_can_be_counted(number: int) -> None:
    import cv2

    thing = torch.zeros(4, 64, 64)
    thing[:, 3:61, 3:61] = torch.cat([RED, torch.ones(1)])[:, None, None]  # drawings fill their squares so far
    made = grouped(thing, number, 192, torch.Generator().manual_seed(number))
    again = grouped(thing, number, 192, torch.Generator().manual_seed(number))
    assert made.shape == (4, 192, 192) and made.equal(again)
    found, _ = cv2.connectedComponents((made[3].numpy() > 0.5).astype("uint8"))
    assert found - 1 == number
    # none is much smaller than the square has room for
    assert made[3].mean() > 0.15


@pytest.mark.parametrize("number", [2, 3, 4, 7, 12])
def test_several_of_a_thing_stand_on_the_ground(number: int) -> None:
    """In one row, or close behind it: none floats above."""
    thing = torch.zeros(4, 64, 64)
    thing[3, 12:52, 12:52] = 1.0
    made = grouped(thing, number, 192, torch.Generator().manual_seed(number), stand=4)
    rows = (made[3].amax(1) > 0.5).nonzero()[:, 0]
    cols = (made[3].amax(0) > 0.5).nonzero()[:, 0]
    high, wide = int(rows[-1] - rows[0]), int(cols[-1] - cols[0])
    assert wide > 1.7 * high and wide > 150
    three = grouped(thing, 3, 192, torch.Generator().manual_seed(1), stand=2)
    assert 0.2 < (three[3].amax(1) > 0.5).float().mean() < 0.6  # two close behind the third


def test_several_of_a_thing_differ() -> None:
    half = torch.zeros(4, 64, 64)
    half[3, 3:61, 3:61], half[0, 3:61, 3:32] = 1.0, 1.0  # red at its left
    made = [grouped(half, 2, 128, torch.Generator().manual_seed(seed)) for seed in range(9)]
    ways = {tuple((one[0] > 0.5).any(0).nonzero()[:, 0].clamp(max=64).unique().tolist()[:1]) for one in made}
    assert len(ways) > 1
    areas = [one[3].sum() for one in made]
    assert max(areas) > 1.05 * min(areas)


def test_a_ground_differs_from_the_thing_and_between_seeds() -> None:
    grounds = [plain_ground(draw(), Choices(seed).spread(4), (96, 64)) for seed in range(20)]
    assert all(ground.shape == (3, 64, 96) and ground.flatten(1).std(1).max() < 0.13 for ground in grounds)
    assert all((ground.mean((1, 2)) - RED).norm() >= APART - 0.1 for ground in grounds)
    assert len({tuple(ground[:, 0, 0].tolist()) for ground in grounds}) > 4
    again = plain_ground(draw(), Choices(3).spread(4), (96, 64))
    assert torch.equal(again, grounds[3])


def test_things_are_turned_a_little_and_differently() -> None:
    bar = torch.zeros(2, 4, 64, 64)
    bar[..., 8:56, 28:36] = 1
    made = [turned(bar, seed / 8) for seed in range(8)]
    assert all(torch.allclose(one[0], one[1]) and one.min() >= 0 and one.max() <= 1 for one in made)
    assert all(abs(float(one.sum() / bar.sum()) - 1) < 0.05 for one in made)
    tops = {round(float((one[0, 3, 12] * torch.arange(64)).sum() / one[0, 3, 12].sum()), 1) for one in made}
    assert len(tops) > 5 and max(tops) - min(tops) > 2


@pytest.mark.parametrize("name", COLOURS)
def test_a_shaded_ground_keeps_its_colour(name: str) -> None:
    """Wherever one looks: no part of a ground has the name of another colour."""
    named = torch.tensor(list(COLOURS.values())) / 255
    colour = torch.tensor(COLOURS[name]) / 255
    for kind in range(len(SHADES)):
        for tone, where in ((0.0, 0.1), (0.5, 0.4), (0.99, 0.8)):
            ground = shaded(colour, (kind / len(SHADES), tone, where), (96, 64))
            corners = ground_of(ground[None]).flatten()
            assert list(COLOURS)[int((named - corners).norm(dim=1).argmin())] == name, (kind, tone, where)
            assert (ground - corners[:, None, None]).norm(dim=0).max() < 0.25 + 1e-3  # as in benchmarks/fidelity.py


def test_grounds_of_seeds_that_follow_one_another_are_lit_in_other_ways() -> None:
    grounds = torch.stack([shaded(TEAL, Choices(seed).spread(3), (64, 64)) for seed in range(8)])
    apart = (grounds[1:] - grounds[:-1]).abs().mean((1, 2, 3))
    assert apart.min() > 0.01


def test_the_ground_of_a_picture_is_the_colour_of_its_corners() -> None:
    picture = paste(draw(), flat(TEAL), ALONE[0])
    ground = ground_of(picture)
    assert torch.allclose(ground.flatten(), TEAL)
    share = share_of_ground(picture, ground)[0, 0]
    assert share[2, 2] > 0.99 and share[48, 48] < 0.01


@pytest.mark.parametrize("style", ["mosaic", "pencil sketch", "neon"])
def test_a_style_changes_a_picture_and_its_strokes_depend_on_the_seed(style: str) -> None:
    picture = paste(draw(), flat(TEAL), ALONE[0])[0]

    def made(seed: int) -> Tensor:
        return in_style(picture, style, torch.Generator().manual_seed(seed))

    assert made(1).shape == picture.shape and made(1).min() >= 0 and made(1).max() <= 1
    assert torch.equal(made(1), made(1)) and not torch.equal(made(1), made(2))
    assert (made(1) - picture).abs().mean() > 0.05


def test_large_pictures_are_laid_in_more_pieces() -> None:
    """In sixteen large pixels nothing can be known."""

    def columns(side: int) -> int:
        checks = (torch.rand(3, 48, 48, generator=torch.Generator().manual_seed(0)) > 0.5).float()
        picture = torch.nn.functional.interpolate(checks[None], (side, side))[0]
        made = in_style(picture, "pixel art", torch.Generator().manual_seed(1))
        return int((made.diff(dim=-1).abs().amax((0, 1)) > 0).sum())

    assert columns(256) > 1.5 * columns(96)
