"""The parts of a tuning: pairs, words, stages, texts, losses, the sweep between old and new weights, other pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

import tiny
from clipgen.errors import ImageError, SettingsError
from clipgen.media.plots import plot_sweep
from clipgen.perceptors.openclip import OpenClip, build_model, make_tokenizer
from clipgen.perceptors.openclip.load import load_model
from clipgen.train.pairs import Pair, divided, read_pairs
from clipgen.train.tune.guard import Guard, Others, Question, others
from clipgen.train.tune.recipe import Recipe
from clipgen.train.tune.sweep import Point, chosen, mix
from clipgen.train.tune.texts import Captions
from clipgen.train.tune.tower import Stage, cut_of, stages_of, through
from clipgen.train.tune.trainer import Phase, Shown, Trainer, contrast, imagine
from clipgen.train.tune.words import grown, known_rivals, learning, new_words, table_of
from raising import refused

EYE = torch.eye(6)
VISION: dict[str, tuple[dict[str, Any], int]] = {
    "vit": ({"image_size": 32, "layers": 3, "width": 16, "head_width": 8, "patch_size": 16}, 3),
    "resnet": ({"image_size": 32, "layers": [1, 1, 1, 1], "width": 8, "patch_size": None}, 4),
    "timm resnet": ({"image_size": 32, "timm_model_name": "test_resnet", "timm_pool": "avg", "timm_proj": "mlp"}, 4),
    "timm vit": ({"image_size": 160, "timm_model_name": "test_vit", "timm_pool": "token", "timm_proj": "linear"}, 6),
    "timm convnext": ({"image_size": 32, "timm_model_name": "test_convnext", "timm_pool": "avg",
                       "timm_proj": "linear"}, 4),
    "timm other": ({"image_size": 32, "timm_model_name": "test_efficientnet", "timm_pool": "avg",
                    "timm_proj": "linear"}, 0),
}  # fmt: skip


@pytest.mark.parametrize("kind", VISION)
def test_the_stages_of_a_tower_are_the_tower(kind: str) -> None:
    vision, blocks = VISION[kind]
    config = {**tiny.CONFIG, "model_cfg": {**tiny.CONFIG["model_cfg"], "vision_cfg": vision}}
    visual: Any = build_model(config).visual.eval()
    stages = stages_of(visual)
    images = torch.rand(2, 3, vision["image_size"], vision["image_size"], generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.allclose(through(stages, images), visual(images), atol=1e-5)
    assert sum(stage.block for stage in stages) == blocks and stages[-1].parameters
    parameters = [id(p) for stage in stages for p in stage.parameters]
    assert len(set(parameters)) == len(parameters)  # none is trained twice
    assert cut_of(stages, 0) == len(stages) - 1
    if blocks:
        assert sum(stage.block for stage in stages[cut_of(stages, 2) :]) == 2
    with refused(SettingsError, "last_blocks"):
        cut_of(stages, blocks + 1)


def test_class_folders_captions_beside_pictures_and_tables_are_read(tmp_path: Path) -> None:
    for name, colour in (("blue_teapot/a", "blue"), ("blue_teapot/b", "navy"), ("fox/c", "red"), ("fox/copy", "red")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (4, 4), colour).save(tmp_path / f"{name}.png")
    (tmp_path / "fox" / "c.txt").write_text("a fox\n in the snow")
    pairs, problems = read_pairs(tmp_path)
    assert [(pair.caption, pair.named) for pair in pairs] == [
        ("a fox in the snow", False), ("blue teapot", True), ("blue teapot", True), ("fox", True),
    ]  # fmt: skip
    assert problems == []
    table = tmp_path / "some.csv"
    table.write_text("Picture,Caption\nfox/c.png,a fox\ngone.png,a fox\nfox/c.png,\nfox/copy.png,a fox\n")
    pairs, problems = read_pairs(table)
    assert [(pair.path.name, pair.caption) for pair in pairs] == [("c.png", "a fox")]  # copies count once
    assert len(problems) == 2 and "gone.png" in problems[0] and "line 4" in problems[1]
    lines = tmp_path / "some.jsonl"
    lines.write_text(json.dumps({"image": "fox/c.png", "label": "fox"}) + "\nnonsense\n")
    pairs, problems = read_pairs(lines)
    assert pairs[0].named and len(problems) == 1 and "line 2" in problems[0]
    with refused(ImageError, match="some.txt"):
        read_pairs(tmp_path / "some.txt")


def test_the_held_out_part_has_some_of_each_name_and_no_picture_of_the_other() -> None:
    counts = {"a": 10, "b": 2, "c": 1}
    pairs = [Pair(Path(f"{n}{i}"), n, True, f"{n}{i}") for n, count in counts.items() for i in range(count)]
    learnt, held_out = divided(pairs, 0.2)
    assert sorted(pair.caption for pair in held_out) == ["a", "a", "b"]
    assert {pair.digest for pair in learnt}.isdisjoint(pair.digest for pair in held_out)
    assert len(learnt) + len(held_out) == 13
    sentences = [Pair(Path(str(i)), f"sentence {i}", False, str(i)) for i in range(10)]
    assert len(divided(sentences, 0.2)[1]) == 2


def test_only_unknown_words_of_names_get_tokens(perceptor: OpenClip) -> None:
    def named(*captions: str) -> list[Pair]:
        return [Pair(Path("a.png"), caption, True, "") for caption in captions]

    assert new_words(named("red fox", "blue zorblaxes", "zorblax", "i486 city"), perceptor) == ["zorblax", "i486"]
    said = [Pair(Path("a.png"), caption, False, "") for caption in ("a glorp", "red glorp", "glorp, fox", "a plonk")]
    assert new_words(said, perceptor) == ["glorp"]
    assert new_words(named("red fox"), perceptor, ["fox"]) == ["fox"]


def test_a_new_token_changes_no_other_text(tiny_clip: Path) -> None:
    loaded = load_model(f"local-dir:{tiny_clip}")
    texts = ["a red fox", "zorb lax", "the city of foxes", "zorblaxx"]
    before = loaded.model.eval().encode_text(loaded.tokenizer(texts))
    config, model, tokenizer = grown(loaded, ["zorblax", "z80"])
    assert torch.allclose(model.encode_text(tokenizer(texts)), before, atol=1e-6)
    assert tokenizer.encode("a Zorblax, z80s")[1] == 4096 and tokenizer.encode("zorblaxes") == [4096]
    assert tokenizer.encode("z80") == [4097] and 4097 not in tokenizer.encode("z8000")
    rows = nn.Parameter(torch.randn(2, 16))
    with learning(model, rows):
        model.encode_text(tokenizer(["a zorblax"])).sum().backward()
    assert rows.grad is not None and rows.grad[0].abs().sum() > 0 and rows.grad[1].abs().sum() == 0
    assert torch.equal(table_of(model).weight[4096:], rows)
    again = build_model(config, loaded.merges, own=["zorblax", "z80"])
    again.load_state_dict(model.state_dict())
    assert make_tokenizer(config, loaded.merges, ["zorblax", "z80"]).vocab_size == 4098


def test_repeated_captions_are_no_negatives() -> None:
    owner = torch.tensor([0, 0, 1])
    right = contrast(20.0, EYE[[0, 0, 1]], EYE[:2], owner, EYE[2:3], EYE[3:4])
    assert right < 1e-6
    assert contrast(20.0, EYE[[0, 1, 1]], EYE[:2], owner, EYE[2:3], EYE[3:4]) > 1
    # another picture of a caption that is nearer to it is no rival either
    near = F.normalize(EYE[0] + 0.5 * EYE[4], dim=-1)
    assert contrast(20.0, torch.stack([near, EYE[0], EYE[1]]), EYE[:2], owner, EYE[2:3], EYE[3:4]) < 1e-3
    assert contrast(20.0, EYE[[0, 0, 1]], EYE[:2], owner, EYE[:1], EYE[3:4]) > 0.4  # but other pictures are
    assert contrast(20.0, EYE[[0, 0, 1]], EYE[:2], owner, EYE[2:3], EYE[:1]) > 0.4  # and other names


class Fixed:
    """Captions whose embeddings are the axes."""

    def rows(self, which: torch.Tensor, sentence: int) -> torch.Tensor:
        return EYE[which]

    def means(self) -> torch.Tensor:
        return EYE[:4]


@pytest.mark.parametrize("keep", [0.0, Recipe().keep])
def test_the_head_learns_what_can_be_told_apart_and_keeps_the_others_in_place(tmp_path: Path, keep: float) -> None:
    noise = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    head, caption = nn.Linear(12, 6), torch.arange(4).repeat(10)
    centres, apart = torch.randn(4, 6, generator=noise), torch.zeros(40, 6)
    seen = torch.cat([centres[caption] + 0.2 * torch.randn(40, 6, generator=noise), apart], dim=1)
    others = torch.cat([torch.zeros(30, 6), torch.randn(30, 6, generator=noise)], dim=1)
    before = F.normalize(head(others), dim=-1).detach()
    shown = Shown(
        learnt=seen[:32, None], caption=caption[:32], held_out=seen[32:], held_caption=caption[32:], others=others,
        before=before, fits=torch.ones(30), imagined=torch.empty(0), imagined_before=torch.empty(0, 6),
    )  # fmt: skip
    recipe = Recipe(steps=100, keep=keep, batch=32)
    rows, captions = nn.Parameter(torch.zeros(0, 4)), cast(Captions, Fixed())
    trainer = Trainer(recipe, captions, rows, EYE[4:], 10.0, torch.device("cpu"), tmp_path)
    phase = Phase("head", [Stage(head, tuple(head.parameters()))], shown, lr=0.03, word_lr=0.0)
    assert trainer.look(phase, 0).right < 0.8
    trainer.fit(phase, lambda line: None)
    assert trainer.look(phase, 1).right == 1.0
    stayed = (F.normalize(head(others), dim=-1) * before).sum(-1).mean()
    assert stayed > 0.998 if keep else stayed < 0.95


def test_imagined_features_are_made_of_the_given_ones() -> None:
    seen = torch.arange(6.0).view(3, 2)
    made = imagine(seen, 50, seed=1)
    assert set(made[:, 0].tolist()) == {0.0, 2.0, 4.0} and set(made[:, 1].tolist()) == {1.0, 3.0, 5.0}
    assert len({tuple(row) for row in made.tolist()}) > 3  # no picture has them all
    assert torch.equal(made, imagine(seen, 50, seed=1))


def test_most_is_learnt_of_what_may_be_lost() -> None:
    points = [Point(0.0, 2.0, 0.4, 0.9), Point(0.5, 1.0, 0.8, 0.89), Point(1.0, 0.5, 1.0, 0.88)]
    assert chosen(points, before=0.9, allowed=0.01).alpha == 0.5
    assert chosen(points, before=0.9, allowed=0.05).alpha == 1.0
    assert chosen(points, before=1.0, allowed=0.01).alpha == 0.0  # all lose more: the one that loses least
    equal = [Point(alpha, loss, 0.8, 0.9) for alpha, loss in ((0.0, 2.0), (0.5, 0.55), (0.7, 0.53), (1.0, 0.5))]
    assert chosen(equal, before=0.9, allowed=0.01).alpha == 0.5
    parameter = nn.Parameter(torch.zeros(2))
    mix([parameter], [torch.tensor([0.0, 2.0])], [torch.tensor([1.0, 2.0])], 0.25)
    assert parameter.tolist() == [0.25, 2.0]


def test_an_old_picture_that_is_taken_for_a_new_thing_is_lost() -> None:
    shown = Others(torch.zeros(2, 3, 4, 4).byte(), ["a", "b"], [Question("k", 0), Question("k", 1)], {"k": ("a", "b")})
    place = {"a": 0, "b": 1, "new": 2}

    def embed(texts: list[str]) -> torch.Tensor:
        return torch.stack([EYE[place[text.split()[-1]]] for text in texts])

    pictures = F.normalize(torch.stack([EYE[0], 0.5 * EYE[1] + 0.6 * EYE[2]]), dim=-1)
    assert Guard(shown, embed, []).accuracy(pictures) == 1.0
    assert Guard(shown, embed, ["new"]).accuracy(pictures) == 0.5


def test_names_with_a_word_in_common_are_no_rivals() -> None:
    assert known_rivals(["red fox", "teapot", "cup of tea", "sunset"], ["my red teapots"]) == ["cup of tea", "sunset"]


def test_other_pictures_are_the_same_for_a_seed_and_differ_between_the_parts() -> None:
    first, again, other = (others(part, 6, 32, seed=1) for part in (0, 0, 1))
    assert torch.equal(first.images, again.images) and not torch.equal(first.images, other.images)
    assert {question.kind for question in first.questions} >= {"thing"} and len(first.captions) == 6
    assert all(question.answer < len(first.names[question.kind]) for question in first.questions)


def test_the_plot_marks_the_chosen_share(tmp_path: Path) -> None:
    points = [(0.0, 0.4, 0.9), (1.0, 0.9, 0.7)]
    plot_sweep(points, 0.0, tmp_path / "a.png")
    plot_sweep(points, 1.0, tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() != (tmp_path / "b.png").read_bytes()
