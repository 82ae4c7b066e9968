"""Initialise a deeper picture tower with the weights of a shallower one, so that it starts with the same function."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn


def grown(state: Mapping[str, Tensor], module: nn.Module) -> dict[str, Tensor]:
    """Return weights with which a deeper residual network computes the same function as a shallower one.

        >>> from torchvision.models import resnet18, resnet34
        >>> deeper = resnet34(zero_init_residual=True)
        >>> deeper.load_state_dict(grown(resnet18().state_dict(), deeper))

    state: weights of the shallower network; module: the deeper one, newly initialised. Blocks that `state` lacks keep
    the initial weights of `module`, whose last norm must be 0, so that they are the identity; weights of further
    channels are 0. Weights that fit are copied; weights that cannot be widened stay as they are in `state`.
    Source: Chen et al. 2016, Net2Net (arXiv 1511.05641), with identity blocks as timm's ``zero_init_last`` makes them.
    """
    fresh = module.state_dict()
    fitted = {name: _widened(value, fresh[name]) if name in fresh else value for name, value in state.items()}
    added = {name: value for name, value in fresh.items() if name not in state and _in_new_block(name, state)}
    return {**added, **fitted}


def _in_new_block(name: str, state: Mapping[str, Tensor]) -> bool:
    """Whether a weight belongs to a further block of a stage that the shallower network has as well."""
    parts = name.split(".")
    for i, part in enumerate(parts[:-1]):
        if part.isdigit() and int(part) > 0 and i and parts[i - 1].startswith("layer"):
            first = ".".join([*parts[:i], "0", ""])
            return any(known.startswith(first) for known in state)
    return False


def _widened(value: Tensor, fresh: Tensor) -> Tensor:
    if value.shape == fresh.shape or value.ndim != fresh.ndim or not value.is_floating_point():
        return value
    if any(old > new for old, new in zip(value.shape, fresh.shape, strict=True)):
        return value
    wide = fresh.clone().to(value.dtype)
    if value.ndim > 1:
        wide[: value.shape[0], value.shape[1] :] = 0  # new input channels have no effect at first
    wide[tuple(slice(n) for n in value.shape)] = value
    return wide
