"""Where a run starts: a picture of the shipped bank that is near the words."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torchvision.transforms.functional import gaussian_blur

from clipgen.images import resize_area
from clipgen.perceptors.base import Perceptor
from clipgen.tasks.bank import Bank

# so many captions are near enough to have their pictures looked at
SHORTLIST = 12
# a seed chooses among so many best pictures, so that other seeds give other pictures
NEAREST = 2
# cosines of captions that say the same, and something else, and how far forms are blurred then, in sides of the picture
SAME, OTHER, BLUR = 0.7, 0.45, 0.1


@torch.no_grad()
def bank_pictures(perceptor: Perceptor, target: Tensor, *, seeds: Sequence[int], size: tuple[int, int]) -> Tensor:
    """Pictures [B, 3, H, W] in [0, 1] of the bank that are near to each target, in caption and in looks.

        >>> start = bank_pictures(perceptor, target, seeds=[7], size=(256, 256))
        >>> generator.encode(start)

    perceptor: compares; target: [B, D] in its space; seeds: one per picture, each chooses among the nearest;
    size: (width, height). Captions are compared first, and the pictures of the nearest ones then, so that any
    perceptor can read the bank. A picture whose caption says something else is blurred, the more the less it fits: its
    colours and masses are of use where its forms are not.
    Raises WeightsError when the bank or the built-in VQGAN that it is written in is missing or damaged.
    """
    bank = Bank.shipped()
    captions = bank.captions
    read = torch.cat([perceptor.encode_text(captions[i : i + 256]) for i in range(0, len(captions), 256)])
    # pictures of one prompt share their shortlist
    starts: dict[tuple[float, ...], tuple[Tensor, Tensor]] = {}
    for aim in target.to(read):
        if (key := tuple(aim.tolist())) not in starts:
            told, rows = (read @ aim).topk(SHORTLIST)
            pictures = bank.pictures(rows.tolist())
            shown = perceptor.encode_image(pictures.to(read.device)) @ aim
            soft = [_softened(one, cosine) for one, cosine in zip(pictures, told.tolist(), strict=True)]
            starts[key] = torch.stack(soft), (told + shown).cpu()
    chosen = []
    for aim, seed in zip(target.to(read), seeds, strict=True):
        pictures, fit = starts[tuple(aim.tolist())]
        chosen.append(pictures[fit.topk(NEAREST).indices[torch.randint(NEAREST, (), generator=_rng(seed))]])
    return resize_area(torch.stack(chosen), size)


def _softened(picture: Tensor, cosine: float) -> Tensor:
    """Blur a picture [3, H, W] by how far its caption is from the words."""
    sigma = BLUR * picture.shape[-1] * min(1.0, max(0.0, (SAME - cosine) / (SAME - OTHER)))
    if sigma < 0.5:
        return picture
    side = 2 * min(round(3 * sigma), (min(picture.shape[-2:]) - 1) // 2) + 1
    return gaussian_blur(picture, [side, side], [sigma, sigma])


def _rng(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
