"""The picture world: an unlimited number of captioned pictures, rendered from seeds at any size."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from clipgen.grounds import COLOUR_NAMES, GROUNDS, SHAPE_NAMES, draw_shape
from clipgen.scenery import SCENES
from clipgen.styles import STYLES
from clipgen.train.world import captions
from clipgen.train.world.art import Art, Sprite, load_art, paste

__all__ = ["SCENES", "STYLES", "Facts", "Sample", "World"]

_SCENE_NAMES = tuple(SCENES)
_STYLE_NAMES = tuple(STYLES)
_GROUND_NAMES = tuple(GROUNDS)
_NONE = -1
# The kinds of samples; there are many things and they are hard to learn, so they get most of the samples.
_KINDS = ("thing", "thing in scene", "scene", "pair", "shape", "shapes", "ground")
_KIND_SHARES = np.array([0.37, 0.25, 0.15, 0.09, 0.08, 0.03, 0.03])


@dataclass(frozen=True)
class Facts:
    """The content of a picture, as indices into the world's tables (-1: none); two things for a pair, left first."""

    things: tuple[int, int] = (_NONE, _NONE)
    scene: int = _NONE
    style: int = _NONE
    colour: int = _NONE


@dataclass(frozen=True)
class Sample:
    """A picture (uint8 [H, W, 3] RGB), its caption, and the facts of both."""

    image: np.ndarray
    caption: str
    facts: Facts


