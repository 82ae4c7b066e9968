"""How a prompt is understood, while it is typed."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import TYPE_CHECKING

from clipgen.errors import PromptError
from clipgen.notation import notes_on
from clipgen.prompts import parse_prompts
from clipgen.settings import GenerateSettings
from clipgen.values import Json
from clipgen.web.studio.admission import files_of

if TYPE_CHECKING:  # they import torch
    from clipgen.perceptors.base import Perceptor
    from clipgen.studio import Studio


def read_prompt(prompt: str, perceptor: str, studio: Studio) -> dict[str, Json]:
    """The parts of a prompt, and its words that a CLIP does not know.

        >>> read_prompt("a red fox | fog:0.5", "builtin", studio)["parts"][1]["weight"]
        0.5

    perceptor: name of the CLIP; studio: which has it. Returns parts, with text, weight, stop and unknown words (but
    those that pictures start from), a line that explains these, notes on what is written as for another tool, and the
    reason why the prompt cannot be parsed, if it cannot.
    """
    from clipgen.tasks.bank import drawn_words, is_known_to  # late: it imports torch

    if not prompt.strip():
        return {"parts": [], "explained": "", "notes": [], "error": None}
    try:
        parts = parse_prompts(prompt)
    except PromptError as error:
        return {"parts": [], "explained": "", "notes": [], "error": str(error)}
    clip = studio.perceptor(_settings(perceptor))
    drawn = drawn_words() if is_known_to(clip) else frozenset()
    shown: list[Json] = [
        {
            "text": part.text,
            "weight": part.weight,
            "stop": part.stop if math.isfinite(part.stop) else None,
            "unknown": _unknown(part.text, clip, drawn),
        }
        for part in parts
    ]
    explained = clip.explain_unknown([part.text for part in parts], "drawn", but=drawn)
    return {"parts": shown, "explained": explained, "notes": [*notes_on(prompt)], "error": None}


def _unknown(text: str, clip: Perceptor, drawn: Collection[str]) -> list[Json]:
    unknown = clip.unknown_but(text, drawn)
    left: list[Json] = [{"word": aside, "drawn_as": None} for aside in clip.asides(text)]
    return left + [{"word": word, "drawn_as": next(iter(clip.stand_ins(word)), None)} for word in unknown]


def _settings(perceptor: str) -> GenerateSettings:
    """Settings with a CLIP that visitors may name. Raises SettingsError for any other name."""
    from clipgen.jobs import Job

    settings = GenerateSettings.of(perceptors=(perceptor,))
    list(files_of(Job("generate", settings=settings)))
    return settings
