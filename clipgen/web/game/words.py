"""Names of players and prompts of their own: cleaned, bounded, and judged as texts."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

from clipgen.errors import PromptError, SettingsError

if TYPE_CHECKING:  # it imports torch
    from clipgen.tasks.moderate import Verdict

NAME, PROMPT = 24, 60  # characters, at most
NOBODY = "anonymous"
# letters that carry more marks than a script needs make towers over other lines
_MARKS = 2


def clean(text: str, most: int) -> str:
    """A text on one line, without what is invisible, turns the direction of writing, or towers over other lines.

    >>> clean("  Ann\\u202e \\n  Lee ", 24), clean("o\\u0300\\u0300\\u0300\\u0300\\u0300", 24) == "ò\\u0300\\u0300"
    ('Ann Lee', True)
    """
    kept, marks = [], 0
    for letter in unicodedata.normalize("NFKC", text):
        kind = unicodedata.category(letter)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if kind.startswith("Z") or letter in "\t\n\r":
            kept.append(" ")
        elif not kind.startswith("C") and marks <= _MARKS:
            kept.append(letter)
    return " ".join("".join(kept).split())[:most].strip()


def player(name: str, judge: Callable[[str], Verdict]) -> str:
    """The name of a player as the board shows it.

        >>> from clipgen.tasks.moderate import Verdict
        >>> player("  Ann ", lambda text: Verdict("clear")), player("", lambda text: Verdict("clear"))
        ('Ann', 'anonymous')

    Raises SettingsError for a name that a board should not show.
    """
    from clipgen.tasks.moderate import VEIL

    cleaned = clean(name, NAME)
    if judge(cleaned).band == VEIL:
        raise SettingsError("this name is not accepted; choose another one", settings=["name"])
    return cleaned or NOBODY


def own_prompt(text: str, judge: Callable[[str], Verdict]) -> str:
    """A prompt of a player's own, in lower case.

        >>> from clipgen.tasks.moderate import Verdict
        >>> own_prompt(" A paper  fox", lambda text: Verdict("clear"))
        'a paper fox'

    Raises PromptError for one that is empty or doubtful.
    """
    from clipgen.tasks.moderate import CLEAR

    cleaned = clean(text, PROMPT).lower()
    if not any(letter.isalpha() for letter in cleaned):
        raise PromptError("a prompt needs words", settings=["prompt"])
    if judge(cleaned).band != CLEAR:
        raise PromptError("this prompt is not accepted; choose another one", settings=["prompt"])
    return cleaned
