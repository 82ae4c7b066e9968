"""Initial pictures of things: what the words name, drawn by the sprites, at its place and in its style."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from clipgen.colours import COLOURS
from clipgen.generators.sprites import EDGE, Sprites
from clipgen.generators.stylegan.generator import over_ground
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
    is_cut,
    lowered,
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

# drawings of a shape, and stylings of what a picture shows; of these, as of the drawings of a thing, a seed chooses the
# best, or one whose cosine is lower by at most so much
SHAPED, STYLINGS, NEARLY = 8, 4, 0.08
# a drawing is left out whose cosine to the name of its thing is lower by more than this than to another name, if others
# are clearer
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

        >>> composer = Composer(Bank.whole(), perceptor, Sprites.load())
        >>> target = perceptor.encode_text(["a red fox"])[0]
        >>> composer.compose(Layout("fox", ("fox",)), target, Choices(7)).shape
        torch.Size([3, 192, 192])

    bank: its scenes; perceptor: embeds texts and drawings; sprites: draw the things; size: (width, height) of its
    pictures.
    """

    def __init__(
        self, bank: Bank, perceptor: Perceptor, sprites: Sprites, *, size: tuple[int, int] = (192, 192)
    ) -> None:
        self.perceptor, self.sprites, self.size = perceptor, sprites, size
        self.covers: dict[str, float] = {}
        self.scenes = {entry.caption: entry for entry in bank.entries if entry.scene and not entry.style}
        drawn = {entry.scene or entry.shape for entry in bank.entries}
        # what a perceptor was not taught it takes for something else
        taught = frozenset(sprites.things if perceptor.takes_any_word else perceptor.names or sprites.things)
        self.things = [
            name for name in sprites.things if name not in drawn and name in taught and perceptor.fits(name)
        ]
        self.shapes = frozenset(entry.shape for entry in bank.entries if entry.shape)

    def layout(self, target: Tensor, texts: Sequence[str] = (), clear: float = 0.0) -> Found | None:
        """The layout nearest to a target [D] that can be drawn; see `Finder.nearest`."""
        lone, also = self.sprites.lone & {*self.things}, self.sprites.also
        finder = Finder(self.perceptor, self.things, self.scenes, self._can_draw, lone, also)
        return finder.nearest(target, texts, clear)

    def _can_draw(self, layout: Layout) -> bool:
        """Whether the things of a layout can be drawn: one that fills its square, as fog does, stands alone, and so
        does what others have, as hands are.

        Of shapes two are drawn, which the bank does not show: of "a town square" no square is meant.
        """
        if not {*self.things}.issuperset(layout.things):
            shapes = all(self._is_shape(thing) for thing in layout.things)
            return shapes and len(layout.things) > 1
        alone = layout.scene is None and len(layout.things) == 1
        return alone or all(thing not in self.sprites.lone and self._covers(thing) < FULL for thing in layout.things)

    def _covers(self, thing: str) -> float:
        """The mean alpha of a thing's drawings."""
        if thing not in self.covers:
            self.covers[thing] = float(self._drawings(thing, torch.Generator().manual_seed(0))[:, 3].mean())
        return self.covers[thing]

    def scene_of(self, layout: Layout) -> Entry | None:
        """The scene that a layout's things are put into: the one of its words, or the one under water for fish at sea.

        >>> composer = Composer(Bank.whole(), perceptor, Sprites.load())
        >>> composer.scene_of(Layout("fish", ("fish",)).within("sea")).scene
        'underwater scene'
        """
        if layout.scene is None:
            return None
        entry = self.scenes[layout.scene]
        return self.scenes[UNDER_SEA] if entry.scene in SEAS and HIDDEN.issuperset(layout.things) else entry

    def compose(self, layout: Layout, target: Tensor, choices: Choices, ground: Tensor | None = None) -> Tensor:
        """A picture [3, H, W] of a layout, of drawings that come near to the target [D]; a seed chooses among them.

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
        drawn = {thing: self._drawings(thing, rng).to(target) for thing in layout.things}
        clear = {thing: self._clearness(thing, drawings) for thing, drawings in drawn.items()}
        for thing, colour in layout.tints:
            drawn[thing] = recoloured(drawn[thing], torch.tensor(COLOURS[colour]) / 255)
        tall, last, numbers = min(self.size) / self.size[1], None, dict(layout.numbers)
        for thing, place, mirrored in zip(layout.things, places, mirrors, strict=True):
            angle, *where = choices.spread(4)
            number = NUMBERS.get(numbers.get(thing, ""), 1)
            # of a bust nothing is below it
            is_low = (stands or len(places) == 1) and not (layout.relation or number > 1 or floats)
            is_low = is_low and self._is_bust(thing, drawn[thing])
            drawings = lowered(drawn[thing]) if is_low else turned(drawn[thing], angle)
            drawings = drawings.flip(-1) if mirrored < 0.5 else drawings
            if canvas is None:
                canvas = plain_ground(drawings, choices.spread(4, layout.things), self.size)
            place = varied(place, where, LITTLE_SMALLER if layout.relation or numbers else SMALLER)
            if is_low:
                place = (place[0], 1 - place[2] * tall / 2, place[2])
            if last and layout.relation:
                place = joined(layout.relation, place, drawings.mean(0), *last, tall)
            fits = self.perceptor.encode_image(paste(drawings, canvas, place)) @ target
            near = (fits >= fits.max() - NEARLY).nonzero()[:, 0]
            near = near[clear[thing][near] >= clear[thing][near].max().clamp(max=CLEAR)]
            near = self._unlike(near[fits[near].argsort(descending=True)], drawings)
            chosen = drawings[int(near[choices.in_turn(len(near))])]
            side = side_of(place, canvas)
            draw = (
                grouped(chosen, number, side, rng, stand=in_row)
                if number > 1 else enlarge(chosen, side, soft=EDGE)
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

    def _drawings(self, thing: str, rng: torch.Generator) -> Tensor:
        """All drawings of a thing [drawings, 4, h, w]."""
        return self.sprites.draw(thing) if thing in self.things else self._shapes(thing, rng)

    def _is_bust(self, thing: str, drawings: Tensor) -> bool:
        """Whether the drawings of a thing [N, 4, h, w] are people without legs."""
        return thing in self.sprites.people and all(is_cut(drawing) for drawing in drawings)

    def _clearness(self, thing: str, drawings: Tensor) -> Tensor:
        """By how much each drawing is nearer to the thing's name than to any other, [drawings]."""
        if thing not in self.things:
            return drawings.new_zeros(len(drawings))
        names = embed_cached(self.perceptor, self.things, drawings)
        fits = self.perceptor.encode_image(over_ground(drawings)) @ names.T
        own = self.things.index(thing)
        others = fits.index_fill(1, torch.tensor([own], device=fits.device), -1.0)
        return fits[:, own] - others.amax(1)

    def _unlike(self, order: Tensor, drawings: Tensor) -> Tensor:
        """The places of drawings [N], in order, but for those that are like an earlier one; ascending."""
        seen = self.perceptor.encode_image(over_ground(drawings[order]))
        kept: list[int] = []
        for row in range(len(order)):
            if not kept or (seen[kept] @ seen[row]).max() < ALIKE:
                kept.append(row)
        return order[kept].sort().values

    def _is_shape(self, thing: str) -> bool:
        *colours, shape = thing.split()
        return shape in self.shapes and COLOURS.keys() >= {*colours}

    def _shapes(self, thing: str, rng: torch.Generator) -> Tensor:
        """Drawings of a shape [drawings, 4, h, w], in any colour where its name has none."""
        from clipgen.grounds import cut_out_shape  # late: OpenCV changes the environment when imported

        *colours, name = thing.split()
        chosen = int(torch.randint(len(COLOURS), (), generator=rng))
        colour = colours[0] if colours else list(COLOURS)[chosen]
        seeds = torch.randint(2**31, (SHAPED,), generator=rng).tolist()
        made = [torch.from_numpy(cut_out_shape(seed, name, colour, self.sprites.side)) for seed in seeds]
        return torch.stack(made).permute(0, 3, 1, 2)

    def _canvas(self, layout: Layout, scene: Entry | None, choices: Choices) -> Tensor:
        if layout.colour:
            return shaded(torch.tensor(COLOURS[layout.colour]) / 255, choices.spread(3), self.size, NAMED)
        assert scene is not None  # one of both
        return scene.draw(int(torch.randint(2**31, (), generator=choices.rng)), self.size, choices.view())


def _near_best(fits: Tensor, rng: torch.Generator) -> int:
    """The place of a random one of the cosines [N] that are near to the highest."""
    near = (fits >= fits.max() - NEARLY).nonzero()[:, 0]
    return int(near[int(torch.randint(len(near), (), generator=rng))])
