"""What every source of training pictures gives, and which of its pictures training never sees."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from clipgen.train.world import STYLES

HELD_OUT = 0.125  # share of every source that training never sees

# how a picture is made: the world's styles, and what only real pictures are; the names of each, the best first
_MEDIA: dict[str, tuple[str, ...]] = {
    "drawing": ("simple drawing", "quick sketch", "doodle", "child's drawing", "drawing by hand"),
    "whiteboard": ("whiteboard drawing", "drawing on a whiteboard"),
    "lettering": ("picture of text", "written words", "lettering"),
}
MANNERS: dict[str, tuple[str, ...]] = {**{name: style.before for name, style in STYLES.items()}, **_MEDIA}
_PLACE = {name: place for place, name in enumerate(MANNERS)}


def manner(name: str) -> int:
    """Index of a way to make pictures in MANNERS.

    >>> list(MANNERS)[manner("photo")]
    'photo'
    """
    return _PLACE[name]


@dataclass(frozen=True)
class Example:
    """A picture (uint8 [S, S, 3] RGB), its caption, and what single-name questions ask of it (-1: nothing).

    label: index into its source's labels; scene: into the world's scenes; manner: into MANNERS.
    """

    image: np.ndarray
    caption: str
    label: int = -1
    scene: int = -1
    manner: int = -1


class Source(Protocol):
    """A source of captioned pictures.

    name: of the source; labels: the names of each thing that it shows, the best first; one picture shows one of them,
    so that the labels of a source exclude each other.
    """

    @property
    def name(self) -> str: ...
    @property
    def labels(self) -> tuple[tuple[str, ...], ...]: ...

    def sample(self, rng: np.random.Generator, size: int) -> Example:
        """Draw a picture with a side of `size` pixels and its caption; the same generator gives the same picture."""
        ...

    def plain(self, rng: np.random.Generator, size: int) -> Example:
        """As `sample`, but a picture as people have it, without what training does to it, and its plainest caption."""
        ...


def is_held_out(key: str, share: float = HELD_OUT) -> bool:
    """Whether the picture of a key belongs to the held-out part: by its sha256, the same on every machine.

        >>> sum(is_held_out(f"photo {i}") for i in range(1000))
        119

    key: identifies the picture in its source, such as a file's name; share: in [0, 1].
    """
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") < share * 2**32


def plain(name: str) -> str:
    """A name as prompts have it: lower case, without what prompts do not have.

    >>> plain("The_Eiffel Tower")
    'the eiffel tower'
    """
    return " ".join(name.replace("_", " ").replace(":", "").lower().split())
