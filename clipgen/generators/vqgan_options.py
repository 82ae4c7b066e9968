"""What a VQGAN has of settings."""

from __future__ import annotations

from dataclasses import dataclass

from clipgen.errors import SettingsError
from clipgen.generators.class_options import ClassOptions
from clipgen.settings.base import PAINTING, About, setting


@dataclass(frozen=True)
class VQGANOptions(ClassOptions):
    """Options of the generator `vqgan`.

    >>> VQGANOptions(prior="my/prior").prior
    'my/prior'
    """

    prior: str | None = setting(
        None,
        About(
            "folder of a prior that draws the start for the words; `clipgen train prior` makes one (vqgan)",
            metavar="FOLDER",
            verbs=(*PAINTING, "doctor"),
        ),
    )

    def check(self) -> None:
        """Raise SettingsError for classes beside a prior, which draws for the words."""
        super().check()
        if self.prior is not None and self.classes:
            raise SettingsError("prior draws for the words, and classes are set; leave one out", settings=["classes"])
