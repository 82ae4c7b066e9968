"""The entries of the bank are drawn as their captions say."""

from __future__ import annotations

from itertools import combinations

import torch

from clipgen.colours import COLOURS
from clipgen.scenery import MOODS, SCENES
from clipgen.tasks.bank import Bank, Entry, in_all_colours


def named(caption: str) -> Entry:
    return next(entry for entry in Bank.whole().entries if entry.caption == caption)


def test_every_name_and_every_mood_of_a_scene_has_a_caption() -> None:
    captions = Bank.whole().captions
    assert len(captions) - len({*captions}) < 10  # a scene may be called as another in a mood
    assert {name for scene in SCENES.values() for name in scene.names} <= {*captions}
    assert {"snowy village", "village in winter", "farm at night", "foggy harbour", "stormy sea"} <= {*captions}
    assert {"sunset over the village", "sunset over the sea"} <= {*captions}
    assert not {"cave at night", "snowy desert", "underwater scene in the rain"} & {*captions}
    assert all(mood in MOODS for scene in SCENES.values() for mood in scene.moods)


def test_a_seed_is_one_picture_at_every_size() -> None:
    shape = next(entry for entry in Bank.whole().entries if entry.shape == "heart")
    for entry in (named("village in winter"), named("forest van gogh"), shape):
        small, large = entry.draw(3, (96, 64)), entry.draw(3, (192, 128))
        assert small.shape == (3, 64, 96) and small.min() >= 0 and small.max() <= 1
        assert torch.equal(small, entry.draw(3, (96, 64))) and not torch.equal(small, entry.draw(4, (96, 64)))
        if not entry.style:
            shrunk = torch.nn.functional.avg_pool2d(large, 2)
            other = torch.nn.functional.avg_pool2d(entry.draw(4, (192, 128)), 2)
            assert (shrunk - small).abs().mean() < 0.5 * (other - small).abs().mean()


def test_captions_of_one_kind_draw_the_same() -> None:
    beach, seaside = named("beach"), named("seaside")
    assert beach.kind == seaside.kind and torch.equal(beach.draw(1, (48, 32)), seaside.draw(1, (48, 32)))
    assert len({beach.kind, named("beach at sunset").kind, named("beach van gogh").kind, named("harbour").kind}) == 4


def test_shapes_and_grounds_have_the_colours_of_the_entry() -> None:
    square = Entry("red square on a blue background", shape="square", colours=("red", "blue"))
    picture = square.in_colours(("green",)).draw(7, (64, 64))
    assert square.in_colours(("green",)).colours == ("green", "blue")
    for place, colour in ((picture[:, 32, 32], "green"), (picture[:, 2, 2], "blue")):
        distances = {name: float((place - torch.tensor(rgb) / 255).norm()) for name, rgb in COLOURS.items()}
        assert distances[colour] < 0.35 and min(distances, key=distances.__getitem__) in (colour, "teal", "navy")


def test_the_texts_of_a_pattern_name_its_colours() -> None:
    texts = in_all_colours("{} and {} striped background")
    assert texts["pink and cyan striped background"] == ("pink", "cyan")
    assert texts["pink and cyan stripes"] == ("pink", "cyan") and texts["pink stripes"] == ("pink",)
    assert texts["striped background"] == texts["stripes"] == ()
    assert len(texts) == 2 * len(COLOURS) * (len(COLOURS) - 1) + len(COLOURS) + 2


def test_a_square_never_stands_on_its_tip() -> None:
    square = Entry("blue square on a white background", shape="square", colours=("blue", "white"))
    for seed in range(40):
        shown = square.draw(seed, (96, 96))[0] < 0.5  # white is red, too
        box = int(shown.any(0).sum() * shown.any(1).sum())
        assert int(shown.sum()) / box > 0.53, seed  # 1 upright, 0.5 on its tip, which is a diamond


def test_shapes_of_seeds_that_follow_one_another_differ_to_the_eye() -> None:
    triangle = Entry("green triangle on a white background", shape="triangle", colours=("green", "white"))
    for first in range(0, 40, 4):
        shown = [triangle.draw(seed, (32, 32)) for seed in range(first, first + 4)]
        assert all((a - b).abs().mean() > 0.08 for a, b in combinations(shown, 2))
