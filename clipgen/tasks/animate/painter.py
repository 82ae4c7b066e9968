"""What a film asks of the part that paints it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from torch import Tensor

from clipgen.synthesis import Step
from clipgen.tasks.animate.outline import Outline
from clipgen.tasks.animate.takes import Take

#: what a page needs to draw a film: plain JSON values
PageData = Mapping[str, object]


class Painter(Protocol):
    """Brings what is missing of a film on disk, and makes the picture of any moment out of that.

    outline: what is painted; notes: for the user; they may grow while it paints.
    """

    outline: Outline
    notes: list[str]

    @property
    def steps(self) -> int:
        """Optimisation steps that are still to do."""
        ...

    @property
    def frames(self) -> int:
        """Number of frames that can be shown."""
        ...

    @property
    def sound(self) -> Path | None:
        """A file with the sound that the film has by itself."""
        ...

    def whole(self) -> list[int]:
        """The numbers of the scenes that are painted to the end."""
        ...

    def paint(self) -> Iterator[Step]:
        """Paint what is missing; after a stop at any moment it resumes there."""
        ...

    def frame(self, seconds: float, size: tuple[int, int] | None = None) -> Tensor:
        """The picture of a moment, [1, 3, H, W] in [0, 1], at the film's size or another (width, height).

        Raises SettingsError for a size that it cannot draw.
        """
        ...

    def middle(self, take: Take) -> Tensor:
        """The picture in the middle of a scene, [1, 3, H, W] in [0, 1]."""
        ...

    def page(self) -> PageData:
        """What a page needs to draw the film. Raises SettingsError where `outline.page` is false."""
        ...
