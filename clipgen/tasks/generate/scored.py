"""Layouts with their scores: how near their words come to those of a prompt, for as many parts as they have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from types import MappingProxyType

from torch import Tensor

from clipgen.perceptors.base import Perceptor
from clipgen.tasks.generate.layouts import Layout, singular
from clipgen.tasks.generate.nouns import EXACT

# by how much each further part of a layout must raise its cosine; by how much that is reduced for each thing or colour
# of the prompt that is not shown, for its place if that is not, and for each point of cosine that the layout's things,
# or its place, are less than named by a word
NEARER, MISSED, OFF, VAGUE, ELSEWHERE = 0.05, 0.05, 0.2, 0.2, 0.15


class Scored:
    """Layouts that are compared with a target.

        >>> scored = Scored(perceptor, {"fox": 1.0}, perceptor.encode_text(["a fox"])[0])
        >>> scored.add([Layout("fox", ("fox",)), Layout("fox", ("fox",)).on("blue")])
        >>> scored.best(1)[0].things
        ('fox',)

    names: of the things, each with the cosine of a part of the prompt that names it; target: [D]; clear: words of the
    prompt that mean a thing, with the names of those that they may mean; grounds: the colours that it names of grounds;
    tints: those of things; places: of the scenes, each with the cosine of a part of the prompt that names it; numbers:
    words for how many there may be of things; styles: that it names.
    """

    def __init__(
        self,
        perceptor: Perceptor,
        names: Mapping[str, float],
        target: Tensor,
        clear: Mapping[str, Set[str]] = MappingProxyType({}),
        grounds: Collection[str] = (),
        tints: Mapping[str, Sequence[str]] = MappingProxyType({}),
        places: Mapping[str, float] = MappingProxyType({}),
        numbers: Mapping[str, Sequence[str]] = MappingProxyType({}),
        styles: Collection[str] = (),
    ) -> None:
        self.perceptor, self.names, self.target = perceptor, names, target
        self.clear, self.grounds, self.tints, self.places, self.numbers = clear, grounds, tints, places, numbers
        self.styles = styles
        self.scores: dict[Layout, float] = {}

    @property
    def highest(self) -> float:
        """The highest score."""
        return max(self.scores.values())

    def add(self, layouts: Iterable[Layout]) -> None:
        """Compare more layouts, but those whose words are too many for the perceptor."""
        some = [one for one in layouts if self.perceptor.fits(one.text)]
        if some:
            fits = self.perceptor.encode_text([one.text for one in some]).to(self.target) @ self.target
            self.scores |= {one: fit - self._reduced(one) for one, fit in zip(some, fits.tolist(), strict=True)}

    def _reduced(self, layout: Layout) -> float:
        unnamed = sum(1 - self.names[one] for one in layout.things) / len(layout.things)
        elsewhere = 1 - self.places.get(layout.scene or "", 1.0)
        return self._for_parts(layout) + VAGUE * unnamed + ELSEWHERE * elsewhere

    def missing(self, layout: Layout) -> list[str]:
        """Of each clear word that a layout does not show, the thing that it means most surely."""
        some = [self.clear[word] & self.names.keys() for word in self._missed(layout)]
        return list(dict.fromkeys(max(meant, key=self.names.__getitem__) for meant in some if meant))

    def _missed(self, layout: Layout) -> list[str]:
        shows = [*layout.things, layout.scene or ""]
        return [
            word for word, meant in self.clear.items()
            if meant.isdisjoint(layout.things) and not any(singular(word) in shown for shown in shows)
        ]  # fmt: skip

    def _for_parts(self, layout: Layout) -> float:
        missed = self._missed(layout)
        is_off = any(fit >= EXACT for fit in self.places.values()) and self.places.get(layout.scene or "", 0.0) < EXACT
        on_another = bool(self.grounds) and layout.colour not in self.grounds
        untinted = sum(bool(self.tints.get(thing)) for thing in layout.colourless)
        uncounted = sum(len(self.numbers.get(thing, ())) == 1 for thing in layout.uncounted)
        is_plain = bool(self.styles) and layout.style not in self.styles
        lacking = len(missed) + on_another + untinted + uncounted + is_plain
        return NEARER * (layout.parts - 1) + MISSED * lacking + OFF * is_off

    def fit(self, layout: Layout) -> float:
        """The cosine of a layout and the target, reduced where words hardly name its things."""
        return self.scores[layout] + self._for_parts(layout)

    def in_colours(self, layout: Layout) -> list[Layout]:
        """The same layout with a thing more in a colour that words give it."""
        return [layout.tinted(thing, tint) for thing in layout.colourless for tint in self.tints.get(thing, ())]

    def in_numbers(self, layout: Layout) -> list[Layout]:
        """The same layout with several of a thing more, of which words say so."""
        return [
            layout.counted(thing, number) for thing in layout.uncounted for number in self.numbers.get(thing, ())
        ]

    def best(self, count: int | None = None, things: int = 0, in_scene: bool = False) -> list[Layout]:
        """The best layouts, the best first.

        count: how many, None for all; things: of how many, without or in a scene (0: any).
        """
        some = [
            one for one in self.scores
            if not things or (len(one.things), one.scene is not None) == (things, in_scene)
        ]  # fmt: skip
        # of "person" that is standing and "person standing", which say the same, the longer name is drawn
        return sorted(some, key=lambda one: (round(self.scores[one], 4), len(one.things[0])), reverse=True)[:count]
