"""Captions composed of phrases: the best of each table, and a beam over all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.similarity import Match, Matcher
from clipgen.similarity.articles import without_article
from clipgen.similarity.phrases import Phrases

# Constants marked "tuned" were tuned on fresh pictures of the picture world, 519 of them with one thing, by
# `python benchmarks/caption.py --art FOLDER`, in November 2026; the others were chosen by hand.
WINDOWS = (0.75, 0.5)  # tuned: sides of the windows in which a thing is searched, of the picture's short side
_BEAM = 12  # captions that are grown further
_EXACT = 64  # grown captions that are embedded as they are; the others are scored by the sum of their parts
_GAIN = 0.01  # what a phrase must add to stay: without it every caption would end in some light or other
# Tuned: what a thing must add to a scene, in spreads of the background, as the best of a thousand adds a little to any
# scene. Of 36 pictures of scenes alone 19 get a thing with 0, 16 with this, 12 with 0.7; things are right as often.
_THING = 0.4
# Tuned: weight of how a thing fits by itself, where its caption has 1. Things right: .70 with 0, .76 with this; .74
# where the thing keeps its article and is not searched in windows.
_ALONE = 1.0
_KNOWN = 20_000  # texts whose embeddings are kept in memory: 30 MB at 384 dimensions


def best_of_each(pictures: Tensor, matcher: Matcher, phrases: Phrases, *, top: int) -> list[dict[str, list[Match]]]:
    """The best phrases of every table for each picture [Q, D].

    >>> phrases = Phrases.shipped().known_to(matcher.perceptor)
    >>> len(best_of_each(matcher.perceptor.encode_image(image), matcher, phrases, top=1)[0]["things"])
    1
    """
    tables = {
        "things": phrases.things,
        "scenes": tuple(alone for alone, _ in phrases.scenes),
        "styles": phrases.styles,
        "grounds": phrases.grounds,
        "light": phrases.light,
    }
    ranked = {name: matcher.rank(pictures, [table], top=top) for name, table in tables.items() if table}
    return [{name: matches[query] for name, matches in ranked.items()} for query in range(len(pictures))]


@dataclass(frozen=True)
class _Growth:
    """A table, and how one of its phrases joins a caption."""

    phrases: tuple[str, ...]
    join: Callable[[str, str], str]


class Composer:
    """Composes captions: a subject, then where it is, how the picture is made, and its light.

        >>> composer = Composer(matcher, Phrases.shipped().known_to(matcher.perceptor))
        >>> len(composer.compose(matcher.perceptor.encode_image(image)[0], top=3))
        3

    Every step grows the best captions by every phrase of a table, scores the results by the sum of the embeddings of
    their parts, and embeds the most promising 64 exactly; a caption that does not gain by growing stays as it was. A
    thing that adds little to a scene is left out, and of several things the one counts that fits best both in its
    caption and by itself. The ranking at the end is exact.
    """

    def __init__(self, matcher: Matcher, phrases: Phrases) -> None:
        self.matcher = matcher
        self.embed = _Embedder(matcher)
        self.things = phrases.things
        self.scenery = (*(alone for alone, _ in phrases.scenes), *phrases.grounds_alone())
        places = tuple(place for _, place in phrases.scenes) + phrases.grounds
        styles = _Growth(phrases.styles, lambda text, style: f"{style} of {text}")
        light = _Growth(phrases.light, lambda text, light: f"{text}, {light}")
        # a scene is no place for another
        self.of_scenes = (styles, light)
        self.of_things = (_Growth(places, lambda text, place: f"{text} {place}"), styles, light)

    def compose(
        self, picture: Tensor, windows: Tensor | None = None, *, top: int, abstain: bool = False
    ) -> list[Match]:
        """The best captions of a picture [D]; windows: over it, [W, D], in which its thing is searched, too."""
        scenes = self._search(picture, self.scenery, self.of_scenes)
        things = self._search(picture, self.things, self.of_things)
        if scenes:
            things = self._clearer(picture, things, list(scenes))
        parts = picture[None] if windows is None or not len(windows) else windows
        pool = [*scenes, *self._agreed(picture, parts, things)]
        (matches,) = self.matcher.rank(picture[None], [pool], top=top, abstain=abstain)
        return matches

    def _scores(self, picture: Tensor, texts: Sequence[str]) -> Tensor:
        return self.matcher.rank_scores(picture[None], self.embed(texts))[0]

    def _search(self, picture: Tensor, subjects: Sequence[str], growths: Sequence[_Growth]) -> dict[str, str]:
        """All captions that were embedded exactly, on the way to the best ones, with the subject of each."""
        if not subjects:
            return {}
        pool = [subjects[i] for i in _best(self._scores(picture, subjects), _EXACT)]
        subject_of = {text: text for text in pool}
        for growth in growths:
            if not growth.phrases:
                continue
            scores = self._scores(picture, pool)
            order = _best(scores, len(pool))
            grown = self._grown(picture, pool, order[:_BEAM], growth)
            subject_of |= {text: subject_of[pool[stem]] for text, stem in grown}
            least = scores[[stem for _, stem in grown]] + _GAIN
            gained = self._scores(picture, [text for text, _ in grown]) >= least
            kept = [text for (text, _), more in zip(grown, gained.tolist(), strict=True) if more]
            pool = list(dict.fromkeys([*(pool[i] for i in order[: 2 * _BEAM]), *kept]))
        return {text: subject_of[text] for text in pool}

    def _grown(self, picture: Tensor, pool: list[str], stems: list[int], growth: _Growth) -> list[tuple[str, int]]:
        """The most promising captions that grow from some of the pool, each with the index of its stem."""
        embedded, count = self.embed([pool[i] for i in stems]), len(growth.phrases)
        # [stems, phrases, D]: what a grown caption may embed to
        sums = F.normalize(embedded[:, None] + self.embed(growth.phrases)[None], dim=-1).flatten(0, 1)
        chosen = _best(self.matcher.rank_scores(picture[None], sums)[0], _EXACT)
        pairs = [(stems[i // count], growth.phrases[i % count]) for i in chosen]
        return [(growth.join(pool[stem], phrase), stem) for stem, phrase in pairs]

    def _clearer(self, picture: Tensor, things: dict[str, str], scenes: Sequence[str]) -> dict[str, str]:
        """The captions of things that fit a picture clearly better than any of scenes alone."""
        if not things:
            return {}
        least = self._scores(picture, scenes).max() + _THING * self.matcher.background.spread
        clear = self._scores(picture, list(things)) > least
        return {text: thing for (text, thing), kept in zip(things.items(), clear.tolist(), strict=True) if kept}

    def _agreed(self, picture: Tensor, parts: Tensor, things: dict[str, str]) -> list[str]:
        """The captions of things, without those that fit better only as captions than one whose thing fits best.

        A thing by itself: its bare name fits the picture, and one of its parts [W, D].
        """
        if not things:
            return []
        texts = list(things)
        fits = self._scores(picture, texts)
        names = [without_article(thing) for thing in things.values()]
        in_parts = self.matcher.rank_scores(parts, self.embed(names)).amax(0)
        best = int((fits + _ALONE * (self._scores(picture, names) + in_parts)).argmax())
        above = (fits > fits[best]).tolist()
        return [
            text for text, over in zip(texts, above, strict=True) if not over or things[text] == things[texts[best]]
        ]


class _Embedder:
    """Embeds texts once: a beam meets the same captions again and again, also over several pictures."""

    def __init__(self, matcher: Matcher) -> None:
        self.matcher = matcher
        self.known: dict[str, Tensor] = {}

    def __call__(self, texts: Sequence[str]) -> Tensor:
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        if len(self.known) + len(new) > _KNOWN:
            self.known.clear()
            new = list(dict.fromkeys(texts))
        if new:
            self.known.update(zip(new, self.matcher.embed_texts(new), strict=True))
        return torch.stack([self.known[text] for text in texts])


def _best(scores: Tensor, count: int) -> list[int]:
    order: list[int] = scores.argsort(descending=True, stable=True).tolist()
    return order[:count]
