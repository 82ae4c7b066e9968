"""The state of a run: all that its later steps depend on, as tensors, numbers, texts, lists and dicts.

`torch.load(…, weights_only=True)` can load it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict, cast

from torch import Tensor

from clipgen.generators.base import GeneratorState


class OptimizerState(TypedDict):
    """What an optimizer of torch gives as its state: values by the number of a parameter, and the parameter groups."""

    state: dict[int, dict[str, object]]
    param_groups: list[dict[str, object]]


class SynthesisState(TypedDict):
    """The state of a run.

    index, total: steps that are done, and all of them; cutouts: state of the random numbers; start: latents of the
    first step; average: their moving average, empty without one; best_image [B, 3, H, W], None before the first step;
    best_latents; best_score [B].
    """

    index: int
    total: int
    generator: GeneratorState
    optimizer: OptimizerState
    cutouts: Tensor
    start: list[Tensor]
    average: list[Tensor]
    best_image: Tensor | None
    best_latents: list[Tensor]
    best_score: Tensor


def copies(tensors: Sequence[Tensor]) -> list[Tensor]:
    """Copies on the CPU, without a graph."""
    return [tensor.detach().cpu().clone() for tensor in tensors]


def own(state: Mapping[str, object]) -> OptimizerState:
    """A copy of an optimizer's state.

    An optimizer shares the tensors of its state dict, both ways: without a copy a saved state would change.
    """
    shared = cast(OptimizerState, state)  # the shape that torch documents
    inner = {
        key: {name: value.clone() if isinstance(value, Tensor) else value for name, value in entry.items()}
        for key, entry in shared["state"].items()
    }
    return {**shared, "state": inner}
