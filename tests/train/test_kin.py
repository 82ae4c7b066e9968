"""Which known words stand for others: what is taught, and that it is learned."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.errors import WeightsError
from clipgen.models.weights import save_state
from clipgen.perceptors.openclip.kin import KIN_FILE, Kin, load_head
from clipgen.perceptors.openclip.meanings import Imageability, Meanings
from clipgen.perceptors.openclip.tower import TextTower
from clipgen.train.text.concepts import Concept
from clipgen.train.text.kin import below, lessons, near, train
from clipgen.train.text.wordnet import Meaning, Words
from raising import refused

ANIMALS = ("crow", "wren", "kite", "rook", "swan", "ibis", "tern", "gull")
BOATS = ("punt", "scow", "yawl", "dory", "brig", "hulk", "tug", "raft")


def net(**more: Meaning) -> Words:
    """Birds and boats, each in one step to what they are a kind of."""
    kinds = {"bird": ((), "animal"), "boat": ((), "artifact")}
    kinds |= {name: (("bird",), "animal") for name in ANIMALS} | {name: (("boat",), "artifact") for name in BOATS}
    meanings = {name: Meaning((name,), "", up, f"noun.{file}") for name, (up, file) in kinds.items()} | more
    senses = {name: [f"{name}-n"] for name in meanings}
    named = {f"{name}-n": Meaning(of.lemmas, "", tuple(f"{up}-n" for up in of.kinds), of.file)
             for name, of in meanings.items()}  # fmt: skip
    return Words(named, senses, dict.fromkeys(meanings, 9), {})


def concepts(*names: str) -> list[Concept]:
    return [Concept((name,), (), (f"{name}-n",), exact=True) for name in names]


class Tower:
    """Embeds each word at random."""

    def embed(self, texts: Sequence[str]) -> Tensor:
        rows = [torch.randn(64, generator=torch.Generator().manual_seed(hash_of(text))) for text in texts]
        return F.normalize(torch.stack(rows), dim=-1)

    def is_piece(self, word: str) -> bool:
        return True


def hash_of(text: str) -> int:
    return sum(ord(letter) * 31**place for place, letter in enumerate(text))


TOWER = cast(TextTower, Tower())


def test_a_kind_is_nearer_than_another_of_its_kind_and_a_rarer_sense_further() -> None:
    words = net()
    assert near(words, ["crow-n"], below(words, concepts("bird", "wren", "boat"))) == {0: 1.0, 1: 2.3}
    assert near(words, ["tug-n", "crow-n"], below(words, concepts("bird", "boat"))) == {0: 2.0, 1: 1.0}


def test_what_no_picture_shows_is_further_and_someone_is_no_animal() -> None:
    words = net(idea=Meaning(("idea",), "", ("bird",), "noun.cognition"),
                fool=Meaning(("fool",), "", (), "noun.person"), dupe=Meaning(("dupe",), "", ("fool",), "noun.person"))
    kinds = below(words, concepts("bird"))
    assert near(words, ["idea-n"], kinds)[0] == near(words, ["crow-n"], kinds)[0] + 2
    gull = Concept(("gull",), (), ("gull-n", "dupe-n"), exact=True)
    assert near(words, ["fool-n"], below(words, [gull])) == {}
    assert near(words, ["crow-n"], below(words, [gull])) == {0: 2.3}


def test_what_most_concepts_are_says_little_and_a_last_word_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    words, many = net(), concepts("bird", "wren", "swan")
    assert near(words, ["crow-n"], below(words, many)) == {0: 1.0, 1: 2.3, 2: 2.3}
    monkeypatch.setattr("clipgen.train.text.kin._MANY", 2)
    assert near(words, ["crow-n"], below(words, many)) == {0: 1.0}
    assert below(words, [Concept(("gold gull",), (), ("gull-n",))]) == {}


def test_words_that_are_taught_are_nouns_that_a_picture_can_show() -> None:
    words = net(idea=Meaning(("idea",), "", ("bird",), "noun.cognition"),
                cook=Meaning(("cook",), "", (), "noun.person"))
    found = lessons(words, concepts("bird", "boat"))
    assert found["bird"] == {0: 0.0} and found["crow"] == {0: 1.0} and found["raft"] == {1: 1.0}
    assert "idea" not in found and "cook" not in found
    assert lessons(words, [*concepts("bird"), Concept(("person",))])["cook"] == {1: 4.5}


def test_kin_is_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clipgen.train.text.kin._BATCH", 6)
    words, known = net(), concepts("bird", "boat")
    network, figures = train(TOWER, words, known, seed=1)
    assert figures["seen"] == 1.0 > figures["seen_before"]
    again, _ = train(TOWER, words, known, seed=1)
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), again.parameters(), strict=True))


def test_a_network_that_was_not_trained_moves_nothing() -> None:
    given = TOWER.embed(["crow", "boat"])
    assert torch.allclose(Kin(64)(given), given, atol=1e-6)


def test_kin_stands_for_a_word_and_what_is_near_to_nothing_has_none() -> None:
    class Shown(torch.nn.Module):
        def forward(self, embeddings: Tensor) -> Tensor:
            return torch.ones(len(embeddings))

    network, _ = train(TOWER, net(), concepts("bird", "boat"), seed=1)
    found = Meanings(TOWER, cast(Imageability, Shown()), network, ["bird", "boat"])
    assert found.nearest("zxqvw") == []


def test_shipped_kin_knows_what_a_word_is_a_kind_of() -> None:
    known = ["bird", "fish", "shrimp", "flower", "house", "horse", "guitar", "wood", "goat", "ship", "banjo", "book"]
    found = Meanings.shipped(known)
    expected = {"kingfisher": "bird", "peony": "flower", "harpsichord": "banjo", "steed": "horse", "cottage": "house"}
    assert {word: (found.nearest(word) or [""])[0] for word in expected} == expected


def test_a_damaged_file_is_an_error(tmp_path: Path) -> None:
    save_state(tmp_path / KIN_FILE, Kin(16, 4).state_dict())
    assert load_head(tmp_path / KIN_FILE, Kin)(torch.zeros(3, 16)).shape == (3, 16)
    save_state(tmp_path / "other.safetensors", {"weight": torch.zeros(2)})
    with refused(WeightsError):
        load_head(tmp_path / "other.safetensors", Kin)
