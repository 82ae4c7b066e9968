"""Every setting of every verb, its default and its one line of help: written once, here.

    >>> from clipgen.settings import GenerateSettings
    >>> settings = GenerateSettings.of(size=(512, 384), seed=7).resolved()
    >>> settings.search.steps == QUALITIES["normal"].steps
    True

The command line builds its options from these fields; a picture carries them in its metadata. Options of one generator
are declared in its module.
"""

from __future__ import annotations

from clipgen.settings.areas import Areas
from clipgen.settings.base import DTYPES, About, Settings, about_of, help_of, hints, settings_in
from clipgen.settings.describe import (
    CaptionSettings,
    CaptionVerb,
    ClassifySettings,
    ClassifyVerb,
    CompareVerb,
    DescribeSettings,
    RankSettings,
    RankVerb,
)
from clipgen.settings.estimate import EstimateSettings, EstimateVerb
from clipgen.settings.film import TRANSITIONS, AnimateSettings, FilmSettings
from clipgen.settings.generate import GenerateSettings, options_of, picture_settings
from clipgen.settings.grouped import GroupedSettings
from clipgen.settings.groups import (
    LR_DECAYS,
    MAX_SEED,
    MAX_SIDE,
    NOISES,
    QUALITIES,
    STARTS,
    Canvas,
    CutoutSettings,
    Guides,
    Init,
    Machine,
    Preset,
    Search,
)
from clipgen.settings.inspect import DetectSettings, DetectVerb, InspectVerb, ModerateSettings, ModerateVerb
from clipgen.settings.library import (
    ClusterSettings,
    CurateSettings,
    CurateVerb,
    DuplicatesSettings,
    DuplicatesVerb,
    FilmsSettings,
    IndexSettings,
    IndexVerb,
    LibraryVerb,
    OrientSettings,
    OrientVerb,
    QuerySettings,
    SearchVerb,
)
from clipgen.settings.options import GeneratorOptions
from clipgen.settings.pair import PairSettings, PairVerb
from clipgen.settings.places import PLACES, Box, Place, split_region
from clipgen.settings.usual import USUAL
from clipgen.settings.viewing import ScenesSettings, ScenesVerb, TrackSettings, TrackVerb

__all__ = [
    "About",
    "AnimateSettings",
    "Areas",
    "Box",
    "Canvas",
    "CaptionSettings",
    "CaptionVerb",
    "ClassifySettings",
    "ClassifyVerb",
    "ClusterSettings",
    "CompareVerb",
    "CurateSettings",
    "CurateVerb",
    "CutoutSettings",
    "DTYPES",
    "DescribeSettings",
    "DetectSettings",
    "DetectVerb",
    "DuplicatesSettings",
    "DuplicatesVerb",
    "EstimateSettings",
    "EstimateVerb",
    "FilmSettings",
    "FilmsSettings",
    "GenerateSettings",
    "GeneratorOptions",
    "GroupedSettings",
    "Guides",
    "IndexSettings",
    "IndexVerb",
    "Init",
    "InspectVerb",
    "LR_DECAYS",
    "LibraryVerb",
    "MAX_SEED",
    "MAX_SIDE",
    "Machine",
    "ModerateSettings",
    "ModerateVerb",
    "NOISES",
    "PairSettings",
    "PairVerb",
    "PLACES",
    "Place",
    "OrientSettings",
    "OrientVerb",
    "Preset",
    "QUALITIES",
    "QuerySettings",
    "RankSettings",
    "RankVerb",
    "STARTS",
    "ScenesSettings",
    "ScenesVerb",
    "Search",
    "SearchVerb",
    "Settings",
    "TRANSITIONS",
    "TrackSettings",
    "TrackVerb",
    "USUAL",
    "about_of",
    "help_of",
    "hints",
    "options_of",
    "picture_settings",
    "settings_in",
    "split_region",
]
