"""Which layout of things comes nearest to the words of a prompt."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from functools import partial
from itertools import islice, permutations
from typing import NamedTuple

import torch
from torch import Tensor

from clipgen.colours import COLOURS
from clipgen.perceptors.asides import without
from clipgen.perceptors.base import STOP_WORDS, Perceptor
from clipgen.perceptors.openclip.meanings import mood_words
from clipgen.tasks.bank import Entry, drawn_words
from clipgen.tasks.generate.layouts import ARRANGED, PAIR, THREE, TOGETHER, TRIPLE, Layout, plural, singular, styles
from clipgen.tasks.generate.nouns import ALIKE, EXACT, SURE, THING, Named, grounds_of, named, tokenized
from clipgen.tasks.generate.places import HOURS, places_said
from clipgen.tasks.generate.relations import SKY, UNDER, UNDER_SKY, relation
from clipgen.tasks.generate.scored import ELSEWHERE, Scored
from clipgen.tasks.generate.texts import embed_cached

# how many of the nearest names, of the nearest names that can be drawn, and of the nearest scenes are combined; how
# many of the best pairs are arranged, of the best of a kind tried in colours and on all grounds, and of all in styles
NAMES, DRAWABLE, PLACES, PAIRS, GROUNDED, STYLED = 6, 3, 4, 12, 4, 4
# least cosine at which words name a thing; by how much the score of a layout that cannot be drawn may be higher: "an
# open umbrella" is near "umbrella with rain drops" too
MEANT, NEAR = 0.5, 0.1
# most that a place counts which is not named outright: "a sea of flowers" is near to one
UNSAID = 0.95
# by how much less a colour's words may fit a thing than another's
SAME = 0.1
# least cosine of a name of a style and a part of the words
STYLE = 0.9
# names of what a person does, of which anything can be said where no person is: "penguin standing"
DOING = re.compile(r"(?:person|man|woman) (\w+ing)")
# whose what follows is
HIS = re.compile(r"\b(?:my|your|his|her|its|our|their) (\w+)|\bwith((?: \w+){1,3})")

class Found(NamedTuple):
    """A layout, its cosine to a target, whether words surely name all its things, and whether none is much nearer."""

    layout: Layout
    fit: Tensor
    is_named: bool
    is_near: bool = True


class Finder:
    """Finds the layout that words mean.

        >>> finder = Finder(perceptor, ["fox"], {}, lambda layout: True)
        >>> finder.nearest(perceptor.encode_text(["fox"])[0], ["fox"]).layout.things
        ('fox',)

    perceptor: embeds texts; things: names of those that can be drawn; scenes: by their captions, in all moods;
    can_draw: tells it of a layout; lone: things that others have, as hands; also: other names of things.
    """

    def __init__(
        self,
        perceptor: Perceptor,
        things: Sequence[str],
        scenes: Mapping[str, Entry],
        can_draw: Callable[[Layout], bool],
        lone: Collection[str] = (),
        also: Mapping[str, str] = {},
    ) -> None:
        self.perceptor, self.things, self.scenes, self.can_draw = perceptor, things, scenes, can_draw
        self.lone = lone
        own = {thing: row for row, thing in enumerate(things)}
        self.rows = {name: own[thing] for name, thing in also.items() if thing in own} | own
        self.embedded: dict[str, Tensor] = {}  # parts of texts

    def nearest(self, target: Tensor, texts: Sequence[str] = (), clear: float = 0.0) -> Found | None:
        """The layout nearest to a target [D], or one whose things words name; None if there is neither.

        texts: of the target, of whose words one has to name each thing; none: any thing may be meant; clear: cosine
        from which a layout is taken whose things words do not surely name, though of another one they do.
        """
        unseen = [name for name in self.perceptor.names if name not in self.things]
        names = [*self.things, *unseen]
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
        said = places_said(texts)
        words = named(self.perceptor, embedded, said.texts, self.embedded, only_known=True, rows=self.rows)
        if texts and not words.parts:
            return None  # they name a place and nothing in it
        # of many words none has much weight in the target
        order |= dict.fromkeys(int(fits.argmax()) for fits in words.clear.values())
        standing = self._standing(words)
        order |= dict.fromkeys(standing.values())
        # without words any thing may be meant
        exact = (words.heads >= EXACT).nonzero()[:, 0].tolist() if words.parts else []
        order |= dict.fromkeys(exact)
        # a kingfisher is any bird before it is a gull
        other = {index for word, row in standing.items() for index in order if _is_beside(words, word, row, index)}
        alike = {
            word: {names[standing[word]]}
            if word in standing
            else {names[index] for index in order if fits[index] >= fits.max() - ALIKE}
            for word, fits in words.clear.items()
            if word not in mood_words()
        }
        own = {names[index]: float(words.heads[index]) for index in order if words.meant[index] and index not in other}
        own = self._without_own(own, texts, words)
        outright = [
            {names[index] for index in order if fits[index] >= EXACT and words.heads[index] >= EXACT}
            for word, fits in words.clear.items() if word in alike
        ]  # fmt: skip
        near = self._without_places(_without_kinds(own, zip(alike.values(), outright, strict=True)), alike.values())
        near = {name: fit for name, fit in near.items() if not (texts and _is_mood(name))}
        if not near:
            return None
        # scenes show clouds and mountains
        numbers = {
            names[index]: _numbers(words, index) for index in order
            if singular(names[index]) == names[index] and plural(names[index]) not in self.scenes
        }  # fmt: skip
        tints = {names[index]: _said_of(words.tints, index) for index in order}
        grounds = [colour for text in texts for colour in grounds_of(text)]
        places = self._places(texts, target, said.scenes, embedded)
        scored = Scored(self.perceptor, near, target, alike, grounds, tints, places, numbers, looks if texts else ())
        related = partial(_related, texts=[tokenized(text) for text in texts], words=words, names=names)
        scored = self._scored(scored, looks, related)
        found: list[Found] = []
        for layout in scored.best():
            fit, is_named = scored.fit(layout), bool(texts) and all(near[thing] >= SURE for thing in layout.things)
            is_near = scored.scores[layout] >= scored.highest - NEAR
            if (is_named or (is_near and fit >= MEANT)) and self.can_draw(layout):
                stands = layout if layout.relation else related(layout) or layout
                found.append(Found(stands, target.new_tensor(fit), is_named, is_near))
                if is_named:
                    break
        if len(found) > 1 and found[0].fit < max(THING, clear) and found[-1].is_named and found[-1].is_near:
            return found[-1]  # words say more than cosines do
        return found[0] if found else None

    def _without_own(self, names: Mapping[str, float], texts: Sequence[str], words: Named) -> dict[str, float]:
        """Names without those of what somebody has: who is washing her hands is shown, and no hands."""
        owned = " ".join(found[0] for text in texts for found in HIS.finditer(tokenized(text)))
        said = {word for word in owned.split() if word in words.parts}
        held = {name for name in self.lone for word in said if words.parts[word][self.things.index(name)] >= THING}
        return {name: fit for name, fit in names.items() if name not in held}

    def _standing(self, words: Named) -> dict[str, int]:
        """Words of texts, but names of things and places, with the rows of what stands for them: of a bird, say."""
        drawn = drawn_words()
        alone = (word for word in words.parts if " " not in word and {word, singular(word)}.isdisjoint(drawn))
        found = {word: next(filter(self.things.__contains__, self.perceptor.stand_ins(word)), None) for word in alone}
        return {word: self.things.index(name) for word, name in found.items() if name is not None}

    def _looks(self, texts: Sequence[str], target: Tensor) -> tuple[dict[str, str], list[str]]:
        """The styles that texts name, with the words for each, all where there is no text, and the texts without these.

        In "a pencil drawing" and "a stained glass window" there is no pencil and no window.
        """
        phrases = {phrase: name for name, style in styles().items() for phrase in (*style.before, *style.after)}
        words = named(self.perceptor, embed_cached(self.perceptor, list(phrases), target), texts, self.embedded)
        # elephants in a line are no line drawing, but what is in oil is an oil painting
        whole = [" ".join(word for word in phrase.split() if word not in STOP_WORDS) for phrase in phrases]
        surely = [
            fits.new_tensor([STYLE if " " in part or part == own else EXACT for own in whole]) <= fits
            for part, fits in words.parts.items()
        ]
        meant = torch.stack(surely).any(0) if surely else words.fits >= STYLE
        looks: dict[str, str] = {}
        for row in words.fits.argsort(descending=True).tolist():
            if meant[row]:
                looks.setdefault(list(phrases.values())[row], list(phrases)[row])
        names = [part for part, fits in words.parts.items() if " " in part and fits.max() >= STYLE]
        return looks, [without(text.lower(), sorted(names, key=len, reverse=True)) for text in texts]

    def _places(self, texts: Sequence[str], target: Tensor, said: Set[str], things: Tensor) -> dict[str, float]:
        """How surely texts name each scene, in whatever mood: its caption, and a cosine, 1 if they say it outright.

        things: embeddings of names; a word before one of them names no place: a school bus is in no classroom.
        """
        from clipgen.scenery import SCENES  # late: OpenCV, which these draw with, changes the environment when imported

        names = {name: scene for scene, one in SCENES.items() for name in one.names if self.perceptor.fits(name)}
        own = torch.cat([things, embed_cached(self.perceptor, list(names), target)])
        fits = named(self.perceptor, own, texts, self.embedded).heads[len(things) :]
        best = {scene: float(scene in said) for scene in SCENES}
        for scene, fit in zip(names.values(), fits.tolist(), strict=True):
            if scene not in HOURS or not said:  # a bakery at dawn is no sunrise
                best[scene] = max(min(fit, UNSAID), best[scene])
        return {caption: best[entry.scene] for caption, entry in self.scenes.items()}

    def _without_places(self, names: Mapping[str, float], alike: Collection[Set[str]]) -> Mapping[str, float]:
        """Names without those of places, hours and weather, which scenes show, if a thing is surely named.

        "A crow on a foggy morning" is no sunrise. alike: names that one word may mean.
        """
        for shown in ({*filter(_is_mood, names)}, self.scenes.keys()):
            hidden = {*shown}.union(*(some for some in alike if not some.isdisjoint(shown)))
            others = {name: fit for name, fit in names.items() if name not in hidden}
            names = others if any(fit >= SURE for fit in others.values()) else names
        return names

    def _scored(
        self, scored: Scored, looks: Mapping[str, str], related: Callable[[Layout], Layout | None]
    ) -> Scored:
        """Layouts of the things to be scored, alone, in pairs, in scenes, on grounds, in colours and in styles.

        looks: styles, with the words for each; related: says how two things stand.
        """
        names, target = scored.names, scored.target
        captions = list(self.scenes)
        fits = embed_cached(self.perceptor, captions, target) @ target
        sure = fits.new_tensor([scored.places.get(caption, 1.0) for caption in captions])
        outright = (sure >= EXACT).nonzero()[:, 0]
        rows = [*(fits - ELSEWHERE * (1 - sure)).topk(min(PLACES, len(captions))).indices.tolist()]
        rows += outright[fits[outright].topk(min(PLACES, len(outright))).indices].tolist()
        scenes = [captions[row] for row in dict.fromkeys(rows)]
        doings = [found[1] for name, fit in names.items() if fit < EXACT and (found := DOING.fullmatch(name))]
        layouts = [Layout(name, (name,)) for name in names]
        layouts += [one.doing(doing) for one in layouts for doing in doings if not DOING.fullmatch(one.text)]
        layouts += [one.within(scene) for one in layouts for scene in scenes]
        heads = [name for name, fit in names.items() if fit >= THING]
        layouts += [
            Layout(TOGETHER.format(*pair), pair, PAIR)
            for pair in permutations(heads, 2)
            if _are_two(pair, names) or not any(meant >= {*pair} for meant in scored.clear.values())
        ]  # fmt: skip
        scored.add(layouts)
        # all that can be said would be many texts: only the best pairs are arranged; only the best of one thing and of
        # several are counted, have colours, or are combined with grounds, those of several with scenes, and the best
        # with styles
        scored.add(
            Layout(text.format(*one.things), one.things, places)
            for one in scored.best(PAIRS, 2) for text, places in ARRANGED.items()
        )  # fmt: skip
        scored.add(
            Layout(TRIPLE.format(*one.things, third), (*one.things, third), THREE)
            for one in scored.best(GROUNDED, 2) for third in scored.missing(one)
            if all(names[thing] >= SURE for thing in (*one.things, third))
        )  # fmt: skip
        # a pair that cannot be drawn must not hide one of its things that can; what a thing is on or in is sure,
        # a cup on a table does not play table tennis
        pairs = map(related, filter(self.can_draw, scored.best(PAIRS, 2)))
        said = [caption for caption, fit in scored.places.items() if fit >= EXACT]
        scored.add(
            one for one in pairs
            if one and one.relation and names[one.things[not one.relation.swapped]] >= SURE
            and not any(thing in caption for thing in one.things for caption in said)  # a coral reef shows coral
        )  # fmt: skip
        for things in (1, 2, 3):
            for more in (scored.in_numbers, scored.in_colours):
                for _ in range(things):
                    best = [*scored.best(GROUNDED, things), *scored.best(GROUNDED, things, in_scene=True)]
                    scored.add(other for one in best for other in more(one))
            best = scored.best(GROUNDED, things)
            grounded = [one.on(colour) for one in best for colour in COLOURS]
            scored.add([*grounded, *(one.within(scene) for one in best for scene in scenes if things > 1)])
        # what cannot be drawn must not hide that words name a style
        best = list(islice(filter(self.can_draw, scored.best()), STYLED)) if scored.styles else scored.best(STYLED)
        scored.add(one.in_style(style, said) for one in best for style, said in looks.items())
        return scored


def _related(layout: Layout, *, texts: Sequence[str], words: Named, names: Sequence[str]) -> Layout | None:
    """A layout of two things as words between their names say that they stand; None if none does.

    names: of all things that `words` tells of.
    """
    if len(layout.things) != 2 or not words.parts:
        return None
    rows = [names.index(thing) for thing in layout.things]
    one, other = (max(words.parts, key=lambda part: float(words.parts[part][row])) for row in rows)
    found = next(filter(None, (relation(text, (one, other)) for text in texts)), None)
    if found and found.how is UNDER and layout.things[found.order[0]] in SKY:
        found = found._replace(how=UNDER_SKY)
    return layout.related(found) if found else None


def _is_mood(name: str) -> bool:
    """Whether a name is of light or weather first of all: "foggy", "night with stars"."""
    return name.split()[0] in mood_words()


def _are_two(pair: tuple[str, str], names: Mapping[str, float]) -> bool:
    """Whether words have the very names of two things, though one word may mean both: apples and pears."""
    one, other = ({*name.split()} for name in pair)
    return all(names[name] >= EXACT for name in pair) and one.isdisjoint(other)


def _is_beside(words: Named, word: str, row: int, index: int) -> bool:
    """Whether a thing is only near to a word for which another one stands, that of a row, which is about as near."""
    own, other = float(words.parts[word][index]), float(words.parts[word][row])
    return index != row and float(words.heads[index]) <= own < EXACT and other >= max(own - NEAR, MEANT)


def _said_of(marks: Mapping[str, Tensor], index: int) -> list[str]:
    """The colours or numbers that are said of a thing, by its index: of "red apples and green pears" no pear is red."""
    fits = {mark: float(own[index]) for mark, own in marks.items() if own[index] >= THING}
    return [mark for mark, fit in fits.items() if fit >= max(fits.values()) - SAME]


def _numbers(words: Named, index: int) -> list[str]:
    """Words for how many there may be of a thing, by its index among all that `words` tells of."""
    said = _said_of(words.numbers, index)
    return said or (["two", "three"] if words.several[index] >= THING else [])


def _without_kinds(names: Mapping[str, float], alike: Iterable[tuple[Set[str], Set[str]]]) -> Mapping[str, float]:
    """Names without those of other kinds of a thing that a word names: an open umbrella is no closed one.

    alike: of each word, the names that it may mean, and those that it means outright.
    """
    kinds = {name for some, outright in alike if not outright.isdisjoint(names) for name in some - outright}
    return {name: fit for name, fit in names.items() if name not in kinds or fit >= EXACT}
