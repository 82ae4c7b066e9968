"""The settings of `pair`."""

from __future__ import annotations

from dataclasses import dataclass, field

from clipgen.settings.base import About, Settings, setting
from clipgen.settings.describe import DescribeSettings
from clipgen.settings.grouped import GroupedSettings


@dataclass(frozen=True)
class PairSettings(Settings):
    """How the text of `pair` is read.

    >>> PairSettings().validate().titled
    True
    """

    titled: bool = setting(
        True,
        About(
            "a first line that stands alone above the others is the title, not a line",
            flags=("--title/--no-title",),
            section="Prompts",
            verbs=("pair",),
        ),
    )


@dataclass(frozen=True)
class PairVerb(GroupedSettings):
    """All settings of `pair`."""

    describe: DescribeSettings = field(default_factory=DescribeSettings)
    pair: PairSettings = field(default_factory=PairSettings)
