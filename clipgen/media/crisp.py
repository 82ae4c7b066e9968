"""Crisp edges for enlarged pictures of things: a shock filter on the colours, and a steeper alpha."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

# in pixels of the picture before it was enlarged: standard deviation of the blur that finds edges; and how far an edge
# draws in what is around it, as a multiple of how soft it is
SCALE, REACH = 1.0, 3.0
STEP = 0.4  # of a pixel, share of the way to the extreme of its neighbours
STEEP = 400.0  # how soon a curvature counts as a side of an edge
ALPHA = 4.0  # gain of alpha around its half: the width of a rim is divided by it
SEEN = 0.35  # alpha from which a colour is that of the thing


def enlarge(thing: Tensor, side: int, *, soft: float = 1.0) -> Tensor:
    """A square picture of a thing [4, h, h] at another size, crisp where that is larger.

        >>> enlarge(torch.zeros(4, 64, 64), 96).shape
        torch.Size([4, 96, 96])

    soft: how soft its edges are, in its own pixels.
    """
    larger = F.interpolate(thing[None], (side, side), mode="bicubic", antialias=True).clamp(0, 1)[0]
    return crisp(larger, side / thing.shape[-1], soft=soft)


def crisp(thing: Tensor, enlarged: float, *, soft: float = 1.0) -> Tensor:
    """A picture of a thing that was enlarged, with the edges of a drawing instead of soft ones.

        >>> crisp(torch.rand(4, 32, 32), 2.0).shape
        torch.Size([4, 32, 32])

    thing: [4, H, W] in [0, 1], colours times alpha, and alpha; enlarged: by how much; up to 1 nothing is changed; soft:
    how soft its edges were before, in pixels. What
    is brighter than the middle of an edge takes the brightest of its neighbours, what is darker the darkest, step by
    step: Osher and Rudin, "Feature-oriented image enhancement using shock filters", 1990, with the blur of Alvarez and
    Mazorra, 1994.
    """
    import cv2  # late: it changes the environment when imported

    if enlarged <= 1:
        return thing
    pixels = np.ascontiguousarray(thing.permute(1, 2, 0).cpu().float().numpy())
    alpha, blur = pixels[..., 3:], SCALE * enlarged
    # where little of a thing is seen, its colour is that around it
    around = cv2.GaussianBlur(np.where(alpha >= SEEN, pixels, 0), (0, 0), 2 * blur)
    known = np.where(alpha >= SEEN, pixels, around)
    colours = np.clip(known[..., :3] / np.maximum(known[..., 3:], 1e-3), 0, 1)
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    square = np.ones((3, 3), np.uint8)
    for step in range(round(REACH * soft * enlarged / STEP)):
        smooth = cv2.GaussianBlur(colours, (0, 0), blur)
        across, down = cv2.Sobel(smooth, -1, 1, 0, scale=1 / 8), cv2.Sobel(smooth, -1, 0, 1, scale=1 / 8)
        bend = (
            across**2 * cv2.Sobel(smooth, -1, 2, 0, scale=1 / 4)
            + 2 * across * down * cv2.Sobel(smooth, -1, 1, 1, scale=1 / 4)
            + down**2 * cv2.Sobel(smooth, -1, 0, 2, scale=1 / 4)
        ) / (across**2 + down**2 + 1e-6)
        side = np.tanh(STEEP * bend)
        element = cross if step % 2 else square
        darker, brighter = cv2.erode(colours, element), cv2.dilate(colours, element)
        colours += STEP * np.where(side > 0, side * (darker - colours), -side * (brighter - colours))
    rim = np.clip((alpha - 0.5) * ALPHA + 0.5, 0, 1)
    rim = rim * rim * (3 - 2 * rim)
    made = np.concatenate([np.clip(colours, 0, 1) * rim, rim], axis=-1)
    return torch.from_numpy(made).permute(2, 0, 1).to(thing)
