"""Which word a misspelled one was meant to be: one that sounds the same, or is one slip of a finger away."""

from __future__ import annotations

import re
from collections.abc import Iterable

# letters of a right word, and of one that may have any slip: in shorter ones, most slips give other words
_LEAST, _LONG = 5, 6
#: spellings of one sound, the longer ones first; a letter twice sounds as once
_SOUNDS = (
    ("ph", "f"), ("ck", "k"), ("qu", "q"), ("ie", "i"), ("ei", "i"), ("ou", "o"), ("c", "k"), ("y", "i"), ("z", "s"),
)  # fmt: skip
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Spelling:
    """Corrects words by a list of right ones.

        >>> spelling = Spelling(["elephant", "butterfly", "castle"])
        >>> spelling.corrected("elefant"), spelling.corrected("castel"), spelling.corrected("zorblax")
        ('elephant', 'castle', None)
        >>> Spelling(["black", "basket"]).corrected("blcak")
        'black'

    words: those that are right; of several that are near, the first one is taken.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.places: dict[str, int] = {}
        self.sounds: dict[str, str] = {}
        for word in words:
            if len(word) >= _LEAST and word.isalpha():
                self.places.setdefault(word, len(self.places))
                self.sounds.setdefault(_sound(word), word)
        self.longest = max(map(len, self.places), default=0)

    def corrected(self, word: str) -> str | None:
        """The word that was meant; None for one of the list or a short one, and where none is near."""
        # all that is one slip away from a word takes the square of its length
        if word in self.places or not _LEAST - 1 <= len(word) <= 2 * self.longest:
            return None
        if (alike := self.sounds.get(_sound(word))) is not None:
            return alike
        # a slip in the first letter is rare, and gives other words
        near = [one for one in _one_slip_away(word) if one in self.places and one[0] == word[0]]
        if len(word) < _LONG:
            near = [one for one in near if len(one) == _LONG or sorted(one) == sorted(word)]
        return min(near, key=self.places.__getitem__, default=None)


def _sound(word: str) -> str:
    for spelled, sound in _SOUNDS:
        word = word.replace(spelled, sound)
    return re.sub(r"(.)\1+", r"\1", word)


def _one_slip_away(word: str) -> Iterable[str]:
    """Words with a letter missing, more, changed, or two exchanged (Damerau 1964)."""
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        yield from (head + letter + tail for letter in _LETTERS)
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in _LETTERS)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
