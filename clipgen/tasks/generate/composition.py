"""Initial pictures of things: what the words name, drawn by the built-in StyleGAN, at its place and in its style."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from clipgen.colours import COLOURS
from clipgen.generators.stylegan.generator import StyleGAN, over_ground
from clipgen.media.crisp import enlarge
from clipgen.media.images import resize_area
from clipgen.perceptors.base import Perceptor
from clipgen.tasks.bank import Bank, Entry
from clipgen.tasks.generate.choices import Choices
from clipgen.tasks.generate.collage import (
    NAMED,
    afloat,
    grouped,
    in_style,
    paste,
    plain_ground,
    recoloured,
    shaded,
    side_of,
    turned,
)
from clipgen.tasks.generate.finding import Finder, Found
from clipgen.tasks.generate.layouts import HIDDEN, LITTLE_SMALLER, NUMBERS, SEAS, SMALLER, UNDER_SEA, Layout, varied
from clipgen.tasks.generate.relations import joined
from clipgen.tasks.generate.texts import embed_cached

# draws of a thing, in all its drawings, and stylings of what they show, one of which is chosen by a seed: the best, or
# one whose cosine is lower by at most so much
DRAWS, STYLINGS, NEARLY = 8, 4, 0.08
# a drawing is left out whose cosine to the name of its thing is lower by more than this than to another name, if others
# are clearer: the network has learnt some badly
CLEAR = -0.03
# cosine from which two drawings are one, which is chosen once: of a soccer ball, 0.99 or more where both have the same
# pattern, else 0.58; of all things that were looked at 0.96 or more, and 0.88 or less
ALIKE = 0.92
# how many of a thing stand in one row, alone and beside another thing
IN_ROW = (4, 2)
# mean alpha from which a thing fills its square
FULL = 0.78


class Composer:
    """Finds the things that a target means, and composes pictures of them.

        >>> composer = Composer(Bank.whole(), perceptor, StyleGAN.load())
        >>> target = perceptor.encode_text(["a red fox"])[0]
        >>> composer.compose(Layout("fox", ("fox",)), target, Choices(7)).shape
        torch.Size([3, 192, 192])

    bank: its scenes; perceptor: embeds texts and draws; stylegan: the built-in one, used by this composer alone; size:
    (width, height) of its pictures.
    """

    def __init__(
        self, bank: Bank, perceptor: Perceptor, stylegan: StyleGAN, *, size: tuple[int, int] = (192, 192)
    ) -> None:
        self.perceptor, self.stylegan, self.size = perceptor, stylegan, size
        self.covers: dict[str, float] = {}
        self.scenes = {entry.caption: entry for entry in bank.entries if entry.scene and not entry.style}
        # the bank has better pictures of what it shows than StyleGAN draws
        drawn = {entry.scene or entry.shape for entry in bank.entries}
        # a class for each drawing of a thing
        self.things = [name for name in dict.fromkeys(self.stylegan.network.names) if name not in drawn]
        self.shapes = frozenset(entry.shape for entry in bank.entries if entry.shape)

    def layout(self, target: Tensor, texts: Sequence[str] = (), clear: float = 0.0) -> Found | None:
        """The layout nearest to a target [D] that can be drawn; see `Finder.nearest`."""
        return Finder(self.perceptor, self.things, self.scenes, self._can_draw).nearest(target, texts, clear)

    def _can_draw(self, layout: Layout) -> bool:
        """Whether the things of a layout can be drawn: one that fills its square, as fog does, stands alone.

        Of shapes two are drawn, which the bank does not show: of "a town square" no square is meant.
        """
        if not {*self.things}.issuperset(layout.things):
            shapes = all(self._is_shape(thing) for thing in layout.things)
            return shapes and len(layout.things) > 1
        alone = layout.scene is None and len(layout.things) == 1
        return alone or all(self._covers(thing) < FULL for thing in layout.things)

    def _covers(self, thing: str) -> float:
        """The mean alpha of a thing's draws."""
        if thing not in self.covers:
            self.covers[thing] = float(self._draws(thing, torch.Generator().manual_seed(0))[:, :, 3].mean())
        return self.covers[thing]

    def scene_of(self, layout: Layout) -> Entry | None:
        """The scene that a layout's things are put into: the one of its words, or the one under water for fish at sea.

        >>> composer = Composer(Bank.whole(), perceptor, StyleGAN.load())
        >>> composer.scene_of(Layout("fish", ("fish",)).within("sea")).scene
        'underwater scene'
        """
        if layout.scene is None:
            return None
        entry = self.scenes[layout.scene]
        return self.scenes[UNDER_SEA] if entry.scene in SEAS and HIDDEN.issuperset(layout.things) else entry

    def compose(self, layout: Layout, target: Tensor, choices: Choices, ground: Tensor | None = None) -> Tensor:
        """A picture [3, H, W] of a layout, of draws that come near to the target [D]; a seed chooses among them.

        ground: a picture [3, H, W] that the things are pasted onto, instead of the layout's colour or scene, in its own
        style.
        """
        rng, mirrors = choices.rng, choices.spread(len(layout.things))
        stands = layout.scene is not None and ground is None
        places, in_row = layout.places_in(stands), stands * IN_ROW[len(layout.things) > 1]
        scene = self.scene_of(layout) if ground is None else None
        floats = scene is not None and scene.scene in SEAS
        canvas = None if ground is None else resize_area(ground[None].to(target), self.size)[0]
        if canvas is None and (layout.scene or layout.colour):
            canvas = self._canvas(layout, scene, choices).to(target)
        drawn = {thing: self._draws(thing, rng).to(target) for thing in layout.things}
        clear = {thing: self._clearness(thing, draws) for thing, draws in drawn.items()}
        for thing, colour in layout.tints:
            tint = torch.tensor(COLOURS[colour]) / 255
            drawn[thing] = recoloured(drawn[thing].flatten(0, 1), tint).view_as(drawn[thing])
        tall, last, numbers = min(self.size) / self.size[1], None, dict(layout.numbers)
        for thing, place, mirrored in zip(layout.things, places, mirrors, strict=True):
            drawings, each = drawn[thing].shape[:2]
            angle, *where = choices.spread(4)
            draws = turned(drawn[thing].flatten(0, 1), angle)
            draws = draws.flip(-1) if mirrored < 0.5 else draws
            canvas = plain_ground(draws, choices.spread(4), self.size) if canvas is None else canvas
            place = varied(place, where, LITTLE_SMALLER if layout.relation or numbers else SMALLER)
            if last and layout.relation:
                place = joined(layout.relation, place, draws.mean(0), *last, tall)
            fits = (self.perceptor.encode_image(paste(draws, canvas, place)) @ target).view(drawings, each)
            best = fits.amax(1)
            near = (best >= best.max() - NEARLY).nonzero()[:, 0]
            near = near[clear[thing][near] >= clear[thing][near].max().clamp(max=CLEAR)]
            near = self._unlike(near[best[near].argsort(descending=True)], draws.view(drawings, each, *draws.shape[1:]))
            drawing = int(near[choices.in_turn(len(near))])
            chosen = drawing * each + _near_best(fits[drawing], rng)
            side, number = side_of(place, canvas), NUMBERS.get(numbers.get(thing, ""), 1)
            draw = (
                grouped(draws[chosen], number, side, rng, stand=in_row)
                if number > 1 else enlarge(draws[chosen], side)
            )  # fmt: skip
            if last and layout.relation:
                place = joined(layout.relation, place, draw, *last, tall)
            last = place, draw
            canvas = paste((afloat(draw) if floats else draw)[None], canvas, place)[0]
        assert canvas is not None  # a layout has a thing
        if layout.style is None or ground is not None:
            return canvas
        styled = torch.stack([in_style(canvas, layout.style, rng) for _ in range(STYLINGS)])
        return styled[_near_best(self.perceptor.encode_image(styled) @ target, rng)]

    def _draws(self, thing: str, rng: torch.Generator) -> Tensor:
        """Draws of all drawings of a thing [drawings, each, 4, h, w]."""
        if thing not in self.things:
            return self._shapes(thing, rng)
        kinds = [str(kind) for kind, name in enumerate(self.stylegan.network.names) if name == thing]
        seed, made = int(torch.randint(2**31, (), generator=rng)), []
        for kind in kinds:
            self.stylegan.draw_from(None, [(kind, 1.0)])
            made.append(self.stylegan.cut_outs(seed, max(1, DRAWS // len(kinds))))
        return torch.stack(made)

    def _clearness(self, thing: str, draws: Tensor) -> Tensor:
        """By how much the first draw of each drawing is nearer to the thing's name than to any other, [drawings]."""
        if thing not in self.things:
            return draws.new_zeros(len(draws))
        names = embed_cached(self.perceptor, self.things, draws)
        fits = self.perceptor.encode_image(over_ground(draws[:, 0])) @ names.T
        own = self.things.index(thing)
        others = fits.index_fill(1, torch.tensor([own], device=fits.device), -1.0)
        return fits[:, own] - others.amax(1)

    def _unlike(self, order: Tensor, draws: Tensor) -> Tensor:
        """The places of drawings [N], in order, but for those that are like an earlier one; ascending."""
        seen = self.perceptor.encode_image(over_ground(draws[order, 0]))
        kept: list[int] = []
        for row in range(len(order)):
            if not kept or (seen[kept] @ seen[row]).max() < ALIKE:
                kept.append(row)
        return order[kept].sort().values

    def _is_shape(self, thing: str) -> bool:
        *colours, shape = thing.split()
        return shape in self.shapes and COLOURS.keys() >= {*colours}

    def _shapes(self, thing: str, rng: torch.Generator) -> Tensor:
        """Draws of a shape [1, each, 4, h, w], in any colour where its name has none."""
        from clipgen.grounds import cut_out_shape  # late: OpenCV changes the environment when imported

        *colours, name = thing.split()
        chosen = int(torch.randint(len(COLOURS), (), generator=rng))
        colour = colours[0] if colours else list(COLOURS)[chosen]
        seeds = torch.randint(2**31, (DRAWS,), generator=rng).tolist()
        made = [torch.from_numpy(cut_out_shape(seed, name, colour, self.stylegan.network.side)) for seed in seeds]
        return torch.stack(made).permute(0, 3, 1, 2)[None]

    def _canvas(self, layout: Layout, scene: Entry | None, choices: Choices) -> Tensor:
        if layout.colour:
            return shaded(torch.tensor(COLOURS[layout.colour]) / 255, choices.spread(3), self.size, NAMED)
        assert scene is not None  # one of both
        return scene.draw(int(torch.randint(2**31, (), generator=choices.rng)), self.size, choices.view())


def _near_best(fits: Tensor, rng: torch.Generator) -> int:
    """The place of a random one of the cosines [N] that are near to the highest."""
    near = (fits >= fits.max() - NEARLY).nonzero()[:, 0]
    return int(near[int(torch.randint(len(near), (), generator=rng))])
