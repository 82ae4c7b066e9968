"""The settings of the verbs that go through films: scenes, track."""

from __future__ import annotations

from dataclasses import dataclass, field

from clipgen.settings.base import About, Settings, setting
from clipgen.settings.describe import DescribeSettings
from clipgen.settings.grouped import GroupedSettings
from clipgen.settings.inspect import DetectSettings


@dataclass(frozen=True)
class ScenesSettings(Settings):
    """What counts as a scene, and whether it is described.

    >>> ScenesSettings(shortest=0.2).validate().captions
    True
    """

    shortest: float = setting(
        0.5, About("seconds of the shortest scene; what is shorter belongs to its neighbours", above=0,
                   section="Search", verbs=("scenes",))
    )  # fmt: skip
    threshold: float = setting(
        3.0, About("how many times the change of its neighbours a cut changes the picture by", above=1,
                   section="Search", verbs=("scenes",))
    )  # fmt: skip
    captions: bool = setting(
        True, About("describe the middle of each scene", flags=("--captions/--no-captions",), section="Output",
                    verbs=("scenes",))
    )  # fmt: skip


@dataclass(frozen=True)
class ScenesVerb(GroupedSettings):
    """All settings of `scenes`."""

    describe: DescribeSettings = field(default_factory=DescribeSettings)
    scenes: ScenesSettings = field(default_factory=ScenesSettings)


@dataclass(frozen=True)
class TrackSettings(Settings):
    """How often `track` looks for things; between these frames it follows them.

    >>> TrackSettings(every=0.25).validate().every
    0.25
    """

    every: float = setting(
        0.5, About("seconds between the frames in which things are looked for; fewer is slower and surer", above=0,
                   section="Search", verbs=("track",))
    )  # fmt: skip


@dataclass(frozen=True)
class TrackVerb(GroupedSettings):
    """All settings of `track`."""

    describe: DescribeSettings = field(default_factory=DescribeSettings)
    detect: DetectSettings = field(default_factory=DetectSettings)
    track: TrackSettings = field(default_factory=TrackSettings)
