"""The known concepts: everything that the picture towers can be shown, with all its names and its meaning."""

from __future__ import annotations

import gzip
import json
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clipgen.errors import ImageError
from clipgen.grounds import SHAPE_NAMES
from clipgen.scenery import SCENES
from clipgen.train.text.wordnet import Words
from clipgen.values import parse_json

_PHOTOS = ("caltech101", "grocery", "clothing", "trashnet")


@dataclass(frozen=True)
class Concept:
    """A thing or scene that pictures show: its names (the best first), categories, and the meanings it may have."""

    names: tuple[str, ...]
    categories: tuple[str, ...] = ()
    meanings: tuple[str, ...] = ()
    exact: bool = False  # a meaning belongs to a whole name, not only to its last words


def known_concepts(data: Path, words: Words) -> list[Concept]:
    """All concepts of the training data, those of one best name merged.

    Example: ``known_concepts(Path("data"), Words.load(Path("data/words")))[12].names`` → ("grinning face", …).
    data: the folder with emoji/, photos/ and drawings/. Raises ImageError when a file of it is missing or damaged.
    """
    found: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    try:
        for names, categories in _all(data):
            plain = [_plain(name) for name in names]
            entry = found.setdefault(plain[0], ({}, {}))
            entry[0].update(dict.fromkeys(plain))
            entry[1].update(dict.fromkeys(categories))
    except (OSError, ValueError, KeyError, tarfile.TarError) as error:
        raise ImageError(f"the names in {data} cannot be read: {error}") from error
    return [_with_meaning(Concept(tuple(names), tuple(kinds)), words) for names, kinds in found.values()]


def _all(data: Path) -> Iterator[tuple[list[str], list[str]]]:
    yield from (([name], ["shape"]) for name in SHAPE_NAMES)
    for row in parse_json((data / "emoji" / "concepts.json").read_text(encoding="utf-8")).values():
        yield [*row["names"], *row["synonyms"]], row["categories"]
    yield from ((list(scene.names), ["place"]) for scene in SCENES.values())
    for name in _PHOTOS:
        yield from ((names, []) for names in _photographed(data / "photos" / f"{name}.tar"))
    with gzip.open(data / "drawings" / "quickdraw.ndjson.gz", "rt", encoding="utf-8") as file:
        yield from (([word], []) for word in sorted({parse_json(line)["word"] for line in file}))


def _photographed(shard: Path) -> list[list[str]]:
    with tarfile.open(shard) as file:
        rows = [json.load(file.extractfile(m))["names"] for m in file if m.name.endswith(".json")]  # type: ignore[arg-type]
    return [list(names) for names in dict.fromkeys(map(tuple, rows))]


def _plain(name: str) -> str:
    return name.replace(":", "").replace("“", "").replace("”", "").replace("’", "'").strip().lower()


def _with_meaning(concept: Concept, words: Words) -> Concept:
    """The meanings of the best name; where a synonym shares some of them, only those; what pictures show goes first."""
    best, *others = concept.names
    exact = words.nouns(best) or next((found for name in others if (found := words.nouns(name))), [])
    meanings = exact or words.head(best)
    shared = [i for i in meanings if any(i in words.nouns(name) for name in others if name != best)]
    meanings = shared or [i for i in meanings if words.meanings[i].shown] or meanings
    return Concept(concept.names, concept.categories, tuple(meanings[:3]), bool(exact))


def hold_out(concepts: list[Concept], *, share: float, seed: int) -> list[int]:
    """Indices of the concepts to hold out: a share of the meanings, each with every concept that shares a name of it.

        >>> some = [Concept((name, kind), (), (name,)) for name, kind in (("cat", "pet"), ("dog", "pet"), ("ship", ""))]
        >>> hold_out(some, share=0.5, seed=0)
        [0, 1]

    share: in [0, 1], of the concepts that have a meaning.
    """
    groups = _groups([c for c in concepts if c.meanings])
    order, kept = np.random.default_rng(seed).permutation(len(groups)), set[str]()
    wanted = share * sum(len(group) for group in groups)
    small = [groups[i] for i in order if len(groups[i]) <= 8]  # a group of a hundred faces would be the whole tenth
    for group in small:
        if len(kept) >= wanted:
            break
        kept.update(group)
    return [i for i, concept in enumerate(concepts) if concept.names[0] in kept]


def _groups(concepts: list[Concept]) -> list[list[str]]:
    """Best names joined by a common name or, for whole names, a common first meaning."""
    root = {c.names[0]: c.names[0] for c in concepts}

    def find(name: str) -> str:
        while root[name] != name:
            name = root[name]
        return name

    first: dict[str, str] = {}
    for concept in concepts:
        for key in (*concept.names, *(concept.meanings[:1] if concept.exact else ())):
            root[find(first.setdefault(key, concept.names[0]))] = find(concept.names[0])
    groups: dict[str, list[str]] = {}
    for name in root:
        groups.setdefault(find(name), []).append(name)
    return list(groups.values())


def names_of(concepts: Iterable[Concept]) -> set[str]:
    """All names of some concepts."""
    return {name for concept in concepts for name in concept.names}
