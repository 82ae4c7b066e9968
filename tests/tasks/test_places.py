"""Which places the words of a prompt name outright."""

from __future__ import annotations

import pytest

from clipgen.scenery import SCENES
from clipgen.tasks.generate.places import HOURS, places_said


@pytest.mark.parametrize(
    ("text", "scene", "left"),
    [
        ("a rocket on the moon", "moon surface", "a rocket"),
        ("A cat in my cave", "cave", "a cat"),
        ("a bakery window, watercolour", "bakery", "a , watercolour"),
        ("a tavern interior at night", "tavern", "a at night"),
        ("three red apples on an old wooden table", "wooden table", "three red apples on an old"),
        ("isometric dungeon room with torches", "dungeon", "isometric with torches"),
        ("a forest burning", "forest", "a burning"),
        ("an old stone bridge over a river", "bridge over a river", "an old"),
        ("a greenhouse full of tomatoes", "greenhouse", "a full of tomatoes"),
    ],
)
def test_names_and_phrases_name_a_place_and_nothing_else(text: str, scene: str, left: str) -> None:
    said = places_said([text])
    assert scene in said.scenes and said.texts == (left,)


@pytest.mark.parametrize("text", ["a pool table", "a sea of flowers", "a yellow school bus", "a fox", "a park bench"])
def test_a_word_inside_the_name_of_something_else_names_no_place(text: str) -> None:
    assert places_said([text]) == (frozenset(), (text,))


def test_hours_and_weather_are_no_places_but_those_of_a_place_are_meant_with_it() -> None:
    assert places_said(["a fox at sunset in the rain"]).scenes == frozenset()
    assert places_said(["a boat on the sea"]).scenes == {"sea", "sea at sunset"}
    assert "cabin in the woods" not in places_said(["a fox in the forest"]).scenes
    assert SCENES.keys() >= HOURS


def test_all_texts_are_read() -> None:
    assert places_said(["a fox in a forest", "a library"]) == (
        places_said(["a forest"]).scenes | {"library"}, ("a fox", "a"),
    )  # fmt: skip
