"""The settings of the verbs that compare pictures with words, and the views in which a picture is embedded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from clipgen.errors import SettingsError, UnknownNameError
from clipgen.settings.base import DTYPES, Settings, check_least, check_positive, setting

MODES = ("beam", "slots", "invert", "blip")


@dataclass(frozen=True)
class View:
    """One part of a picture; its middle square is what a perceptor embeds.

    share: of width and height that the part has; top, left: its place between the picture's edges, 0 to 1;
    mirrored: left and right exchanged.
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
        raise UnknownNameError.of("views", views, (AUTO, *VIEWS))
    return auto if views == AUTO else views


@dataclass(frozen=True)
class DescribeSettings(Settings):
    """What caption, rank, classify and compare share: with which CLIP, in which views, and on what device.

        >>> DescribeSettings(views="crops").validate().hubness
        False

    Frozen: change with `dataclasses.replace`.
    """

    perceptors: tuple[str, ...] = setting(("reader",), "CLIP model; repeat to combine several, NAME:2 counts twice")
    views: str = setting(
        AUTO, "views of a picture whose embeddings are averaged: " + ", ".join(VIEWS) + f"; {AUTO}: flips where "
        f"captions are composed, else {PLAIN}",
    )  # fmt: skip
    hubness: bool = setting(False, "discount texts that fit every picture")
    device: str = setting("auto", "auto, cpu, cuda, cuda:N or mps")
    dtype: str = setting("auto", "arithmetic: " + ", ".join(DTYPES))

    def validate(self) -> Self:
        """Return self when every value has its type and lies in its range.

        Raises SettingsError, and UnknownNameError for an unknown view or dtype.
        """
        self.check_types()
        pick_views(self.views)
        if self.dtype not in DTYPES:
            raise UnknownNameError.of("dtype", self.dtype, DTYPES)
        if not self.perceptors:
            raise SettingsError("perceptors is empty; name at least one, for example reader")
        return self


@dataclass(frozen=True)
class CaptionSettings(Settings):
    """How `caption` finds words.

    >>> CaptionSettings(mode="slots", top=3).validate().top
    3
    """

    mode: str = setting("beam", "how words are found: " + ", ".join(MODES))
    captioner: str = setting(
        "Salesforce/blip-image-captioning-base", "network that proposes captions in mode blip: a folder or hub name"
    )
    top: int = setting(5, "captions per picture")
    abstain: bool = setting(False, "give no caption when none fits better than chance")

    def validate(self) -> Self:
        """Return self; raises SettingsError for a value out of range, UnknownNameError for an unknown mode."""
        self.check_types()
        check_least("top", self.top, 1)
        if self.mode not in MODES:
            raise UnknownNameError.of("mode", self.mode, MODES)
        return self


@dataclass(frozen=True)
class RankSettings(Settings):
    """How many pictures `rank` keeps.

    >>> RankSettings(keep=0.2).validate().keep
    0.2
    """

    keep: float | None = setting(None, "only the best: a share up to 1, or a number of pictures (default: all)")

    def validate(self) -> Self:
        """Return self; raises SettingsError for 0 or less."""
        self.check_types()
        check_positive("keep", self.keep)
        return self


@dataclass(frozen=True)
class ClassifySettings(Settings):
    """How many labels `classify` gives.

    >>> ClassifySettings(top=1).validate().top
    1
    """

    top: int = setting(5, "labels per picture")

    def validate(self) -> Self:
        """Return self; raises SettingsError for a number below 1."""
        self.check_types()
        check_least("top", self.top, 1)
        return self
