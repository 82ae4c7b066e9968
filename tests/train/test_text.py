"""What the text tower is taught, on a word net of a dozen meanings: words, concepts, captions, targets, bars, a run."""

from __future__ import annotations

import gzip
import io
import json
import re
import tarfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

import clipgen.train.text as recipe_module
import clipgen.train.text.bars as bars_module
import clipgen.train.text.store as store_module
from clipgen.errors import ImageError, UnknownNameError, WeightsError
from clipgen.perceptors.openclip.tower import TextTower
from clipgen.train.text import corpus
from clipgen.train.text.bars import binding, measure, super_concepts, super_concepts_of
from clipgen.train.text.compose import Composer, Facts, plural
from clipgen.train.text.concepts import Concept, hold_out, known_concepts
from clipgen.train.text.corpus import definition, texts
from clipgen.train.text.lessons import HeldOut, has_any, pools_of
from clipgen.train.text.nearest import Nearest
from clipgen.train.text.store import Embedded
from clipgen.train.text.targets import Related, pulled, rotation
from clipgen.train.text.teacher import PACKAGE, Teacher, archive
from clipgen.train.text.wordnet import Words

# id, words, definition, kind, file
MEANINGS = (
    ("animal-n", ["animal"], "a living thing that moves", [], "noun.animal"),
    ("cat-n", ["cat", "house cat"], "small furry animal", ["animal-n"], "noun.animal"),
    ("kitten-n", ["kitten", "kitty"], "young cat", ["cat-n"], "noun.animal"),
    ("dog-n", ["dog"], "animal that barks", ["animal-n"], "noun.animal"),
    ("fox-n", ["fox", "red fox"], "wild animal with a bushy tail", ["animal-n"], "noun.animal"),
    ("thing-n", ["artifact"], "a thing that is made", [], "noun.artifact"),
    ("boat-n", ["boat"], "small ship", ["thing-n"], "noun.artifact"),
    ("vessel-n", ["vessel"], "craft for water", ["boat-n"], "noun.artifact"),
    ("tube-n", ["vessel"], "tube of the body", ["body-n"], "noun.act"),
    ("body-n", ["body part"], "part of a body", [], "noun.body"),
    ("foot-n", ["foot"], "part of a leg", ["body-n"], "noun.body"),
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as the recipe reads it: word net, emoji names, photo names, drawn words."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("words", "emoji", "photos", "drawings"):
        (folder / name).mkdir()
    keys = ("id", "lemmas", "gloss", "hypernyms", "lexfile")
    rows = [json.dumps(dict(zip(keys, row, strict=True))) for row in MEANINGS]
    senses: dict[str, list[str]] = {}
    for meaning, lemmas, *_ in MEANINGS:
        for lemma in lemmas:
            senses.setdefault(lemma, []).append(meaning)
    lines = [f"{lemma}\t{100 - i}\t{' '.join(ids)}" for i, (lemma, ids) in enumerate(senses.items())]
    (folder / "words" / "forms.tsv").write_text("feet\tfoot\tn\nran\trun\tv\n")
    (folder / "words" / "wordnet.jsonl.gz").write_bytes(gzip.compress("\n".join(rows).encode()))
    (folder / "words" / "lemmas.tsv.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    emoji = {
        name: {"names": [name], "synonyms": synonyms, "categories": ["animal"]}
        for name, synonyms in (("cat", ["house cat"]), ("Fox: “red”", ["red fox"]), ("kitty", ["kitten"]))
    }
    (folder / "emoji" / "concepts.json").write_text(json.dumps(emoji, ensure_ascii=False), encoding="utf-8")
    for shard, names in (("caltech101", ["boat"]), ("grocery", ["cat", "tabby"]), ("clothing", ["hat"]), ("trashnet", ["can"])):  # noqa: E501  # fmt: skip
        with tarfile.open(folder / "photos" / f"{shard}.tar", "w") as file:
            text = json.dumps({"names": names}).encode()
            entry = tarfile.TarInfo("0.json")
            entry.size = len(text)
            file.addfile(entry, io.BytesIO(text))
    drawing = json.dumps({"word": "dog", "strokes": []})
    (folder / "drawings" / "quickdraw.ndjson.gz").write_bytes(gzip.compress(drawing.encode()))
    return folder


@pytest.fixture(scope="module")
def words(data: Path) -> Words:
    return Words.load(data / "words")


@pytest.fixture(scope="module")
def concepts(data: Path, words: Words) -> list[Concept]:
    return known_concepts(data, words)


def bag(texts: Sequence[str]) -> Tensor:
    """An embedder that knows which words there are, and nothing of their order."""
    rows = torch.zeros(len(texts), 512)
    for row, text in zip(rows, texts, strict=True):
        for word in text.lower().replace(",", " ").split():
            row[sum(map(ord, word)) * 31 % 512] += 1
    return F.normalize(rows, dim=-1)


def test_words_have_plurals_and_several_meanings(words: Words) -> None:
    assert words.nouns("Cats") == words.nouns("cat") == ["cat-n"]
    assert words.nouns("feet") == ["foot-n"] and words.nouns("vessel") == ["vessel-n", "tube-n"]
    assert words.nouns("red-fox") == ["fox-n"] and words.nouns("ran") == []
    assert words.head("a sleepy house cat") == ["cat-n"] and words.head("nothing at all") == []


def test_steps_are_counted_through_what_two_meanings_are(words: Words) -> None:
    assert words.above("kitten-n") == {"kitten-n": 0, "cat-n": 1, "animal-n": 2}
    assert words.apart(["kitten-n"], ["dog-n"]) == 3 and words.apart(["cat-n"], ["cat-n"]) == 0
    assert words.apart(["cat-n"], ["boat-n"]) == 99


def test_a_word_net_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=str(tmp_path)):
        Words.load(tmp_path)


