"""Moments of films: a file and a time in it, as people read and link them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Moment:
    """A time in a film, in seconds from its first frame.

    >>> Moment(Path("films/walk.mp4"), 83.4).name, Moment(Path("/films/walk.mp4"), 83.4).link
    ('walk.mp4 @ 00:01:23', 'file:///films/walk.mp4#t=83.4')
    """

    path: Path
    seconds: float

    @property
    def name(self) -> str:
        """Name of the file and time, as printed."""
        return f"{self.path.name} @ {clock(self.seconds)}"

    @property
    def link(self) -> str:
        """Address at which a browser plays the film from there."""
        return f"{self.path.absolute().as_uri()}#t={self.seconds:g}"


def clock(seconds: float, *, decimals: int = 0, point: str = ".") -> str:
    """A time as hours, minutes and seconds; rounded down to whole seconds, as players show it.

    >>> clock(83.999), clock(83.4567, decimals=3, point=",")
    ('00:01:23', '00:01:23,457')
    """
    units = round(seconds * 10**decimals) if decimals else int(seconds)
    whole, part = divmod(units, 10**decimals)
    text = f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return f"{text}{point}{part:0{decimals}d}" if decimals else text
