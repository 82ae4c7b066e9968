"""A camera that moves over a picture."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.timelines import CameraTracks


@dataclass(frozen=True)
class Motion:
    """How the camera moves from one picture to the next.

    zoom: factor by which the picture is enlarged, about its middle; right, down: distances that the camera moves, in
    shares of the picture's sides; angle: degrees that the picture turns, clockwise.
    """

    zoom: float = 1.0
    right: float = 0.0
    down: float = 0.0
    angle: float = 0.0

    def __bool__(self) -> bool:
        return self != Motion()

    def times(self, share: float) -> Motion:
        """A share of the motion; -1 is its reverse. Shares add up to the whole, as exactly as `then` adds.

        >>> Motion(zoom=4).times(0.5).zoom
        2.0
        """
        depth = -math.log(self.zoom)
        # what is seen moves evenly: of a picture that the camera zooms into, that is less and less
        moved = math.expm1(share * depth) / math.expm1(depth) if depth else share
        return Motion(self.zoom**share, self.right * moved, self.down * moved, self.angle * share)

    def then(self, other: Motion) -> Motion:
        """This motion and another after it, added up: exact without a turn, and close for the small turns of a film."""
        # the other one moves in shares of the enlarged picture
        right, down = self.right + other.right / self.zoom, self.down + other.down / self.zoom
        return Motion(self.zoom * other.zoom, right, down, self.angle + other.angle)

    def theta(self, image: Tensor) -> Tensor:
        """The affine map [2, 3] from places in the camera's view to places in the picture before, each from -1 to 1."""
        turn = math.radians(self.angle)
        # both sides count as 2 long: the turn must not shear a picture that is not square
        aspect = image.shape[-1] / image.shape[-2]
        cos, sin = math.cos(turn) / self.zoom, math.sin(turn) / self.zoom
        rows = [[cos, sin / aspect, 2 * self.right], [-sin * aspect, cos, 2 * self.down]]
        return torch.tensor(rows, dtype=image.dtype, device=image.device)

    @classmethod
    def of(cls, tracks: CameraTracks, seconds: float, span: float) -> Motion:
        """The motion that tracks, in numbers per second, make from a time on, over a span of seconds."""
        zoom, *rates = (track.at(seconds) for track in (tracks.zoom, tracks.pan_x, tracks.pan_y, tracks.angle))
        # not `times`: distances are measured in what is seen now, however far the camera has zoomed after a second
        return cls(zoom**span, *(rate * span for rate in rates))


def warp(image: Tensor, motion: Motion) -> Tensor:
    """What the camera sees after a motion: [B, 3, H, W] in [0, 1]; beyond the border the picture is mirrored.

    >>> warp(image, Motion(zoom=1.05, right=0.02)).shape == image.shape
    True
    """
    if not motion:
        return image
    theta = motion.theta(image).expand(len(image), -1, -1)
    grid = F.affine_grid(theta, list(image.shape), align_corners=False)
    # bicubic: a film is warped hundreds of times over, and bilinear weights would blur it
    return F.grid_sample(image, grid, mode="bicubic", padding_mode="reflection", align_corners=False).clamp(0, 1)


def in_view(image: Tensor, motion: Motion) -> Tensor:
    """Where a picture [B, 3, H, W] is seen after a motion, and not beyond its border: [1, 1, H, W], 1 or 0.

    >>> float(in_view(torch.zeros(1, 3, 8, 8), Motion(right=0.5)).mean())
    0.5
    """
    theta = motion.theta(image)[None]
    grid = F.affine_grid(theta, [1, *image.shape[1:]], align_corners=False)
    return (grid.abs().amax(-1) <= 1).to(image)[:, None]