def test_concepts_of_one_name_are_one(concepts: list[Concept]) -> None:
    by_name = {concept.names[0]: concept for concept in concepts}
    assert by_name["cat"].names == ("cat", "house cat", "tabby") and by_name["cat"].meanings == ("cat-n",)
    assert by_name["fox red"].names == ("fox red", "red fox") and by_name["fox red"].exact
    assert {"boat", "hat", "can", "dog", "circle", "sunset"} <= by_name.keys() and not by_name["hat"].meanings


def test_all_that_shares_a_name_is_held_out_together(words: Words) -> None:
    some = [Concept(("cat", "pet"), (), ("cat-n",), True), Concept(("dog",), (), ("dog-n",), True)]
    some += [Concept(("hound", "pet"), (), ("dog-n",), True), Concept(("fox",), (), ("fox-n",), True)]
    found = {tuple(hold_out(some, share=0.25, seed=seed)) for seed in range(20)}
    assert found == {(0, 1, 2), (3,)}
    assert hold_out(some, share=0.25, seed=3) == hold_out(some, share=0.25, seed=3)


def test_a_tenth_of_words_is_kept_back(concepts: list[Concept], words: Words) -> None:
    assert HeldOut.of(concepts, words, mode="nothing") == HeldOut()
    pictures, never = (HeldOut.of(concepts, words, mode=mode) for mode in ("pictures", "words"))
    assert pictures.concepts == never.concepts and not pictures.phrases and never.phrases
    held = HeldOut(frozenset(), frozenset({"cat"}), frozenset({"dog"}))
    assert held.hides("two cats on red") and held.hides("cat, animal: small") and held.hides("dog, animal: barks")
    assert not held.hides("a dog") and not held.hides("kitten, cat: young cat") and not held.hides("catfish")
    assert has_any("boxes of it", {"box"}) and not has_any("box", set())


def test_texts_come_once_and_names_first(
    concepts: list[Concept], words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus, "_CAPTIONS", 30)
    every = list(texts(concepts, words))
    assert len(every) == len(set(every)) and every[0] == concepts[0].names[0]
    assert definition(words.meanings["kitten-n"], words) == "kitten, cat: young cat" in every
    assert every.index("kitty") < every.index("kitten, cat: young cat")


def test_captions_say_all_facts_and_change_one() -> None:
    composer = Composer([Concept(("apple",)), Concept(("fox",)), Concept(("box of chocolates",))])
    facts = Facts((0, 1), ("red", "blue"), ground=("plain", "white", "black"))
    for seed in range(40):
        said = composer.caption(np.random.default_rng(seed), facts)
        assert all(word in said for word in ("red apple", "blue fox", "white")) and "black" not in said
        other, way = composer.change(np.random.default_rng(seed), facts)
        assert other != facts
        if way == "order":
            changed = composer.caption(np.random.default_rng(seed), other)
            bags = [sorted(re.sub(r"[,\W]an? |,", " ", f" {text}").split()) for text in (said, changed)]
            assert changed != said and bags[0] == bags[1]
    assert [plural(noun) for noun in ("red berry", "box of chocolates", "toy")] == [
        "red berries",
        "boxes of chocolates",
        "toys",
    ]


