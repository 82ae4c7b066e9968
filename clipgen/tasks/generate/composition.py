"""Initial pictures of things: what the words name, drawn by the built-in StyleGAN and pasted at its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.colours import COLOURS
from clipgen.generators.stylegan.generator import StyleGAN
from clipgen.media.images import resize_area
from clipgen.perceptors.base import Perceptor
from clipgen.tasks.bank import Bank, pattern_of
from clipgen.tasks.generate.texts import embed_cached

# how many of the nearest names, of the nearest names that can be drawn, and of the nearest scenes are combined
NAMES, DRAWABLE, SCENES = 6, 3, 4
# least cosine at which words name a thing; by how much each further part of a layout must raise the cosine; by how much
# the cosine of a layout that cannot be drawn may be higher: "an open umbrella" is near "umbrella with rain drops" too
MEANT, NEARER, NEAR = 0.5, 0.05, 0.1
# draws of a thing, one of which is chosen by a seed: the best, or one whose cosine is lower by at most so much
DRAWS, NEARLY = 8, 0.05
# side of an initial picture in pixels, and the places of things in it: centre (x, y) and side, as shares of it
SIDE = 192
ALONE, INSIDE, PAIR = ((0.5, 0.5, 0.84),), ((0.5, 0.64, 0.56),), ((0.27, 0.5, 0.46), (0.73, 0.5, 0.46))
# a ground that the words do not name: least distance from the thing's mean colour (RGB), and share of white in it
APART, PALE = 0.45, 0.35
# of a picture's own ground: its rim in pixels, side over that of a corner, distance (RGB) at which 1/e is ground
RIM, CORNER, ALIKE = 2, 8, 0.3


@dataclass(frozen=True)
class Layout:
    """A picture of things, and the words for it, which the perceptor was trained on.

        >>> Layout("fox", ("fox",)).on("blue").text
        'fox on a blue background'

    things: one, or the left and the right one; colour: of the ground; scene: a caption of the bank; None: open.
    """

    text: str
    things: tuple[str, ...]
    colour: str | None = None
    scene: str | None = None

    @property
    def parts(self) -> int:
        """Number of things, ground and scene: 1 for a thing alone."""
        return len(self.things) + (self.colour is not None) + (self.scene is not None)

    def on(self, colour: str) -> Layout:
        """The same on a ground of a colour."""
        return Layout(f"{self.text} on a {colour} background", self.things, colour=colour)


class Composer:
    """Finds the things that a target means, and composes pictures of them.

        >>> composer = Composer(Bank.shipped(), perceptor, StyleGAN.load())
        >>> target = perceptor.encode_text(["a red fox"])[0]
        >>> composer.compose(Layout("fox", ("fox",)), target, torch.Generator().manual_seed(7)).shape
        torch.Size([3, 192, 192])

    bank: its scenes; perceptor: embeds texts and draws; stylegan: the built-in one, used by this composer alone.
    """

    def __init__(self, bank: Bank, perceptor: Perceptor, stylegan: StyleGAN) -> None:
        self.bank, self.perceptor, self.stylegan = bank, perceptor, stylegan
        # the bank has better pictures of what it shows than StyleGAN draws
        shapes = {pattern_of(caption) for caption in bank.captions}
        plain = zip(bank.captions, bank.abstract.tolist(), bank.styled.tolist(), strict=True)
        self.scenes = list(dict.fromkeys(caption for caption, *other in plain if not any(other)))
        self.things = [
            name
            for name in self.stylegan.network.names
            if name not in self.scenes and f"{{}} {name} on a {{}} background" not in shapes
        ]

    def layout(self, target: Tensor) -> tuple[Layout, Tensor] | None:
        """The layout nearest to a target [D], and its cosine; None if none is near, or the nearest cannot be drawn."""
        others = [name for name in self.perceptor.names if name not in self.things]
        names = self.things + others
        embedded = torch.cat([embed_cached(self.perceptor, part, target) for part in (self.things, others) if part])
        fits = embedded @ target
        own = fits[: len(self.things)]
        order = dict.fromkeys(fits.topk(min(NAMES, len(fits))).indices.tolist())
        order |= dict.fromkeys(own.topk(min(DRAWABLE, len(own))).indices.tolist())
        # of two things the nearer one hides the other, which is found in the target's part orthogonal to the nearer one
        nearest = embedded[int(fits.argmax())]
        rest = embedded @ (target - (target @ nearest) * nearest)
        order |= dict.fromkeys(rest.topk(min(DRAWABLE, len(rest))).indices.tolist())
        near = [names[index] for index in order]
        layouts, scores = self._scored(near, target)
        drawable = [all(thing in self.things for thing in layout.things) for layout in layouts]
        best, place = scores.masked_fill(~torch.tensor(drawable, device=scores.device), -1).max(0)
        layout = layouts[int(place)]
        fit = best + NEARER * (layout.parts - 1)
        return None if fit < MEANT or best < scores.max() - NEAR else (layout, fit)

    def _scored(self, names: Sequence[str], target: Tensor) -> tuple[list[Layout], Tensor]:
        """All layouts of some names, alone, in pairs, in scenes and on grounds, with their scores [N]."""
        fits = embed_cached(self.perceptor, self.scenes, target) @ target
        scenes = [self.scenes[index] for index in fits.topk(min(SCENES, len(self.scenes))).indices.tolist()]
        layouts = [Layout(name, (name,)) for name in names]
        layouts += [Layout(f"{a} left, {b} right", (a, b)) for a in names for b in names if a != b]
        layouts += [Layout(f"{name} in {scene}", (name,), scene=scene) for name in names for scene in scenes]
        scores = self._scores(layouts, target)
        # all on every ground would be many texts: only the two best of one thing and of two are combined with grounds
        for count in (1, 2):
            plain = [i for i, layout in enumerate(layouts) if len(layout.things) == count and not layout.scene]
            best = sorted(plain, key=scores.tolist().__getitem__)[-2:]
            grounds = [layouts[i].on(colour) for i in best for colour in COLOURS]
            layouts, scores = [*layouts, *grounds], torch.cat([scores, self._scores(grounds, target)])
        return layouts, scores

    def _scores(self, layouts: Sequence[Layout], target: Tensor) -> Tensor:
        """Cosines [N] of layouts and the target, reduced for each part after the first."""
        parts = torch.tensor([layout.parts - 1.0 for layout in layouts]).to(target)
        return self.perceptor.encode_text([layout.text for layout in layouts]).to(target) @ target - NEARER * parts

    def compose(
        self, layout: Layout, target: Tensor, rng: torch.Generator, ground: Tensor | None = None
    ) -> Tensor:
        """A picture [3, SIDE, SIDE] of a layout, of draws that come near to the target [D]; rng chooses among them.

        ground: a picture [3, H, W] that the things are pasted onto, instead of the layout's colour or scene.
        """
        places = PAIR if len(layout.things) == 2 else INSIDE if layout.scene and ground is None else ALONE
        canvas = None if ground is None else resize_area(ground[None].to(target), (SIDE, SIDE))[0]
        if canvas is None and (layout.scene or layout.colour):
            canvas = self._canvas(layout, rng).to(target)
        for thing, place in zip(layout.things, places, strict=True):
            draws = self._draws(thing, rng).to(target)
            canvas = plain_ground(draws, rng) if canvas is None else canvas
            made = paste(draws, canvas, place)
            fits = self.perceptor.encode_image(made) @ target
            near = (fits >= fits.max() - NEARLY).nonzero()[:, 0]
            canvas = made[near[int(torch.randint(len(near), (), generator=rng))]]
        assert canvas is not None  # a layout has a thing
        return canvas

    def _draws(self, thing: str, rng: torch.Generator) -> Tensor:
        """Draws of a thing [DRAWS, 4, h, w], all of them mirrored or none."""
        self.stylegan.draw_from(None, [(thing, 1.0)])
        draws = self.stylegan.cut_outs(int(torch.randint(2**31, (), generator=rng)), DRAWS)
        return draws.flip(-1) if torch.rand((), generator=rng) < 0.5 else draws

    def _canvas(self, layout: Layout, rng: torch.Generator) -> Tensor:
        if layout.colour:
            return (torch.tensor(COLOURS[layout.colour]) / 255)[:, None, None].expand(3, SIDE, SIDE)
        rows = [row for row, caption in enumerate(self.bank.captions) if caption == layout.scene]
        return self.bank.pictures([rows[int(torch.randint(len(rows), (), generator=rng))]])[0]


_Place = tuple[float, float, float]


def paste(draws: Tensor, canvas: Tensor, place: _Place) -> Tensor:
    """Paste draws of things onto a canvas.

        >>> paste(torch.zeros(1, 4, 64, 64), torch.zeros(3, 192, 192), (0.5, 0.5, 1.0)).shape
        torch.Size([1, 3, 192, 192])

    draws: [N, 4, h, w] in [0, 1], colours times alpha, and alpha; canvas: [3, H, W]; place: centre (x, y) and side, as
    shares of the canvas.
    """
    made = canvas.expand(len(draws), -1, -1, -1).clone()
    height, width = made.shape[-2:]
    side = round(place[2] * min(height, width))
    draws = F.interpolate(draws, (side, side), mode="bicubic", antialias=True).clamp(0, 1)
    left, top = (min(round(at * long - side / 2), long - side) for at, long in ((place[0], width), (place[1], height)))
    under = made[..., top : top + side, left : left + side]
    under.copy_((draws[:, :3] + (1 - draws[:, 3:]) * under).clamp(0, 1))
    return made


def plain_ground(draws: Tensor, rng: torch.Generator) -> Tensor:
    """A canvas [3, SIDE, SIDE] of one pale colour, from which draws [N, 4, h, w] stand out.

    >>> plain_ground(torch.ones(1, 4, 8, 8), torch.Generator().manual_seed(7)).shape
    torch.Size([3, 192, 192])
    """
    alpha = draws[:, 3].sum().clamp(min=1e-6)
    own = (draws[:, :3].sum((0, 2, 3)) / alpha).cpu()
    colours = torch.lerp(torch.tensor(list(COLOURS.values())) / 255, torch.ones(1), PALE)
    far = (colours - own).norm(dim=1)
    apart = (far >= min(APART, float(far.max()))).nonzero()[:, 0]
    chosen = colours[apart[int(torch.randint(len(apart), (), generator=rng))]]
    return chosen.to(draws)[:, None, None].expand(-1, SIDE, SIDE)


def ground_of(draws: Tensor) -> Tensor:
    """The colour [N, 3, 1, 1] of the plain ground of pictures [N, 3, h, w]: the median of their corners.

    >>> ground_of(torch.full((1, 3, 64, 64), 0.25)).flatten()
    tensor([0.2500, 0.2500, 0.2500])
    """
    down, across = (side // CORNER for side in draws.shape[-2:])
    rows = torch.cat([draws[..., RIM:down, :], draws[..., -down:-RIM, :]], dim=-2)
    corners = torch.cat([rows[..., RIM:across], rows[..., -across:-RIM]], dim=-1)
    return corners.flatten(2).median(dim=-1).values[..., None, None]


def share_of_ground(draws: Tensor, ground: Tensor) -> Tensor:
    """How much of each pixel [N, 1, h, w] is ground: 1 where it has the colour of that, less the further it is from it.

    >>> share_of_ground(torch.ones(1, 3, 2, 2), torch.zeros(1, 3, 1, 1)).max() < 1e-6
    tensor(True)
    """
    return (-((draws - ground).square().sum(1, keepdim=True) / ALIKE**2).square()).exp()
