"""What a VQGAN has of settings."""

from __future__ import annotations

from dataclasses import dataclass

from clipgen.settings.base import About, setting
from clipgen.settings.options import GeneratorOptions


@dataclass(frozen=True)
class VQGANOptions(GeneratorOptions):
    """Options of the generator `vqgan`.

    >>> VQGANOptions(prior="my/prior").prior
    'my/prior'
    """

    prior: str | None = setting(
        None,
        About(
            "folder of a prior that draws the start for the words; `clipgen train prior` makes one (vqgan)",
            metavar="FOLDER",
        ),
    )
