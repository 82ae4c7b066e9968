"""How a scene is seen: all of it or a part, and in what light."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

# the nearest view, as the size of the whole scene over that of the part that is seen
NEAR = 1.35
# of the light: by how many degrees hues turn, by how much colours are paler or stronger, and the largest exponent of
# lightness, whose inverse is the smallest: what has a name keeps its colour, and day remains day
TURN, STRONGER, DARKER = 6.0, 0.15, 1.25


@dataclass(frozen=True)
class View:
    """A view of a scene, of numbers from 0 to 1.

        >>> View(near=1.0).of(lambda h, w: np.zeros((h, w, 3), np.uint8), 64, 96).shape
        (64, 96, 3)

    near: 0: all of it is seen; across, down: where the part is that is seen; hue, strength, dark: its light, which 0.5
    leaves as it is.
    """

    near: float = 0.0
    across: float = 0.5
    down: float = 0.5
    hue: float = 0.5
    strength: float = 0.5
    dark: float = 0.5

    def of(self, draw: Callable[[int, int], np.ndarray], height: int, width: int, *, lit: bool = True) -> np.ndarray:
        """The picture [height, width, 3] of what draws a scene at a height and width; lit: in the light of the view."""
        scale = 1 + (NEAR - 1) * self.near
        whole = draw(round(scale * height), round(scale * width))
        top, left = (round(at * over) for at, over in (
            (self.down, whole.shape[0] - height), (self.across, whole.shape[1] - width),
        ))  # fmt: skip
        part = whole[top : top + height, left : left + width]
        return self._lit(part) if lit else part

    def _lit(self, image: np.ndarray) -> np.ndarray:
        if self.hue == self.strength == self.dark == 0.5:
            return image
        hsv = cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2HSV)
        hsv[..., 0] = (hsv[..., 0] + TURN * (2 * self.hue - 1)) % 360
        hsv[..., 1] = np.clip(hsv[..., 1] * (1 + STRONGER * (2 * self.strength - 1)), 0, 1)
        hsv[..., 2] **= DARKER ** (2 * self.dark - 1)
        return np.round(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB) * 255).astype(np.uint8)
