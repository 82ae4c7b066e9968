"""Judge pictures and texts by what should not be shown: clear, check or veil."""

from __future__ import annotations

from clipgen.tasks.moderate.files import Moderated, moderate
from clipgen.tasks.moderate.moderator import Moderator
from clipgen.tasks.moderate.recipe import Recipe
from clipgen.tasks.moderate.text import judge_text
from clipgen.tasks.moderate.veil import check_target, veil, veiled_copy, veiled_paths
from clipgen.tasks.moderate.verdict import BANDS, CHECK, CLEAR, VEIL, Verdict

__all__ = [
    "BANDS",
    "CHECK",
    "CLEAR",
    "Moderated",
    "Moderator",
    "Recipe",
    "VEIL",
    "Verdict",
    "check_target",
    "judge_text",
    "moderate",
    "veil",
    "veiled_copy",
    "veiled_paths",
]
