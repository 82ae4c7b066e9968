"""The settings of all that compares pictures with words."""

from __future__ import annotations

from dataclasses import dataclass

from clipgen.errors import SettingsError
from clipgen.settings.base import DTYPES, Settings, setting

MODES = ("beam", "slots", "invert", "blip")
#: the commands that compare pictures with words
COMPARING = ("caption", "rank", "classify", "compare")
VIEWS = ("auto", "centre", "flips", "crops")


@dataclass(frozen=True)
class DescribeSettings(Settings):
    """All that decides how pictures are put into words, beside candidates and weights.

        >>> DescribeSettings(mode="slots", top=3).validate().top
        3

    Frozen: change with `dataclasses.replace`.
    """

    perceptors: tuple[str, ...] = setting(
        ("reader",), "CLIP model; repeat to combine several, NAME:2 counts twice", flags=("--perceptor",), verbs=COMPARING
    )
    mode: str = setting("beam", "how captions are found: " + ", ".join(MODES), choices=MODES, verbs=("caption",))
    captioner: str = setting(
        "Salesforce/blip-image-captioning-base", "what proposes captions in mode blip: a folder or hub name",
        verbs=("caption",),
    )  # fmt: skip
    top: int = setting(5, "captions per picture", least=1, verbs=("caption",))
    views: str = setting(
        "auto", "parts of a picture that are embedded and averaged: " + ", ".join(VIEWS[1:]) + "; auto: flips where "
        "captions are composed, else centre", choices=VIEWS, verbs=COMPARING,
    )  # fmt: skip
    hubness: bool = setting(
        False, "discount phrases that fit every picture", flags=("--hubness/--no-hubness",), verbs=("caption",)
    )
    abstain: bool = setting(False, "report that nothing fits when nothing does", verbs=("caption",))
    device: str = setting("auto", "auto, cpu, cuda, cuda:N or mps", section="Machine", verbs=COMPARING)
    dtype: str = setting(
        "auto", "arithmetic: " + ", ".join(DTYPES), choices=DTYPES, section="Machine", verbs=COMPARING
    )

    def check(self) -> None:
        """Raise SettingsError for no CLIP at all."""
        if not self.perceptors:
            raise SettingsError("perceptors is empty; name at least one, for example reader")
