"""Which places the words of a prompt name outright, by the names of scenes and by phrases such as "on the moon"."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import cache
from typing import NamedTuple

from clipgen.perceptors.base import STOP_WORDS
from clipgen.perceptors.openclip.meanings import mood_words
from clipgen.tasks.generate.nouns import tokenized

# what other scenes have, too: a harbour at sunrise is a harbour
HOURS = frozenset(
    ("sunset", "sunrise", "night sky", "thunderstorm", "rainy day", "rainbow", "sea of clouds", "northern lights")
    + ("autumn forest",)
)
# parts of a place, and words for a picture of one: "a bakery window", "a forest scene"
PARTS = (
    ("background", "door", "floor", "interior", "landscape", "level", "room", "scene", "view", "wall", "walls")
    + ("window", "windows")
)  # fmt: skip
# of what a place is, which no thing is: "an old stone bridge"
MATERIALS = ("brick", "cobbled", "concrete", "iron", "marble", "stone", "wooden")
# "in a cave" is said of his cave, too
_ANY, _DETERMINERS = ("a", "an", "the"), "a|an|the|my|our|his|her|their|some|this|that"


class _Phrase(NamedTuple):
    """What names places: its words but for determiners, and the scenes that it means."""

    text: str
    words: frozenset[str]
    scenes: Set[str]


class Said(NamedTuple):
    """The scenes that texts name outright, and the texts without the words that do so."""

    scenes: frozenset[str]
    texts: tuple[str, ...]


def places_said(texts: Sequence[str]) -> Said:
    """The places that texts name outright, but for hours and weather.

    >>> places_said(["a cat on the moon", "a pool table"])
    Said(scenes=frozenset({'moon surface'}), texts=('a cat', 'a pool table'))
    """
    found: set[str] = set()
    left = []
    for text in map(tokenized, texts):
        for phrase in _phrases():
            if phrase.words.issubset(text.split()):
                text, times = _pattern(phrase.text).subn(" ", text)
                found |= phrase.scenes if times else set()
        left.append(" ".join(text.split()))
    return Said(frozenset(found), tuple(left))


@cache
def _phrases() -> tuple[_Phrase, ...]:
    """What names places, the longest first, each with the scenes that it means, or may mean: the sea at sunset, too."""
    from clipgen.scenery import SCENES  # late: OpenCV, which these draw with, changes the environment when imported

    said: dict[str, Set[str]] = {}
    for name, scene in SCENES.items():
        if name not in HOURS:
            meant = {other for other, its in SCENES.items() if _is_in_a_mood(scene.names, its.names)}
            said |= {phrase.lower(): meant | {name} for phrase in (*scene.names, *scene.place)}
    longest = sorted(said, key=len, reverse=True)
    return tuple(_Phrase(text, frozenset(text.split()).difference(_ANY), said[text]) for text in longest)


def _is_in_a_mood(names: Sequence[str], others: Sequence[str]) -> bool:
    """Whether one of other names is one of a place, and words of hours or weather."""
    moods = mood_words() | STOP_WORDS
    rest = [f" {other} ".replace(f" {name} ", " ") for name in names for other in others if f" {name} " in f" {other} "]
    return any(moods.issuperset(words.split()) for words in rest)


def _pattern(phrase: str) -> re.Pattern[str]:
    """A phrase, where no word follows that it may be a part of: a pool table is no pool, nor one of flowers a sea."""
    words = [f"(?:{_DETERMINERS})" if word in _ANY else re.escape(word) for word in phrase.split()]
    after = "|".join(sorted((STOP_WORDS - {"of"}) | {"full", "filled"}))
    part = f"(?: (?:{'|'.join(PARTS)}))?"
    of_what = f"(?:(?:{'|'.join(MATERIALS)}) )?"
    return re.compile(rf"\b{of_what}{' '.join(words)}{part}(?= *$| [^\w\s]| (?:{after}|\w+ing)\b)")
