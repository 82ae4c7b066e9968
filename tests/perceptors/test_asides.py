"""What of a prompt shows nothing: whom it is by, and words for other tools."""

from __future__ import annotations

import pytest

from clipgen.perceptors.asides import lore, makers
from clipgen.perceptors.base import Vocabulary

NEAR = {"hopper": ["insect"], "vixen": ["fox"], "hokusai": ["woodblock"]}
WORDS = Vocabulary(
    ["fox", "insect", "city", "van gogh", "woodblock"], NEAR.get, lambda: {"woodblock": ["woodblock"]}
)


@pytest.mark.parametrize(
    ("text", "asides", "known"),
    [
        ("a city in the style of Edward Hopper", ["in the style of Edward Hopper"], "a city"),
        ("a fox by edward hopper, 8k", ["by edward hopper", "8k"], "a fox"),
        ("fox, by Hopper and a vixen", ["by Hopper"], "fox, and a fox"),
        ("a fox by H. R. Hopper", ["by H. R. Hopper"], "a fox"),
        ("a fox by Van Gogh", [], "a fox by Van Gogh"),  # known
        ("a fox by Hokusai", [], "a fox by woodblock"),  # in whose manner there are pictures
        ("a city by the fox", [], "a city by the fox"),
        ("a fox by hopper", [], "a fox by insect"),  # "by moonlight" is written like that, too
        ("a fox, very highly detailed, trending on x", ["very highly detailed", "trending on x"], "a fox"),
        ("fox, 85mm, best quality --ar 16:9 --v 5", ["85mm", "best quality", "--ar 16:9", "--v 5"], "fox"),
        ("a diagram of a fox, loose brush strokes", ["diagram of", "loose brush strokes"], "a a fox"),
        ("please draw a fox", ["please draw"], "a fox"),
        ("fox, no people", ["no people"], "fox"),
        ("fox, nobody around, empty space for text", ["nobody around", "empty space for text"], "fox"),
        ("fox, sticker design", ["sticker design"], "fox"),
        ("a fox--insect", [], "a fox--insect"),  # a dash
        ("a fox --no insect", [], "a fox --no insect"),  # says what is not to be seen
        ("artstation", ["artstation"], "artstation"),  # nothing would be left
    ],
)  # fmt: skip
def test_makers_who_are_not_known_and_words_for_other_tools_are_left_out(
    text: str, asides: list[str], known: str
) -> None:
    assert WORDS.asides(text) == asides
    assert WORDS.known(text) == known
    assert not {"edward", "hopper", "detailed", "artstation"} & {*WORDS.unknown(text)} or not asides


def test_they_are_found_in_a_long_line_at_once() -> None:
    text = "in the style of a, " * 20_000 + "by " * 20_000
    assert len([*makers(text)]) > 10_000 and lore(text) == []
