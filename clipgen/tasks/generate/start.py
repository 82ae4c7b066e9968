"""Where a run starts: a picture of the shipped bank that is near the words."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.images import resize_area
from clipgen.perceptors.base import Perceptor
from clipgen.tasks.bank import Bank

# so many captions are near enough to have their pictures looked at
SHORTLIST = 12
# a seed chooses among so many best pictures, so that other seeds give other pictures
NEAREST = 2
# cells on a side that a picture of something else is reduced to: its colours and masses, without its forms
MASSES = (8, 5)
# the cosine of caption and words from which a picture's forms are of use, and from which they show the words; of shapes
# much is asked: a red star on beige is nearly as near to a red mushroom on beige as to itself
USEFUL, SHOWN, ABSTRACT = 0.5, 0.8, 0.7


@torch.no_grad()
def bank_pictures(
    perceptor: Perceptor, target: Tensor, *, seeds: Sequence[int], size: tuple[int, int]
) -> tuple[Tensor, Tensor]:
    """Pictures [B, 3, H, W] in [0, 1] of the bank that are near to each target, and how far they show it [B].

        >>> pictures, shown = bank_pictures(perceptor, target, seeds=[7], size=(256, 256))
        >>> generator.encode(pictures)

    perceptor: compares; target: [B, D] in its space; seeds: one per picture, each chooses among the nearest;
    size: (width, height). Captions are compared first, and the pictures of the nearest ones then, so that any
    perceptor can read the bank. A picture of something else is blurred, and 0 in the second tensor: a red star on blue
    is no strawberry, but its colours are where they should be.
    Raises WeightsError when the bank or the built-in VQGAN that it is written in is missing or damaged.
    """
    bank = Bank.shipped()
    captions = bank.captions
    read = torch.cat([perceptor.encode_text(captions[i : i + 256]) for i in range(0, len(captions), 256)])
    # pictures of one prompt share their shortlist
    starts: dict[tuple[float, ...], tuple[Tensor, Tensor, Tensor]] = {}
    for aim in target.to(read):
        if (key := tuple(aim.tolist())) not in starts:
            told, rows = (read @ aim).topk(SHORTLIST)
            pictures = bank.pictures(rows.tolist()).to(read.device)
            share = ((told - USEFUL) / (SHOWN - USEFUL)).clamp(0, 1)
            abstract = bank.abstract.to(rows.device)[rows]
            fit = perceptor.encode_image(pictures) @ aim
            vague = torch.stack([_masses(pictures, cells) for cells in MASSES])
            masses, kind = torch.stack([perceptor.encode_image(some) @ aim for some in vague]).max(dim=0)
            strange = torch.where(abstract, told < ABSTRACT, share == 0)
            share = share.masked_fill(abstract, 0)  # a shape takes other colours easily, and is soon drawn anew
            pictures[strange] = vague[kind, torch.arange(SHORTLIST)][strange]
            starts[key] = pictures, (2 * told + torch.where(strange, masses, fit)).cpu(), share
    chosen, shown = [], []
    for aim, seed in zip(target.to(read), seeds, strict=True):
        pictures, fit, share = starts[tuple(aim.tolist())]
        place = fit.topk(NEAREST).indices[torch.randint(NEAREST, (), generator=_rng(seed))]
        chosen.append(pictures[place])
        shown.append(share[place])
    return resize_area(torch.stack(chosen), size), torch.stack(shown)


def _masses(pictures: Tensor, cells: int) -> Tensor:
    """Pictures [N, 3, H, W] without their forms."""
    small = resize_area(pictures, (cells, cells))
    return F.interpolate(small, pictures.shape[-2:], mode="bicubic", align_corners=False).clamp(0, 1)


def _rng(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
