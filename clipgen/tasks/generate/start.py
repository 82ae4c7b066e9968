"""Where a run starts: at a picture of the bank or a draw of the built-in StyleGAN that shows the words, or a sketch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from clipgen import devices
from clipgen.cutouts import Cutouts
from clipgen.errors import SettingsError
from clipgen.generators.base import Generator
from clipgen.generators.sketch import Sketch
from clipgen.generators.stylegan.generator import StyleGAN
from clipgen.generators.vqgan import VQGAN, VQModel
from clipgen.media.images import resize_area
from clipgen.parts import Parts
from clipgen.perceptors.base import Perceptor
from clipgen.settings import GenerateSettings
from clipgen.synthesis import Synthesis
from clipgen.tasks.bank import Bank, colours_of, in_all_colours, pattern_of
from clipgen.tasks.generate.composition import TRIES, Composer
from clipgen.tasks.generate.targets import Targets
from clipgen.tasks.generate.texts import read_often

# so many captions are near enough to have their pictures looked at
SHORTLIST = 12
# a seed chooses among the best pictures, so that other seeds give other pictures: so many, if they are nearly as good
NEAREST, NEARLY = 2, 0.08
# the cosine of caption and words from which a picture's forms are of use, and from which they show the words; of shapes
# much is asked: a red star on beige is nearly as near to a red mushroom on beige as to itself
USEFUL, SHOWN, ABSTRACT = 0.5, 0.8, 0.7
# by how much nearer a scene in a style must be than the scene alone: words that name a style are by 0.09 or more
PLAIN = 0.05
# of grounds and shapes: from PATTERN on it is worth while to ask for one in all colours, and at EXACT it is the one
# that the words name (on the benchmark those are at 0.94 or more, all others, a lemon as a circle, at 0.79 or less)
PATTERN, PATTERNS, EXACT = 0.6, 3, 0.85
# how much of its contrast a shape of the bank keeps under a sketch: its form is right, its colours need not be
SHAPE = 0.5
# by how much nearer a thing, in a scene or not, must be than a scene of the bank, which has things of its own
CLEARER = 0.15
# how strongly a picture of draws is held: the loop would bend their forms, which are right
DRAW = 2.0
# of a sketch: side in pixels, steps, cutouts a step; all three are small, for it has no detail
SIDE, STEPS, CUTN = 64, 60, 8


@dataclass(frozen=True)
class Start:
    """First pictures, and what they are worth.

    pictures: [B, 3, H, W] in [0, 1]; held: [B], how strongly a run holds on to them, 1 where one of the bank shows the
    words; kept: [B], how much of them stays under a sketch of the words, 1 where none is needed.
    """

    pictures: Tensor
    held: Tensor
    kept: Tensor


# from a seed's random numbers to a picture, how strongly it is held, and how much of it stays under a sketch
_Found = Callable[[torch.Generator], tuple[Tensor, Tensor, Tensor]]


def begin(
    generator: Generator,
    settings: GenerateSettings,
    targets: Targets,
    *,
    perceptor: Perceptor,
    seeds: Sequence[int],
    parts: Parts,
) -> tuple[str, Tensor | None]:
    """Put the generator where it is asked to start, or gains most; tell where, and how strongly to hold it [B].

        >>> begin(generator, GenerateSettings(), targets, perceptor=perceptor, seeds=[7], parts=parts)[0]
        'bank'

    That is at pictures of the bank or sketches, at the best of several draws of its own, or where it is.
    Raises SettingsError for a start that the generator does not have, or beside a first picture that is given.
    """
    init = settings.init
    given = init.init_image is not None or init.init_noise is not None
    if init.start in ("bank", "samples") and given:
        raise SettingsError(
            f"start is {init.start} and a first picture is given too; leave out init_image and init_noise"
        )
    if init.start == "samples" and generator.start_from != "samples":
        raise SettingsError(f"{settings.generator} has no samples to choose a start among; leave start out")
    aims = targets.mean()
    if generator.start_from == "samples" and init.start in ("auto", "samples") and not given:
        generator.choose(seeds, lambda images, row: perceptor.encode_image(images) @ aims[row], TRIES)
        return "samples", None
    # what a caption of the bank says of the words was measured where the vocabulary is closed: an open one finds
    # any two captions alike, and would hold on to a picture of something else
    wanted = generator.start_from == "bank" and bool(perceptor.words())
    if init.start == "noise" or given or (init.start == "auto" and not wanted):
        return "noise", None
    start = bank_pictures(perceptor, aims, seeds=seeds, size=generator.size, dtype=generator.dtype, parts=parts)
    generator.encode(sketched(start, perceptor, targets, seeds=seeds))
    return "bank", start.held


@torch.no_grad()
def bank_pictures(
    perceptor: Perceptor,
    target: Tensor,
    *,
    seeds: Sequence[int],
    size: tuple[int, int],
    parts: Parts,
    dtype: torch.dtype = torch.float32,
) -> Start:
    """Pictures of the bank, or draws of the built-in StyleGAN, that are near to each target.

        >>> start = bank_pictures(perceptor, target, seeds=[7], size=(256, 256), parts=parts)
        >>> generator.encode(start.pictures)

    perceptor: compares; target: [B, D] in its space; seeds: one per picture, each chooses among the nearest;
    size: (width, height); dtype: that the bank is decoded in. Captions and names are compared first, and the pictures
    of the nearest ones then, so that any perceptor can read the bank. Raises WeightsError when the bank, the built-in
    VQGAN that it is written in or the built-in StyleGAN is missing or damaged.
    """
    bank = parts.shared(("bank", dtype), lambda: Bank.shipped(dtype, _bank_network(parts, dtype)))
    captions = bank.captions
    read = read_often(perceptor, captions, target)
    # pictures of one prompt share what is found
    found: dict[tuple[float, ...], _Found] = {}
    chosen = []
    for aim, seed in zip(target, seeds, strict=True):
        if (key := tuple(aim.tolist())) not in found:
            told = read @ aim
            found[key] = (
                _in_other_colours(bank, perceptor, told, aim)
                or _drawn(bank, perceptor, told, aim, parts)
                or _nearest(bank, perceptor, told, aim)
            )
        chosen.append(found[key](_rng(seed)))
    pictures, held, kept = zip(*chosen, strict=True)
    return Start(torch.cat([resize_area(one[None], size) for one in pictures]), torch.stack(held), torch.stack(kept))


def _nearest(bank: Bank, perceptor: Perceptor, told: Tensor, aim: Tensor) -> _Found:
    """Choose among the pictures whose captions and looks are nearest; told: cosines of all captions, [N]."""
    told, rows = (told - PLAIN * bank.styled.to(told.device)).topk(SHORTLIST)
    pictures = bank.pictures(rows.tolist()).to(told.device)
    share = ((told - USEFUL) / (SHOWN - USEFUL)).clamp(0, 1)
    abstract = bank.abstract.to(rows.device)[rows]
    kept = torch.where(abstract, SHAPE * (told >= ABSTRACT), (share > 0).float())
    share = share.masked_fill(abstract, 0)
    fit = (2 * told + perceptor.encode_image(pictures) @ aim).cpu()

    def choose(rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        best = fit.topk(NEAREST)
        near = best.indices[best.values >= best.values[0] - NEARLY]
        place = near[torch.randint(len(near), (), generator=rng)]
        return pictures[place], share[place], kept[place]

    return choose


def _drawn(bank: Bank, perceptor: Perceptor, told: Tensor, aim: Tensor, parts: Parts) -> _Found | None:
    """Compose pictures of the things that the words name, where they can be drawn and no scene is nearer."""
    least = told.masked_fill(bank.abstract.to(told.device), -1).max() + CLEARER
    if least > 1:
        return None
    painter = parts.generator("stylegan", device=aim.device)
    assert isinstance(painter, StyleGAN)  # the built-in one
    composer = Composer(bank, perceptor, painter)
    if (found := composer.read(aim)) is None or found[1] < least:
        return None
    reading, fit = found
    # what a reading leaves out of the words, as a style, is still to come
    held = DRAW * ((fit - USEFUL) / (1 - USEFUL)).clamp(0, 1)
    return lambda rng: (composer.compose(reading, aim, rng), held, torch.ones_like(held))


def _in_other_colours(bank: Bank, perceptor: Perceptor, told: Tensor, aim: Tensor) -> _Found | None:
    """Choose among pictures of the ground or shape that the words name, in the colours that they name; None if none."""
    patterns: dict[str, list[int]] = {}
    abstract = bank.abstract.nonzero()[:, 0].to(told.device)
    for row in abstract[told[abstract].argsort(descending=True)].tolist():
        pattern = pattern_of(bank.captions[row])
        if told[row] >= PATTERN or pattern in patterns:
            patterns.setdefault(pattern, []).append(row)
    best, pattern = EXACT, ""
    names: tuple[str, ...] = ()
    for asked in list(patterns)[:PATTERNS]:
        said = in_all_colours(asked)
        fit, place = (read_often(perceptor, list(said), aim) @ aim).max(0)
        if float(fit) >= best:
            best, pattern, names = float(fit), asked, list(said.values())[int(place)]
    if not pattern:
        return None
    # where the words leave the ground open it stays as it is, if it has another colour than the shape
    rows = [row for row in patterns[pattern] if not {*names} & {*colours_of(bank.captions[row])[len(names) :]}]
    one = torch.ones([], device=aim.device)

    def choose(rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        row = rows[int(torch.randint(len(rows), (), generator=rng))]
        return bank.recoloured(row, names).to(aim.device), one, one

    return choose


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
    sketch = Sketch.begin(size=(round(width * scale), round(height * scale)), seeds=own, device=pictures.device)
    sketch.lay_over(pictures[rows], start.kept[rows])
    aims = Targets(targets.embeddings[rows], targets.weights[rows], targets.stops[rows])
    rng = devices.generator("cpu", own[0])
    cutouts = Cutouts(perceptor.input_size, CUTN, augments="whole", generator=rng).to(pictures.device)
    run = Synthesis(sketch, perceptor, cutouts, aims.loss(), target=aims.mean(), steps=STEPS, lr=sketch.lr)
    for _ in run:
        pass
    pictures[rows] = sketch.render((width, height))
    return pictures


def _bank_network(parts: Parts, dtype: torch.dtype) -> VQModel:
    vqgan = parts.generator("vqgan", device=torch.device("cpu"), dtype=dtype)
    assert isinstance(vqgan, VQGAN)  # the built-in one
    return vqgan.network


def _rng(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
