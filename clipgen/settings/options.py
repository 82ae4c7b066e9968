"""The options of every generator; each declares more in its own module, with a row in GENERATOR_OPTIONS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from clipgen.settings.base import About, Settings, setting


@dataclass(frozen=True)
class GeneratorOptions(Settings):
    """Options that all generators have; a subclass adds those of one.

    race: by default the generator's own number.
    """

    title: ClassVar[str] = "Generator"

    race: int | None = setting(
        None,
        About(
            "try this many starts of each picture for 8 steps and continue with the best "
            "(default: 4 with cppn from random networks, else 1)",
            least=1,
            verbs=("generate", "edit"),
        ),
    )

    def final_size(self) -> tuple[int, int] | None:
        """Width and height at which pictures are rendered at the end; None: the size of the optimisation."""
        return None
