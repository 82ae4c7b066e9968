"""Captions without pictures: facts in several wordings, and facts that differ in one attribute.

The picture world's own grammar, with what it lacks: counts, above and below, colours on both things of a pair, media.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from clipgen.grounds import COLOUR_NAMES, GROUND_PHRASES
from clipgen.train.text.concepts import Concept
from clipgen.train.world import SCENES, STYLES
from clipgen.train.world.captions import choose, in_scene, in_style, lead, name_ground, with_article

_NUMBERS = {2: ("two", "2", "a pair of"), 3: ("three", "3"), 4: ("four", "4"), 5: ("five", "5"), 6: ("six", "6")}
_RELATIONS = {
    "beside": (
        "{a} to the left of {b}",
        "{b} to the right of {a}",
        "{a} on the left and {b} on the right",
        "{b} on the right, {a} on the left",
        "on the left {a}, on the right {b}",
    ),
    "above": ("{a} above {b}", "{b} below {a}", "{a} over {b}", "{b} under {a}", "{a} on top of {b}"),
}
_MEDIA = {
    "photo": ("a photo of {}", "a photograph of {}", "{}, photo", "a close-up photo of {}", "a snapshot of {}"),
    "doodle": ("a doodle of {}", "a quick drawing of {}", "{} drawn by hand", "a hand-drawn sketch of {}"),
    "whiteboard": ("{} on a whiteboard", "a whiteboard drawing of {}", "{} drawn with a marker"),
    "emoji": ("an emoji of {}", "{} emoji", "an icon of {}", "{} as a sticker"),
}
_SCENES, _STYLES, _GROUNDS = tuple(SCENES.values()), tuple(STYLES.values()), tuple(GROUND_PHRASES)
_KINDS = ("thing", "coloured", "count", "pair", "coloured pair", "in scene", "scene", "medium")
_ORDER = ("sides", "colours", "ground for thing")  # changes that keep every word: the hardest to tell apart
_ORDER_SHARE = 0.6
_SHARES = np.array([0.22, 0.17, 0.08, 0.12, 0.12, 0.15, 0.06, 0.08])


@dataclass(frozen=True)
class Facts:
    """What a caption states: indices into the composer's concepts, the world's scenes and styles; None: not stated."""

    things: tuple[int, ...] = ()
    colours: tuple[str | None, ...] = ()  # one a thing
    count: int = 1
    relation: str = "beside"
    ground: tuple[str, str, str] | None = None  # kind, colour, other colour
    scene: int | None = None
    style: int | None = None
    medium: str | None = None


class Composer:
    """Draw facts, word them as captions, and change one of them.

        >>> composer, rng = Composer([Concept(("apple",)), Concept(("fox", "red fox"))]), np.random.default_rng(3)
        >>> facts = Facts((0,), ("red",), ground=("plain", "white", "black"))
        >>> composer.caption(rng, facts)
        'a picture of red apple against plain white background'

    concepts: the things that captions name.
    """

    def __init__(self, concepts: Sequence[Concept]) -> None:
        self.concepts = tuple(concepts)

    def draw(self, rng: np.random.Generator) -> Facts:
        """Draw facts in the shares of the picture world."""
        kind = _KINDS[rng.choice(len(_KINDS), p=_SHARES)]
        things = tuple(int(i) for i in rng.choice(len(self.concepts), 2, replace=False))
        one, two = (str(c) for c in rng.choice(COLOUR_NAMES, 2, replace=False))
        ground = self._ground(rng)
        if kind == "scene":
            return Facts(scene=self._any(rng, _SCENES), style=self._any(rng, _STYLES) if rng.random() < 0.6 else None)
        if kind == "in scene":
            style = self._any(rng, _STYLES) if rng.random() < 0.4 else None
            return Facts(things[:1], (None,), scene=self._any(rng, _SCENES), style=style)
        if kind == "medium":
            return Facts(things[:1], (None,), medium=choose(rng, tuple(_MEDIA)))
        if kind == "coloured":
            ground = ("plain", two, one) if rng.random() < 0.7 else ground
            return Facts(things[:1], (one,), ground=ground if rng.random() < 0.85 else None)
        if kind == "count":
            colour = one if rng.random() < 0.4 else None
            return Facts(things[:1], (colour,), int(rng.integers(1, 7)), ground=ground if rng.random() < 0.3 else None)
        if kind == "thing":
            style = self._any(rng, _STYLES) if rng.random() < 0.2 else None
            return Facts(things[:1], (None,), ground=ground if rng.random() < 0.6 else None, style=style)
        colours = (one, two) if kind == "coloured pair" else (None, None)
        relation = "beside" if rng.random() < 0.7 else "above"
        return Facts(things, colours, relation=relation, ground=ground if rng.random() < 0.3 else None)

    def change(self, rng: np.random.Generator, facts: Facts) -> tuple[Facts, str]:
        """Change one attribute; also return which: "order" where the two captions have the same words."""
        ways = self._ways(facts)
        if (order := [way for way in ways if way in _ORDER]) and rng.random() < _ORDER_SHARE:
            ways = order
        way = ways[int(rng.integers(len(ways)))]
        one, two = (str(c) for c in rng.choice(COLOUR_NAMES, 2, replace=False))
        if way == "sides":
            return replace(facts, things=facts.things[::-1], colours=facts.colours[::-1]), "order"
        if way == "colours":
            return replace(facts, colours=facts.colours[::-1]), "order"
        if way == "ground for thing" and facts.ground:
            kind, a, b = facts.ground
            return replace(facts, colours=(a,), ground=(kind, str(facts.colours[0]), b)), "order"
        if way == "relation":
            return replace(facts, relation="above" if facts.relation == "beside" else "beside"), way
        if way == "count":
            return replace(facts, count=int(rng.choice([n for n in range(1, 7) if n != facts.count]))), way
        if way == "colour":
            return replace(facts, colours=(one if one != facts.colours[0] else two, *facts.colours[1:])), way
        if way == "ground" and facts.ground:
            kind, a, b = facts.ground
            return replace(facts, ground=(kind, one if one != a else two, b)), way
        if way == "scene":
            return replace(facts, scene=self._other(rng, _SCENES, facts.scene)), way
        if way == "style":
            return replace(facts, style=self._other(rng, _STYLES, facts.style)), way
        if way == "medium":
            return replace(facts, medium=choose(rng, tuple(m for m in _MEDIA if m != facts.medium))), way
        return replace(facts, things=(self._other(rng, self.concepts, facts.things[0]), *facts.things[1:])), "thing"

    def _ways(self, facts: Facts) -> list[str]:
        first = facts.colours[0] if facts.colours else None
        ways = {
            "sides": len(facts.things) == 2,
            "colours": len(facts.things) == 2 and first is not None,
            "ground for thing": len(facts.things) == 1 and first is not None and facts.ground is not None
            and first not in facts.ground[1:2],
            "relation": len(facts.things) == 2,
            "count": facts.count > 1,
            "colour": first is not None,
            "ground": facts.ground is not None,
            "scene": facts.scene is not None,
            "style": facts.style is not None,
            "medium": facts.medium is not None,
            "thing": len(facts.things) == 1,
        }  # fmt: skip
        return [way for way, possible in ways.items() if possible]

    def caption(self, rng: np.random.Generator, facts: Facts) -> str:
        """Word all of the facts in one of many ways."""
        if not facts.things:
            subject = with_article(rng, choose(rng, _SCENES[facts.scene or 0].names))
        elif facts.scene is not None:
            scene = _SCENES[facts.scene]
            subject = in_scene(rng, self._thing(rng, facts, 0), scene.names, scene.place)
        else:
            subject = self._grounded(rng, facts)
        if facts.style is not None:
            style = _STYLES[facts.style]
            subject = in_style(rng, subject, style.before, style.after)
        if facts.medium is not None:
            return choose(rng, _MEDIA[facts.medium]).format(subject)
        return lead(rng, subject) if rng.random() < 0.5 else subject

    def _grounded(self, rng: np.random.Generator, facts: Facts) -> str:
        if len(facts.things) == 2:
            relation = choose(rng, _RELATIONS[facts.relation])
            subject = relation.format(a=self._thing(rng, facts, 0), b=self._thing(rng, facts, 1))
        else:
            subject = self._thing(rng, facts, 0)
        if facts.ground is None:
            return subject
        if facts.ground[0] == "plain" and rng.random() < 0.25:
            return f"{subject} on {facts.ground[1]}"
        joint = choose(rng, ("on", "on", "in front of", "against"))
        return f"{subject} {joint} {with_article(rng, name_ground(rng, *facts.ground), bare=0.3)}"

    def _thing(self, rng: np.random.Generator, facts: Facts, which: int) -> str:
        names = self.concepts[facts.things[which]].names
        noun = names[0] if rng.random() < 0.7 or len(names) == 1 else choose(rng, names[1:])
        colour = facts.colours[which]
        coloured = f"{colour} {noun}" if colour else noun
        if facts.count > 1:
            return f"{choose(rng, _NUMBERS[facts.count])} {plural(coloured)}"
        return with_article(rng, coloured, bare=0.25)

    def _ground(self, rng: np.random.Generator) -> tuple[str, str, str]:
        a, b = (str(c) for c in rng.choice(COLOUR_NAMES, 2, replace=False))
        return _GROUNDS[rng.choice(5, p=[0.6, 0.1, 0.1, 0.1, 0.1])], a, b

    def _any(self, rng: np.random.Generator, options: Sequence[object]) -> int:
        return int(rng.integers(len(options)))

    def _other(self, rng: np.random.Generator, options: Sequence[object], own: int | None) -> int:
        index = int(rng.integers(len(options) - 1))
        return index + (own is not None and index >= own)


def plural(noun: str) -> str:
    """The plural of a phrase's first noun, by rule.

    >>> plural("red berry"), plural("box of chocolates")
    ('red berries', 'boxes of chocolates')
    """
    head, joint, rest = noun, "", ""
    for word in (" of ", " with ", " in ", " on ", " at "):
        if word in noun:
            head, joint, rest = noun.partition(word)
            break
    if head.endswith("s") and not head.endswith("ss"):
        return noun
    if head.endswith("y") and head[-2:-1] not in "aeiou":
        head = head[:-1] + "ies"
    else:
        head += "es" if head.endswith(("s", "x", "ch", "sh")) else "s"
    return head + joint + rest
