"""All texts that the student learns, the most useful first, and those that belong together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from clipgen.grounds import COLOUR_NAMES
from clipgen.train.text.compose import Composer
from clipgen.train.text.concepts import Concept
from clipgen.train.text.wordnet import Meaning, Words
from clipgen.train.world import SCENES, STYLES
from clipgen.train.world.captions import with_article

_GLOSS_WORDS = 14  # a definition's first words; the median has 8
_COMMON = 30_000  # lemmas of pictured meanings before the captions, the rest behind them
_CAPTIONS = 60_000
_CAPTION_SEED = 31


def texts(concepts: list[Concept], words: Words) -> Iterator[str]:
    """Yield every text once, the most useful first: names, common words, definitions, captions, rare words.

    Example: ``next(texts(concepts, words))`` → "circle".
    """
    seen: set[str] = set()
    for text in _all(concepts, words):
        if text not in seen:
            seen.add(text)
            yield text


def _all(concepts: list[Concept], words: Words) -> Iterator[str]:
    yield from phrases(concepts)
    yield from islice(words.common_nouns, 10_000)
    shown = sorted((m for m in words.meanings.values() if m.shown), key=lambda m: -_commonness(m, words))
    yield from (definition(m, words) for m in shown[:10_000])
    yield from islice(captions(concepts), _CAPTIONS // 3)
    yield from (lemma.lower() for m in shown[:_COMMON] for lemma in m.lemmas)
    yield from (definition(m, words) for m in shown[10_000:])
    others = sorted(words.senses, key=lambda word: -words.counts[word])
    yield from others[:40_000]
    yield from captions(concepts)
    yield from (definition(m, words) for m in words.meanings.values() if m.file.startswith("noun.") and not m.shown)
    yield from others


def phrases(concepts: list[Concept]) -> Iterator[str]:
    """Yield the names of things, kinds, colours, scenes and styles, and the best names with an article."""
    yield from (name for concept in concepts for name in concept.names)
    yield from (kind for concept in concepts for kind in concept.categories)
    yield from COLOUR_NAMES
    yield from (phrase for scene in SCENES.values() for phrase in (*scene.names, *scene.place))
    yield from (phrase for style in STYLES.values() for phrase in (*style.before, *style.after))
    rng = np.random.default_rng(_CAPTION_SEED)
    yield from (with_article(rng, concept.names[0], bare=0) for concept in concepts)


def captions(concepts: list[Concept]) -> Iterator[str]:
    """Yield the composed captions that the teacher embeds, the same ones each time."""
    composer, rng = Composer(concepts), np.random.default_rng(_CAPTION_SEED)
    for _ in range(_CAPTIONS):
        yield composer.caption(rng, composer.draw(rng))


def definition(meaning: Meaning, words: Words) -> str:
    """A meaning in one line: its word, what it is a kind of, the first words of its definition.

    >>> cat = Meaning(("wildcat",), "any small or medium-sized cat", (), "noun.animal")
    >>> ocelot = Meaning(("ocelot", "panther cat"), "nocturnal wildcat of Central America", ("cat",), "noun.animal")
    >>> definition(ocelot, Words({"cat": cat}, {}, {}, {}))
    'ocelot, wildcat: nocturnal wildcat of Central America'
    """
    kind = f", {words.meanings[meaning.kinds[0]].lemmas[0].lower()}" if meaning.kinds else ""
    return f"{meaning.lemmas[0].lower()}{kind}: {' '.join(meaning.gloss.split()[:_GLOSS_WORDS])}"


def _commonness(meaning: Meaning, words: Words) -> int:
    return max(words.counts.get(lemma.lower(), 0) for lemma in meaning.lemmas)
