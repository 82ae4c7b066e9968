"""Pictures far larger than CLIP sees: an overview, then tile by tile over it, then what is hidden in it.

The whole picture is held in 8 bits a channel; what is computed is of the size of one tile and its surroundings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from clipgen.errors import SettingsError
from clipgen.media.images import GRID, from_pil, load_image, resize_area, to_pil
from clipgen.parts import Parts
from clipgen.settings import QUALITIES, Box
from clipgen.settings.keywords import PictureValues
from clipgen.synthesis import Look, Synthesis
from clipgen.tasks.generate.canvas import load_generator
from clipgen.tasks.generate.course import Hidden, begin
from clipgen.tasks.generate.frame import CONTEXT, Frame, soft_box
from clipgen.tasks.generate.grid import Grid, common, moved, size_of
from clipgen.tasks.generate.plan import Plan, file_hashes, with_start
from clipgen.tasks.generate.regions import Region, cropped, within
from clipgen.tasks.generate.targets import Targets, read_targets, reader_for

# a region that covers this share of a tile gives it its words; one that has less than LITTLE of it in a tile is left to
# the others
COVERED, LITTLE = 0.5, 0.25
# share of the cutouts in which CLIP sees the whole picture while a tile is painted
OUTER = 0.25
# of INIT_WEIGHT, how much a tile keeps to the overview
KEPT = 0.25
# side of a hidden thing, as a share of a tile's short side
HIDDEN = 0.75
# words after those for a thing
_MORE = re.compile(
    r"\s+(?:in|on|at|with|without|by|near|under|behind|before|beside|over|wearing|holding|riding)\s+", re.IGNORECASE
)
# distance of the seeds of two stages, see race.APART
APART, SEEDS = 2_654_435_761, 2**32


class Tiles:
    """The course of a picture of tiles; see `Course`.

    plan: whose `size` is that of a tile. Raises SettingsError for a generator that cannot make tiles of their size.
    """

    def __init__(self, plan: Plan, parts: Parts) -> None:
        assert plan.settings.areas.tiles is not None
        self.plan, self.parts = plan, parts
        self.grid = Grid(plan.settings.areas.tiles, plan.settings.canvas.size)
        self._images: list[Image.Image] | None = None
        if plan.settings.init.init_image is not None:
            self._images = [to_pil(load_image(plan.settings.init.init_image, size=self.grid.whole)[0])] * self._batch

    @cached_property
    def steps(self) -> tuple[int, ...]:
        """Steps of the overview, if there is one, of each tile, and of what is hidden."""
        each = self.plan.settings.search.steps or 1
        first = (self._overview.settings.search.steps or 1,) if self._before else ()
        return (*first, *[each] * (self.plan.stages - self._before))

    @property
    def canvas(self) -> Tensor | None:
        """The pixels so far, [B, H, W, 3]."""
        return None if self._images is None else torch.stack([torch.from_numpy(np.array(one)) for one in self._images])

    @canvas.setter
    def canvas(self, pixels: Tensor | None) -> None:
        self._images = None if pixels is None else [Image.fromarray(one.numpy()) for one in pixels]

    @property
    def hidden(self) -> Sequence[Hidden | None]:
        """What is hidden in each picture, and where."""
        text = self.plan.settings.areas.hide
        return [None if text is None else Hidden(text=text, box=self._thing(window)) for window in self._hiding]

    def begin(self, number: int) -> Synthesis:
        """The optimisation of the overview, of a tile, or of what is hidden."""
        kind = number - self._before
        if kind < 0:
            return begin(self._overview, self.parts)
        if kind == len(self.grid):
            return begin(self._hide(), self.parts)
        return begin(self._tile(kind), self.parts, [self._outer(kind)])

    def keep(self, number: int, done: Synthesis) -> None:
        """Put what a stage has painted into the whole picture."""
        assert done.best_image is not None  # it has taken a step
        self._images = self._with(number, done.best_image)

    def shown(self, number: int, image: Tensor) -> Tensor:
        """The whole picture, small."""
        if self._images is None:
            return image
        small = self._small().to(image)
        across, down = (whole / part for whole, part in zip(self.grid.whole, self._view, strict=True))
        for one, own, window in zip(small, image, self._windows(number), strict=True):
            left, top = round(window[0] / across), round(window[1] / down)
            right, bottom = max(left + 1, round(window[2] / across)), max(top + 1, round(window[3] / down))
            one[:, top:bottom, left:right] = resize_area(own[None], (right - left, bottom - top))[0]
        return small

    def pictures(self, number: int, now: Synthesis) -> tuple[Sequence[Image.Image], Sequence[float]]:
        """The whole pictures so far; their score is that of the whole as CLIP sees it, small."""
        images = self._images if now.best_image is None else self._with(number, now.best_image)
        if images is None:
            return (), ()
        perceptor, target = self.plan.perceptor(self.parts), self.plan.targets.mean()
        with torch.no_grad():
            small = [one.resize(self._view, Image.Resampling.BOX) for one in images]
            seen = perceptor.encode_image(self._stacked(small))
        return images, (seen * target).sum(-1).tolist()

    def trial(self) -> Synthesis:
        """The loop of the largest tile on a grey picture, to measure it."""
        self._images = [Image.new("RGB", self.grid.whole, (128, 128, 128))] * self._batch
        number = max(range(len(self.grid)), key=lambda one: common(*[self.grid.window(one)] * 2))
        return self.begin(self._before + number)

    @property
    def _before(self) -> int:
        """The number of stages before the first tile."""
        return 0 if self.plan.settings.init.init_image is not None else 1

    @property
    def _batch(self) -> int:
        return len(self.plan.seeds)

    @cached_property
    def _view(self) -> tuple[int, int]:
        """Size at which the whole picture is seen: of the pixels of a tile, and of whole pixels for each tile."""
        (across, down), (width, height) = self.grid.tiles, self.grid.size
        scale = (across * down) ** 0.5
        return max(1, round(width / scale)) * across, max(1, round(height / scale)) * down

    @cached_property
    def _overview(self) -> Plan:
        """The plan of the whole picture, small, that the tiles start from.

        Where the tiles take the steps and cutouts of the quality, it takes those that suit its own start.
        """
        part = self._part(size=self._view, start=self.plan.settings.init.start)
        # by what is recorded, not by what was asked for, so that a picture that is made again has the same overview
        asked, usual = part.settings, QUALITIES[part.settings.search.quality]
        if (asked.search.steps, asked.cutouts.cutn) == (usual.steps, usual.cutn):
            own = asked.search.lr == self.plan.empty(self.parts).lr
            changed = asked.cutouts.augments if asked.cutouts.augments != usual.augments else None
            asked = asked.changed(steps=None, cutn=None, augments=changed, lr=None if own else asked.search.lr)
        return with_start(replace(part, requested=asked), self.parts)

    def _part(self, **settings: object) -> Plan:
        """The plan as one of a picture without tiles, with other settings."""
        given = PictureValues(tiles=None, hide=None, regions=(), race=1, image_prompts=(), noise_prompts=())
        job = replace(self.plan.job, settings=self.plan.settings.updated({**given, **settings}))
        return replace(self.plan, job=job, start=None, init_share=None, deadline=None)

    def _tile(self, number: int) -> Plan:
        """The plan of one tile: its surroundings stay, and it starts from what is there."""
        window, core = self.grid.window(number), self.grid.core(number)
        targets, regions = self._words(window, core)
        frame = Frame(self._crops([window] * self._batch), self.grid.alpha(number), (0, 0, *size_of(window)))
        plan = self._part(size=size_of(window), start="noise", init_image=None, seed=self._seed(number))
        share = torch.full((self._batch,), KEPT, device=plan.device)
        plan = replace(plan, targets=targets, regions=regions, frame=frame, init_share=share)
        generator = load_generator(
            plan.empty(self.parts),
            plan.settings,
            plan.latent_seeds,
            perceptor=plan.perceptor(self.parts),
            notes=[],
            frame=frame,
        )
        if generator.size != size_of(window):
            raise SettingsError(
                f"{plan.settings.generator} cannot make tiles of {size_of(window)[0]} x {size_of(window)[1]} pixels; "
                "choose vqgan or pixels, or another size",
                settings=["tiles", "generator", "size"],
            )
        return replace(plan, start=generator.state())

    def _words(self, window: Box, core: Box) -> tuple[Targets, tuple[Region, ...]]:
        """What a tile is to show: the words of the region that covers it, or of the whole, and of parts of it."""
        own, parts = self.plan.targets, []
        for region in self.plan.regions:
            box = region.box(self.grid.whole)
            if common(box, core) > COVERED * common(core, core):
                own = region.targets.repeated(self._batch)
            elif common(box, core) > LITTLE * min(common(box, box), common(core, core)):
                sides = within(box, window)
                assert sides is not None  # they have pixels in common
                parts.append(Region(sides, region.targets))
        return own, tuple(parts)

    def _outer(self, number: int) -> Look:
        """The whole picture with the tile in it, as the words for the whole guide it."""
        inner = moved(self.grid.core(number), self.grid.window(number))
        across, down = (whole // tiles for whole, tiles in zip(self._view, self.grid.tiles, strict=True))
        row, column = divmod(number, self.grid.tiles[0])
        left, top = column * across, row * down
        around = self._small()

        def see(image: Tensor) -> Tensor:
            whole = around.clone()
            whole[..., top : top + down, left : left + across] = resize_area(cropped(image, inner), (across, down))
            return whole

        targets, cutn = self.plan.targets, self.plan.settings.cutouts.cutn or 1
        return Look(see, targets.loss(), targets.mean(), max(1, round(OUTER * cutn)))

    def _hide(self) -> Plan:
        """The plan of the hidden thing: its surroundings stay, and it starts from a picture of the thing alone."""
        text = self.plan.settings.areas.hide
        assert text is not None
        window = self._hiding[0]
        side = size_of(window)
        box = moved(self._thing(window), window)
        alpha = soft_box(side, box, min(box[:2]))
        frame = Frame(self._crops(self._hiding), alpha, (0, 0, *side), cut_out=True)
        plan = self._part(size=side, start="auto", init_image=None, seed=self._seed(len(self.grid)))
        perceptor = plan.perceptor(self.parts)
        reader = reader_for(plan.settings, perceptor, self.parts, plan.device)

        def read(words: str) -> Targets:
            asked, device = [words] * self._batch, plan.device
            return read_targets(asked, plan.settings, perceptor=perceptor, device=device, notes=[], reader=reader)

        alone, targets = read(thing_of(text)), read(text)
        plan = with_start(replace(plan, targets=alone, regions=(), frame=frame), self.parts)
        return replace(plan, targets=targets)

    @cached_property
    def _hiding(self) -> list[Box]:
        """The part of each picture in which a thing is hidden, drawn from its seed."""
        whole = self.grid.whole
        side = min(*whole, round(CONTEXT * HIDDEN * min(self.grid.size) / GRID) * GRID)
        boxes = []
        for seed in self.plan.seeds:
            share = torch.rand(2, generator=torch.Generator().manual_seed((seed + APART) % SEEDS)).tolist()
            left, top = (round(part * (length - side)) for part, length in zip(share, whole, strict=True))
            boxes.append((left, top, left + side, top + side))
        return boxes

    def _thing(self, window: Box) -> Box:
        """The box of the thing that is hidden in a part of the picture."""
        rim = round(size_of(window)[0] * (1 - 1 / CONTEXT) / 2)
        return window[0] + rim, window[1] + rim, window[2] - rim, window[3] - rim

    def _seed(self, number: int) -> int:
        return ((self.plan.settings.canvas.seed or 0) + (number + 1) * APART) % SEEDS

    def _windows(self, number: int) -> list[Box]:
        """The part of each picture that a stage paints."""
        kind = number - self._before
        if kind == len(self.grid):
            return self._hiding
        return [self.grid.window(kind) if kind >= 0 else (0, 0, *self.grid.whole)] * self._batch

    def _with(self, number: int, painted: Tensor) -> list[Image.Image]:
        """The whole pictures with what a stage has painted, [B, 3, h, w]."""
        if self._images is None:
            return [to_pil(one).resize(self.grid.whole, Image.Resampling.BICUBIC) for one in painted]
        made = [one.copy() for one in self._images]
        for one, own, window in zip(made, painted, self._windows(number), strict=True):
            one.paste(to_pil(own), window[:2])
        return made

    def _crops(self, windows: Sequence[Box]) -> Tensor:
        assert self._images is not None  # the overview, or the initial picture
        return self._stacked([one.crop(window) for one, window in zip(self._images, windows, strict=True)])

    def _small(self) -> Tensor:
        assert self._images is not None
        return self._stacked([one.resize(self._view, Image.Resampling.BOX) for one in self._images])

    def _stacked(self, pictures: Sequence[Image.Image]) -> Tensor:
        return torch.cat([from_pil(one) for one in pictures]).to(self.plan.device)


def thing_of(text: str) -> str:
    """The words for a thing, without those for what it has on or where it is.

    >>> thing_of("a man in a red striped shirt")
    'a man'
    """
    return _MORE.split(text.strip(), maxsplit=1)[0] or text


def with_tiles(plan: Plan, parts: Parts) -> Plan:
    """The plan of a picture of tiles, with the settings that the generator decides: size of a tile, learning rate.

    >>> with_tiles(plan, parts).settings.options.race
    1
    """
    generator = plan.empty(parts)
    size, made = plan.settings.canvas.size, generator.reachable(plan.settings.canvas.size)
    notes = [f"tiles of {size[0]} x {size[1]} pixels are rounded to {made[0]} x {made[1]}"] if size != made else []
    plan = plan.changed(*notes, size=made, lr=plan.settings.search.lr or generator.lr, race=1)
    return replace(plan, job=replace(plan.job, files=file_hashes(plan.settings)))
