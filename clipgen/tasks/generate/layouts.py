"""What a picture of things may show: which ones, how many, where they stand, on what ground and in what style."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from clipgen.colours import COLOURS

if TYPE_CHECKING:
    from clipgen.styles import Style
    from clipgen.tasks.generate.relations import Related, Relation

#: centre (x, y) as shares of the picture, and side as a share of its shorter one
Place = tuple[float, float, float]

# the places of things, from which each picture departs a little; in a scene they stand lower
ALONE, PAIR, STACK = ((0.5, 0.5, 0.96),), ((0.27, 0.5, 0.46), (0.73, 0.5, 0.46)), ((0.5, 0.27, 0.46), (0.5, 0.73, 0.46))
THREE = ((0.27, 0.28, 0.42), (0.73, 0.28, 0.42), (0.5, 0.72, 0.42))
INSIDE, ABREAST = ((0.5, 0.64, 0.56),), ((0.27, 0.66, 0.44), (0.73, 0.66, 0.44))
THREE_INSIDE = ((0.19, 0.7, 0.34), (0.5, 0.66, 0.34), (0.81, 0.7, 0.34))
# the place of several of one, and in a scene
GROUP, GROUP_INSIDE = ((0.5, 0.5, 0.92),), ((0.5, 0.64, 0.92),)
# the place in a scene of what is in its sky
ABOVE = ((0.5, 0.24, 0.36),)
# texts of two things and of three, with the places of two
TOGETHER, ARRANGED = "{} and {}", {"{} left, {} right": PAIR, "{} above {}": STACK}
TRIPLE = "{} and {} and {}"
#: things of the sky
HEAVENLY = frozenset(
    ("sun", "sun with face", "sun behind small cloud", "full moon", "crescent moon", "first quarter moon", "new moon")
    + ("cloud", "rainbow", "glowing star", "shooting star", "comet", "ringed planet")
)
#: words for how many there are of a thing
NUMBERS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12,
}  # fmt: skip
# how far a place may be from the one of its layout, as a share of its side, and of the space that its thing leaves by
# being smaller; by what it may be smaller, as a share of that share: a large thing has more to lose than a small one
SHIFTED, FREED, SMALLER = 0.07, 0.3, 0.5
# the same of things that stand to each other in some way, and would not fit together any more
LITTLE_SMALLER = 0.15
# what the sea hides: a prompt that names it in the sea means the scene under water, not the one of waves
SEAS, UNDER_SEA = ("sea", "sea at sunset"), "underwater scene"
HIDDEN = frozenset(
    ("blowfish", "coral", "crab", "fish", "jellyfish", "lobster", "octopus", "oyster", "shark", "shrimp")
    + ("spiral shell", "squid", "tropical fish", "turtle")
)
#: plurals of nouns that no ending tells, and their singulars
IRREGULAR = {
    "children": "child", "people": "person", "men": "man", "women": "woman", "mice": "mouse", "geese": "goose",
    "feet": "foot", "teeth": "tooth", "leaves": "leaf", "loaves": "loaf", "knives": "knife", "wolves": "wolf",
    "elves": "elf", "oxen": "ox", "potatoes": "potato", "tomatoes": "tomato",
}  # fmt: skip
#: ends of nouns whose plural is the same
UNCHANGED = ("fish", "sheep", "deer")
_IN_SCENES = {ALONE: INSIDE, PAIR: ABREAST, THREE: THREE_INSIDE}


def styles() -> dict[str, Style]:
    """The styles by name: see `clipgen.styles.STYLES`.

    >>> styles()["mosaic"].before[0]
    'mosaic'
    """
    from clipgen.styles import STYLES  # late: OpenCV, which they draw with, changes the environment when imported

    return STYLES


@dataclass(frozen=True)
class Layout:
    """A picture of things, and the words for it, which the perceptor was trained on.

        >>> Layout("fox", ("fox",)).on("blue").text
        'fox on a blue background'

    things: one or more, from left to right or from top to bottom; places: of them, where there is no scene; colour: of
    the ground; scene: a caption of the bank; style: a name in STYLES; None: open; tints: pairs of a thing and its
    colour; numbers: pairs of a thing and the word for how many there are of it; relation: how the two stand to each
    other, the first of which is pasted first; None: as the places are.
    """

    text: str
    things: tuple[str, ...]
    places: tuple[Place, ...] = ALONE
    colour: str | None = None
    scene: str | None = None
    style: str | None = None
    tints: tuple[tuple[str, str], ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()
    relation: Relation | None = None

    @property
    def parts(self) -> int:
        """Number of things, and of their colours, ground, scene and style: 1 for a thing alone, for several of it, and
        for two of which words say how they stand."""
        others = sum(part is not None for part in (self.colour, self.scene, self.style))
        # a scene may be what the words say of a thing: an airplane over the clouds
        is_said = self.relation is not None and not any(thing in (self.scene or "") for thing in self.things)
        return len(self.things) - is_said + len(self.tints) + others

    def places_in(self, is_scene: bool) -> tuple[Place, ...]:
        """The places of its things, in a scene or on a ground.

        >>> Layout("fox", ("fox",)).places_in(True) == INSIDE
        True
        """
        if is_scene and HEAVENLY.issuperset(self.things) and len(self.things) == 1:
            return ABOVE
        if self.numbers and self.places == ALONE:
            return GROUP_INSIDE if is_scene else GROUP
        if not is_scene:
            return self.places
        return self.relation.in_scenes if self.relation else _IN_SCENES.get(self.places, self.places)

    @property
    def colourless(self) -> list[str]:
        """The things of which nothing says what colour they have.

        >>> Layout("fox and red apple", ("fox", "red apple")).colourless
        ['fox']
        """
        tinted = [thing for thing, _ in self.tints]
        named = [one for one in self.things if one in tinted or not COLOURS.keys().isdisjoint(one.split())]
        return [one for one in self.things if one not in named]

    @property
    def uncounted(self) -> list[str]:
        """The things of which there is one."""
        counted = [thing for thing, _ in self.numbers]
        return [one for one in self.things if one not in counted]

    def on(self, colour: str) -> Layout:
        """The same on a ground of a colour."""
        return replace(self, text=f"{self.text} on a {colour} background", colour=colour)

    def tinted(self, thing: str, colour: str) -> Layout:
        """The same, one thing of which has a colour.

        >>> Layout("fox and owl", ("fox", "owl")).tinted("owl", "blue").text
        'fox and blue owl'
        """
        text = re.sub(rf"\b(?={re.escape(thing)}|{re.escape(plural(thing))})", f"{colour} ", self.text, count=1)
        return replace(self, text=text, tints=(*self.tints, (thing, colour)))

    def counted(self, thing: str, number: str) -> Layout:
        """The same, with several of one thing.

        >>> Layout("red apple and fox", ("red apple", "fox")).counted("red apple", "three").text
        'three red apples and fox'
        """
        tint = dict(self.tints).get(thing, "")
        said = rf"\b({tint} )?{re.escape(thing)}\b" if tint else rf"\b(){re.escape(thing)}\b"
        text = re.sub(said, rf"{number} \g<1>{plural(thing)}", self.text, count=1)
        return replace(self, text=text, numbers=(*self.numbers, (thing, number)))

    def within(self, scene: str) -> Layout:
        """The same in a scene."""
        return replace(self, text=f"{self.text} in {scene}", scene=scene)

    def doing(self, doing: str) -> Layout:
        """The same, of which words say what it does, and no more is to be seen.

        >>> Layout("fox", ("fox",)).doing("standing").text
        'fox standing'
        """
        return replace(self, text=f"{self.text} {doing}")

    def related(self, related: Related) -> Layout:
        """The same two things, which stand so to each other.

        >>> from clipgen.tasks.generate.relations import ON, Related
        >>> layout = Layout("cat and sofa", ("cat", "sofa")).related(Related(ON, (1, 0), "{0} on {1}"))
        >>> layout.text, layout.things
        ('cat on sofa', ('sofa', 'cat'))
        """
        first, second = (self.things[row] for row in related.order)
        text = related.said.format(*self.things)
        return replace(self, text=text, things=(first, second), places=related.how.places, relation=related.how)

    def in_style(self, style: str, said: str) -> Layout:
        """The same in a style; said: one of its names.

        >>> Layout("fox", ("fox",)).in_style("mosaic", "Roman mosaic").text
        'Roman mosaic of fox'
        """
        text = f"{said} of {self.text}" if said in styles()[style].before else f"{self.text}, {said}"
        return replace(self, text=text, style=style)


def varied(place: Place, shares: Sequence[float], smaller: float = SMALLER) -> Place:
    """A place near to another one, and smaller, so that no two pictures of a layout are alike.

        >>> varied((0.5, 0.5, 0.8), (0.5, 0.5, 0.0))
        (0.5, 0.5, 0.8)

    shares: from 0 to 1, of how far it is to the right, how far down, and by how much it is smaller.
    """
    (x, y, side), (across, down, size) = place, shares
    small = side * (1 - smaller * side * size)
    room = SHIFTED * side + FREED * (side - small)
    return x + room * (2 * across - 1), y + room * (2 * down - 1), small


def singular(name: str) -> str:
    """The singular of an English name, by its ending alone, but for the most frequent of those that have none.

    >>> singular("red apples"), singular("foxes"), singular("tomatoes"), singular("glass"), singular("old women")
    ('red apple', 'fox', 'tomato', 'glass', 'old woman')
    """
    before, _, last = name.rpartition(" ")
    if last in IRREGULAR:
        return f"{before} {IRREGULAR[last]}".strip()
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    if name.endswith(("sses", "shes", "ches", "xes", "uses")):
        return name[:-2]
    return name.removesuffix("s") if not name.endswith(("ss", "us")) else name


def plural(name: str) -> str:
    """The plural of an English name, by its ending alone, but for the most frequent of those that have another.

    >>> plural("red apple"), plural("fox"), plural("strawberry"), plural("grapes"), plural("old woman"), plural("fish")
    ('red apples', 'foxes', 'strawberries', 'grapes', 'old women', 'fish')
    """
    before, _, last = name.rpartition(" ")
    if last.endswith(UNCHANGED):
        return name
    if irregular := next((many for many, one in IRREGULAR.items() if one == last), ""):
        return f"{before} {irregular}".strip()
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    if name.endswith(("ss", "sh", "ch", "x", "us")):
        return f"{name}es"
    return name if name.endswith("s") else f"{name}s"
