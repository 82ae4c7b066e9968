"""Regions: parts of a picture with words of their own, beside the words for the whole."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from clipgen.errors import SettingsError
from clipgen.perceptors.base import Perceptor
from clipgen.settings import Box, GenerateSettings, split_region
from clipgen.settings.places import LEAST
from clipgen.synthesis import Look
from clipgen.tasks.generate.targets import Targets, read_targets

# a region has this share of the cutouts that the whole picture has
SHARE = 0.5


@dataclass(frozen=True)
class Region:
    """A part of what is painted, and what it is to show.

    sides: left, top, right and bottom, as shares of what is painted; targets: of one picture, [1, P, D].
    """

    sides: tuple[float, float, float, float]
    targets: Targets

    def box(self, size: tuple[int, int]) -> Box:
        """The region in pixels of a picture of (width, height), at least LEAST on a side.

        >>> Region((0.5, 0, 1, 1), targets).box((128, 64))
        (64, 0, 128, 64)
        """
        spans = []
        for axis, length in enumerate(size):
            first, last = (round(self.sides[axis + end] * length) for end in (0, 2))
            if last - first < LEAST:
                middle = (self.sides[axis] + self.sides[axis + 2]) / 2 * length
                first = min(max(0, round(middle - LEAST / 2)), max(0, length - LEAST))
                last = min(length, first + LEAST)
            spans.append((first, last))
        (left, right), (top, bottom) = spans
        return left, top, right, bottom

    def look(self, size: tuple[int, int], cutn: int) -> Look:
        """The view that guides this part of a picture of (width, height); cutn: cutouts of the whole picture.

        >>> Region((0.5, 0, 1, 1), targets).look((128, 64), cutn=12).cutn
        6
        """
        see = partial(cropped, box=self.box(size))
        return Look(see, self.targets.loss(), self.targets.mean(), max(1, round(SHARE * cutn)))


def cropped(image: Tensor, box: Box) -> Tensor:
    """The part of pictures [B, 3, H, W] in a box.

    >>> cropped(torch.zeros(1, 3, 64, 64), (32, 0, 64, 16)).shape
    torch.Size([1, 3, 16, 32])
    """
    left, top, right, bottom = box
    return image[..., top:bottom, left:right]


def read_regions(
    settings: GenerateSettings,
    *,
    whole: tuple[int, int],
    window: Box | None,
    perceptor: Perceptor,
    device: torch.device,
    notes: list[str],
    reader: Perceptor | None = None,
) -> tuple[Region, ...]:
    """The regions of the settings.

        >>> settings = GenerateSettings.of(regions=("right=a red fox",))
        >>> given = {"perceptor": perceptor, "device": torch.device("cpu"), "notes": []}
        >>> read_regions(settings, whole=(256, 256), window=None, **given)[0].sides
        (0.5, 0.0, 1.0, 1.0)

    whole: size of the whole picture, which places refer to; window: the part of it that is painted, None for all;
    notes: lines that a user should read are appended to it; reader: as for `read_targets`.
    Raises SettingsError for a place outside of the picture or of the window, PromptError for words that are no prompt.
    """
    found = []
    own = settings.changed(image_prompts=(), noise_prompts=())
    for text in settings.areas.regions:
        place, line = split_region(text)
        sides = within(place.box(whole), window or (0, 0, *whole))
        if sides is None:
            raise SettingsError(
                f"regions has the place {place.text}, which is outside of what the mask leaves to paint",
                settings=["regions", "mask"],
            )
        targets = read_targets([line], own, perceptor=perceptor, device=device, notes=notes, reader=reader)
        found.append(Region(sides, targets))
    return tuple(found)


def within(box: Box, window: Box) -> tuple[float, float, float, float] | None:
    """A box as shares of a window, as far as it is in it; None where it is not.

    >>> within((0, 0, 100, 50), (50, 0, 150, 100)), within((0, 0, 9, 9), (50, 0, 150, 100))
    ((0.0, 0.0, 0.5, 0.5), None)
    """
    left, top, right, bottom = window
    sides = (
        max(0.0, (box[0] - left) / (right - left)),
        max(0.0, (box[1] - top) / (bottom - top)),
        min(1.0, (box[2] - left) / (right - left)),
        min(1.0, (box[3] - top) / (bottom - top)),
    )
    return sides if sides[0] < sides[2] and sides[1] < sides[3] else None
