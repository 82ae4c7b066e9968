"""What the verbs that compare pictures with words yield, one frozen record at a time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from clipgen.similarity import Match, Skipped

__all__ = ["Compared", "Described", "Labelled", "Ranked", "Skipped", "Slot", "Trait", "Traits"]


@dataclass(frozen=True)
class Described:
    """A picture's captions, best first; none where `abstain` found nothing that fits.

    index: the picture's place among those that were given, from 0; path: None for pixels; seconds: that it took;
    unsure: whether it shows nothing that the perceptor was taught, as far as that is known.
    """

    index: int
    path: Path | None
    matches: tuple[Match, ...]
    seconds: float
    unsure: bool = False


@dataclass(frozen=True)
class Slot(Match):
    """A phrase that fits, with the kind of phrase that it is; kind: subject, scene, style, background or light."""

    kind: str


@dataclass(frozen=True)
class Labelled:
    """A picture's most probable labels, best first; index, path: as of `Described`."""

    index: int
    path: Path | None
    matches: tuple[Match, ...]


@dataclass(frozen=True)
class Ranked:
    """A picture, its cosine to the phrase, and z among unrelated pictures and captions; index, path: see `Described`.

    Pictures are yielded best first.
    """

    index: int
    path: Path | None
    score: float
    z: float


@dataclass(frozen=True)
class Compared:
    """A picture's cosines with each text, or with each picture; index, path: as of `Described`."""

    index: int
    path: Path | None
    scores: tuple[float, ...]


@dataclass(frozen=True)
class Trait:
    """A phrase and its score, as `common`, `contrast` and `negative` in `clipgen.tasks.caption.sets` define it."""

    text: str
    score: float


@dataclass(frozen=True)
class Traits:
    """What one picture is not, what all of them share, or what sets them apart, strongest first.

    path: of the picture for "negative"; None for a result about all pictures, and for pixels.
    """

    path: Path | None
    traits: tuple[Trait, ...]
