"""Where draws of things are put."""

from __future__ import annotations

import pytest
import torch

from clipgen.tasks.generate.layouts import (
    ALONE,
    GROUP,
    GROUP_INSIDE,
    LITTLE_SMALLER,
    PAIR,
    STACK,
    THREE,
    THREE_INSIDE,
    Layout,
    Place,
    varied,
)
from clipgen.tasks.generate.relations import ON, Related


@pytest.mark.parametrize("places", [ALONE, PAIR, STACK, THREE, THREE_INSIDE])
def test_places_vary_within_the_picture_and_keep_their_order(places: tuple[Place, ...]) -> None:
    seen = set()
    for seed in range(30):
        rng = torch.Generator().manual_seed(seed)
        made = [varied(place, torch.rand(3, generator=rng).tolist()) for place in places]
        for (x, y, side), (left, top, most) in zip(made, places, strict=True):
            assert max(abs(x - left), abs(y - top)) + side / 2 < 0.58 and 0.5 * most < side <= most
        for (x, y, side), (x2, y2, side2) in zip(made, made[1:], strict=False):
            assert max(abs(x2 - x), abs(y2 - y)) > 0.8 * (side + side2) / 2
        seen.add(tuple(made))
    assert len(seen) == 30


def test_things_that_stand_to_each_other_vary_little() -> None:
    sides = [varied(PAIR[0], (0.5, 0.5, seed / 30), LITTLE_SMALLER)[2] for seed in range(30)]
    assert min(sides) > 0.9 * PAIR[0][2] and len({*sides}) == 30


def test_a_thing_has_a_colour_unless_its_name_says_one() -> None:
    pair = Layout("fox and red apple", ("fox", "red apple")).counted("fox", "two")
    assert pair.colourless == ["fox"]
    blue = pair.tinted("fox", "blue")
    assert (blue.text, blue.tints, blue.colourless) == ("two blue foxes and red apple", (("fox", "blue"),), [])
    assert blue.parts == pair.parts + 1
    ant = Layout("plant and ant", ("plant", "ant"))
    assert ant.tinted("ant", "red").text == "plant and red ant"


def test_a_layout_counts_its_parts() -> None:
    pair = Layout("fox left, owl right", ("fox", "owl"))
    assert [pair.parts, pair.on("blue").parts, Layout("fox", ("fox",)).parts] == [2, 3, 1]
    assert pair.on("blue").text == "fox left, owl right on a blue background"
    styled = pair.on("blue").in_style("low poly", "low poly picture")
    assert pair.in_style("low poly", "made of triangles").text == "fox left, owl right, made of triangles"
    assert (styled.parts, styled.colour, styled.style) == (4, "blue", "low poly")
    assert styled.text == "low poly picture of fox left, owl right on a blue background"
    walking = Layout("fox", ("fox",)).doing("walking").within("forest")
    assert (walking.text, walking.things, walking.parts) == ("fox walking in forest", ("fox",), 2)


def test_a_layout_has_several_of_a_thing() -> None:
    foxes = Layout("fox", ("fox",)).counted("fox", "two")
    assert (foxes.parts, foxes.within("forest").parts, foxes.within("forest").text) == (1, 2, "two foxes in forest")
    assert (foxes.places_in(False), foxes.places_in(True)) == (GROUP, GROUP_INSIDE)
    moons = Layout("full moon", ("full moon",)).counted("full moon", "two").within("forest")
    assert moons.places_in(True)[0][1] < 0.3 and moons.places_in(False) == GROUP
    pair = Layout("red apple and pear", ("red apple", "pear"), PAIR).tinted("pear", "green").counted("pear", "two")
    assert pair.text == "red apple and two green pears" and pair.uncounted == ["red apple"]
    both = pair.counted("red apple", "three")
    assert both.text == "three red apples and two green pears" and both.uncounted == []
    assert both.numbers == (("pear", "two"), ("red apple", "three")) and both.places_in(False) == PAIR


def test_words_that_say_how_two_things_stand_are_no_part_but_in_a_scene_that_shows_one() -> None:
    pair = Layout("cat and sofa", ("cat", "sofa"), PAIR)
    related = pair.related(Related(ON, (1, 0), "{0} on {1}"))
    assert (related.text, related.things, related.places) == ("cat on sofa", ("sofa", "cat"), ON.places)
    assert [pair.parts, related.parts, related.on("blue").parts] == [2, 1, 2]
    inside = related.within("living room")
    assert (inside.parts, inside.text) == (2, "cat on sofa in living room")
    assert related.within("room of a cat").parts == 3
    assert inside.places_in(True) == ON.in_scenes and inside.places_in(False) == ON.places
    assert pair.places_in(True) != pair.places_in(False) == PAIR
