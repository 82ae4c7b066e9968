"""First pictures of things: what the words say of them, drawn by the built-in StyleGAN and put where they belong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.colours import COLOURS
from clipgen.generators.stylegan.generator import StyleGAN
from clipgen.perceptors.base import Perceptor
from clipgen.tasks.bank import Bank, pattern_of
from clipgen.tasks.generate.texts import read_often

# so many names of all, names of what can be drawn, and scenes are near enough to be read together
NAMES, DRAWABLE, SCENES = 6, 3, 4
# the cosine from which words mean a thing; by how much a reading must be nearer for each part that it has more; by how
# much what cannot be drawn may be nearer: an open umbrella is one "with rain drops" too
MEANT, NEARER, NEAR = 0.5, 0.05, 0.1
# draws that each thing is chosen among, and how far they are from the mean of their class
TRIES, PSI = 32, 0.3
# side of a first picture in pixels, and where things stand in it: middle (x, y) and side as shares of its own
SIDE = 192
ALONE, INSIDE, PAIR = ((0.5, 0.5, 1.0),), ((0.5, 0.64, 0.62),), ((0.26, 0.5, 0.5), (0.74, 0.5, 0.5))
# a draw's rim in pixels; the share of its side that a corner takes; how far the colour of its ground goes
RIM, CORNER, ALIKE = 2, 8, 0.3


@dataclass(frozen=True)
class Reading:
    """What words say of a picture of things, in a text that the perceptor was taught to read.

    things: one, or the left and the right one; colour: of the ground; scene: a caption of the bank; None: not told.
    """

    text: str
    things: tuple[str, ...]
    colour: str | None = None
    scene: str | None = None

    @property
    def parts(self) -> int:
        """How much it tells: 1 for a thing alone."""
        return len(self.things) + (self.colour is not None) + (self.scene is not None)

    def on(self, colour: str) -> Reading:
        """The same on a ground of a colour."""
        return Reading(f"{self.text} on a {colour} background", self.things, colour=colour)


class Composer:
    """Reads words that name things, and composes pictures of them.

        >>> composer = Composer(Bank.shipped(), perceptor, StyleGAN.load())
        >>> reading, fit = composer.read(aim)
        >>> reading.things, reading.scene
        (('fox',), 'winter landscape')
        >>> composer.compose(reading, aim, torch.Generator().manual_seed(7)).shape
        torch.Size([3, 192, 192])

    bank: its scenes; perceptor: compares texts, and draws with the words; painter: the built-in StyleGAN, for this
    composer alone.
    """

    def __init__(self, bank: Bank, perceptor: Perceptor, painter: StyleGAN) -> None:
        self.bank, self.perceptor, self.painter = bank, perceptor, painter
        # what the bank shows, it shows better
        shapes = {pattern_of(caption) for caption in bank.captions}
        plain = zip(bank.captions, bank.abstract.tolist(), bank.styled.tolist(), strict=True)
        self.scenes = list(dict.fromkeys(caption for caption, *other in plain if not any(other)))
        self.things = [
            name
            for name in self.painter.network.names
            if name not in self.scenes and f"{{}} {name} on a {{}} background" not in shapes
        ]

    def read(self, aim: Tensor) -> tuple[Reading, Tensor] | None:
        """The reading nearest to what is aimed at [D], and its cosine; None where that is of what cannot be drawn."""
        others = [name for name in self.perceptor.names if name not in self.things]
        names = self.things + others
        embedded = torch.cat([read_often(self.perceptor, part, aim) for part in (self.things, others) if part])
        fits = embedded @ aim
        own = fits[: len(self.things)]
        order = dict.fromkeys(fits.topk(min(NAMES, len(fits))).indices.tolist())
        order |= dict.fromkeys(own.topk(min(DRAWABLE, len(own))).indices.tolist())
        # of two things the nearer hides the other: what is left without it tells that one
        nearest = embedded[int(fits.argmax())]
        rest = embedded @ (aim - (aim @ nearest) * nearest)
        order |= dict.fromkeys(rest.topk(min(DRAWABLE, len(rest))).indices.tolist())
        near = [names[index] for index in order]
        told = (read_often(self.perceptor, self.scenes, aim) @ aim).topk(min(SCENES, len(self.scenes))).indices
        readings = [Reading(name, (name,)) for name in near]
        readings += [Reading(f"{a} left, {b} right", (a, b)) for a in near for b in near if a != b]
        readings += [
            Reading(f"{name} in {scene}", (name,), scene=scene)
            for name in near
            for scene in (self.scenes[index] for index in told.tolist())
        ]
        worth = self._worth(readings, aim)
        # grounds of all would be many texts: those of the best of each number of things are read
        for count in (1, 2):
            few = [i for i, r in enumerate(readings) if len(r.things) == count and not r.scene]
            first = sorted(few, key=worth.tolist().__getitem__)[-2:]
            grounds = [readings[i].on(colour) for i in first for colour in COLOURS]
            readings, worth = [*readings, *grounds], torch.cat([worth, self._worth(grounds, aim)])
        can = torch.tensor([all(thing in self.things for thing in r.things) for r in readings], device=worth.device)
        best, place = worth.masked_fill(~can, -1).max(0)
        reading = readings[int(place)]
        fit = best + NEARER * (reading.parts - 1)
        return None if fit < MEANT or best < worth.max() - NEAR else (reading, fit)

    def _worth(self, readings: Sequence[Reading], aim: Tensor) -> Tensor:
        """Cosines [N] of readings and what is aimed at, less for those of more parts."""
        parts = torch.tensor([reading.parts - 1.0 for reading in readings]).to(aim)
        return self.perceptor.encode_text([reading.text for reading in readings]).to(aim) @ aim - NEARER * parts

    def compose(self, reading: Reading, aim: Tensor, rng: torch.Generator) -> Tensor:
        """A picture [3, SIDE, SIDE] of a reading, of the draws that come nearest to what is aimed at [D]."""
        canvas = self._canvas(reading, rng).to(aim) if reading.scene or reading.colour else None
        places = PAIR if len(reading.things) == 2 else INSIDE if reading.scene else ALONE
        painter, perceptor = self.painter, self.perceptor
        for thing, place in zip(reading.things, places, strict=True):
            seed = int(torch.randint(2**31, (), generator=rng))
            painter.draw_from(PSI, [(thing, 1.0)])
            painter.start([seed], (painter.network.side, painter.network.side))

            def fit(draws: Tensor, _: int, canvas: Tensor | None = canvas, place: _Place = place) -> Tensor:
                return perceptor.encode_image(paste(draws, canvas, place)) @ aim

            painter.choose([seed], fit, TRIES)
            canvas = paste(painter().detach(), canvas, place)[0]
        assert canvas is not None  # a reading has a thing
        return canvas

    def _canvas(self, reading: Reading, rng: torch.Generator) -> Tensor:
        if reading.colour:
            return (torch.tensor(COLOURS[reading.colour]) / 255)[:, None, None].expand(3, SIDE, SIDE)
        rows = [row for row, caption in enumerate(self.bank.captions) if caption == reading.scene]
        return self.bank.pictures([rows[int(torch.randint(len(rows), (), generator=rng))]])[0]


_Place = tuple[float, float, float]


def paste(draws: Tensor, canvas: Tensor | None, place: _Place) -> Tensor:
    """Things on plain grounds, put on a canvas; None stands for more of their own grounds.

        >>> paste(draws, torch.zeros(3, 192, 192), (0.5, 0.5, 1.0)).shape
        torch.Size([1, 3, 192, 192])

    draws: [N, 3, h, w] in [0, 1]; canvas: [3, H, W]; place: middle (x, y) and side, as shares of the canvas. The ground
    of a draw is what is in its corners; the less a pixel is like it, the more it stays as it is: edges are soft.
    """
    corner = draws.shape[-1] // CORNER
    rows = torch.cat([draws[..., RIM:corner, :], draws[..., -corner:-RIM, :]], dim=-2)
    corners = torch.cat([rows[..., RIM:corner], rows[..., -corner:-RIM]], dim=-1)
    own = corners.flatten(2).median(dim=-1).values[..., None, None]
    made = (own.expand(-1, -1, SIDE, SIDE) if canvas is None else canvas.expand(len(draws), -1, -1, -1)).clone()
    height, width = made.shape[-2:]
    side = round(place[2] * min(height, width))
    draws = F.interpolate(draws[..., RIM:-RIM, RIM:-RIM], (side, side), mode="bilinear", antialias=True)
    ground = (-((draws - own).square().sum(1, keepdim=True) / ALIKE**2).square()).exp()
    left, top = (min(round(at * long - side / 2), long - side) for at, long in ((place[0], width), (place[1], height)))
    under = made[..., top : top + side, left : left + side]
    under.copy_((draws + ground * (under - own)).clamp(0, 1))
    return made
