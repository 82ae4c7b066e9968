"""Initial pictures of things: what the words name, drawn by the built-in StyleGAN, at its place and in its style."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence, Set
from itertools import permutations
from typing import NamedTuple

import torch
from torch import Tensor

from clipgen.colours import COLOURS
from clipgen.generators.stylegan.generator import StyleGAN
from clipgen.media.crisp import enlarge
from clipgen.media.images import resize_area
from clipgen.perceptors.asides import without
from clipgen.perceptors.base import Perceptor
from clipgen.perceptors.openclip.meanings import mood_words
from clipgen.tasks.bank import Bank, Entry
from clipgen.tasks.generate.choices import Choices
from clipgen.tasks.generate.collage import afloat, in_style, paste, plain_ground, recoloured, shaded, side_of, turned
from clipgen.tasks.generate.layouts import (
    ARRANGED,
    HIDDEN,
    IN_SCENES,
    PAIR,
    SEAS,
    SEVERAL,
    TOGETHER,
    UNDER_SEA,
    Layout,
    plural,
    styles,
    varied,
)
from clipgen.tasks.generate.nouns import ALIKE, SURE, THING, grounds_of, named
from clipgen.tasks.generate.scored import Scored
from clipgen.tasks.generate.texts import embed_cached

# how many of the nearest names, of the nearest names that can be drawn, and of the nearest scenes are combined; how
# many of the best pairs are arranged, of the best of a kind tried in colours and on all grounds, and of all in styles
NAMES, DRAWABLE, SCENES, PAIRS, GROUNDED, STYLED = 6, 3, 4, 12, 4, 4
# least cosine at which words name a thing; by how much the score of a layout that cannot be drawn may be higher: "an
# open umbrella" is near "umbrella with rain drops" too
MEANT, NEAR = 0.5, 0.1
# cosine of a thing and a part of the words from which that is its very name, and of a name of a style
EXACT, STYLE = 0.97, 0.9
# draws of a thing, in all its drawings, and stylings of what they show, one of which is chosen by a seed: the best, or
# one whose cosine is lower by at most so much
DRAWS, STYLINGS, NEARLY = 8, 4, 0.08
# mean alpha from which a thing fills its square
FULL = 0.78
# names of what a person does, of which anything can be said: "penguin standing" shows no person
DOING = re.compile(r"(?:person|man|woman) (\w+ing)")


class Found(NamedTuple):
    """A layout, its cosine to a target, and whether words surely name all its things."""

    layout: Layout
    fit: Tensor
    is_named: bool


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

    def layout(self, target: Tensor, texts: Sequence[str] = ()) -> Found | None:
        """The layout nearest to a target [D]; None if none is near, or the nearest cannot be drawn.

        texts: of the target, of whose words one has to name each thing; none: any thing may be meant.
        """
        unseen = [name for name in self.perceptor.names if name not in self.things]
        names = self.things + unseen
        embedded = torch.cat([embed_cached(self.perceptor, part, target) for part in (self.things, unseen) if part])
        fits = embedded @ target
        drawable = fits[: len(self.things)]
        order = dict.fromkeys(fits.topk(min(NAMES, len(fits))).indices.tolist())
        order |= dict.fromkeys(drawable.topk(min(DRAWABLE, len(drawable))).indices.tolist())
        # of two things the nearer one hides the other, as a style hides the thing: what is hidden is found in the part
        # of the target that is orthogonal to the nearer one, or to the style
        manners = embed_cached(self.perceptor, [style.before[0] for style in styles().values()], target)
        for nearest in (embedded[int(fits.argmax())], manners[int((manners @ target).argmax())]):
            rest = embedded @ (target - (target @ nearest) * nearest)
            order |= dict.fromkeys(rest.topk(min(DRAWABLE, len(rest))).indices.tolist())
        looks, texts = self._looks(texts, target)
        words = named(self.perceptor, embedded, texts)
        # of many words none has much weight in the target
        order |= dict.fromkeys(int(fits.argmax()) for fits in words.clear.values())
        clear = {
            word: {names[index] for index in order if fits[index] >= fits.max() - ALIKE}
            for word, fits in words.clear.items()
            if word not in mood_words()
        }
        own = {names[index]: float(words.heads[index]) for index in order if words.meant[index]}
        near = self._without_places(_without_kinds(own, clear.values()), clear.values())
        if not near:
            return None
        several = {names[index] for index in order if words.several[index] >= THING}
        tints = {
            names[index]: [colour for colour, fits in words.tints.items() if fits[index] >= THING] for index in order
        }
        grounds = [colour for text in texts for colour in grounds_of(text)]
        scored = Scored(self.perceptor, near, target, clear, grounds, tints, self._places(texts, target))
        scored = self._scored(scored, several, looks)
        for layout in scored.best():
            if scored.scores[layout] < scored.highest - NEAR:
                return None
            fit, is_named = scored.fit(layout), bool(texts) and all(near[thing] >= SURE for thing in layout.things)
            if (fit >= MEANT or is_named) and self._can_draw(layout):
                return Found(layout, target.new_tensor(fit), is_named)
        return None

    def _looks(self, texts: Sequence[str], target: Tensor) -> tuple[list[str], list[str]]:
        """The styles that texts name, all of them where there is no text, and the texts without their names.

        In "a pencil drawing" and "a stained glass window" there is no pencil and no window.
        """
        phrases = {phrase: name for name, style in styles().items() for phrase in (*style.before, *style.after)}
        words = named(self.perceptor, embed_cached(self.perceptor, list(phrases), target), texts)
        looks = dict.fromkeys(
            name for name, fit in zip(phrases.values(), words.fits.tolist(), strict=True) if fit >= STYLE
        )
        names = [part for part, fits in words.parts.items() if " " in part and fits.max() >= STYLE]
        return list(looks), [without(text.lower(), sorted(names, key=len, reverse=True)) for text in texts]

    def _places(self, texts: Sequence[str], target: Tensor) -> dict[str, float]:
        """How surely texts name the place of each scene, in whatever mood: its caption, and a cosine."""
        from clipgen.scenery import SCENES  # late: OpenCV, which these draw with, changes the environment when imported

        names = {name: scene for scene, one in SCENES.items() for name in one.names}
        fits = named(self.perceptor, embed_cached(self.perceptor, list(names), target), texts).fits.tolist()
        best: dict[str, float] = {}
        for scene, fit in zip(names.values(), fits, strict=True):
            best[scene] = max(fit, best.get(scene, 0.0))
        return {caption: best[entry.scene] for caption, entry in self.scenes.items()}

    def _without_places(self, names: Mapping[str, float], alike: Collection[Set[str]]) -> Mapping[str, float]:
        """Names without those of places, hours and weather, which scenes show, if a thing is surely named.

        "A crow on a foggy morning" is no sunrise. alike: names that one word may mean.
        """
        for shown in (mood_words(), self.scenes.keys()):
            hidden = {*shown}.union(*(some for some in alike if not some.isdisjoint(shown)))
            others = {name: fit for name, fit in names.items() if name not in hidden}
            names = others if any(fit >= SURE for fit in others.values()) else names
        return names

    def _can_draw(self, layout: Layout) -> bool:
        """Whether the things of a layout can be drawn: one that fills its square, as fog does, stands alone."""
        if not {*self.things}.issuperset(layout.things):
            return False
        alone = layout.scene is None and len(layout.things) == 1
        return alone or all(self._covers(thing) < FULL for thing in layout.things)

    def _covers(self, thing: str) -> float:
        """The mean alpha of a thing's draws."""
        if thing not in self.covers:
            self.covers[thing] = float(self._draws(thing, torch.Generator().manual_seed(0))[:, :, 3].mean())
        return self.covers[thing]

    def _scored(self, scored: Scored, several: Set[str], looks: Sequence[str]) -> Scored:
        """Layouts of the things to be scored, alone, in pairs, in scenes, on grounds, in colours and in styles.

        several: of which things there may be two or three; looks: styles.
        """
        names, target = scored.names, scored.target
        captions = list(self.scenes)
        fits = embed_cached(self.perceptor, captions, target) @ target
        scenes = [captions[index] for index in fits.topk(min(SCENES, len(captions))).indices.tolist()]
        doings = [found[1] for name in names if (found := DOING.fullmatch(name))]
        layouts = [Layout(name, (name,)) for name in names]
        layouts += [one.doing(doing) for one in layouts for doing in doings if not DOING.fullmatch(one.text)]
        layouts += [one.within(scene) for one in layouts for scene in scenes]
        heads = [name for name, fit in names.items() if fit >= THING]
        layouts += [
            Layout(TOGETHER.format(*pair), pair, PAIR)
            for pair in permutations(heads, 2) if not any(meant >= {*pair} for meant in scored.clear.values())
        ]  # fmt: skip
        layouts += [
            Layout(text.format(plural(name)), (name,) * len(places), places)
            for name in names if name in several for text, places in SEVERAL.items()
        ]  # fmt: skip
        scored.add(layouts)
        # all that can be said would be many texts: only the best pairs are arranged; only the best of one thing, of two
        # and of several have colours, or are combined with grounds, those of two and of several with scenes, and the
        # best with styles
        scored.add(
            Layout(text.format(*one.things), one.things, places)
            for one in scored.best(PAIRS, 2, 2) for text, places in ARRANGED.items()
        )  # fmt: skip
        for things, different in ((1, 1), (2, 2), (2, 1), (3, 1)):
            for _ in range(different):
                best = [*scored.best(GROUNDED, things, different), *scored.best(GROUNDED, things, different, True)]
                scored.add(coloured for one in best for coloured in scored.in_colours(one))
            best = scored.best(GROUNDED, things, different)
            more = [one.on(colour) for one in best for colour in COLOURS]
            scored.add([*more, *(one.within(scene) for one in best for scene in scenes if things > 1)])
        scored.add(one.in_style(style) for one in scored.best(STYLED) for style in looks)
        return scored

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
        rng = choices.rng
        places = IN_SCENES.get(layout.places, layout.places) if layout.scene and ground is None else layout.places
        scene = self.scene_of(layout) if ground is None else None
        floats = scene is not None and scene.scene in SEAS
        canvas = None if ground is None else resize_area(ground[None].to(target), self.size)[0]
        if canvas is None and (layout.scene or layout.colour):
            canvas = self._canvas(layout, scene, rng).to(target)
        drawn = {thing: self._draws(thing, rng).to(target) for thing in dict.fromkeys(layout.things)}
        for thing, colour in layout.tints:
            tint = torch.tensor(COLOURS[colour]) / 255
            drawn[thing] = recoloured(drawn[thing].flatten(0, 1), tint).view_as(drawn[thing])
        for thing, place in zip(layout.things, places, strict=True):
            drawings, each = drawn[thing].shape[:2]
            draws = turned(drawn[thing].flatten(0, 1), rng)
            canvas = plain_ground(draws, rng, self.size) if canvas is None else canvas
            place = varied(place, rng)
            fits = (self.perceptor.encode_image(paste(draws, canvas, place)) @ target).view(drawings, each)
            best = fits.amax(1)
            near = (best >= best.max() - NEARLY).nonzero()[:, 0]
            drawing = int(near[choices.in_turn(len(near))])
            chosen = drawing * each + _near_best(fits[drawing], rng)
            draw = enlarge(draws[chosen], side_of(place, canvas))
            canvas = paste((afloat(draw) if floats else draw)[None], canvas, place)[0]
        assert canvas is not None  # a layout has a thing
        if layout.style is None or ground is not None:
            return canvas
        styled = torch.stack([in_style(canvas, layout.style, rng) for _ in range(STYLINGS)])
        return styled[_near_best(self.perceptor.encode_image(styled) @ target, rng)]

    def _draws(self, thing: str, rng: torch.Generator) -> Tensor:
        """Draws of all drawings of a thing [drawings, each, 4, h, w], all of them mirrored or none."""
        kinds = [str(kind) for kind, name in enumerate(self.stylegan.network.names) if name == thing]
        seed, made = int(torch.randint(2**31, (), generator=rng)), []
        for kind in kinds:
            self.stylegan.draw_from(None, [(kind, 1.0)])
            made.append(self.stylegan.cut_outs(seed, max(1, DRAWS // len(kinds))))
        draws = torch.stack(made)
        return draws.flip(-1) if torch.rand((), generator=rng) < 0.5 else draws

    def _canvas(self, layout: Layout, scene: Entry | None, rng: torch.Generator) -> Tensor:
        if layout.colour:
            return shaded(torch.tensor(COLOURS[layout.colour]) / 255, rng, self.size)
        assert scene is not None  # one of both
        return scene.draw(int(torch.randint(2**31, (), generator=rng)), self.size)


def _without_kinds(names: Mapping[str, float], alike: Collection[Set[str]]) -> Mapping[str, float]:
    """Names without those of other kinds of a thing that a word names: an open umbrella is no closed one.

    alike: names that one word may mean.
    """
    kinds: set[str] = set()
    for some in alike:
        fits = {name: names[name] for name in some if name in names}
        if fits and max(fits.values()) >= EXACT:
            kinds |= {name for name, fit in fits.items() if fit < EXACT}
    return {name: fit for name, fit in names.items() if name not in kinds}


def _near_best(fits: Tensor, rng: torch.Generator) -> int:
    """The place of a random one of the cosines [N] that are near to the highest."""
    near = (fits >= fits.max() - NEARLY).nonzero()[:, 0]
    return int(near[int(torch.randint(len(near), (), generator=rng))])
