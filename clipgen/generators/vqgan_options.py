"""What a VQGAN has of settings."""

from __future__ import annotations

from dataclasses import dataclass

from clipgen.settings.base import setting
from clipgen.settings.options import GeneratorOptions


@dataclass(frozen=True)
class VQGANOptions(GeneratorOptions):
    """Options of the generator `vqgan`.

    >>> VQGANOptions(prior="my/prior").prior
    'my/prior'
    """

    prior: str | None = setting(
        None, "folder of a prior that draws the start for the words; `clipgen train prior` makes one (vqgan)",
        metavar="FOLDER",
    )  # fmt: skip
