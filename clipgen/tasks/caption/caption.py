"""Describe pictures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import torch

from clipgen.errors import PromptError
from clipgen.media.images import load_image, to_pil
from clipgen.settings import CaptionSettings
from clipgen.settings.describe import AUTO, PLAIN, pick_views
from clipgen.similarity import Embedded, Match, Matcher, Picture, Skipped, in_groups
from clipgen.similarity.phrases import Phrases
from clipgen.tasks.caption.blip import Captioner
from clipgen.tasks.caption.candidates import read_candidates
from clipgen.tasks.caption.compose import WINDOWS, Composer, best_of_each
from clipgen.tasks.caption.invert import invert
from clipgen.tasks.caption.judgement import Judgement
from clipgen.tasks.events import Described, Slot

# Composed captions name no left or right, so a mirrored picture has the same ones. Measured by
# `python benchmarks/caption.py --art FOLDER`: things right .817 (of 519), scenes .912; without the mirror .813, .894.
COMPOSED = "flips"
_FEW = 4  # pictures described together where each takes a second or so: the first results come at once
_MANY = 64  # the same where all candidates are read once for each group

#: what the phrases of a table are
KINDS = {"things": "subject", "scenes": "scene", "styles": "style", "grounds": "background", "light": "light"}

Describe = Callable[[list[Embedded]], list[list[Match]]]


def caption(
    pictures: Iterable[Picture],
    matcher: Matcher,
    settings: CaptionSettings | None = None,
    *,
    views: str = AUTO,
    candidates: Path | Sequence[str] | None = None,
) -> Iterator[Described | Skipped]:
    """Describe pictures in order: by the best of some candidates, or by captions composed of phrases.

        >>> [one.path for one in caption([image], matcher, CaptionSettings(mode="slots", top=1))]
        [None]

    pictures: files, and pixels [1, 3, H, W] in [0, 1]; views: a name in VIEWS, or auto; candidates: texts, or a file of
    them, which is read in blocks and may have any length.
    Yields Described, or Skipped for a file that cannot be loaded. Raises PromptError for no candidate at all,
    UnknownNameError for an unknown mode or view, WeightsError for a captioner that is not on this machine.
    """
    chosen = (settings or CaptionSettings()).validate()
    is_composed = candidates is None and chosen.mode != "blip"
    shares = WINDOWS if is_composed and chosen.mode != "slots" else ()
    judgement = Judgement.of(matcher) if is_composed or chosen.abstain else None
    if candidates is not None:
        describe = _ranked(matcher, chosen, candidates, judgement)
    else:
        describe = _MODES[chosen.mode](matcher, chosen)
    size = _FEW if candidates is None else _MANY
    chosen_views = pick_views(views, auto=COMPOSED if is_composed else PLAIN)
    embedded = matcher.embed_pictures(pictures, views=chosen_views, shares=shares, batch=size)
    return _described(in_groups(embedded, size), describe, judgement if is_composed else None, abstain=chosen.abstain)


def _described(
    groups: Iterator[list[Embedded] | Skipped], describe: Describe, judgement: Judgement | None, *, abstain: bool
) -> Iterator[Described | Skipped]:
    began = time.monotonic()
    for group in groups:
        if isinstance(group, Skipped):
            yield group
            continue
        vectors = torch.stack([one.vector for one in group])
        found = describe(group)
        unsure = judgement.unsure(vectors, found) if judgement else [False] * len(group)
        seconds = (time.monotonic() - began) / len(group)
        for one, matches, nothing in zip(group, found, unsure, strict=True):
            yield Described(one.index, one.path, () if nothing and abstain else tuple(matches), seconds, nothing)
        began = time.monotonic()


def _ranked(
    matcher: Matcher, settings: CaptionSettings, candidates: Path | Sequence[str], judgement: Judgement | None
) -> Describe:
    if not candidates:
        raise PromptError("there are no candidates to rank; give one or more")

    def describe(group: list[Embedded]) -> list[list[Match]]:
        blocks = read_candidates(candidates) if isinstance(candidates, Path) else [candidates]
        vectors = torch.stack([one.vector for one in group])
        weighs = judgement is not None and judgement.weighs
        found = matcher.rank(vectors, blocks, top=settings.top, abstain=settings.abstain and not weighs)
        if judgement is None:
            return found
        return [[] if doubt else some for doubt, some in zip(judgement.doubtful(vectors, found), found, strict=True)]

    return describe


def _blip(matcher: Matcher, settings: CaptionSettings) -> Describe:
    captioner = Captioner.load(settings.captioner)

    def describe(group: list[Embedded]) -> list[list[Match]]:
        found = []
        for one in group:
            image = load_image(one.picture) if isinstance(one.picture, Path) else one.picture
            texts = captioner.propose(to_pil(image[0]))
            if texts:
                found += matcher.rank(one.vector[None], [texts], top=settings.top, abstain=settings.abstain)
            else:
                found.append([])
        return found

    return describe


def _slots(matcher: Matcher, settings: CaptionSettings) -> Describe:
    phrases = Phrases.shipped().known_to(matcher.perceptor)

    def describe(group: list[Embedded]) -> list[list[Match]]:
        tables = best_of_each(torch.stack([one.vector for one in group]), matcher, phrases, top=settings.top)
        return [
            [Slot(**vars(match), kind=KINDS[name]) for name, matches in table.items() for match in matches]
            for table in tables
        ]

    return describe


def _beam(matcher: Matcher, settings: CaptionSettings) -> Describe:
    composer = Composer(matcher, Phrases.shipped().known_to(matcher.perceptor))

    def describe(group: list[Embedded]) -> list[list[Match]]:
        return [composer.compose(one.vector, one.windows, top=settings.top, abstain=settings.abstain) for one in group]

    return describe


def _invert(matcher: Matcher, settings: CaptionSettings) -> Describe:
    composed = _beam(matcher, settings)
    entries = matcher.perceptor.words()
    words = [word for word in entries if " " not in word] or Phrases.shipped().known_to(matcher.perceptor).words()

    def describe(group: list[Embedded]) -> list[list[Match]]:
        return [
            invert(one.vector, matcher, words=words, seeds=[match.text for match in matches], top=settings.top)
            if matches
            else []
            for one, matches in zip(group, composed(group), strict=True)
        ]

    return describe


_MODES: dict[str, Callable[[Matcher, CaptionSettings], Describe]] = {
    "beam": _beam, "slots": _slots, "invert": _invert, "blip": _blip,
}  # fmt: skip