def test_every_kind_of_facts_can_be_said_and_changed() -> None:
    composer, ways = Composer([Concept((name,)) for name in ("apple", "fox", "boat")]), set()
    for seed in range(400):
        rng = np.random.default_rng(seed)
        facts = composer.draw(rng)
        changed, way = composer.change(rng, facts)
        ways.add(way)
        assert composer.caption(rng, facts) and changed != facts
    assert ways == {"order", "relation", "count", "colour", "ground", "scene", "style", "medium", "thing"}


def test_embedded_texts_are_not_embedded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "_SHARD", 2)
    asked: list[str] = []

    def embed(some: list[str]) -> Tensor:
        asked.extend(some)
        return torch.tensor([[float(len(text)), 1.0] for text in some])

    store = Embedded(tmp_path)
    assert store.fill(["a", "bb", "ccc", "a"], embed, report=lambda line: None) == 3
    (tmp_path / "00001.json").unlink()  # as if stopped between the two files of a shard
    (tmp_path / ".00001.clipgen-part.json").touch()  # or killed in the second one
    again = Embedded(tmp_path)
    assert list(again.rows) == ["a", "bb"]
    again.fill(["ccc", "a", "dddd"], embed, report=lambda line: None)
    assert asked == ["a", "bb", "ccc", "ccc", "dddd"]
    assert again.matrix()[[again.rows["dddd"], again.rows["bb"]], 0].tolist() == [4, 2]
    (tmp_path / "00000.npy").write_bytes(b"none")
    with pytest.raises(WeightsError, match="00000"):
        Embedded(tmp_path)


def test_the_rotation_turns_one_space_into_the_other() -> None:
    source = torch.randn(50, 6, generator=torch.Generator().manual_seed(0))
    turn = torch.linalg.qr(torch.randn(6, 6, generator=torch.Generator().manual_seed(1))).Q
    found = rotation(source, source @ turn)
    assert torch.allclose(found, turn, atol=1e-4) and torch.allclose(found @ found.T, torch.eye(6), atol=1e-4)


def test_a_word_moves_towards_related_concepts_that_are_like_it(concepts: list[Concept], words: Words) -> None:
    names = [concept.names[0] for concept in concepts]
    near = Related.of(concepts, words).near(words.nouns("vessel"))
    assert near == {names.index("boat"): 1}
    places = torch.eye(len(concepts))
    word, likeness = F.normalize(torch.ones(len(concepts)), dim=0), torch.zeros(len(concepts))
    assert pulled(word, {}, likeness, places) is word
    moved = pulled(word, near, likeness, places)
    assert moved.argmax() == names.index("boat") and moved.norm() == pytest.approx(1)
    likeness[names.index("cat")] = 0.9  # the word net's proposal is far from what the teacher finds most like it
    assert pulled(word, near, likeness, places) is word


def test_pools_leave_out_what_is_kept_back(
    concepts: list[Concept], words: Words, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus, "_CAPTIONS", 200)
    store = Embedded(tmp_path)
    every = list(texts(concepts, words))
    store.fill(every, lambda some: torch.zeros(len(some), 2), report=lambda line: None)
    cat = next(i for i, concept in enumerate(concepts) if concept.names[0] == "cat")
    unknown = {"cat", "house cat", "tabby"}
    for held in (HeldOut(frozenset({cat}), frozenset(unknown)), HeldOut(frozenset({cat}))):
        pools = {
            name: {every[i] for i in rows} for name, rows in pools_of(store, concepts, words, held, unknown).items()
        }
        assert not any(has_any(text, unknown) for text in pools["captions"]) and len(pools["captions"]) > 150
        assert "fox red" in pools["names"] and "kitten, cat: young cat" in pools["definitions"]
        assert ("cat" in pools["common"]) == (not held.phrases) and "cat" not in pools["names"]


def test_kin_is_under_the_nearest_hypernym_that_is_known(concepts: list[Concept], words: Words) -> None:
    by_name = {concept.names[0]: concept for concept in concepts}
    known = [by_name[name] for name in ("boat", "dog", "fox red", "hat")]
    assert (
        super_concepts_of(by_name["cat"], known, words) == {1, 2}
        and super_concepts_of(by_name["hat"], known, words) == set()
    )
    held = HeldOut(frozenset({concepts.index(by_name["cat"])}))
    right, exact, chance = super_concepts(bag, concepts, words, held)
    assert right == exact and right in (0.0, 1.0) and 0 < chance < 0.5


