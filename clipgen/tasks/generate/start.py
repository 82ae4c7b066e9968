"""Where a run starts: a picture of the shipped bank that shows the words, or a sketch of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from clipgen import devices
from clipgen.cutouts import Cutouts
from clipgen.generators.sketch import Sketch
from clipgen.images import resize_area
from clipgen.perceptors.base import Perceptor
from clipgen.synthesis import Synthesis
from clipgen.tasks.bank import Bank
from clipgen.tasks.generate.targets import Targets

# so many captions are near enough to have their pictures looked at
SHORTLIST = 12
# a seed chooses among the best pictures, so that other seeds give other pictures: so many, if they are nearly as good
NEAREST, NEARLY = 2, 0.1
# the cosine of caption and words from which a picture's forms are of use, and from which they show the words; of shapes
# much is asked: a red star on beige is nearly as near to a red mushroom on beige as to itself; at EXACT it is itself
USEFUL, SHOWN, ABSTRACT, EXACT = 0.5, 0.8, 0.7, 0.9
# how much of its contrast a shape of the bank keeps under a sketch: its form is right, its colours need not be
SHAPE = 0.5
# draws that a generator with pictures of its own chooses the first among
TRIES = 32
# of a sketch: side in pixels, steps, cutouts a step; all three are small, for it has no detail
SIDE, STEPS, CUTN = 64, 60, 8


@dataclass(frozen=True)
class Start:
    """First pictures, and what they are worth.

    pictures: [B, 3, H, W] in [0, 1]; shown: [B], 1 where they show the words, else 0, and between; kept: [B], how much
    of them stays under a sketch of the words, 1 where none is needed.
    """

    pictures: Tensor
    shown: Tensor
    kept: Tensor


@torch.no_grad()
def bank_pictures(perceptor: Perceptor, target: Tensor, *, seeds: Sequence[int], size: tuple[int, int]) -> Start:
    """Pictures of the bank that are near to each target.

        >>> start = bank_pictures(perceptor, target, seeds=[7], size=(256, 256))
        >>> generator.encode(start.pictures)

    perceptor: compares; target: [B, D] in its space; seeds: one per picture, each chooses among the nearest;
    size: (width, height). Captions are compared first, and the pictures of the nearest ones then, so that any
    perceptor can read the bank. Raises WeightsError when the bank or the built-in VQGAN that it is written in is
    missing or damaged.
    """
    bank = Bank.shipped()
    captions = bank.captions
    read = torch.cat([perceptor.encode_text(captions[i : i + 256]) for i in range(0, len(captions), 256)])
    # pictures of one prompt share their shortlist
    found: dict[tuple[float, ...], tuple[Tensor, Tensor, Tensor, Tensor]] = {}
    for aim in target.to(read):
        if (key := tuple(aim.tolist())) not in found:
            told, rows = (read @ aim).topk(SHORTLIST)
            pictures = bank.pictures(rows.tolist()).to(read.device)
            share = ((told - USEFUL) / (SHOWN - USEFUL)).clamp(0, 1)
            abstract = bank.abstract.to(rows.device)[rows]
            shape = SHAPE * (told >= ABSTRACT) + (1 - SHAPE) * (told >= EXACT)
            kept = torch.where(abstract, shape, (share > 0).float())
            share = share.masked_fill(abstract, 0)  # a shape takes other colours easily, and is soon drawn anew
            fit = 2 * told + perceptor.encode_image(pictures) @ aim
            found[key] = pictures, fit.cpu(), share, kept
    chosen = []
    for aim, seed in zip(target.to(read), seeds, strict=True):
        pictures, fit, share, kept = found[tuple(aim.tolist())]
        best = fit.topk(NEAREST)
        near = best.indices[best.values >= best.values[0] - NEARLY]
        place = near[torch.randint(len(near), (), generator=_rng(seed))]
        chosen.append((pictures[place], share[place], kept[place]))
    pictures, shown, kept = (torch.stack(list(part)) for part in zip(*chosen, strict=True))
    return Start(resize_area(pictures, size), shown, kept)


def sketched(start: Start, perceptor: Perceptor, targets: Targets, *, seeds: Sequence[int]) -> Tensor:
    """The first pictures [B, 3, H, W], with sketches of the words in place of, or over, those that do not show them.

    >>> generator.encode(sketched(start, perceptor, targets, seeds=[7]))
    """
    rows = [i for i, kept in enumerate(start.kept.tolist()) if kept < 1]
    if not rows:
        return start.pictures
    pictures = start.pictures.clone()
    height, width = pictures.shape[-2:]
    scale = SIDE / min(height, width)
    own = [seeds[row] for row in rows]
    sketch = Sketch.load(size=(round(width * scale), round(height * scale)), seeds=own, device=pictures.device)
    sketch.lay_over(pictures[rows], start.kept[rows])
    aims = Targets(targets.embeddings[rows], targets.weights[rows], targets.stops[rows])
    rng = devices.generator("cpu", own[0])
    cutouts = Cutouts(perceptor.input_size, CUTN, augments="whole", generator=rng).to(pictures.device)
    run = Synthesis(sketch, perceptor, cutouts, aims.loss(), target=aims.mean(), steps=STEPS, lr=sketch.lr)
    for _ in run:
        pass
    pictures[rows] = sketch.render((width, height))
    return pictures


def _rng(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
