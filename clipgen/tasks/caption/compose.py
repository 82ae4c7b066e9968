"""Captions composed of phrases: the best of each table, and a beam over all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.similarity import Match, Matcher
from clipgen.similarity.articles import without_article
from clipgen.similarity.phrases import Phrases

# Constants marked "tuned" were tuned in November 2026 on 500 fresh pictures of the picture world, 353 of them with one
# thing, 206 with a scene and 177 in a style, other ones than `benchmarks/caption.py` reports on; the others by hand.
WINDOWS = (0.75, 0.5)  # tuned: sides of the windows in which a thing is searched, of the picture's short side
_BEAM = 12  # captions that are grown further
_EXACT = 64  # grown captions that are embedded as they are; the others are scored by the sum of their parts
# What a phrase must add to stay, in spreads of the background: its caption's gain, and by how much it stands out by
# itself. Tuned, without and with what stands out: styles right .71 and .87, named of .14 and .07 of the pictures in
# none; scenes right .78 and .85, named of .06 and .10 of things on plain grounds, and of .02 and .05 of photographs.
_SCENES, _SCENE_ALONE = 0.8, 0.5
_STYLES, _STYLE_ALONE = 1.9, 1.0
_LEAST = 0.13  # of a ground or light: without it every caption would end in some light or other
# Tuned: what a thing must add to a scene, in spreads of the background, as the best of a thousand adds a little to any
# scene. Of pictures of scenes alone .34 get a thing with 0.4, .20 with 0.6; of things in scenes .94 and .84 are kept.
_THING = 0.5
_ALONE = 1.0  # tuned: weight of how a thing fits by itself, where its caption has 1; right .60 with 0.5, .61 with this
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
class _Phrase:
    """A phrase that joins captions.

    least: what it must add to stay, in spreads; alone: the same as a caption of its own, whose fit counts by a weight.
    """

    text: str
    least: float
    alone: str
    weight: float = 0.0


@dataclass(frozen=True)
class _Growth:
    """Phrases of which one joins a caption, and how."""

    phrases: tuple[_Phrase, ...]
    join: Callable[[str, str], str]


@dataclass(frozen=True)
class _Draft:
    """A caption and its subject.

    score: by which it is ranked; fit: the same, with what its parts add by themselves.
    """

    text: str
    subject: str
    score: float
    fit: float


class Composer:
    """Composes captions: a subject, then where it is, how the picture is made, and its light.

        >>> composer = Composer(matcher, Phrases.shipped().known_to(matcher.perceptor))
        >>> len(composer.compose(matcher.perceptor.encode_image(image)[0], top=3))
        3

    Every step grows the best captions by every phrase of a table, scores the results by the sum of the embeddings of
    their parts, and embeds the most promising 64 exactly. A phrase stays where caption and phrase by itself fit the
    picture better by enough; a thing that adds little to a scene is left out. The best caption is the one that fits
    best as a whole and in its parts; the captions after it are ranked exactly.
    """

    def __init__(self, matcher: Matcher, phrases: Phrases) -> None:
        self.matcher = matcher
        self.embed = _Embedder(matcher)
        self.things = phrases.things
        self.scenery = (*(alone for alone, _ in phrases.scenes), *phrases.grounds_alone())
        places = [_Phrase(where, _SCENES, alone, _SCENE_ALONE) for alone, where in phrases.scenes]
        places += [_Phrase(ground, _LEAST, ground) for ground in phrases.grounds]
        styles = [_Phrase(style, _STYLES, style, _STYLE_ALONE) for style in phrases.styles]
        place = _Growth(tuple(places), lambda text, where: f"{text} {where}")
        style = _Growth(tuple(styles), lambda text, style: f"{style} of {text}")
        light = _Growth(
            tuple(_Phrase(light, _LEAST, light) for light in phrases.light), lambda text, light: f"{text}, {light}"
        )
        # a scene is no place for another
        self.of_scenes = (style, light)
        self.of_things = (place, style, light)

    def compose(
        self, picture: Tensor, windows: Tensor | None = None, *, top: int, abstain: bool = False
    ) -> list[Match]:
        """The best captions of a picture [D]; windows: over it, [W, D], in which its thing is searched, too."""
        parts = picture[None] if windows is None or not len(windows) else windows
        scenes = self._search(picture, self.scenery, self.of_scenes)
        things = self._search(picture, self.things, self.of_things)
        things = self._named(picture, parts, self._clearer(things, scenes))
        best = max(things or scenes, key=lambda draft: draft.fit, default=None)
        pool = [draft.text for draft in (*scenes, *things) if best is None or draft.score <= best.score]
        (matches,) = self.matcher.rank(picture[None], [list(dict.fromkeys(pool))], top=top, abstain=abstain)
        return matches

    def _scores(self, picture: Tensor, texts: Sequence[str]) -> Tensor:
        return self.matcher.rank_scores(picture[None], self.embed(texts))[0]

    def _search(self, picture: Tensor, subjects: Sequence[str], growths: Sequence[_Growth]) -> list[_Draft]:
        """The captions that were embedded exactly, on the way to the best ones."""
        if not subjects:
            return []
        scores = self._scores(picture, subjects)
        pool = [_Draft(subjects[i], subjects[i], float(scores[i]), float(scores[i])) for i in _best(scores, _EXACT)]
        for growth in growths:
            if growth.phrases:
                stems = sorted(pool, key=lambda draft: -draft.fit)[: 2 * _BEAM]
                drafts = [*stems, *self._grown(picture, stems[:_BEAM], growth)]
                pool = list({draft.text: draft for draft in drafts}.values())
        return pool

    def _grown(self, picture: Tensor, stems: Sequence[_Draft], growth: _Growth) -> Iterator[_Draft]:
        """The most promising captions that grow from others, of those that gain enough by it."""
        embedded, count = self.embed([stem.text for stem in stems]), len(growth.phrases)
        phrases = self.embed([phrase.text for phrase in growth.phrases])
        # [stems, phrases, D]: what a grown caption may embed to
        sums = F.normalize(embedded[:, None] + phrases[None], dim=-1).flatten(0, 1)
        chosen = _best(self.matcher.rank_scores(picture[None], sums)[0], _EXACT)
        pairs = [(stems[i // count], i % count) for i in chosen]
        texts = [growth.join(stem.text, growth.phrases[i].text) for stem, i in pairs]
        adds = self._adds(picture, growth.phrases).tolist()
        for (stem, i), text, score in zip(pairs, texts, self._scores(picture, texts).tolist(), strict=True):
            gain = score - stem.score + adds[i]
            if gain >= 0:
                yield _Draft(text, stem.subject, score, stem.fit + gain)

    def _adds(self, picture: Tensor, phrases: Sequence[_Phrase]) -> Tensor:
        """What phrases add to captions by themselves, less what they must add: [N].

        By how much each fits better than all such phrases do on average: in a photograph no drawn scene stands out.
        """
        weight, least = torch.tensor([(phrase.weight, phrase.least) for phrase in phrases]).T
        alone = self._scores(picture, [phrase.alone for phrase in phrases])
        if (weight > 0).any():
            alone = alone - alone[weight > 0].mean()
        return weight * alone - least * self.matcher.background.spread

    def _clearer(self, things: list[_Draft], scenes: list[_Draft]) -> list[_Draft]:
        """The captions of things that fit a picture clearly better than any of scenes alone."""
        if not scenes:
            return things
        least = max(draft.score for draft in scenes) + _THING * self.matcher.background.spread
        return [draft for draft in things if draft.score > least]

    def _named(self, picture: Tensor, parts: Tensor, things: list[_Draft]) -> list[_Draft]:
        """The captions of things, whose fit tells how each fits by itself, too: its bare name, the picture and a part.

        parts: of the picture, [W, D].
        """
        subjects = list(dict.fromkeys(draft.subject for draft in things))
        if not subjects:
            return []
        names = [without_article(subject) for subject in subjects]
        own = self._scores(picture, names) + self.matcher.rank_scores(parts, self.embed(names)).amax(0)
        adds = dict(zip(subjects, (_ALONE * own).tolist(), strict=True))
        return [replace(draft, fit=draft.fit + adds[draft.subject]) for draft in things]


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
