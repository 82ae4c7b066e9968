"""The text tower itself: its vocabulary, its file, its place in open_clip, and that training moves it."""

from __future__ import annotations

import json
from pathlib import Path

import open_clip
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from clipgen.errors import WeightsError
from clipgen.perceptors.openclip import build_model, load_perceptor
from clipgen.perceptors.openclip.student import CONFIG_FILE, MERGES_FILE, WEIGHTS_FILE, Student, text_config
from clipgen.train.text import principal
from clipgen.train.text import trainer as training
from clipgen.train.text.concepts import Concept
from clipgen.train.text.lessons import Lessons, joined
from clipgen.train.text.recipe import Recipe
from clipgen.train.text.trainer import Trainer
from clipgen.train.text.vocabulary import write_needed_merges

WORDS = {"red": 9.0, "apple": 9.0, "white": 8.0, "ocelot": 2.0, "a": 9.0, "on": 9.0, "zyzzyva": 0.1}
NAMES = ("apple", "fox", "boat", "castle", "tree", "owl", "ship", "cup")


@pytest.fixture(scope="module")
def merges(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / MERGES_FILE
    write_needed_merges(path, dict.fromkeys([*NAMES, *WORDS], 1.0))
    return path


def tiny(merges: Path) -> Student:
    torch.manual_seed(0)
    return Student(text_config(_pieces(merges), dim=16, width=32, layers=1), merges)


def _pieces(merges: Path) -> int:
    return open_clip.SimpleTokenizer(bpe_path=str(merges)).vocab_size


def lessons(student: Student) -> Lessons:
    said = [*NAMES, *(f"a {name}" for name in NAMES)]
    targets = F.normalize(torch.randn(len(said), 16, generator=torch.Generator().manual_seed(1)), dim=-1)
    rows = torch.arange(len(said))
    pools = {"names": rows[:8], "captions": rows[8:], "words": rows[:0]}
    concepts = tuple(Concept((name,)) for name in NAMES)
    return Lessons(student.tokenizer(said).int(), targets.half(), pools, concepts, targets[:8])


def trainer(merges: Path, steps: int) -> Trainer:
    student = tiny(merges)
    batch = {"names": 8, "captions": 8, "words": 8}
    recipe = Recipe(steps=steps, lr=0.02, warmup=1, batch=batch, groups=4, long=3, contrast=0.1)
    return Trainer(recipe, student, lessons(student))


def test_words_whose_merges_are_kept_have_the_pieces_of_the_whole_vocabulary(merges: Path, tmp_path: Path) -> None:
    whole, kept = open_clip.SimpleTokenizer(), open_clip.SimpleTokenizer(bpe_path=str(merges))
    for word in WORDS:
        assert kept.bpe(word) == whole.bpe(word)
    few = tmp_path / MERGES_FILE
    assert write_needed_merges(few, WORDS, pieces=526) == _pieces(few) == 526
    small = open_clip.SimpleTokenizer(bpe_path=str(few))
    assert small.bpe("red") == "red</w>" and " " in small.bpe("zyzzyva")
    first = few.read_bytes()
    write_needed_merges(few, WORDS, pieces=526)
    assert few.read_bytes() == first


def test_padding_and_company_change_nothing(merges: Path) -> None:
    student = tiny(merges)
    together = student.embed(["a red apple on white", "apple", "white " * 100])
    assert torch.allclose(together[1], student.embed(["apple"])[0], atol=1e-5)
    assert torch.allclose(together.norm(dim=-1), torch.ones(3), atol=1e-5)
    assert (student.embed(["white " * 70 + "red"]) - student.embed(["white " * 71])).norm() > 1e-3  # 77 tokens count


def test_a_picture_tower_beside_it_makes_a_clip_that_loads_by_its_folder(merges: Path, tmp_path: Path) -> None:
    student = tiny(merges)
    student.save(tmp_path, merges)
    config, text = json.loads((tmp_path / CONFIG_FILE).read_text()), load_file(tmp_path / WEIGHTS_FILE)
    config["model_cfg"]["vision_cfg"] = {"image_size": 16, "patch_size": 8, "width": 16, "layers": 1, "head_width": 8}
    (tmp_path / CONFIG_FILE).write_text(json.dumps(config))
    whole = build_model(config, tmp_path / MERGES_FILE).state_dict()
    assert text.keys() < whole.keys() and any(tensor.dtype == torch.float8_e4m3fn for tensor in text.values())
    save_file({**whole, **text}, tmp_path / "clip.safetensors")
    (tmp_path / WEIGHTS_FILE).rename(tmp_path / "text.tensors")
    texts = ["a red apple on white", "ocelot"]
    theirs = load_perceptor(f"local-dir:{tmp_path}", torch.device("cpu")).encode_text(texts)
    (tmp_path / "text.tensors").rename(tmp_path / WEIGHTS_FILE)
    assert torch.allclose(theirs, Student.load(tmp_path).embed(texts), atol=1e-5)


def test_the_file_is_small_and_says_the_same(merges: Path, tmp_path: Path) -> None:
    student = tiny(merges)
    student.save(tmp_path, merges)
    texts = ["a red apple on white", "ocelot"]
    assert (student.embed(texts) * Student.load(tmp_path).embed(texts)).sum(1).min() > 0.99
    table = student.tower.token_embedding.weight.numel()
    assert (tmp_path / WEIGHTS_FILE).stat().st_size < 4000 + table + 2 * (
        sum(p.numel() for p in student.parameters()) - table
    )
    (tmp_path / WEIGHTS_FILE).write_bytes(b"none")
    with pytest.raises(WeightsError, match=str(tmp_path)):
        Student.load(tmp_path)
    with pytest.raises(WeightsError, match="nowhere"):
        Student.load(tmp_path / "nowhere")


def test_a_vocabulary_of_another_size_is_refused(merges: Path) -> None:
    with pytest.raises(WeightsError):
        Student(text_config(_pieces(merges) + 1), merges)


def test_the_table_starts_in_the_first_directions() -> None:
    vectors = torch.zeros(40, 6)
    vectors[:, 2], vectors[:, 4] = torch.arange(40.0) - 20, torch.linspace(-1, 1, 40).sign()
    table = principal(vectors + 5, 2, spread=0.1)
    assert table.shape == (40, 2) and table.std() == pytest.approx(0.1)


def test_steps_bring_it_to_its_targets(merges: Path) -> None:
    run = trainer(merges, 60)
    figures = [run.step() for _ in range(60)]
    assert figures[-1]["cosine"] > figures[0]["cosine"] + 0.5 and figures[-1]["known"] < figures[0]["known"]
    assert figures[-1]["gram"] < figures[0]["gram"] and figures[-1]["lr"] < 1e-3


def test_texts_keep_their_order_when_they_are_sorted_by_length(merges: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_TOGETHER", 2)
    run = trainer(merges, 1)
    tokens = run.student.tokenizer(["a red apple on white", "apple", "a fox", "white " * 30, "owl"])
    assert torch.allclose(run._embed(tokens), run.student(tokens), atol=1e-5)


def test_long_texts_are_as_many_captions_as_fit(merges: Path) -> None:
    student = tiny(merges)
    tokens = student.tokenizer([*["white " * 20] * 5])
    whole, aim = joined(tokens.int(), torch.eye(5))
    assert whole.argmax() == 61 and whole[0] == tokens[0, 0] and (whole[1:61] == tokens[0, 1]).all()
    assert torch.allclose(aim, F.normalize(torch.tensor([1.0, 1, 1, 0, 0]), dim=0))


def test_a_resumed_run_is_the_run(merges: Path) -> None:
    one = trainer(merges, 6)
    for _ in range(3):
        one.step()
    state = {name: value for name, value in one.state().items() if name != "student"}
    kept = {name: value.clone() for name, value in one.student.state_dict().items()}
    other = trainer(merges, 6)
    other.load({**state, "student": kept})
    assert other.done == 3 and one.step() == other.step()
