"""What is drawn: prompts by difficulty, one a day, and those of players."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from clipgen.models.weights import prompts_folder
from clipgen.web.database import Database

LEVELS = ("easy", "medium", "hard")
OWN = "own"
_MOST_OWN, _SHOWN = 10_000, 50  # prompts of players in all, and those that are listed


@dataclass(frozen=True)
class Prompt:
    """A prompt: its number, its text, and how hard it is: one of LEVELS, or OWN."""

    id: int
    text: str
    level: str


@lru_cache(maxsize=1)
def shipped() -> tuple[tuple[str, str], ...]:
    """Text and level of the prompts in prompts/game/.

    >>> shipped()[0]
    ('an apple', 'easy')
    """
    folder = prompts_folder() / "game"
    return tuple(
        (text, level) for level in LEVELS for text in (folder / f"{level}.txt").read_text(encoding="utf-8").splitlines()
    )


def texts() -> list[str]:
    """The texts of the shipped prompts: what drawings are compared with."""
    return [text for text, _ in shipped()]


class Prompts:
    """The prompts of a game.

    >>> from clipgen.web.game.schema import opened
    >>> prompts = Prompts(opened(folder / "web"))
    >>> prompts.daily("2026-11-27") == prompts.daily("2026-11-27")
    True
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.writing():
            for text, level in shipped():
                self._insert(text, level, "")

    def all(self) -> list[Prompt]:
        """Those that are shipped, easy ones first, and the last ones of players."""
        order = " ".join(f"when '{level}' then {place}" for place, level in enumerate(LEVELS))
        listed = self._found(f"level != '{OWN}' order by case level {order} end, id")
        return [*listed, *self._found(f"level = '{OWN}' order by id desc limit {_SHOWN}")]

    def get(self, id: int) -> Prompt | None:
        """One prompt."""
        return next(iter(self._found("id = ?", [id])), None)

    def daily(self, day: str) -> Prompt:
        """The prompt of a day: the same for all, also after a restart."""
        known = texts()
        place = int.from_bytes(hashlib.sha256(day.encode()).digest()[:8]) % len(known)
        return self._found("text = ?", [known[place]])[0]

    def add(self, text: str, visitor: str) -> Prompt | None:
        """A prompt of a player; the one that is there already, None when there are too many."""
        with self.database.writing():
            if self.database.number("select count(*) from prompt where level = ?", [OWN]) < _MOST_OWN:
                self._insert(text, OWN, visitor)
            return next(iter(self._found("text = ?", [text])), None)

    def _insert(self, text: str, level: str, visitor: str) -> None:
        self.database.execute(
            "insert or ignore into prompt (text, level, visitor, created) values (?, ?, ?, ?)",
            [text, level, visitor, time.time()],
        )

    def _found(self, where: str, values: Sequence[int | str] = ()) -> list[Prompt]:
        rows = self.database.rows(f"select id, text, level from prompt where {where}", values)
        return [Prompt(row["id"], row["text"], row["level"]) for row in rows]
