"""How two things of a prompt stand to each other, by the words between them: on, under, in, behind, holding …"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor

from clipgen.tasks.generate.layouts import HEAVENLY, STACK, Place

# of a pair in a scene, which stands lower and is smaller: what is left of its height in the picture, and of its side
LOW, SMALL = 0.82, 0.8
# from where to where the middle of a thing goes, as shares of its width
MIDDLE = (0.35, 0.65)


@dataclass(frozen=True)
class Joint:
    """Where an edge of the thing that is pasted second comes: at one of the first, or some of its height below that.

    edge, at: 0 for the upper edge, of the second thing and of the first, 1 for the lower one; below: share of the first
    one's height.
    """

    edge: int
    at: int
    below: float


@dataclass(frozen=True)
class Relation:
    """How the things of a pair are placed.

    places: of the thing that is pasted first and of the second, which hides parts of the first; swapped: whether the
    thing that is spoken of ("a cat" in "a cat on a sofa") is the second; joint: what the second one's height is, None
    for the one of its place.
    """

    places: tuple[Place, Place]
    swapped: bool = False
    joint: Joint | None = None

    @property
    def in_scenes(self) -> tuple[Place, Place]:
        """The places in a scene.

        >>> [round(part, 2) for part in UNDER.in_scenes[1]]
        [0.62, 0.79, 0.29]
        """
        first, second = ((x, 1 - LOW * (1 - y), SMALL * side) for x, y, side in self.places)
        return first, second


ON = Relation(((0.5, 0.7, 0.58), (0.5, 0.36, 0.5)), swapped=True, joint=Joint(1, 0, 0.3))
WORN = Relation(((0.5, 0.6, 0.7), (0.5, 0.24, 0.36)), joint=Joint(1, 0, 0.25))
WITHIN = Relation(((0.5, 0.36, 0.5), (0.5, 0.68, 0.58)), joint=Joint(0, 1, -0.35))
UNDER = Relation(((0.46, 0.42, 0.84), (0.62, 0.74, 0.36)), swapped=True, joint=Joint(1, 1, 0.08))
ABOVE = Relation(STACK)
UNDER_SKY = Relation(((0.5, 0.2, 0.28), (0.5, 0.66, 0.6)), swapped=True)
BEHIND = Relation(((0.46, 0.36, 0.58), (0.54, 0.68, 0.56)))
BEFORE = Relation(((0.46, 0.4, 0.68), (0.54, 0.72, 0.46)), swapped=True)
WITH = Relation(((0.38, 0.48, 0.68), (0.73, 0.66, 0.42)))
#: things that are far away above others
SKY = HEAVENLY | {"balloon", "airplane", "kite"}
#: words between two things, and how these stand then; None: side by side, or as a layout's own words say
RELATIONS: dict[str, Relation | None] = {
    **dict.fromkeys(("on", "on top of", "on the back of", "onto", "upon", "atop", "riding", "rides"), ON),
    **dict.fromkeys(("wearing", "wears"), WORN),
    **dict.fromkeys(("in", "inside", "into", "within", "out of", "driving", "drives"), WITHIN),
    **dict.fromkeys(("under", "beneath", "below", "underneath"), UNDER),
    **dict.fromkeys(("over", "above"), ABOVE),
    "behind": BEHIND,
    **dict.fromkeys(("in front of", "climbing", "climbs"), BEFORE),
    **dict.fromkeys(
        ("with", "holding", "holds", "carrying", "carries", "eating", "eats", "drinking", "drinks", "playing", "plays")
        + ("reading", "reads", "using", "uses", "and his", "and her", "and its"),
        WITH,
    ),
    **dict.fromkeys(("and", "next to", "beside", "by", "near", "between", "against", "left", "right"), None),
}  # fmt: skip
_WORDS = re.compile(rf"\b({'|'.join(sorted(RELATIONS, key=len, reverse=True))})\b")
# "a bowl of plums", "a car with a bow on top"
_HOLDS, _TOPS = re.compile(r"\s*(of|full of|filled with)\b"), re.compile(r"\s*(on top|on its head)\b")


class Related(NamedTuple):
    """How the things that two parts of a text name stand to each other.

    order: which is pasted first and second; said: the words of it, in which "{0}" and "{1}" stand for the things.
    """

    how: Relation
    order: tuple[int, int]
    said: str


def relation(text: str, pair: tuple[str, str]) -> Related | None:
    """How the things that two parts of a text name stand to each other; None where it has no word for that.

    >>> relation("a black cat on a red sofa", ("cat", "sofa")) == Related(ON, (1, 0), "{0} on {1}")
    True
    >>> relation("a bowl of plums", ("plums", "bowl")) == Related(WITHIN, (0, 1), "{1} of {0}")
    True
    """
    found = [re.search(rf"\b{re.escape(part)}\b", text) for part in pair]
    spans = [match.span() for match in found if match]
    if len(spans) < 2:
        return None
    earlier, later = sorted((0, 1), key=lambda row: spans[row])
    between = text[spans[earlier][1] : spans[later][0]]
    words = _WORDS.findall(between)
    if not words and (holds := _HOLDS.match(between)):
        return Related(WITHIN, (later, earlier), f"{{{earlier}}} {holds[1]} {{{later}}}")
    if tops := _TOPS.match(text, spans[later][1]):
        return Related(WORN, (earlier, later), f"{{{earlier}}} with {{{later}}} {tops[1]}")
    how = RELATIONS[words[-1]] if words else None
    if how is None:
        return None
    said = f"{{{earlier}}} {words[-1]} {{{later}}}"
    return Related(how, (later, earlier) if how.swapped else (earlier, later), said)


def joined(how: Relation, second: Place, draw: Tensor, first: Place, under: Tensor, tall: float = 1.0) -> Place:
    """The place of the second thing of a pair, moved so that it touches the first where that ends, not its square.

        >>> cat, sofa = torch.ones(4, 8, 8), torch.ones(4, 8, 8)
        >>> [round(part, 2) for part in joined(ON, (0.5, 0.3, 0.5), cat, (0.5, 0.7, 0.5), sofa)]
        [0.5, 0.35, 0.5]

    draw, under: of the second and of the first, [4, h, w]; first: the place of the first; tall: the height of a side of
    1, as a share of the picture's.
    """
    if how.joint is None:
        return second
    (x, _, side), (_, middle, size) = second, first
    ends = extent(under)
    start = middle + tall * size * (ends[how.joint.at] - 0.5 + how.joint.below * (ends[1] - ends[0]))
    return x, start - tall * side * (extent(draw)[how.joint.edge] - 0.5), side


def extent(draw: Tensor) -> tuple[float, float]:
    """Where the middle of a draw [4, h, w] begins and ends, from top to bottom, as shares of its height.

    >>> extent(torch.ones(4, 8, 8))
    (0.0, 1.0)
    """
    # not where a lamp beside a sofa does
    left, right = (round(share * draw.shape[2]) for share in MIDDLE)
    rows = (draw[3, :, left:right].mean(1) > 0.3).nonzero()[:, 0]
    return (int(rows[0]) / draw.shape[1], (int(rows[-1]) + 1) / draw.shape[1]) if len(rows) else (0.0, 1.0)
