"""The bars of a text tower, on texts alone, and the same figures of any other embedder of texts beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from clipgen.train.text.compose import Composer
from clipgen.train.text.concepts import Concept, names_of
from clipgen.train.text.lessons import COMMON_NOUNS, UNSEEN, HeldOut
from clipgen.train.text.nearest import Embed, Nearest
from clipgen.train.text.targets import NEAR
from clipgen.train.text.wordnet import Words

_FRESH = 900_001  # seeds from here on are never trained on
_PAIRS = 600


@dataclass(frozen=True)
class Bars:
    """Shares in [0, 1].

    kind: held-out concepts with a right super-concept among the five nearest; kind_exact: of those whose whole name has
    a meaning; kind_chance: of five at random; related: common nouns whose nearest concept is related; related_five: one
    of five; related_unseen: of the tenth that a run without "words" never saw; related_shown: of nouns whose first
    meaning a picture can show; order: captions nearer to a paraphrase than to the same words in another order;
    margin: by how much, in cosine; changed: the same for any changed attribute; changed_margin; paraphrase: retrieval
    of a caption's paraphrase among 100.
    """

    kind: float
    kind_exact: float
    kind_chance: float
    related: float
    related_five: float
    related_unseen: float
    related_shown: float
    order: float
    margin: float
    changed: float
    changed_margin: float
    paraphrase: float


def measure(embed: Embed, concepts: list[Concept], words: Words, held: HeldOut) -> Bars:
    """Measure all bars of an embedder; two minutes of one core.

    Example: ``measure(TextTower.load(Path("models/text")).embed, concepts, words, held).kind``.
    held: the concepts that count as unknown for the first bar.
    """
    return Bars(
        *super_concepts(embed, concepts, words, held),
        *related_nouns(embed, concepts, words),
        *binding(embed, concepts, order=True),
        *binding(embed, concepts, order=False),
        paraphrases(embed, concepts),
    )


def super_concepts(embed: Embed, concepts: list[Concept], words: Words, held: HeldOut) -> tuple[float, float, float]:
    """Shares of the held-out concepts with a right one among the five nearest known; of exact names; by chance."""
    known = [concept for i, concept in enumerate(concepts) if i not in held.concepts]
    asked = [(c, right) for i in sorted(held.concepts) if (right := super_concepts_of(c := concepts[i], known, words))]
    nearest = Nearest(embed, known)
    found = nearest.indices(Nearest(embed, [concept for concept, _ in asked]).places)
    hits = np.array([bool(right & set(row)) for (_, right), row in zip(asked, found.tolist(), strict=True)])
    exact = np.array([concept.exact for concept, _ in asked])
    chance = [1 - (1 - len(right) / len(known)) ** found.shape[1] for _, right in asked]
    return float(hits.mean()), float(hits[exact].mean()), float(np.mean(chance))


def super_concepts_of(concept: Concept, known: Sequence[Concept], words: Words) -> set[int]:
    """Indices of the known concepts under the nearest of its hypernyms that has any, for each meaning it may have."""
    ups = [words.above(meaning) for meaning in concept.meanings]
    right: set[int] = set()
    for up in ups:
        shared = {
            i: min(steps)
            for i, other in enumerate(known)
            if (steps := [up[kind] for meaning in other.meanings for kind in words.above(meaning) if kind in up])
        }
        right |= {i for i, steps in shared.items() if steps == min(shared.values())}
    return right


def related_nouns(embed: Embed, concepts: list[Concept], words: Words) -> tuple[float, float, float, float]:
    """Shares of the common nouns whose nearest concept, one of five, is within four steps in the word net."""
    nouns, named = words.common_nouns[:COMMON_NOUNS], names_of(concepts)
    found = Nearest(embed, concepts).indices(embed(nouns)).tolist()
    first, five, shown = [], [], []
    for noun, row in zip(nouns, found, strict=True):
        ids = words.nouns(noun)
        near = [words.apart(ids, concepts[i].meanings) <= NEAR for i in row]
        first.append(near[0])
        five.append(any(near))
        shown.append(words.meanings[ids[0]].shown)
    right = np.array(first)
    unseen = [i for i in range(0, len(nouns), UNSEEN) if nouns[i] not in named] or [0]
    return float(right.mean()), float(np.mean(five)), float(right[unseen].mean()), float(right[np.array(shown)].mean())


def binding(embed: Embed, concepts: list[Concept], *, order: bool) -> tuple[float, float]:
    """Share of captions nearer to a paraphrase than to a changed one, and the mean difference of the two cosines.

    order: only changes that keep every word, such as "a red apple on white" and "a white apple on red"; else changes of
    one attribute of any kind that change a word.
    """
    composer, captions = Composer(concepts), [list[str](), list[str](), list[str]()]
    seed = 0
    while len(captions[0]) < _PAIRS:
        rng, seed = np.random.default_rng((_FRESH, seed)), seed + 1
        facts = composer.draw(rng)
        changed, way = composer.change(rng, facts)
        if (way == "order") != order:
            continue
        state = rng.bit_generator.state
        first, other = composer.caption(rng, facts), composer.caption(rng, facts)
        if order:  # the same turns of phrase
            rng.bit_generator.state = state
        last = composer.caption(rng, changed)
        if first == other or (order and sorted(first.split()) != sorted(last.split())):
            continue
        for some, text in zip(captions, (first, other, last), strict=True):
            some.append(text)
    anchor, same, changed_one = (embed(some) for some in captions)
    margin = (anchor * same).sum(1) - (anchor * changed_one).sum(1)
    return float((margin > 0).float().mean()), float(margin.mean())


def paraphrases(embed: Embed, concepts: list[Concept], *, rounds: int = 5) -> float:
    """Retrieval of a caption's paraphrase among 100, averaged over rounds."""
    composer, hits = Composer(concepts), 0.0
    for number in range(rounds):
        rng = np.random.default_rng((_FRESH, 1, number))
        facts = [composer.draw(rng) for _ in range(100)]
        one, other = (embed([composer.caption(rng, f) for f in facts]) for _ in range(2))
        hits += float(((one @ other.T).argmax(1) == torch.arange(100)).float().mean())
    return hits / rounds
