"""The settings of the verbs that look inside pictures: detect, moderate."""

from __future__ import annotations

from dataclasses import dataclass, field

from clipgen.errors import SettingsError
from clipgen.settings.base import About, Settings, setting
from clipgen.settings.describe import DescribeSettings
from clipgen.settings.grouped import GroupedSettings


@dataclass(frozen=True)
class DetectSettings(Settings):
    """How well a phrase must fit a place, and how many places `detect` finds.

    >>> DetectSettings(most=1).validate().most
    1
    """

    # chosen by `benchmarks/detect.py --choose` for the score of `Detection`, shipped reader, 40 pictures of seed 0: at
    # 2.71, 91 % of the things are hit, and 95 % of the phrases of which nothing is there have no box; at 2.25 it is 94
    # and 90 %, at 3.26 86 and 98 %
    threshold: float = setting(
        2.7,
        About(
            "score that a place must reach: lower finds more, and more that is not there",
            above=0,
            section="Search",
            verbs=("detect", "track"),
        ),
    )
    most: int = setting(5, About("boxes of a phrase, at most", least=1, section="Search", verbs=("detect", "track")))


@dataclass(frozen=True)
class DetectVerb(GroupedSettings):
    """All settings of `detect`."""

    describe: DescribeSettings = field(default_factory=DescribeSettings)
    detect: DetectSettings = field(default_factory=DetectSettings)


@dataclass(frozen=True)
class ModerateSettings(Settings):
    """What `moderate` looks for, and how often it may be wrong about safe pictures.

    >>> ModerateSettings(false_veil=0.005).validate().false_check
    0.02
    """

    prompts: str | None = setting(
        None,
        About(
            "folder of prompts and words in the place of the shipped ones",
            metavar="FOLDER",
            section="Search",
            verbs=("moderate",),
            file=True,
        ),
    )
    head: str | None = setting(
        None,
        About(
            "also judge by a head on embeddings, in LAION's form, for the CLIP that it was trained on",
            metavar="FILE.safetensors",
            section="Search",
            verbs=("moderate",),
            file=True,
        ),
    )
    false_veil: float = setting(
        0.001, About("share of safe pictures that may be veiled", above=0, section="Search", verbs=("moderate",))
    )
    false_check: float = setting(
        0.02, About("share of safe pictures that may be checked", above=0, section="Search", verbs=("moderate",))
    )

    def check(self) -> None:
        """Raise SettingsError for shares of which more would be veiled than checked, or all would be checked."""
        if not self.false_veil <= self.false_check < 1:
            raise SettingsError(
                f"false_veil is {self.false_veil} and false_check {self.false_check}; the first must not be larger, "
                "and the second below 1",
                settings=["false_veil", "false_check"],
            )


@dataclass(frozen=True)
class ModerateVerb(GroupedSettings):
    """All settings of `moderate`."""

    describe: DescribeSettings = field(default_factory=DescribeSettings)
    moderate: ModerateSettings = field(default_factory=ModerateSettings)


#: the settings of a verb that looks inside pictures
InspectVerb = DetectVerb | ModerateVerb
