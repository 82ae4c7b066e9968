"""The grammar of captions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from clipgen.train.world import captions


def all_forms(say: Callable[[np.random.Generator], str], *, draws: int = 300) -> set[str]:
    """Everything that a part of the grammar says."""
    rng = np.random.default_rng(0)
    return {say(rng) for _ in range(draws)}


@pytest.mark.parametrize(
    ("noun", "article"),
    [
        ("fox", "a"),
        ("octopus", "an"),
        ("cactus", "a"),
        ("glass", "a"),
        ("unicorn", "a"),
        ("european castle", "a"),
        ("one-piece swimsuit", "a"),
        ("onion", "an"),
        ("hourglass", "an"),
        ("Andy Warhol print", "an"),
        ("8-bit picture", "an"),
        ("x-ray of bones", "an"),
        ("pair of scissors", "a"),
        ("lake with reflections", "a"),
        ("red and white striped background", "a"),
        ("sunglasses", None),
        ("snowy mountains", None),
        ("red and white stripes", None),
        ("red polka dots on a white background", None),
    ],
)
def test_articles(noun: str, article: str | None) -> None:
    with_or_without = noun if article is None else f"{article} {noun}"
    assert all_forms(lambda rng: captions.with_article(rng, noun, bare=0)) == {with_or_without, f"the {noun}"}


def test_an_article_may_be_left_out() -> None:
    assert all_forms(lambda rng: captions.with_article(rng, "fox", bare=1)) == {"fox"}
    assert all_forms(lambda rng: captions.with_article(rng, "fox")) == {"fox", "a fox", "the fox"}


def test_a_thing_goes_by_many_names() -> None:
    forms = all_forms(lambda rng: captions.name_thing(rng, ("fox", "reynard"), ("animal",), "red", "small"), draws=3000)
    assert {"a fox", "fox", "reynard", "an animal", "a red fox", "a tiny fox", "little red fox"} <= forms
    plain = all_forms(lambda rng: captions.name_thing(rng, ("red fox",), (), "red", None))
    assert plain == {"red fox", "a red fox", "the red fox"}


def test_grounds() -> None:
    assert all_forms(lambda rng: captions.name_ground(rng, "plain", "red", "white")) == {
        "red background", "plain red background", "red ground"
    }  # fmt: skip
    forms = all_forms(lambda rng: captions.on_ground(rng, "a fox", "red background"))
    assert {
        "a fox on a red background",
        "a fox in front of a red background",
        "a fox against a red background",
        "a fox, red background",
    } <= forms


def test_scenes_hold_things() -> None:
    forms = all_forms(lambda rng: captions.in_scene(rng, "an octopus", ("underwater scene",), ("underwater",)))
    assert {"an octopus underwater", "an octopus, underwater scene", "an underwater scene with an octopus"} <= forms


def test_the_left_one_is_named_first_or_described_as_left() -> None:
    assert all_forms(lambda rng: captions.side_by_side(rng, "a cup", "a book")) == {
        "a cup and a book",
        "a cup next to a book",
        "a cup to the left of a book",
        "a book to the right of a cup",
        "a cup on the left and a book on the right",
    }


def test_styles_stand_in_front_and_behind() -> None:
    forms = all_forms(lambda rng: captions.in_style(rng, "a fox", ("Van Gogh painting",), ("by Van Gogh",)))
    assert forms == {
        "a Van Gogh painting of a fox",
        "the Van Gogh painting of a fox",
        "Van Gogh painting of a fox",
        "a fox by Van Gogh",
        "a fox, by Van Gogh",
        "by Van Gogh, a fox",
    }


def test_some_captions_say_that_it_is_a_picture() -> None:
    forms = all_forms(lambda rng: captions.lead(rng, "a fox"))
    assert {"a fox", "a picture of a fox", "a drawing of a fox"} <= forms


def test_fixed_phrases_hold_the_joints() -> None:
    words = " ".join(captions.fixed_phrases()).split()
    assert {"tiny", "polka", "picture", "against", "left", "an", "the"} <= set(words)
    assert not any("{" in word for word in words)
