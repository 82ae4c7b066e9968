"""Which words a picture can show: what is taught, and that it is learned."""

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
from clipgen.perceptors.openclip.kin import Kin, load_head
from clipgen.perceptors.openclip.meanings import IMAGEABILITY_FILE, Imageability, Meanings
from clipgen.perceptors.openclip.tower import TextTower
from clipgen.store import Store, Vectors
from clipgen.train.text import imageability
from clipgen.train.text.imageability import examples, train
from clipgen.train.text.wordnet import Meaning, Words
from raising import refused

FILES = {
    "fox": "noun.animal",
    "city": "noun.location",
    "idea": "noun.cognition",
    "run": "verb.motion",
    "calm": "adj.all",
}


def words(files: dict[str, str]) -> Words:
    ending = {word: f"{word}-{file[0]}" for word, file in files.items()}
    meanings = {ending[word]: Meaning((word,), "", (), file) for word, file in files.items()}
    return Words(meanings, {word: [ending[word]] for word in files}, dict.fromkeys(files, 9), {})


class Tower:
    """Embeds a word by whether its letters hold an x, with some noise of its own; all but one are frequent."""

    def is_piece(self, word: str) -> bool:
        return word != "elefant"

    def embed(self, texts: Sequence[str]) -> Tensor:
        rows = [torch.randn(16, generator=torch.Generator().manual_seed(sum(map(ord, text)))) for text in texts]
        signs = torch.tensor([9.0 if "x" in text else -9.0 for text in texts])
        return F.normalize(torch.stack(rows) + torch.cat([signs[:, None], torch.zeros(len(texts), 15)], 1), dim=-1)


TOWER = cast(TextTower, Tower())


def test_animals_and_places_are_shown_ideas_acts_forms_and_gibberish_are_not() -> None:
    given = examples(words(FILES), seed=1)
    assert {word: given[word][0] for word in FILES} == {"fox": 1, "city": 1, "idea": 0, "run": 0, "calm": 0}
    assert given["foxing"][0] == given["ideaed"][0] == given["calmed"][0] == 0
    gibberish = [word for word in given if not any(word.startswith(name[:3]) for name in FILES)]
    assert len(gibberish) > 2000 and not any(given[word][0] for word in gibberish)
    named = words({**FILES, "mali": "noun.location"})
    named.meanings["mali-n"] = Meaning(("Mali",), "", (), "noun.location")
    assert examples(named, seed=1)["mali"][0] == 0, "a name"
    assert examples(words(FILES), seed=1) == given != examples(words(FILES), seed=2)


def test_it_learns_what_the_embeddings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imageability, "_GIBBERISH", 0)
    monkeypatch.setattr(imageability, "_FORMS", 0)
    letters = "abcdefghijklmnopqrst"
    files = {f"{a}{b}{c}": "noun.animal" if c == "x" else "adj.all" for a in letters for b in letters for c in "xyz"}
    network, accuracy = train(TOWER, words(files), seed=1, held_out=0.2)
    assert accuracy > 0.95
    shown = network(TOWER.embed(["fox", "calm"])) > 0
    assert shown.tolist() == [True, False]


def known_letters(vocabulary: Sequence[str], moods: Sequence[str] = (), store: Vectors | None = None) -> Meanings:
    network = Imageability(16, 2)
    for parameter in network.parameters():
        parameter.data.zero_()
    network.layers[0].weight.data[0, 0] = 1.0
    network.layers[2].weight.data[0, 0] = 1.0
    network.layers[2].bias.data -= 1.0
    return Meanings(TOWER, network, Kin(16), vocabulary, moods, store)


def test_what_stands_for_a_word_is_shown_and_near() -> None:
    found = known_letters(["box", "calm", "xy", "wax", "box"])
    assert set(found.nearest("fox")) == {"box", "wax"} and len(found.nearest("fox", count=1)) == 1
    assert found.nearest("calmer") == []  # no picture shows it
    assert found.nearest("oxs") != []  # a plural by its singular
    assert known_letters(["calm"]).nearest("fox") == [] and known_letters([]).nearest("fox") == []


def test_words_are_embedded_once_on_a_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words, store = ["box", "calm", "wax"], Store(tmp_path).vectors("a" * 32, 16, "text-words")
    first = known_letters(words, store=store).nearest("boxer")
    embed, asked = TOWER.embed, list[str]()
    monkeypatch.setattr(TOWER, "embed", lambda texts: asked.extend(texts) or embed(texts))
    assert known_letters(words, store=store).nearest("boxer") == first and asked == []
    assert known_letters([*words, "fox"], store=store).nearest("boxer") and asked == ["fox"]


def test_a_misspelled_word_stands_for_the_right_one() -> None:
    found = known_letters(["elephant", "box", "wax"])
    assert found.nearest("elefant") == ["elephant"] and found.corrected("elefant") == "elephant"
    assert found.corrected("elephan") is None  # frequent, and thus right


def test_a_mood_stands_for_a_word_that_was_taught_inside_a_name() -> None:
    known = ["night", "calm", "fox"]  # "thing" has the letters, and thus the embedding, of "night"
    taught = [*known, "fox at thing", "thing"]
    assert known_letters(taught, moods=["night"]).nearest("thing") == ["night"]
    assert known_letters(taught).nearest("thing") == [], "no picture shows it, and it is near no mood"
    assert known_letters([*taught, "hingt"], moods=["calm"]).nearest("thing") == [], "another word is nearer"
    assert known_letters(known, moods=["night"]).nearest("thing") == [], "it was not taught"


def test_a_damaged_file_is_an_error(tmp_path: Path) -> None:
    save_state(tmp_path / IMAGEABILITY_FILE, Imageability(16, 2).state_dict())
    assert load_head(tmp_path / IMAGEABILITY_FILE, Imageability)(torch.zeros(3, 16)).shape == (3,)
    save_state(tmp_path / "other.safetensors", {"weight": torch.zeros(2)})
    with refused(WeightsError):
        load_head(tmp_path / "other.safetensors", Imageability)
