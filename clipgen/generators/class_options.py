"""Options of generators that draw classes by name: `stylegan` and `vqgan`."""

from __future__ import annotations

from dataclasses import dataclass

from clipgen.settings.base import EVERY, About, setting
from clipgen.settings.options import GeneratorOptions

#: the verbs that draw
DRAWING = tuple(verb for verb in EVERY if verb != "doctor")


@dataclass(frozen=True)
class ClassOptions(GeneratorOptions):
    """Pictures can be drawn from classes by name.

    >>> ClassOptions(classes=("forest", "night sky:0.5")).classes
    ('forest', 'night sky:0.5')
    """

    classes: tuple[str, ...] = setting(
        (),
        About(
            "class to draw, by name, of a stylegan also by number; repeat to mix several, NAME:2 counts twice "
            "(stylegan; vqgan in `sample`)",
            flags=("--class",),
            verbs=DRAWING,
        ),
    )
