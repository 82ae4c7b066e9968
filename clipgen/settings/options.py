"""What every generator has of settings; each declares its own beside itself and adds a row to GENERATOR_OPTIONS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from clipgen.settings.base import Settings, setting


@dataclass(frozen=True)
class GeneratorOptions(Settings):
    """Options of a generator; a subclass adds those of one.

    race: None stands for the generator's own number, 1 for most.
    """

    title: ClassVar[str] = "Generator"

    race: int | None = setting(
        None, "try this many starts of each picture for 8 steps and continue with the best (default: 4 with cppn, else 1)",
        least=1, verbs=("generate", "edit"),
    )  # fmt: skip

    def final_size(self) -> tuple[int, int] | None:
        """Width and height at which pictures are rendered at the end; None: as they are optimised."""
        return None
