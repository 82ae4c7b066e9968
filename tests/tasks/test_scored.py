"""Scores of layouts: how near their words are, how many parts they have, and which things they leave out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from clipgen.perceptors.base import Perceptor
from clipgen.tasks.generate.layouts import PAIR, TOGETHER, Layout
from clipgen.tasks.generate.scored import ELSEWHERE, MISSED, NEARER, OFF, VAGUE, Scored

FOX, BOAR = Layout("fox", ("fox",)), Layout("boar", ("boar",))
BOTH = Layout(TOGETHER.format("fox", "boar"), ("fox", "boar"), PAIR)


class Same(Perceptor):
    """To which all texts are the same; those of three words are too long."""

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        return torch.ones(len(texts), 1)

    def encode_image(self, images: Tensor) -> Tensor:
        raise NotImplementedError

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def fits(self, text: str) -> bool:
        return self.count_tokens(text) <= 6


@pytest.fixture
def scored() -> Scored:
    made = Scored(Same(), {"fox": 1.0, "boar": 0.5}, torch.ones(1), {"fox": {"fox"}})
    made.add([FOX, BOAR, BOTH, FOX.on("blue"), FOX.within("forest"), FOX.within("a forest of very many words")])
    return made


def test_parts_and_things_that_are_missed_or_hardly_named_cost(scored: Scored) -> None:
    assert scored.scores[FOX] == pytest.approx(1)
    assert scored.scores[BOAR] == pytest.approx(1 - MISSED - VAGUE / 2)
    assert scored.scores[BOTH] == pytest.approx(1 - NEARER - VAGUE / 4)
    assert scored.scores[FOX.on("blue")] == pytest.approx(1 - NEARER)
    # what is lacking, or shown as well, does not make the words mean less
    assert scored.fit(BOAR) == pytest.approx(1 - VAGUE / 2) and scored.fit(FOX.on("blue")) == pytest.approx(1)


def test_a_ground_that_words_name_is_shown() -> None:
    scored = Scored(Same(), {"fox": 1.0}, torch.ones(1), grounds=["blue"])
    scored.add([FOX, FOX.on("blue"), FOX.on("red")])
    assert scored.best() == [FOX, FOX.on("blue"), FOX.on("red")]
    assert scored.scores[FOX] == pytest.approx(1 - MISSED) == pytest.approx(scored.scores[FOX.on("red")] + NEARER)


def test_a_colour_that_words_give_a_thing_is_shown() -> None:
    scored = Scored(Same(), {"fox": 1.0}, torch.ones(1), tints={"fox": ["blue"]})
    blue = FOX.tinted("fox", "blue")
    scored.add([FOX, blue])
    assert scored.scores[FOX] == pytest.approx(1 - MISSED) == pytest.approx(scored.scores[blue] + MISSED - NEARER)
    assert scored.fit(FOX) == pytest.approx(1)
    assert scored.in_colours(FOX) == [blue] and scored.in_colours(blue) == scored.in_colours(BOAR) == []


def test_a_number_that_words_say_is_shown() -> None:
    numbers = {"fox": ["two"], "boar": ["two", "three"]}
    scored = Scored(Same(), {"fox": 1.0, "boar": 1.0}, torch.ones(1), numbers=numbers)
    foxes, boars = FOX.counted("fox", "two"), BOAR.counted("boar", "two")
    scored.add([FOX, foxes, BOAR, boars])
    assert scored.scores[foxes] == pytest.approx(1) and scored.scores[FOX] == pytest.approx(1 - MISSED)
    # a plural alone says no number
    assert scored.scores[boars] == scored.scores[BOAR] == pytest.approx(1)
    assert scored.in_numbers(FOX) == [foxes] and scored.in_numbers(foxes) == []
    assert scored.in_numbers(BOAR) == [boars, BOAR.counted("boar", "three")]


def test_a_style_that_words_name_is_missed_where_there_is_none() -> None:
    scored = Scored(Same(), {"fox": 1.0}, torch.ones(1), styles=["mosaic"])
    styled, other = FOX.in_style("mosaic", "mosaic"), FOX.in_style("neon", "neon")
    scored.add([FOX, styled, other])
    assert scored.scores[FOX] == pytest.approx(1 - MISSED) == pytest.approx(scored.scores[other] + NEARER)
    assert scored.scores[styled] == pytest.approx(1 - NEARER) and scored.fit(FOX) == pytest.approx(1)


def test_places_that_words_name_come_first() -> None:
    scored = Scored(Same(), {"fox": 1.0}, torch.ones(1), places={"forest": 0.9, "fair": 0.4})
    scored.add([FOX.within("forest"), FOX.within("fair")])
    assert scored.scores[FOX.within("fair")] == pytest.approx(scored.scores[FOX.within("forest")] - ELSEWHERE / 2)
    assert scored.fit(FOX.within("forest")) == pytest.approx(1 - ELSEWHERE / 10)


def test_a_scene_may_show_what_a_word_names(scored: Scored) -> None:
    scored.add([BOAR.within("fox farm")])
    assert scored.scores[BOAR.within("fox farm")] == pytest.approx(1 - NEARER - VAGUE / 2)


def test_the_best_of_a_kind_are_found_and_long_words_left_out(scored: Scored) -> None:
    assert scored.best(1) == [FOX] and scored.highest == pytest.approx(1)
    assert len(scored.best()) == 5
    assert scored.best(9, 2) == [BOTH]
    assert scored.best(9, 1, in_scene=True) == [FOX.within("forest")]
    scored.add([])
    assert len(scored.best()) == 5


def test_a_place_that_words_surely_name_is_missed_where_there_is_none() -> None:
    scored = Scored(Same(), {"fox": 1.0}, torch.ones(1), places={"forest": 1.0, "fair": 0.4})
    scored.add([FOX, FOX.within("fair")])
    assert scored.scores[FOX] == pytest.approx(1 - OFF)
    assert scored.scores[FOX.within("fair")] == pytest.approx(1 - NEARER - OFF - 0.6 * ELSEWHERE)


def test_what_is_missing_is_told_by_what_is_most_surely_meant() -> None:
    names, clear = {"fox": 1.0, "boar": 0.5, "pig": 0.8}, {"fox": {"fox"}, "swine": {"boar", "pig"}, "yak": {"yak"}}
    scored = Scored(Same(), names, torch.ones(1), clear)
    assert scored.missing(FOX) == ["pig"] and scored.missing(BOTH) == [] and scored.missing(BOAR) == ["fox"]