class World:
    """Render captioned pictures from integer seeds.

        >>> World().sample(7, size=64).image.shape
        (64, 64, 3)

    art: folder of the art pack, None for the procedural pictures alone; without: an art family to exclude; only: the
    only family to use. The things of the world are the shapes followed by the pack's things.
    """

    def __init__(self, art: Path | None = None, *, without: str | None = None, only: str | None = None) -> None:
        cv2.setNumThreads(1)  # training runs one renderer per core
        self.art = load_art(art, without, only=only) if art else Art((), ())
        self.things: tuple[str, ...] = SHAPE_NAMES + self.art.things
        self.scenes, self.styles, self.colours = _SCENE_NAMES, _STYLE_NAMES, COLOUR_NAMES

    def sample(
        self, seed: int | tuple[int, ...], size: int = 64, *, styled: float | None = None, hard: Sequence[str] = ()
    ) -> Sample:
        """Render the picture of a seed; the same seed gives the same picture at every size.

        size: side in pixels; styled: share of pictures in a style (default: 0.5 of scenes, 0.22 of the others); hard:
        styles that are drawn twice as often as the others.
        """
        rng = np.random.default_rng(seed)
        shares = _KIND_SHARES if self.art.things else _KIND_SHARES * [0, 0, 1, 0, 1, 1, 1]
        kind = _KINDS[rng.choice(len(_KINDS), p=shares / shares.sum())]
        image, caption, facts = getattr(self, "_" + kind.replace(" ", "_"))(rng, size)
        share = (0.5 if kind in ("scene", "thing in scene") else 0.22) if styled is None else styled
        if rng.random() < share:
            image, caption, facts = self._styled(rng, image, caption, facts, hard)
        if rng.random() < 0.3:
            image = _exposed(rng, image)
        return Sample(image, captions.lead(rng, caption), facts)

    def plain_thing(self, thing: int, seed: int, size: int = 64) -> Sample:
        """Render a single thing on a plain background, for zero-shot metrics; the caption is its name."""
        rng = np.random.default_rng((seed, thing))
        image = GROUNDS["plain"](rng, size, size, captions.choose(rng, COLOUR_NAMES), "white")
        self.place(rng, image, self.sprite(rng, thing), (0.5, 0.5), rng.uniform(0.65, 0.9))
        return Sample(image, self.things[thing], Facts((thing, _NONE)))

    def words(self) -> list[str]:
        """The vocabulary of the captions, sorted: words that are taught by themselves, and names that have others.

        "fox", "red" and "snowy" are taught with many things, or name one; "quiet" is in "quiet face" only.
        """
        free = [*COLOUR_NAMES, *SHAPE_NAMES, *captions.fixed_phrases()]
        for scene in SCENES.values():
            free += [*scene.names, *scene.place]
        for style in STYLES.values():
            free += [*style.before, *style.after]
        sprites = [sprite for drawings in self.art.by_thing for sprite in drawings]
        names = [name for sprite in sprites for name in (*sprite.names, *sprite.categories)]
        words = {word for text in free for word in _words(text)} | {captions.head(name) for name in names}
        return sorted(words | {name.lower() for name in names if not words.issuperset(_words(name))})

    def sprite(self, rng: np.random.Generator, thing: int) -> Sprite:
        """One of the drawings of a thing, by its index in `things`.

        >>> world.sprite(np.random.default_rng(7), world.things.index("fox")).names[0]
        'fox'
        """
        drawings = self.art.by_thing[thing - len(SHAPE_NAMES)]
        return drawings[int(rng.integers(len(drawings)))]

    def _any_thing(self, rng: np.random.Generator) -> int:
        return len(SHAPE_NAMES) + int(rng.integers(len(self.art.things)))

    def place(
        self, rng: np.random.Generator, image: np.ndarray, sprite: Sprite, centre: tuple[float, float], side: float
    ) -> None:
        """Paste a drawing into a picture [S, S, 3] uint8, in place, in another light and turned a little each time.

            >>> world.place(np.random.default_rng(7), image, sprite, (0.5, 0.5), 0.4)

        centre: (x, y), and side: of the drawing, as shares of the picture's.
        """
        gain = np.clip(rng.normal(1, 0.06) + rng.normal(0, 0.03, 3), 0.7, 1.2).astype(np.float32)
        degrees, flip = rng.normal(0, 9), bool(rng.random() < 0.35)
        paste(image, sprite, centre=centre, side=side, degrees=degrees, flip=flip, gain=gain)

    def _ground_of(self, rng: np.random.Generator, size: int) -> tuple[np.ndarray, str, int]:
        kind = _GROUND_NAMES[rng.choice(5, p=[0.56, 0.17, 0.09, 0.09, 0.09])]
        first, second = rng.choice(len(COLOUR_NAMES), 2, replace=False)
        a, b = COLOUR_NAMES[first], COLOUR_NAMES[second]
        image = GROUNDS[kind](rng, size, size, a, b)
        return image, captions.name_ground(rng, kind, a, b), int(first)

    def _describe(self, rng: np.random.Generator, sprite: Sprite, side: float | None) -> str:
        word = None if side is None else "small" if side < 0.42 else "large" if side > 0.85 else None
        return captions.name_thing(rng, sprite.names, sprite.categories, sprite.colour, word)

    def _thing(self, rng: np.random.Generator, size: int) -> tuple[np.ndarray, str, Facts]:
        image, ground, colour = self._ground_of(rng, size)
        thing = self._any_thing(rng)
        side = float(rng.choice([rng.uniform(0.3, 0.5), rng.uniform(0.55, 0.98)], p=[0.2, 0.8]))
        sprite, room = self.sprite(rng, thing), max(0.0, 0.55 - side / 2)
        self.place(rng, image, sprite, (0.5 + rng.uniform(-room, room), 0.5 + rng.uniform(-room, room)), side)
        subject = self._describe(rng, sprite, side)
        caption = subject if rng.random() < 0.3 else captions.on_ground(rng, subject, ground)
        return image, caption, Facts((thing, _NONE), colour=colour)

    def _thing_in_scene(self, rng: np.random.Generator, size: int) -> tuple[np.ndarray, str, Facts]:
        index = int(rng.integers(len(_SCENE_NAMES)))
        scene = SCENES[_SCENE_NAMES[index]]
        image = scene.draw(rng, size, size)
        thing, side = self._any_thing(rng), rng.uniform(0.4, 0.85)
        sprite = self.sprite(rng, thing)
        self.place(rng, image, sprite, (rng.uniform(0.35, 0.65), rng.uniform(0.45, 0.62)), side)
        caption = captions.in_scene(rng, self._describe(rng, sprite, None), scene.names, scene.place)
        return image, caption, Facts((thing, _NONE), scene=index)

    def _scene(self, rng: np.random.Generator, size: int) -> tuple[np.ndarray, str, Facts]:
        index = int(rng.integers(len(_SCENE_NAMES)))
        scene = SCENES[_SCENE_NAMES[index]]
        caption = captions.with_article(rng, captions.choose(rng, scene.names))
        return scene.draw(rng, size, size), caption, Facts(scene=index)

    def _pair(self, rng: np.random.Generator, size: int) -> tuple[np.ndarray, str, Facts]:
        image, ground, colour = self._ground_of(rng, size)
        left, right = self._any_thing(rng), self._any_thing(rng)
        a, b = self.sprite(rng, left), self.sprite(rng, right)
        for sprite, x in ((a, rng.uniform(0.22, 0.3)), (b, rng.uniform(0.7, 0.78))):
            self.place(rng, image, sprite, (x, rng.uniform(0.4, 0.6)), rng.uniform(0.4, 0.55))
        caption = captions.side_by_side(rng, self._describe(rng, a, None), self._describe(rng, b, None))
        if rng.random() < 0.5:
            caption = captions.on_ground(rng, caption, ground)
        return image, caption, Facts((left, right), colour=colour)

    def _coloured_shape(
        self, rng: np.random.Generator, image: np.ndarray, x: float, radius: float, avoid: int
    ) -> tuple[int, str]:
        shape, colour = int(rng.integers(len(SHAPE_NAMES))), int(rng.integers(len(COLOUR_NAMES)))
        if colour == avoid:
            colour = (colour + 1) % len(COLOUR_NAMES)
        draw_shape(rng, image, SHAPE_NAMES[shape], COLOUR_NAMES[colour], (x, rng.uniform(0.42, 0.58)), radius)
        return shape, captions.with_article(rng, f"{COLOUR_NAMES[colour]} {SHAPE_NAMES[shape]}")

    def _shape(self, rng: np.random.Generator, size: int) -> tuple[np.ndarray, str, Facts]:
        image, ground, colour = self._ground_of(rng, size)
        shape, subject = self._coloured_shape(rng, image, rng.uniform(0.42, 0.58), rng.uniform(0.22, 0.42), colour)
        caption = subject if rng.random() < 0.25 else captions.on_ground(rng, subject, ground)
        return image, caption, Facts((shape, _NONE), colour=colour)

    def _shapes(self, rng: np.random.Generator, size: int) -> tuple[np.ndarray, str, Facts]:
        image, ground, colour = self._ground_of(rng, size)
        left, a = self._coloured_shape(rng, image, rng.uniform(0.22, 0.3), rng.uniform(0.16, 0.23), colour)
        right, b = self._coloured_shape(rng, image, rng.uniform(0.7, 0.78), rng.uniform(0.16, 0.23), colour)
        caption = captions.side_by_side(rng, a, b)
        if rng.random() < 0.6:
            caption = captions.on_ground(rng, caption, ground)
        return image, caption, Facts((left, right), colour=colour)

    def _ground(self, rng: np.random.Generator, size: int) -> tuple[np.ndarray, str, Facts]:
        image, ground, colour = self._ground_of(rng, size)
        return image, captions.with_article(rng, ground), Facts(colour=colour)

    def _styled(
        self, rng: np.random.Generator, image: np.ndarray, caption: str, facts: Facts, hard: Sequence[str]
    ) -> tuple[np.ndarray, str, Facts]:
        names = (*_STYLE_NAMES, *hard)
        name = names[int(rng.integers(len(names)))]
        index, style = _STYLE_NAMES.index(name), STYLES[name]
        image = style.apply(rng, image)
        if rng.random() < 0.95:
            caption = captions.in_style(rng, caption, style.before, style.after)
        return image, caption, Facts(facts.things, facts.scene, index, facts.colour)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_](?:[^\W\d_]|['’-])*", text.lower())


def _exposed(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Vary brightness and contrast slightly, so that neither identifies a picture."""
    gain, lift = rng.normal(1, 0.1), rng.normal(0, 10)
    return np.clip(image.astype(np.float32) * gain + lift, 0, 255).astype(np.uint8)
