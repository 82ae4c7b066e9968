"""A deeper picture tower that starts out as the shallower one: nothing that was learnt is learnt again."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn


def grown(state: Mapping[str, Tensor], module: nn.Module) -> dict[str, Tensor]:
    """Return the weights of a deeper residual network that does what those of a shallower one do.

        model.load_state_dict(grown(load_state(path), model))

    state: the shallower network's weights; module: the deeper one, freshly made. What ``state`` lacks keeps what
    ``module`` starts with, each block's last norm at 0, so that the block passes on what it is given; channels that it
    lacks are listened to with weight 0. Weights that already fit pass through; what cannot be widened stays as it is.
    Source: Chen et al. 2016, Net2Net (arXiv 1511.05641), with identity blocks as timm's ``zero_init_last`` makes them.
    """
    fresh = module.state_dict()
    fitted = {name: _widened(value, fresh[name]) if name in fresh else value for name, value in state.items()}
    added = {name: value for name, value in fresh.items() if name not in state and _in_new_block(name, state)}
    return {**added, **fitted}


def _in_new_block(name: str, state: Mapping[str, Tensor]) -> bool:
    """Whether a weight belongs to a further block of a stage that the shallower network has, too."""
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
        wide[: value.shape[0], value.shape[1] :] = 0  # nobody listens to what is new, yet
    wide[tuple(slice(n) for n in value.shape)] = value
    return wide
