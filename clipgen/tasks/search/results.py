"""What a search yields."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from clipgen.media.moments import Moment


@dataclass(frozen=True)
class Searched:
    """What was searched, before the first Found.

    files: number of them; frames: of films among them; likely: how many pictures and frames fit better than chance;
    unknown: words that the perceptor has never seen.
    """

    files: int
    frames: int
    likely: int
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """A picture, or a moment of a film, that was found.

    path: its first file; score: cosine; z: standard deviations above what unrelated pictures reach; likely: whether
    fewer than one of the searched pictures would reach that by chance; named: whether all words are in its file name or
    keywords; copies: files with near copies of it that were folded, and further ones with the same bytes; seconds: time
    in a film, from its first frame, None for a picture; moments: further times in this film that were folded.
    """

    path: Path
    score: float
    z: float
    likely: bool
    named: bool
    copies: tuple[Path, ...]
    seconds: float | None = None
    moments: tuple[float, ...] = ()

    @property
    def shown(self) -> Path | Moment:
        """Where it is: the file, and for a film also the time."""
        return self.path if self.seconds is None else Moment(self.path, self.seconds)

    def to_dict(self) -> dict[str, str | float | bool | list[str] | list[float] | None]:
        """Plain values, rounded as they are printed."""
        return {
            "path": str(self.path),
            "score": round(self.score, 4),
            "z": round(self.z, 2),
            "likely": self.likely,
            "named": self.named,
            "copies": [str(path) for path in self.copies],
            "seconds": None if self.seconds is None else round(self.seconds, 3),
            "moments": [round(seconds, 3) for seconds in self.moments],
        }
