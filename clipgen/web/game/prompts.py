"""What is drawn: prompts by difficulty, one a day, and those of players."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Select, case, func, select

from clipgen.models.weights import prompts_folder
from clipgen.web.database import Database
from clipgen.web.game.schema import PROMPT

LEVELS = ("easy", "medium", "hard")
OWN = "own"
#: no prompt has a greater number
MOST = 10**9
_MOST_OWN, _SHOWN = 10_000, 50  # prompts of players in all, and those that are listed


_PROMPTS = select(PROMPT.c.id, PROMPT.c.text, PROMPT.c.level)


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
    >>> from clipgen.web.settings import WebSettings
    >>> prompts = Prompts(opened(WebSettings(folder=folder / "web")))
    >>> prompts.daily("2026-11-27") == prompts.daily("2026-11-27")
    True
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        now = time.time()
        database.execute(
            database.into(PROMPT).on_conflict_do_nothing(),
            [{"text": text, "level": level, "visitor": "", "created": now} for text, level in shipped()],
        )

    def all(self) -> list[Prompt]:
        """Those that are shipped, easy ones first, and the last ones of players."""
        level = case({name: place for place, name in enumerate(LEVELS)}, value=PROMPT.c.level)
        listed = self._found(_PROMPTS.where(PROMPT.c.level != OWN).order_by(level, PROMPT.c.id))
        own = _PROMPTS.where(PROMPT.c.level == OWN).order_by(PROMPT.c.id.desc()).limit(_SHOWN)
        return [*listed, *self._found(own)]

    def get(self, id: int) -> Prompt | None:
        """One prompt."""
        return next(iter(self._found(_PROMPTS.where(PROMPT.c.id == id))), None)

    def daily(self, day: str) -> Prompt:
        """The prompt of a day: the same for all, also after a restart."""
        known = texts()
        place = int.from_bytes(hashlib.sha256(day.encode()).digest()[:8]) % len(known)
        return self._found(_PROMPTS.where(PROMPT.c.text == known[place]))[0]

    def random(self, level: str) -> Prompt:
        """A random one of a level that is shipped."""
        return secrets.choice(self._found(_PROMPTS.where(PROMPT.c.level == level)))

    def add(self, text: str, visitor: str) -> Prompt | None:
        """A prompt of a player; the one that is there already, None when there are too many."""
        own = select(func.count()).select_from(PROMPT).where(PROMPT.c.level == OWN)
        with self.database.writing():
            if self.database.number(own) < _MOST_OWN:
                values = {"text": text, "level": OWN, "visitor": visitor, "created": time.time()}
                self.database.execute(self.database.into(PROMPT).on_conflict_do_nothing(), [values])
            return next(iter(self._found(_PROMPTS.where(PROMPT.c.text == text))), None)

    def _found(self, query: Select[tuple[int, str, str]]) -> list[Prompt]:
        return [Prompt(row["id"], row["text"], row["level"]) for row in self.database.rows(query)]
