"""Lumpy outlines of foliage and clouds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clipgen.scenery.primitives.drawing import Parts, group


def _lump_outline(lumps: np.ndarray, centre: tuple[float, float]) -> np.ndarray:
    """Return the outline of a union of circles (x, y, r) seen from a point inside them."""
    angles = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    ray = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    to = lumps[:, :2] - np.array(centre)
    along = ray @ to.T
    inside = lumps[:, 2] ** 2 - (to**2).sum(axis=1) + along**2
    reach = np.where(inside > 0, along + np.sqrt(np.maximum(inside, 0)), 0.0).max(axis=1)
    return np.array(centre) + ray * reach[:, None]


def foliage(
    spots: Sequence[tuple[float, float]], radius: float, spread: float, floor: float = 9.0
) -> list[tuple[Parts, list[tuple[float, ...]]]]:
    """Return several heaps of leaves or cloud: the outlines of the whole and of the lit part, and the lumps."""
    rng = np.random.default_rng(7)
    heaps = []
    for _ in range(8):
        lumps = np.array(
            [
                (x + 0.4 * spread * (a - 0.5), y, radius + spread * (b - 0.3))
                for (x, y), (a, b) in zip(spots, rng.random((len(spots), 2)), strict=False)
            ]
        )
        centre = tuple(lumps[:, :2].mean(axis=0))
        lit = _lump_outline(lumps * (1, 1, 0.84) - (0.035 * radius / 0.2, 0.05 * radius / 0.2, 0), centre)
        whole = np.minimum(_lump_outline(lumps, centre), (9, floor))
        heaps.append((group(whole, np.minimum(lit, (9, floor - 0.1))), [tuple(v) for v in lumps.tolist()]))
    return heaps
