"""Slips of the finger, and words written as they sound."""

from __future__ import annotations

import pytest

from clipgen.perceptors.openclip.spelling import Spelling

SPELLING = Spelling(["elephant", "strawberry", "castle", "mountain", "waterfall", "boat", "penguin", "black", "puppy"])


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("elefant", "elephant"), ("strawbery", "strawberry"), ("castel", "castle"), ("mountian", "mountain"),
        ("blcak", "black"), ("pupy", "puppy"), ("castl", "castle"),
        ("moutain", "mountain"), ("watterfall", "waterfall"), ("penguim", "penguin"), ("penguinn", "penguin"),
    ],
)  # fmt: skip
def test_a_slip_is_corrected(word: str, meant: str) -> None:
    assert SPELLING.corrected(word) == meant


@pytest.mark.parametrize(
    "word",
    ["castle", pytest.param("c" * 1_000_000, id="long"), "bost", "blank", "pupp", "zorblax", "fountain", "hassle"]
    + ["element", ""],
)
def test_other_words_are_left_alone(word: str) -> None:
    """Those that are right or short, and those that begin with another letter: "fountain" is no "mountain"."""
    assert SPELLING.corrected(word) is None
