"""What the benchmark's prompts name, rendered by the picture world: what a judge must itself know."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from clipgen.grounds import COLOUR_NAMES, GROUNDS, SHAPE_NAMES, draw_shape
from clipgen.scenery import SCENES
from clipgen.styles import STYLES
from clipgen.train.world import World

_LEFT_OUT = {"the", "and", "with", "painting", "picture", "style", "art", "over", "seen"}


class Renders:
    """Draws what prompts name.

    art: folder of the art pack, None for shapes and scenes alone; side: of the pictures in pixels.
    """

    def __init__(self, art: Path | None, side: int = 256) -> None:
        self.world, self.side = World(art), side

    def draw(self, text: str, thing: str | None, seed: int) -> np.ndarray | None:
        """A picture [side, side, 3] of what a prompt names: its things on a ground or in a scene, in its style.

        thing: a name of the world. None where the prompt names nothing that the world draws by itself.
        """
        rng = np.random.default_rng((seed, *text.encode()))
        words = _words(text)
        scene = _best(words, {name: [*one.names, *one.place] for name, one in SCENES.items()})
        colours = [word for word in re.findall(r"[a-z]+", text.lower()) if word in COLOUR_NAMES]
        pattern = next((kind for word, kind in (("check", "checked"), ("stripe", "striped")) if word in text), None)
        if thing is None and scene is None and pattern is None:
            return None
        manners = {name: [name, *one.before, *one.after] for name, one in STYLES.items()}
        style = None if pattern else _best(words, manners)  # "pink and cyan" are a style's colours, too
        if scene is not None:
            image = SCENES[scene].draw(rng, self.side, self.side)
        else:
            ground = colours[-1] if "background" in text and colours else str(rng.choice(["white", "beige", "cyan"]))
            first, second = (colours[0], colours[1]) if pattern and len(colours) > 1 else (ground, ground)
            image = GROUNDS[pattern or "plain"](rng, self.side, self.side, first, second)
        if thing is not None:
            self._put(rng, image, [thing, *self._others(text, thing)], colours)
        return image if style is None else np.asarray(STYLES[style].apply(rng, image))

    def _others(self, text: str, thing: str) -> list[str]:
        """The second thing of a pair."""
        if not re.search(r"left|right|beside|next to|above| and a ", text):
            return []
        names = sorted((name for name in self.world.things if name in text and name not in thing), key=len)
        return [name for name in names[-1:] if len(name) > 2]

    def _put(self, rng: np.random.Generator, image: np.ndarray, things: list[str], colours: list[str]) -> None:
        for place, name in enumerate(things):
            x, share = (0.5, 0.7) if len(things) == 1 else (0.27 + 0.46 * place, 0.48)
            if name in SHAPE_NAMES:
                draw_shape(rng, image, name, (*colours[:-1], "red")[0], (x, 0.5), share / 2)
            else:
                sprite = self.world.sprite(rng, self.world.things.index(name))
                self.world.place(rng, image, sprite, (x, 0.54), share)


def _words(text: str) -> set[str]:
    return {word.rstrip("s") for word in re.findall(r"[a-z]+", text.lower()) if len(word) > 2} - _LEFT_OUT


def _best(words: set[str], named: dict[str, Iterable[str]]) -> str | None:
    """The name whose phrases share most words with a text, of those of which one phrase is in it as a whole."""
    found: dict[str, tuple[int, int]] = {}
    for name, phrases in named.items():
        parts = [_words(phrase) for phrase in phrases]
        whole = max((len(part) for part in parts if part and part <= words), default=0)
        if whole:
            found[name] = whole, sum(bool(part & words) for part in parts)
    return max(found, key=lambda name: found[name]) if found else None
