"""Every setting of every verb, its default and its one line of help: written once, here.

    >>> from clipgen.settings import GenerateSettings
    >>> settings = GenerateSettings(size=(512, 384), seed=7).resolved()
    >>> settings.steps == QUALITIES["normal"].steps
    True

The command line builds its options from these fields; a picture carries them in its metadata.
"""

from __future__ import annotations

from clipgen.settings.base import DTYPES, Settings, help_of, hints
from clipgen.settings.describe import CaptionSettings, ClassifySettings, DescribeSettings, RankSettings
from clipgen.settings.film import TRANSITIONS, FilmSettings
from clipgen.settings.generate import (
    LR_DECAYS,
    MAX_SEED,
    MAX_SIDE,
    NOISES,
    QUALITIES,
    STARTS,
    GenerateSettings,
    Preset,
)

__all__ = [
    "DTYPES",
    "LR_DECAYS",
    "MAX_SEED",
    "MAX_SIDE",
    "NOISES",
    "QUALITIES",
    "STARTS",
    "TRANSITIONS",
    "CaptionSettings",
    "ClassifySettings",
    "DescribeSettings",
    "FilmSettings",
    "GenerateSettings",
    "Preset",
    "RankSettings",
    "Settings",
    "help_of",
    "hints",
]
