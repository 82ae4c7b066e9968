"""The bank: captioned pictures of scenes, grounds and shapes, each drawn anew from every seed, at any size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, permutations
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from clipgen.colours import COLOURS
from clipgen.perceptors.base import Perceptor

if TYPE_CHECKING:
    from clipgen.scenery.views import View

_NAMED = re.compile(rf"\b({'|'.join(COLOURS)})\b")
_BETWEEN = re.compile(r"\{\}( and \{\})? ")  # colours in a pattern
_SEED = 5  # of the colours that are combined
_OTHERS = 2  # number of other colours that each colour is combined with
# of a shape, as shares of the shorter side, and of the picture from the left and the top or from the right and below
_RADIUS, _CENTRE = (0.27, 0.38), (0.38, 0.43)
QUARTERS = 4  # of a picture, one of which a shape is nearer to


@dataclass(frozen=True)
class Entry:
    """One captioned picture of the bank, another one for every seed.

        >>> Entry("red heart on a white background", shape="heart", colours=("red", "white")).draw(7, (96, 64)).shape
        torch.Size([3, 64, 96])

    caption: in words that a CLIP may know; scene, mood, style: names in SCENES, MOODS and STYLES, "" for none; ground:
    a name in GROUNDS, where there is no scene; shape: a name in SHAPES, on a plain ground; colours: of the shape and
    the ground, or of the ground alone.
    """

    caption: str
    scene: str = ""
    mood: str = ""
    style: str = ""
    ground: str = "plain"
    shape: str = ""
    colours: tuple[str, ...] = ()

    @property
    def kind(self) -> Entry:
        """What it draws, whatever its caption.

        >>> Entry("beach", scene="beach").kind == Entry("seaside", scene="beach").kind
        True
        """
        return replace(self, caption="")

    def in_colours(self, names: tuple[str, ...]) -> Entry:
        """The same in other colours; if fewer are named, the last ones stay."""
        return replace(self, colours=(*names, *self.colours[len(names) :]))

    def in_style(self, style: str) -> Entry:
        """The same in a style.

        >>> Entry("castle at night", scene="castle on a hill", mood="at night").in_style("mosaic").caption
        'castle at night mosaic'
        """
        return replace(self, caption=f"{self.caption} {style}", style=style)

    def draw(self, seed: int, size: tuple[int, int], view: View | None = None) -> Tensor:
        """The picture of a seed, [3, H, W] in [0, 1]; size: (width, height), which changes details only.

        view: of a scene; None: all of it, in its own light. What has a mood keeps the light of that.
        Shapes of seeds that follow one another stand in other quarters of the picture.
        """
        # late: OpenCV, which these draw with, changes the environment when imported
        from clipgen.grounds import GROUNDS, draw_shape
        from clipgen.scenery import MOODS, SCENES
        from clipgen.scenery.views import View
        from clipgen.styles import STYLES

        rng = np.random.default_rng(seed)
        width, height = size
        if self.scene:
            view = view or View()
            image = view.of(lambda h, w: SCENES[self.scene].draw(rng, h, w), height, width, lit=not self.mood)
            image = MOODS[self.mood].apply(rng, image) if self.mood else image
            image = STYLES[self.style].apply(rng, image) if self.style else image
        elif self.shape:
            shape, ground = self.colours
            image = GROUNDS["plain"](rng, height, width, ground, ground)
            right, below = divmod(seed % QUARTERS, 2)
            x, y = (1 - at if far else at for at, far in zip(rng.uniform(*_CENTRE, 2), (right, below), strict=True))
            draw_shape(rng, image, self.shape, shape, (x, y), rng.uniform(*_RADIUS))
        else:
            image = GROUNDS[self.ground](rng, height, width, self.colours[0], self.colours[-1])
        return torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1) / 255


@dataclass(frozen=True)
class Bank:
    """Entries of all scenes by all their names, in all their moods and in all styles, and of grounds and shapes.

    >>> Bank.whole().entries[0].caption
    'underwater scene'
    """

    entries: tuple[Entry, ...]

    @classmethod
    def whole(cls) -> Bank:
        """The bank of all that can be drawn."""
        return cls(tuple(_entries()))

    @property
    def captions(self) -> list[str]:
        """The captions of all entries, in order."""
        return [entry.caption for entry in self.entries]

    @property
    def abstract(self) -> Tensor:
        """Which entries show grounds and shapes only, [N]."""
        return torch.tensor([not entry.scene for entry in self.entries])

    @property
    def styled(self) -> Tensor:
        """Which entries show a scene in a style, [N]."""
        return torch.tensor([bool(entry.style) for entry in self.entries])

    @property
    def moody(self) -> Tensor:
        """Which entries show a scene in a mood, [N]."""
        return torch.tensor([bool(entry.mood) for entry in self.entries])


def is_known_to(perceptor: Perceptor) -> bool:
    """Whether a perceptor's vocabulary is closed, and has the names of most scenes of the bank.

        >>> is_known_to(perceptor)  # which knows a few words
        False

    The bank is of use to no other: where a vocabulary is open any two captions are similar, and a run would start from,
    and stay near, a picture of something else.
    """
    from clipgen.scenery import SCENES  # late: as for `_entries`

    most = len(SCENES) // 2 + 1
    known = (name for name in SCENES if not perceptor.unknown_words(name))
    return bool(perceptor.words()) and len(list(islice(known, most))) == most


def drawn_words() -> frozenset[str]:
    """Words that a start from the bank shows, whether a CLIP knows them or not: names of styles and scenes of one word,
    of things of any number, and numbers.

    >>> {"mosaic", "greenhouse", "campfire", "three"} <= drawn_words()
    True

    Raises WeightsError when the names of the sprites' things are missing or damaged.
    """
    from clipgen.generators.sprites import names_of_things
    from clipgen.scenery import SCENES  # late: as for `_entries`
    from clipgen.styles import single_names
    from clipgen.tasks.generate.layouts import NUMBERS  # late: it is a part of what starts from the bank

    scenes = (name for scene in SCENES.values() for name in scene.names if name.isalpha())
    return frozenset((*single_names(), *scenes, *NUMBERS, *names_of_things()))


def _entries() -> Iterator[Entry]:
    from clipgen.grounds import COLOUR_NAMES, SHAPE_NAMES  # late: see above
    from clipgen.scenery import MOODS, SCENES
    from clipgen.styles import STYLES

    for name, scene in SCENES.items():
        yield from (Entry(caption, scene=name) for caption in scene.names)
        for mood in scene.moods:
            texts = [f"{before} {name}" for before in MOODS[mood].before]
            texts += [f"{name} {after}" for after in MOODS[mood].after]
            yield from (Entry(text, scene=name, mood=mood) for text in texts)
        yield from (Entry(name, scene=name).in_style(style) for style in STYLES)
    rng = np.random.default_rng(_SEED)

    def others(first: str) -> list[str]:
        return [str(name) for name in rng.choice([c for c in COLOUR_NAMES if c != first], _OTHERS, replace=False)]

    for first in COLOUR_NAMES:
        yield Entry(f"plain {first} background", colours=(first,))
        for kind in ("gradient", "striped", "checked", "dotted"):
            for other in others(first):
                yield Entry(f"{first} and {other} {kind} background", ground=kind, colours=(first, other))
        for shape in SHAPE_NAMES:
            for other in others(first):
                yield Entry(f"{first} {shape} on a {other} background", shape=shape, colours=(first, other))


def pattern_of(caption: str) -> str:
    """A caption without its colours.

    >>> pattern_of("red heart on a white background")
    '{} heart on a {} background'
    """
    return _NAMED.sub("{}", caption)


def in_all_colours(pattern: str) -> dict[str, tuple[str, ...]]:
    """Every text of a pattern with colours, and those colours; also with shorter texts, and all without colours.

    >>> texts = in_all_colours("{} heart on a {} background")
    >>> texts["red heart on black"], texts["red heart"], texts["heart"]
    (('red', 'black'), ('red',), ())
    >>> in_all_colours("{} and {} striped background")["red stripes"]
    ('red',)
    """
    texts = {pattern.format(*names): names for names in permutations(COLOURS, pattern.count("{}"))}
    shape, on, _ = pattern.partition(" on a ")
    plain, *nouns = without_colours(pattern)
    if on:
        texts |= {f"{shape.format(first)} on {second}": (first, second) for first, second in permutations(COLOURS, 2)}
        texts |= {f"{first} {plain}": (first,) for first in COLOURS}
    for noun in nouns:
        texts |= {f"{first} and {second} {noun}": (first, second) for first, second in permutations(COLOURS, 2)}
        texts |= {f"{first} {noun}": (first,) for first in COLOURS}
    return texts | {text: () for text in (plain, *nouns)}


def without_colours(pattern: str) -> tuple[str, ...]:
    """What a pattern with colours draws, in words, those of its caption first.

    >>> without_colours("{} heart on a {} background"), without_colours("{} and {} striped background")
    (('heart',), ('striped background', 'stripes'))
    """
    from clipgen.grounds import GROUND_NOUNS  # late: as for `_entries`

    plain = _BETWEEN.sub("", pattern.partition(" on a ")[0])
    return plain, *(noun for kind, noun in GROUND_NOUNS.items() if plain == f"{kind} background")
