"""How things move between two frames of a video: optical flow, and pictures that follow it."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

DRIFT = 1.5  # pixels: where the flow there and back misses by more, something was hidden


def flow(onto: Tensor, of: Tensor) -> Tensor:
    """Where the content of one frame is found in another: [1, 2, H, W], in pixels right and down.

        >>> flow(image, image).shape
        torch.Size([1, 2, 64, 64])

    onto, of: [1, 3, H, W] in [0, 1]. Source: DIS optical flow of OpenCV, Kroeger et al. 2016 (arXiv 1603.03590).
    """
    import cv2  # late: it changes the environment when imported

    finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    greys = [(frame[0].mean(0) * 255).round().byte().cpu().numpy() for frame in (onto, of)]
    return torch.from_numpy(finder.calc(greys[0], greys[1], np.zeros((*greys[0].shape, 2), np.float32))).permute(
        2, 0, 1
    )[None]


def shift(image: Tensor, by: Tensor) -> Tensor:
    """Move a picture [1, C, H, W] by a flow [1, 2, H, W] in pixels: each pixel is sampled from where the flow points.

    >>> shift(image, torch.zeros(1, 2, 64, 64)).shape
    torch.Size([1, 3, 64, 64])
    """
    fetched = F.grid_sample(image, _places(by).to(image), mode="bicubic", padding_mode="border", align_corners=False)
    return fetched.clamp(0, 1)


def trusted(there: Tensor, back: Tensor) -> Tensor:
    """Where a flow and the flow back agree, [1, 1, H, W] in [0, 1]; elsewhere something was hidden or is new.

    >>> float(trusted(torch.zeros(1, 2, 8, 8), torch.zeros(1, 2, 8, 8)).min())
    1.0
    """
    grid = _places(there)
    returned = F.grid_sample(back, grid, padding_mode="border", align_corners=False)
    inside = (grid.abs() <= 1).all(-1)[:, None]
    astray = (there + returned).norm(dim=1, keepdim=True)
    # a soft edge: a hard one would be visible
    return ((2 * DRIFT - astray) / DRIFT).clamp(0, 1) * inside


def _places(by: Tensor) -> Tensor:
    """Where a flow points from each pixel, as coordinates of `grid_sample`: [1, H, W, 2], from -1 to 1."""
    height, width = by.shape[-2:]
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    places = torch.stack([x + by[0, 0], y + by[0, 1]], dim=-1)
    return ((places + 0.5) / torch.tensor([width, height]) * 2 - 1)[None]
