"""Pictures of scenes for the tests, and what their colours are."""

from __future__ import annotations

import numpy as np

from clipgen.scenery import SCENES


def drawn(name: str, seed: int, h: int = 128, w: int = 128) -> np.ndarray:
    """A scene's picture, as numbers that can be subtracted."""
    return SCENES[name].draw(np.random.default_rng(seed), h, w).astype(int)


def share(mask: np.ndarray) -> float:
    """The share of pixels for which something is true."""
    return float(mask.mean())


def flames(image: np.ndarray) -> np.ndarray:
    """Which pixels are as bright and orange as flames."""
    return (image[..., 0] > 220) & (image[..., 1] > 90) & (image[..., 1] < 215) & (image[..., 2] < 90)


def hues(image: np.ndarray, least: int = 60) -> int:
    """How many of twelve hues at least a hundredth of a picture's clearly coloured pixels have each."""
    red, green, blue = (image[..., k].astype(float) for k in range(3))
    top, low = image.max(-1), image.min(-1)
    vivid = top - low > least
    angle = np.degrees(np.arctan2(np.sqrt(3) * (green - blue), 2 * red - green - blue)) % 360
    counts = np.histogram(angle[vivid], 12, (0, 360))[0]
    return int((counts > 0.01 * vivid.sum()).sum())
