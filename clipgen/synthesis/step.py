"""Step: what one step of the optimisation loop gives."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass(frozen=True)
class Step:
    """The result of one step for B pictures: enough for a progress bar, a preview or a plot.

    index: 0 for the first; total: steps of the run; loss: before the update, one per picture; score: mean cosine of the
    whole picture to its targets after the update, one per picture; seconds: time of the step; note: a line that a user
    should read, for example that memory ran out and the cutout batch size was halved.
    """

    index: int
    total: int
    loss: tuple[float, ...]
    score: tuple[float, ...]
    seconds: float
    _image: Tensor = field(repr=False, compare=False)
    note: str | None = None

    @property
    def image(self) -> Tensor:
        """The pictures [B, 3, H, W] in [0, 1], copied to the CPU."""
        return self._image.to("cpu", torch.float32)