def test_word_order_is_not_told_apart_by_a_bag_of_words(concepts: list[Concept]) -> None:
    assert binding(bag, concepts, order=True)[0] < 0.1
    assert binding(bag, concepts, order=False)[0] > 0.5


def test_bars_are_shares_and_cosines(concepts: list[Concept], words: Words) -> None:
    bars = vars(measure(bag, concepts, words, HeldOut.of(concepts, words, mode="pictures")))
    assert all(-2 <= value <= 1 for value in bars.values()) and bars["paraphrase"] > 0.3


def test_an_unknown_word_is_a_mix_of_known_ones() -> None:
    nearest = Nearest(bag, [Concept(("red fox", "fox")), Concept(("boat",)), Concept(("fox terrier",))])
    first, second, third = nearest.of("fox")
    assert (first.name, second.name, third.cosine) == ("red fox", "fox terrier", 0)
    assert first.weight + second.weight + third.weight == pytest.approx(1) and first.weight > second.weight
    assert len(nearest.of("fox", top=1)) == 1


class Letters:
    """A teacher that sees letters."""

    def embed(self, some: Sequence[str]) -> Tensor:
        codes = [[text.count(chr(97 + i % 26)) + 0.01 * (len(text) % (i + 2)) for i in range(384)] for text in some]
        return F.normalize(torch.tensor(codes) + 1e-3, dim=-1)


def test_a_run_embeds_trains_and_writes(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "_CAPTIONS", 40)
    monkeypatch.setattr(bars_module, "_PAIRS", 8)
    monkeypatch.setattr(recipe_module, "Teacher", Letters)
    monkeypatch.setattr(recipe_module, "PIECES", 700)
    lines: list[str] = []
    options = {"data": data, "runs": tmp_path / "runs", "report": lines.append}
    assert recipe_module.run(**options, embed_only=True) is None
    bars = recipe_module.run(**options, out=tmp_path / "one", hold_out="words", steps=2)
    assert bars is not None and TextTower.load(tmp_path / "one").embed(["a fox"]).shape == (1, 384)
    assert {path.name for path in (tmp_path / "one").iterdir()} == {
        "open_clip_config.json",
        "merges.txt.gz",
        "text.safetensors",
        "imageability.safetensors",
        "kin.safetensors",
    }
    recipe_module.run(**options, out=tmp_path / "two", hold_out="words", steps=3)
    assert "resumed at step 2 of 3" in lines
    recipe_module.run(**options, out=tmp_path / "three", init=tmp_path / "two", steps=1, texts=40)
    monkeypatch.setattr(recipe_module, "PIECES", 600)  # tokens mean other pieces than those of the run
    with pytest.raises(WeightsError, match="another folder of runs"):
        recipe_module.run(**options, out=tmp_path / "four", hold_out="words", steps=4)
    assert not (tmp_path / "four").exists()
    with pytest.raises(UnknownNameError):
        recipe_module.run(**options, hold_out="everything")


def test_fewer_texts_are_the_first_of_a_fuller_store(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = [f"text {number}" for number in range(20)]
    store = Embedded(tmp_path / "runs" / "teacher")
    for part in (every[:12], every[12:]):
        store.fill(part, Letters().embed)
    taken: list[list[str]] = []

    def stop(_: object, some: list[str], *__: object) -> None:
        taken.append(some)
        raise WeightsError("stopped")

    monkeypatch.setattr(recipe_module, "first_student", stop)
    with pytest.raises(WeightsError, match="stopped"):
        recipe_module.run(data=data, runs=tmp_path / "runs", texts=15)
    assert taken == [every[:15]]
    assert torch.equal(store.first(15).matrix(), store.matrix()[:15]) and len(store.rows) == 20


def test_the_teacher_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(WeightsError, match=PACKAGE):
        archive()


def test_the_teacher_knows_what_a_vessel_is() -> None:
    pytest.importorskip("tokenizers", reason="the teacher needs tokenizers: pip install 'clipgen[train]'")
    try:
        teacher = Teacher()
    except WeightsError as error:
        pytest.skip(str(error))
    vessel, boat, cat, long = teacher.embed(["a vessel at sea", "a boat", "a cat", "a vessel " * 200])
    assert vessel @ boat == pytest.approx(0.8119, abs=1e-3) and vessel @ cat < 0.3 and long.norm() == pytest.approx(1)
