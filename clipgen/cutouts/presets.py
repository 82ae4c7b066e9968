"""Named augment presets: the ranges of the geometric, colour and noise augments."""

from __future__ import annotations

from dataclasses import dataclass

from clipgen.errors import UnknownNameError


@dataclass(frozen=True)
class AugmentPreset:
    """The ranges from which the views of a picture are drawn.

        >>> from dataclasses import replace
        >>> replace(AUGMENTS["robust"], flip=0.5).flip
        0.5

    crop: smallest and largest side of an inner cutout, as a share of the picture's short side.
    overview: share of the cutouts that show the whole picture, at the first and at the last step.
    overview_pad: how much larger than the picture an overview may be, as a share.
    margin: how far an inner cutout may extend past the border, as a share of its own side.
    rotate, shear: largest angle either way, in degrees. stretch: largest change of the aspect ratio, as a share.
    perspective: largest relative change of depth from the middle of a cutout to its corner, below 1.
    hue: largest rotation either way, in turns. saturation, brightness, contrast: largest change either way.
    noise: largest standard deviation of the added noise, for pixels in [0, 1].
    flip, grey, erase, blur: probability that a view is mirrored, grey, has an erased block, or is sampled at half the
        resolution.
    kornia: apply kornia's augments one after another to plain crops instead; about ten times slower.
    """

    crop: tuple[float, float] = (0.3, 1.0)
    overview: tuple[float, float] = (0.0, 0.0)
    overview_pad: float = 0.0
    margin: float = 0.0
    rotate: float = 0.0
    shear: float = 0.0
    stretch: float = 0.0
    perspective: float = 0.0
    hue: float = 0.0
    saturation: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    noise: float = 0.0
    flip: float = 0.0
    grey: float = 0.0
    erase: float = 0.0
    blur: float = 0.0
    kornia: bool = False


AUGMENTS: dict[str, AugmentPreset] = {
    "none": AugmentPreset(),
    "light": AugmentPreset(
        crop=(0.5, 1.0), overview=(0.5, 0.25), overview_pad=0.05, margin=0.05, rotate=5, shear=2, perspective=0.1,
        hue=0.01, saturation=0.05, brightness=0.05, contrast=0.05, noise=0.02,
    ),
    # the augments of the built-in CLIP's training: no mirror images, because its captions say left and right, and
    # little hue, because they name colours
    "robust": AugmentPreset(
        crop=(0.5, 1.0), overview=(0.5, 0.25), overview_pad=0.15, margin=0.1, rotate=15, shear=5, stretch=0.1,
        perspective=0.2, hue=0.03, saturation=0.1, brightness=0.1, contrast=0.1, noise=0.05, grey=0.05, blur=0.1,
    ),
    # mostly the whole picture: CLIP recognises things by their form, not by their parts
    "whole": AugmentPreset(
        crop=(0.75, 1.0), overview=(0.75, 0.75), overview_pad=0.25, margin=0.05, rotate=8, shear=3, stretch=0.05,
        perspective=0.1, hue=0.02, saturation=0.1, brightness=0.1, contrast=0.1, noise=0.05, grey=0.05, blur=0.1,
    ),
    # the ranges of VQGAN-CLIP (github.com/nerdyrodent/VQGAN-CLIP), in one warp
    "classic": AugmentPreset(
        crop=(0.3, 1.0), overview=(0.25, 0.25), overview_pad=0.1, margin=0.1, rotate=15, shear=5, perspective=0.35,
        hue=0.1, saturation=0.1, noise=0.1, flip=0.5, erase=0.7,
    ),
    "strong": AugmentPreset(
        crop=(0.25, 0.95), overview=(0.5, 0.25), overview_pad=0.25, margin=0.2, rotate=30, shear=10, stretch=0.2,
        perspective=0.4, hue=0.05, saturation=0.3, brightness=0.15, contrast=0.25, noise=0.1, flip=0.5, grey=0.15,
        erase=0.3, blur=0.2,
    ),
    "kornia": AugmentPreset(crop=(0.3, 1.0), overview=(0.25, 0.25), overview_pad=0.1, noise=0.1, kornia=True),
}  # fmt: skip


def find_preset(augments: str | AugmentPreset) -> AugmentPreset:
    """Look up a preset by name; a preset is returned unchanged.

        >>> find_preset("robust").rotate
        15

    Raises UnknownNameError for a name that is not in AUGMENTS.
    """
    if isinstance(augments, AugmentPreset):
        return augments
    if augments not in AUGMENTS:
        raise UnknownNameError.of("augments", augments, AUGMENTS, settings=["augments"])
    return AUGMENTS[augments]
