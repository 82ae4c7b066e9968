"""Schedules of the learning rate."""

from __future__ import annotations

import math

# where "step" divides the learning rate by ten: pixray's schedule
STEP_DECAY_AT = 0.75


def decay(name: str, progress: float) -> float:
    """The factor of the learning rate.

        >>> decay("cosine", 0.5), decay("step", 0.8), decay("constant", 0.8)
        (0.5, 0.1, 1.0)

    name: in LR_DECAYS; progress: share of the run that is done, 0 to 1.
    """
    if name == "cosine":
        return 0.5 * (1 + math.cos(math.pi * progress))
    if name == "step":
        return 0.1 if progress >= STEP_DECAY_AT else 1.0
    return 1.0
