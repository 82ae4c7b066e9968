"""The settings of the verbs that compare pictures with words, and the views in which a picture is embedded."""

from __future__ import annotations

from dataclasses import dataclass, field

from clipgen.errors import SettingsError, UnknownNameError
from clipgen.settings.base import DTYPES, About, Settings, setting
from clipgen.settings.grouped import GroupedSettings

MODES = ("beam", "slots", "invert", "blip")
#: the commands that compare pictures with words
COMPARING = ("caption", "rank", "classify", "compare", "pair", "estimate")
#: the commands that stand on a library of pictures
LIBRARY = ("index", "search", "duplicates", "curate", "orient")
#: the commands that look inside pictures
INSPECTING = ("detect", "moderate")
#: the commands that go through films
VIEWING = ("scenes", "track")
DESCRIBING = (*COMPARING, *LIBRARY, *INSPECTING, *VIEWING)
#: The sentences whose mean embedding stands for a label: `{}` becomes the label with its article, `{bare}` without.
TEMPLATES = (
    "{}",
    "{bare}",
    "a picture of {}",
    "an image of {}",
    "a drawing of {}",
    "an illustration of {}",
    "a photo of {}",
)


@dataclass(frozen=True)
class View:
    """One part of a picture; a perceptor embeds its central square.

    share: of the width and height of the picture; top, left: its place between the edges, 0 to 1; mirrored: left and
    right swapped.
    """

    share: float = 1.0
    top: float = 0.5
    left: float = 0.5
    mirrored: bool = False


#: The ways to embed a picture: as one view of it, or as the mean of several.
VIEWS: dict[str, tuple[View, ...]] = {
    "centre": (View(),),
    "flips": (View(), View(mirrored=True)),
    "crops": (View(), *(View(0.8, top, left) for top in (0, 1) for left in (0, 1)), View(0.8)),
}
AUTO, PLAIN = "auto", "centre"


def pick_views(views: str, *, auto: str = PLAIN) -> str:
    """The name in VIEWS for a setting; auto: what the verb uses for "auto".

        >>> pick_views("auto"), pick_views("auto", auto="flips"), pick_views("crops")
        ('centre', 'flips', 'crops')

    Raises UnknownNameError for other names.
    """
    if views != AUTO and views not in VIEWS:
        raise UnknownNameError.of("views", views, (AUTO, *VIEWS), settings=["views"])
    return auto if views == AUTO else views


@dataclass(frozen=True)
class DescribeSettings(Settings):
    """Settings of the verbs that compare pictures with words: CLIP model, views and device.

        >>> DescribeSettings(views="crops").validate().hubness
        False

    Frozen: change with `dataclasses.replace`.
    """

    perceptors: tuple[str, ...] = setting(
        ("reader",),
        About(
            "CLIP model; repeat to combine several, NAME:2 counts twice",
            flags=("--perceptor",),
            verbs=DESCRIBING,
            file="after colon",
        ),
    )
    views: str = setting(
        AUTO,
        About(
            "views of a picture whose embeddings are averaged: " + ", ".join(VIEWS) + f"; {AUTO}: flips where "
            f"captions are composed, else {PLAIN}",
            choices=(AUTO, *VIEWS),
            verbs=(*COMPARING, "moderate"),
        ),
    )
    hubness: bool = setting(
        False, About("discount texts that fit every picture", flags=("--hubness/--no-hubness",), verbs=("caption",))
    )
    device: str = setting(
        "auto", About("auto, cpu, cuda, cuda:N or mps", section="Machine", verbs=DESCRIBING)
    )
    dtype: str = setting(
        "auto",
        About(
            "arithmetic: " + ", ".join(DTYPES), choices=DTYPES, section="Machine", verbs=DESCRIBING
        ),
    )

    def check(self) -> None:
        """Raise SettingsError for no CLIP at all."""
        if not self.perceptors:
            raise SettingsError("perceptors is empty; name at least one, for example reader", settings=["perceptors"])


@dataclass(frozen=True)
class CaptionSettings(Settings):
    """How `caption` composes captions.

    >>> CaptionSettings(mode="slots", top=3).validate().top
    3
    """

    mode: str = setting("beam", About("how words are found: " + ", ".join(MODES), choices=MODES, verbs=("caption",)))
    captioner: str = setting(
        "Salesforce/blip-image-captioning-base",
        About("network that proposes captions in mode blip: a folder or hub name", verbs=("caption",)),
    )
    top: int = setting(5, About("captions per picture", least=1, verbs=("caption",)))
    abstain: bool = setting(False, About("give no caption when none fits better than chance", verbs=("caption",)))


@dataclass(frozen=True)
class RankSettings(Settings):
    """How many pictures `rank` keeps.

    >>> RankSettings(keep=0.2).validate().keep
    0.2
    """

    keep: float | None = setting(
        None,
        About(
            "only the best: a share up to 1, or a number of pictures (default: all)",
            above=0,
            section="Output",
            verbs=("rank",),
        ),
    )


@dataclass(frozen=True)
class ClassifySettings(Settings):
    """How many labels `classify` returns, and in which sentences it embeds them.

    >>> ClassifySettings(top=1).validate().top
    1
    """

    top: int = setting(5, About("labels per picture", least=1, verbs=("classify",)))
    templates: tuple[str, ...] = setting(
        TEMPLATES, About("sentences about a label; {} becomes the label with its article, {bare} without", verbs=())
    )


@dataclass(frozen=True)
class CaptionVerb(GroupedSettings):
    """All settings of `caption`."""

    describe: DescribeSettings = field(default_factory=DescribeSettings)
    caption: CaptionSettings = field(default_factory=CaptionSettings)


@dataclass(frozen=True)
class RankVerb(GroupedSettings):
    """All settings of `rank`."""

    describe: DescribeSettings = field(default_factory=DescribeSettings)
    rank: RankSettings = field(default_factory=RankSettings)


@dataclass(frozen=True)
class ClassifyVerb(GroupedSettings):
    """All settings of `classify`."""

    describe: DescribeSettings = field(default_factory=DescribeSettings)
    classify: ClassifySettings = field(default_factory=ClassifySettings)


@dataclass(frozen=True)
class CompareVerb(GroupedSettings):
    """All settings of `compare`."""

    describe: DescribeSettings = field(default_factory=DescribeSettings)
