"""Places in a picture by words: a name, or left, top, width and height in pixels or percent.

>>> Place.parse("right").box((200, 100))
(100, 0, 200, 100)
>>> Place.parse("0,0,50%,40").box((200, 100))
(0, 0, 100, 40)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from clipgen.errors import SettingsError

#: left, top, right and bottom in pixels
Box = tuple[int, int, int, int]

#: name → left, top, width and height, as shares of the picture
PLACES: Mapping[str, tuple[float, float, float, float]] = {
    "left": (0, 0, 0.5, 1),
    "right": (0.5, 0, 0.5, 1),
    "top": (0, 0, 1, 0.5),
    "bottom": (0, 0.5, 1, 0.5),
    "centre": (0.25, 0.25, 0.5, 0.5),
    "top left": (0, 0, 0.5, 0.5),
    "top right": (0.5, 0, 0.5, 0.5),
    "bottom left": (0, 0.5, 0.5, 0.5),
    "bottom right": (0.5, 0.5, 0.5, 0.5),
}
#: sides of the smallest region: of a smaller one CLIP sees nothing
LEAST = 8

_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*(%|px)?")
_EXAMPLES = 'write PLACE=TEXT, for example "left=a castle", "0,0,50%,100%=a castle" or "100,50,128,128=a boat"'


@dataclass(frozen=True)
class Place:
    """A part of a picture of any size.

    text: as it was written; lengths: left, top, width and height, each a number of pixels or a share of the picture;
    shares: which of them are shares.
    """

    text: str
    lengths: tuple[float, float, float, float]
    shares: tuple[bool, bool, bool, bool]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse the name of a place, or left, top, width and height between commas.

            >>> Place.parse("Top-Left").lengths
            (0, 0, 0.5, 0.5)

        Raises SettingsError for anything else.
        """
        name = re.sub(r"[\s_-]+", " ", text.strip().lower()).replace("center", "centre")
        if name in PLACES:
            return cls(text.strip(), PLACES[name], (True,) * 4)
        found = [_LENGTH.fullmatch(part.strip()) for part in text.split(",")]
        if len(found) != 4 or not all(found):
            raise SettingsError(
                f"regions has the place {text.strip()!r}; it must be {', '.join(PLACES)}, or left, top, width and "
                "height in pixels or percent, for example 0,0,50%,100%",
                settings=["regions"],
            )
        lengths = [float(part[1]) / (100 if part[2] == "%" else 1) for part in found if part]
        shares = [part[2] == "%" or float(part[1]) == 0 for part in found if part]
        return cls(text.strip(), (*lengths,), (*shares,))  # type: ignore[arg-type]  # there are four

    def box(self, size: tuple[int, int]) -> Box:
        """The place in a picture of (width, height), in pixels.

            >>> Place.parse("100,0,100,100").box((128, 128))
            Traceback (most recent call last):
            clipgen.errors.SettingsError: regions has the place 100,0,100,100, which ends at 200; ... 128 pixels wide

        Raises SettingsError for a place that is not whole inside of the picture, or has no size.
        """
        spans = []
        for axis, (length, name) in enumerate(zip(size, ("wide", "high"), strict=True)):
            start, extent = (
                self.lengths[axis + 2 * end] * (length if self.shares[axis + 2 * end] else 1) for end in (0, 1)
            )
            if start + extent > length + 0.5:
                raise self._wrong(f"ends at {start + extent:g}; the picture is {length} pixels {name}")
            first, last = round(start), min(length, round(start + extent))
            if last - first < LEAST:
                raise self._wrong(f"is {last - first} pixels {name} there; a region has {LEAST} or more")
            spans.append((first, last))
        (left, right), (top, bottom) = spans
        return left, top, right, bottom

    def _wrong(self, why: str) -> SettingsError:
        return SettingsError(f"regions has the place {self.text}, which {why}", settings=["regions"])


def split_region(text: str) -> tuple[Place, str]:
    """The place of a region, and its prompt line.

        >>> split_region("right = a forest | fog:0.3")[1]
        'a forest | fog:0.3'

    Raises SettingsError for a text without a place or without words.
    """
    place, equals, words = text.partition("=")
    if not equals or not place.strip() or not words.strip():
        raise SettingsError(f"regions has {text!r}; {_EXAMPLES}", settings=["regions"])
    return Place.parse(place), words.strip()
