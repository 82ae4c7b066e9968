"""What surrounds the part that a run paints: a start picture of which a mask leaves the rest as it is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import torch
from PIL import Image
from torch import Tensor

from clipgen.media.images import GRID, from_pil, load_image, resize_area, to_pil
from clipgen.media.masks import feathered, load_mask
from clipgen.settings import Box

# sides of the part of a picture that CLIP sees, over those of the white in its mask: some surroundings tell what it is
CONTEXT = 1.5


@dataclass(frozen=True)
class Frame:
    """A start picture, or the part of it about its mask, and where it is painted.

        >>> Image.new("L", (96, 64), 255).save("mask.png")
        >>> frame = Frame.load("photo.jpg", "mask.png", feather=8)
        >>> frame.window, frame.size_for((256, 256))
        ((0, 0, 96, 64), (320, 208))

    around: [1 or B, 3, h, w] in [0, 1], the start picture in the window; alpha: [1, 1, h, w], how much of each pixel is
    painted; window: the part of the whole picture; picture: that, None where the window is all there is; cut_out:
    whether the thing that is painted starts without a ground of its own, on what is there.
    """

    around: Tensor
    alpha: Tensor
    window: Box
    picture: Image.Image | None = None
    cut_out: bool = False

    @classmethod
    def load(cls, path: str | Path, mask: str | Path, *, feather: int, whole: bool = False) -> Self:
        """The frame of a picture with a mask; whole: whether the window is the whole picture, whatever is white.

        Raises ImageError for files that cannot be loaded and for what `load_mask` refuses.
        """
        start = load_image(path)
        height, width = start.shape[-2:]
        alpha = feathered(load_mask(mask, (width, height), of=path), feather)
        left, top, right, bottom = window = (0, 0, width, height) if whole else _window(alpha)
        part = (..., slice(top, bottom), slice(left, right))
        return cls(start[part].contiguous(), alpha[part].contiguous(), window, to_pil(start[0]))

    @property
    def whole(self) -> tuple[int, int]:
        """Width and height of the whole picture."""
        left, top, right, bottom = self.window
        return (right - left, bottom - top) if self.picture is None else self.picture.size

    def size_for(self, size: tuple[int, int]) -> tuple[int, int]:
        """The size at which the window is painted: its shape, and about as many pixels as `size` has."""
        left, top, right, bottom = self.window
        own = right - left, bottom - top
        if own == size:
            return size
        scale = math.sqrt(size[0] * size[1] / (own[0] * own[1]))
        width, height = (max(GRID, round(side * scale / GRID) * GRID) for side in own)
        return width, height

    def start(self, size: tuple[int, int]) -> Tensor:
        """What is in the window before it is painted, [1 or B, 3, H, W], at the size that is painted."""
        return resize_area(self.around, size)

    def painted(self, size: tuple[int, int]) -> Tensor:
        """How much of each pixel is painted, [1, 1, H, W]."""
        return resize_area(self.alpha, size)

    def box(self, size: tuple[int, int]) -> Box:
        """The smallest box, at the size that is painted, with all that is painted."""
        return bounds(self.painted(size))

    def over(self, size: tuple[int, int], device: torch.device) -> Callable[[Tensor], Tensor]:
        """Lays painted pictures [B, 3, H, W] under the start picture; where nothing is painted it stays exactly."""
        start, alpha = self.start(size).to(device), self.painted(size).to(device)
        return lambda image: torch.lerp(start, image, alpha)

    def finished(self, image: Tensor) -> Image.Image:
        """The whole picture, of one [3, H, W] that `over` returned: outside of the mask it has the start's bytes."""
        if self.picture is None:
            return to_pil(image)
        left, top, right, bottom = self.window
        inside = image[None].cpu().float()
        if inside.shape[-2:] != self.around.shape[-2:]:
            inside = torch.lerp(self.around, resize_area(inside, (right - left, bottom - top)), self.alpha)
        whole = self.picture.copy()
        whole.paste(to_pil(inside[0]), (left, top))
        return whole


def bounds(alpha: Tensor) -> Box:
    """The smallest box that has all that is above 0 of [1, 1, H, W].

    >>> bounds(torch.nn.functional.pad(torch.ones(1, 1, 2, 3), (4, 1, 5, 1)))
    (4, 5, 7, 7)
    """
    down, across = ((alpha[0, 0] > 0).any(axis).nonzero()[:, 0].tolist() for axis in (1, 0))
    return across[0], down[0], across[-1] + 1, down[-1] + 1


def _window(alpha: Tensor) -> Box:
    """The part of a picture about what is painted of it."""
    left, top, right, bottom = bounds(alpha)
    height, width = alpha.shape[-2:]
    spans = []
    for first, last, length in ((left, right, width), (top, bottom, height)):
        side = min(length, max(GRID, round(CONTEXT * (last - first))))
        begin = min(max(0, (first + last - side) // 2), length - side)
        spans.append((begin, begin + side))
    return spans[0][0], spans[1][0], spans[0][1], spans[1][1]


def from_picture(picture: Image.Image, alpha: Tensor) -> Frame:
    """The frame of a picture that is all there is.

    >>> from_picture(picture, torch.ones(1, 1, 64, 64)).whole
    (64, 64)
    """
    return Frame(from_pil(picture), alpha, (0, 0, *picture.size))


def soft_box(size: tuple[int, int], box: Box, rim: int) -> Tensor:
    """[1, 1, H, W] that is 1 in a box and falls to 0 within so many pixels outside of it.

        >>> soft_box((6, 1), (0, 0, 2, 1), 3)[0, 0]
        tensor([[1.0000, 1.0000, 0.7500, 0.5000, 0.2500, 0.0000]])

    size: width and height; box: left, top, right and bottom.
    """
    sides = []
    for axis, length in enumerate(size):
        at = torch.arange(length)
        out = torch.maximum(box[axis] - at, at - (box[axis + 2] - 1)).clamp_min(0)
        sides.append((1 - out / (rim + 1)).clamp_min(0))
    return (sides[1][:, None] * sides[0])[None, None]
