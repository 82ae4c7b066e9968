"""The frames of the films in a library, as rows: each has a key of its own, under which perceptors store vectors."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clipgen.library.database import Database
from clipgen.library.hashes import Hashes
from clipgen.library.schema import INSIDE, inside


@dataclass(frozen=True)
class Frame:
    """A frame of a film.

    film: sha256 of the film's file; seconds: when it is shown, from the first frame; phashes: its perceptual hashes in
    the eight symmetries, [8] uint64.
    """

    film: bytes
    seconds: float
    phashes: bytes

    @property
    def key(self) -> bytes:
        """What its vectors are stored by: 32 bytes, of the film and the time."""
        return hashlib.sha256(self.film + f"@{self.seconds:.3f}".encode()).digest()


@dataclass(frozen=True)
class State:
    """How far a film is embedded by a perceptor.

    seconds: to which time, below 0 for not at all; done: whether that is all; problem: why not, "" for a whole film.
    """

    seconds: float = -1.0
    done: bool = False
    problem: str = ""


class Frames:
    """The frames of films, in the file of a database.

        >>> frames = Frames(Database(folder / "library.sqlite"))
        >>> frames.add(b"film", [Frame(b"film", 2.5, bytes(64))], "5e1f", State(3.0))
        >>> frames.state(b"film", "5e1f").seconds, frames.last(b"film", 3.0)[0].seconds
        (3.0, 2.5)

    Methods raise OutputError where the file cannot be used.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, film: bytes, frames: Sequence[Frame], perceptor: str, state: State) -> None:
        """Add frames of a film, and how far it is embedded with them; perceptor: a fingerprint."""
        with self.database.writing() as connection:
            connection.executemany(
                "insert or ignore into frame values (?, ?, ?, ?)",
                [(one.key, one.film, one.seconds, one.phashes) for one in frames],
            )
            connection.execute(
                "insert or replace into watched values (?, ?, ?, ?, ?)",
                (film, perceptor, state.seconds, state.done, state.problem),
            )

    def state(self, film: bytes, perceptor: str) -> State:
        """How far a film is embedded."""
        query = "select seconds, done, problem from watched where film = ? and perceptor = ?"
        rows = self.database.rows(query, (film, perceptor))
        return State(rows[0][0], bool(rows[0][1]), rows[0][2]) if rows else State()

    def watched(self, perceptor: str) -> dict[bytes, str]:
        """The films that need no work any more, and what is wrong with them, "" for whole ones."""
        return dict(self.database.rows("select film, problem from watched where perceptor = ? and done", (perceptor,)))

    def last(self, film: bytes, until: float) -> list[Frame]:
        """The frames of a film until a time, the last first; of any perceptor."""
        query = "select film, seconds, phashes from frame where film = ? and seconds <= ? order by seconds desc"
        return [Frame(*row) for row in self.database.rows(query, (film, until))]

    def keys(self, places: Sequence[Path]) -> list[bytes]:
        """The keys of all frames in some places, in the order of paths and times."""
        query = f"select key from file join frame on film = file.hash where {INSIDE} order by path, seconds"
        found = (key for place in places for (key,) in self.database.rows(query, inside(place)))
        return list(dict.fromkeys(found))

    def count(self, places: Sequence[Path]) -> int:
        """The number of frames in some places; those of a film that is there twice count twice."""
        query = f"select count(*) from file join frame on film = file.hash where {INSIDE}"
        return sum(int(self.database.rows(query, inside(place))[0][0]) for place in places)

    def find(self, keys: Iterable[bytes]) -> dict[bytes, Frame]:
        """The frames among some keys; the others are of pictures."""
        query = "select film, seconds, phashes from frame where key = ?"
        return {key: Frame(*row) for key in keys for row in self.database.rows(query, (key,))}

    def of_film(self, film: bytes) -> list[bytes]:
        """The keys of a film's frames, in order."""
        rows = self.database.rows("select key from frame where film = ? order by seconds", (film,))
        return [key for (key,) in rows]

    def films(self, place: Path) -> int:
        """The number of films in a place."""
        query = f"select count(distinct hash) from file join content using (hash) where {INSIDE} and seconds > 0"
        return int(self.database.rows(query, inside(place))[0][0])


def phashes_of(frames: Sequence[Frame]) -> Hashes:
    """Perceptual hashes: [N, 8].

    >>> phashes_of([Frame(b"film", 2.5, bytes(64))]).shape
    (1, 8)
    """
    return np.frombuffer(b"".join(one.phashes for one in frames), np.uint64).reshape(-1, 8)
