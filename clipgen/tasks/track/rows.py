"""What tracking yields: the things in each frame, and from when to when each is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from clipgen.media.overlays import Box


@dataclass(frozen=True)
class Thing:
    """A thing in a frame: its number, the phrase, and its box in pixels of the upright frame."""

    number: int
    text: str
    box: Box

    def to_dict(self) -> dict[str, str | int | list[int]]:
        """Plain values."""
        return {"number": self.number, "text": self.text, "box": list(self.box)}


@dataclass(frozen=True)
class Tracked:
    """A frame of a film, from 0, when it is shown in seconds from the first, and the things in it by their numbers.

    total: length of the film in seconds.
    """

    path: Path
    index: int
    seconds: float
    total: float
    things: tuple[Thing, ...]

    def to_dict(self) -> dict[str, object]:
        """Plain values, rounded as they are printed."""
        things = [thing.to_dict() for thing in self.things]
        return {"path": str(self.path), "frame": self.index, "seconds": round(self.seconds, 4), "things": things}


@dataclass(frozen=True)
class Passage:
    """A thing in a film: its number, the phrase, when its first and last frame are shown, and how many it is in."""

    number: int
    text: str
    start: float
    end: float
    frames: int


def passages(rows: Iterable[Tracked]) -> list[Passage]:
    """The things of some frames of one film, by number.

    >>> film, things = Path("walk.mp4"), (Thing(1, "a fox", (0, 0, 8, 8)),)
    >>> passages([Tracked(film, 0, 0.0, 0.1, things), Tracked(film, 1, 0.04, 0.1, things)])
    [Passage(number=1, text='a fox', start=0.0, end=0.04, frames=2)]
    """
    found: dict[int, Passage] = {}
    for row in rows:
        for thing in row.things:
            before = found.get(thing.number, Passage(thing.number, thing.text, row.seconds, row.seconds, 0))
            found[thing.number] = replace(before, end=row.seconds, frames=before.frames + 1)
    return [found[number] for number in sorted(found)]
