"""The settings of all that compares pictures with words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from clipgen.errors import SettingsError, UnknownNameError
from clipgen.settings.base import DTYPES, Settings, check_least, setting

MODES = ("beam", "slots", "invert", "blip")
VIEWS = ("auto", "centre", "flips", "crops")


@dataclass(frozen=True)
class DescribeSettings(Settings):
    """All that decides how pictures are put into words, beside candidates and weights.

        >>> DescribeSettings(mode="slots", top=3).validate().top
        3

    Frozen: change with `dataclasses.replace`.
    """

    perceptors: tuple[str, ...] = setting(("reader",), "which CLIP looks; several average, NAME:2 twice as much")
    mode: str = setting("beam", "how words are found: " + ", ".join(MODES))
    captioner: str = setting(
        "Salesforce/blip-image-captioning-base", "what proposes captions in mode blip: a folder or hub name"
    )
    top: int = setting(5, "captions per picture")
    views: str = setting(
        "auto", "what of a picture is looked at: " + ", ".join(VIEWS[1:]) + "; several are averaged; auto: flips where "
        "captions are composed, else centre",
    )
    hubness: bool = setting(False, "discount phrases that fit every picture")
    abstain: bool = setting(False, "say that nothing fits when nothing does")
    device: str = setting("auto", "auto, cpu, cuda, cuda:N or mps")
    dtype: str = setting("auto", "arithmetic: " + ", ".join(DTYPES))

    def validate(self) -> Self:
        """Return self when every value has its type and lies in its range.

        Raises SettingsError, and UnknownNameError for an unknown mode, view or dtype.
        """
        self.check_types()
        check_least("top", self.top, 1)
        for kind, given, choices in (
            ("mode", self.mode, MODES),
            ("views", self.views, VIEWS),
            ("dtype", self.dtype, DTYPES),
        ):
            if given not in choices:
                raise UnknownNameError.of(kind, given, choices)
        if not self.perceptors:
            raise SettingsError("perceptors is empty; name at least one, for example reader")
        return self
