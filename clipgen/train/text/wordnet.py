"""The word net as a graph: meanings, the words for them, what each is a kind of, and how far two are apart."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from clipgen.errors import ImageError
from clipgen.values import parse_json

# What a picture can show; the other files of the word net are acts, states, ideas and relations.
SHOWN = ("animal", "artifact", "plant", "object", "food", "body", "person", "phenomenon", "substance", "shape")
_PLURALS = (("ies", "y"), ("ves", "f"), ("men", "man"), ("es", ""), ("s", ""))


@dataclass(frozen=True)
class Meaning:
    """One meaning: its words, its definition, what it is a kind of (ids), and the file of the word net it is in."""

    lemmas: tuple[str, ...]
    gloss: str
    kinds: tuple[str, ...]
    file: str

    @property
    def shown(self) -> bool:
        """Whether a picture can show it: an animal, an artifact, a plant, …"""
        return self.file.startswith("noun.") and self.file.removeprefix("noun.") in SHOWN


@dataclass(frozen=True)
class Words:
    """All meanings by id; the ids of each word, in order of commonness; how common each word is.

        >>> cat = Meaning(("cat", "true cat"), "feline mammal", (), "noun.animal")
        >>> words = Words({"02124272-n": cat}, {"cat": ["02124272-n"]}, {"cat": 30}, {})
        >>> words.nouns("cats")
        ['02124272-n']

    Words are compared in lower case. The word net is a folder with wordnet.jsonl.gz, lemmas.tsv.gz and forms.tsv.
    """

    meanings: dict[str, Meaning]
    senses: dict[str, list[str]]
    counts: dict[str, int]
    forms: dict[str, str]

    @classmethod
    def load(cls, folder: Path) -> Words:
        """Read the word net from its folder; ImageError when a file is missing or is not what it should be."""
        try:
            rows = [parse_json(line) for line in _lines(folder / "wordnet.jsonl.gz")]
            meanings = {
                row["id"]: Meaning(tuple(row["lemmas"]), row["gloss"], tuple(row["hypernyms"]), row["lexfile"])
                for row in rows
            }
            senses: dict[str, list[str]] = {}
            counts: dict[str, int] = {}
            for line in _lines(folder / "lemmas.tsv.gz"):
                lemma, count, ids = line.rstrip("\n").split("\t")
                senses.setdefault(lemma.lower(), []).extend(ids.split())
                counts[lemma.lower()] = max(int(count), counts.get(lemma.lower(), 0))
            forms = (folder / "forms.tsv").read_text(encoding="utf-8").splitlines()
            plural = {form: lemma for form, lemma, pos in (row.split("\t") for row in forms) if pos == "n"}
        except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error) as error:
            raise ImageError(f"the word net in {folder} cannot be read: {error}") from error
        return cls(meanings, senses, counts, plural)

    def nouns(self, word: str) -> list[str]:
        """The ids of a word's noun meanings, plural, hyphened and spaced forms included; empty where it has none."""
        for form in self._forms(word.lower()):
            if found := [i for i in self.senses.get(form, ()) if i.endswith("-n")]:
                return found
        return []

    def head(self, phrase: str) -> list[str]:
        """The noun meanings of a phrase, or else of its longest ending that has one: "grinning face" by "face"."""
        parts = phrase.split()
        return next((found for k in range(len(parts)) if (found := self.nouns(" ".join(parts[k:])))), [])

    def _forms(self, word: str) -> Iterator[str]:
        yield word
        yield word.replace("-", " ")
        yield word.replace(" ", "")
        yield word.replace(" ", "-")
        if word in self.forms:
            yield self.forms[word]
        for ending, single in _PLURALS:
            if word.endswith(ending):
                yield word.removesuffix(ending) + single

    def above(self, meaning: str) -> dict[str, int]:
        """All that a meaning is a kind of, itself included, with the number of steps up, nearest first."""
        if (known := self._above.get(meaning)) is not None:
            return known
        steps, edge = {meaning: 0}, [meaning]
        while edge:
            edge = [kind for i in edge for kind in self.meanings[i].kinds if kind not in steps]
            steps.update(dict.fromkeys(edge, max(steps.values()) + 1))
        return self._above.setdefault(meaning, steps)

    def apart(self, one: Iterable[str], other: Iterable[str]) -> int:
        """The least number of steps between two sets of meanings through what they are kinds of; 99: no way."""
        ups = [self.above(i) for i in other]
        ways = (steps + up[kind] for i in one for kind, steps in self.above(i).items() for up in ups if kind in up)
        return min(ways, default=99)

    @cached_property
    def _above(self) -> dict[str, dict[str, int]]:
        return {}

    @cached_property
    def common_nouns(self) -> list[str]:
        """All nouns, the most common first."""
        nouns = [word for word, ids in self.senses.items() if any(i.endswith("-n") for i in ids)]
        return sorted(nouns, key=lambda word: -self.counts[word])


def _lines(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return file.readlines()
