"""What a StyleGAN has of settings."""

from __future__ import annotations

from dataclasses import dataclass

from clipgen.errors import SettingsError
from clipgen.generators.class_options import DRAWING, ClassOptions
from clipgen.generators.rendering_options import RenderingOptions
from clipgen.settings.base import About, setting


@dataclass(frozen=True)
class StyleGANOptions(ClassOptions, RenderingOptions):
    """Options of the generator `stylegan`.

    >>> StyleGANOptions(psi=0.4, classes=("forest", "night sky:0.5")).validate().psi
    0.4
    """

    psi: float | None = setting(
        None,
        About(
            "truncation psi: how far draws are from their mean, 0 to 1 (stylegan; default: 0.7, of the built-in one 1)",
            verbs=DRAWING,
        ),
    )
    def check(self) -> None:
        """Raise SettingsError for a psi or a size out of range."""
        super().check()
        if self.psi is not None and not 0 <= self.psi <= 1:
            raise SettingsError(f"psi is {self.psi}; it must be 0 to 1, for example 0.7", settings=["psi"])
