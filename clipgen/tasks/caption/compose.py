"""Captions composed of phrases: the best of each table, and a beam over all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.tasks.caption.match import Match, Matcher
from clipgen.tasks.caption.phrases import Phrases, without_article

WINDOWS = (0.75, 0.5)  # sides of the windows in which a thing is looked for, as shares of the picture's short side
_BEAM = 12  # captions that are grown further
_GAIN = 0.01  # what a phrase must add to stay: without it every caption would end in some light or other
# what a thing must add to a scene, in spreads of the background: the best of a thousand adds a little to any scene (of
# 36 pictures of scenes alone 19 are told a thing with 0, 16 with this, 12 with 0.7; things are told right as often)
_THING = 0.4
# weight of how a thing fits by itself beside how its caption does (things told right of 519: 0.70 without, 0.76 with;
# 0.74 where it is said with its article, and not looked for in windows)
_ALONE = 1.0
_EXACT = 64  # grown captions that are embedded as they stand; the others are judged by the sum of their parts


@dataclass(frozen=True)
class _Growth:
    """A table, and how one of its phrases joins a caption."""

    phrases: tuple[str, ...]
    join: Callable[[str, str], str]


def best_of_each(pictures: Tensor, matcher: Matcher, phrases: Phrases, *, top: int) -> list[dict[str, list[Match]]]:
    """The best phrases of every table for each picture [Q, D].

    >>> best_of_each(pictures, matcher, Phrases.shipped(), top=3)[0]["styles"][0].text
    """
    tables = {
        "things": phrases.things,
        "scenes": tuple(alone for alone, _ in phrases.scenes),
        "styles": phrases.styles,
        "grounds": phrases.grounds,
        "light": phrases.light,
    }
    ranked = {name: matcher.rank(pictures, [table], top=top) for name, table in tables.items() if table}
    return [{name: rows[query] for name, rows in ranked.items()} for query in range(len(pictures))]


def beam(
    pictures: Tensor,
    matcher: Matcher,
    phrases: Phrases,
    *,
    near: Sequence[Tensor] | None = None,
    top: int,
    abstain: bool = False,
) -> list[list[Match]]:
    """Compose captions for each picture [Q, D]: a subject, then where it is, how it is made, and its light.

        >>> beam(pictures, matcher, Phrases.shipped(), top=5)[0][0].text

    near: what the windows over each picture show, [W, D] each, in which its thing is looked for, too.
    Every step grows the best captions by every phrase of a table, judges the results by the sum of the embeddings of
    their parts, and embeds the most promising 64 exactly; what did not gain by growing stays as it was. A thing that
    adds little to a scene is left out, and of several things that one is told which fits best both in its caption and
    by itself. The ranking at the end is exact.
    """
    read = _Reader(matcher)
    least = _THING * matcher.background.spread
    scenery = read.table([*(alone for alone, _ in phrases.scenes), *phrases.grounds_alone()])
    things_read = read.table(phrases.things)
    growths = (
        _Growth(
            tuple(place for _, place in phrases.scenes) + phrases.grounds,
            lambda text, place: f"{text} {place}",
        ),
        _Growth(phrases.styles, lambda text, style: f"{style} of {text}"),
        _Growth(phrases.light, lambda text, light: f"{text}, {light}"),
    )
    found = []
    for picture, parts in zip(pictures, near or pictures[:, None], strict=True):
        # a scene is no place for another
        scenes = _search(picture, matcher, read, scenery, growths[1:])
        things = _search(picture, matcher, read, things_read, growths)
        if scenes:
            things = _clearer(picture, matcher, read, things, list(scenes), least)
        pool = [*scenes, *_agreed(picture, parts, matcher, read, things)]
        found += matcher.rank(picture[None], [pool], top=top, abstain=abstain)
    return found


def _search(
    picture: Tensor,
    matcher: Matcher,
    read: _Reader,
    subjects: _Table,
    growths: Sequence[_Growth],
) -> dict[str, str]:
    """All captions that were embedded exactly, on the way to the best ones, with the subject of each."""

    def keys(embedded: Tensor) -> Tensor:
        return matcher.keys(picture[None], embedded)[0]

    def best(embedded: Tensor, count: int) -> list[int]:
        order: list[int] = keys(embedded).argsort(descending=True, stable=True).tolist()
        return order[:count]

    if not subjects.texts:
        return {}
    pool = [subjects.texts[i] for i in best(subjects.rows, _EXACT)]
    told = {text: text for text in pool}
    for growth in growths:
        if not growth.phrases:
            continue
        embedded = read(pool)
        kept, fits = best(embedded, len(pool)), keys(embedded)
        stems = kept[:_BEAM]
        # [stems, phrases, D]: what a grown caption may embed to
        sums = F.normalize(embedded[stems][:, None] + read(growth.phrases)[None], dim=-1).flatten(0, 1)
        chosen = best(sums, _EXACT)
        least = fits[[stems[i // len(growth.phrases)] for i in chosen]] + _GAIN
        grown = [
            growth.join(pool[stems[i // len(growth.phrases)]], growth.phrases[i % len(growth.phrases)]) for i in chosen
        ]
        told |= {text: told[pool[stems[i // len(growth.phrases)]]] for i, text in zip(chosen, grown, strict=True)}
        gained = [text for text, more in zip(grown, (keys(read(grown)) >= least).tolist(), strict=True) if more]
        pool = list(dict.fromkeys([*(pool[i] for i in kept[: 2 * _BEAM]), *gained]))
    return {text: told[text] for text in pool}


def _clearer(
    picture: Tensor, matcher: Matcher, read: _Reader, things: dict[str, str], scenes: Sequence[str], least: float
) -> dict[str, str]:
    """The captions of things that fit a picture better by so much than any of scenes alone."""
    if not things:
        return {}
    bar = matcher.keys(picture[None], read(scenes)).max() + least
    clear = matcher.keys(picture[None], read(list(things)))[0] > bar
    return {text: thing for (text, thing), told in zip(things.items(), clear.tolist(), strict=True) if told}


def _agreed(picture: Tensor, parts: Tensor, matcher: Matcher, read: _Reader, things: dict[str, str]) -> list[str]:
    """The captions of things without those that only fit better than one whose thing fits better by itself.

    By itself: its bare name fits the picture, and one of its parts [W, D].
    """
    if not things:
        return []
    texts = list(things)
    fits = matcher.keys(picture[None], read(texts))[0]
    named = read([without_article(thing) for thing in things.values()])
    alone = matcher.keys(picture[None], named)[0] + matcher.keys(parts, named).amax(0)
    best = int((fits + _ALONE * alone).argmax())
    beyond = (fits > fits[best]).tolist()
    return [text for text, over in zip(texts, beyond, strict=True) if not over or things[text] == things[texts[best]]]


@dataclass(frozen=True)
class _Table:
    """Texts and their embeddings [N, D]."""

    texts: Sequence[str]
    rows: Tensor


class _Reader:
    """Embeds texts once: a beam over many pictures meets the same captions again and again."""

    def __init__(self, matcher: Matcher) -> None:
        self.matcher = matcher
        self.known: dict[str, Tensor] = {}

    def __call__(self, texts: Sequence[str]) -> Tensor:
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        if new:
            self.known.update(zip(new, self.matcher.read(new), strict=True))
        return torch.stack([self.known[text] for text in texts])

    def table(self, texts: Sequence[str]) -> _Table:
        """Texts that are met with every picture."""
        return _Table(texts, self(texts) if texts else torch.empty(0))
