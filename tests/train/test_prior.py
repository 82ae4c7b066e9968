"""The recipe of a prior: what it trains on, its steps, its kill and resume, and the folder that it leaves."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from clipgen.errors import ImageError, SettingsError, WeightsError
from clipgen.generators.prior import Prior
from clipgen.generators.prior.prior import PROBES
from clipgen.perceptors.openclip import load_perceptor
from clipgen.train import checkpoints, prior
from clipgen.train.data import Batch
from clipgen.train.pairs import Pair
from clipgen.train.prior import PairBatches, Recipe, Store, Trainer
from clipgen.train.prior.codes import Encoded
from clipgen.train.prior.pictures import own_pairs
from gridclip import GridClip
from raising import refused

# warm-up is short and the rate is high, so that the first few steps move at all
TINY = Recipe(size=32, steps=4, batch=8, fresh=4, first=12, most=24, widths=(16, 32), blocks=(1, 1), warmup=1, lr=5e-3)
CPU = torch.device("cpu")


def encoded(count: int, *, texts: bool = True, pictures: bool = False, seed: int = 0) -> Encoded:
    """Codes of a codebook of nine, whose left half is that of the embedding's sign."""
    rng = torch.Generator().manual_seed(seed)
    words = torch.randn(count, 6, generator=rng)
    codes = torch.where(words[:, :1, None] > 0, 8, 0).expand(-1, 4, 4).int()
    return Encoded(codes, words.half() * texts, words.half() * pictures)


def codebook() -> torch.Tensor:
    return torch.cartesian_prod(torch.linspace(-1, 1, 3), torch.linspace(-1, 1, 3))


def trainer(recipe: Recipe = TINY) -> Trainer:
    stats = {
        "mean": torch.zeros(2), "spread": torch.ones(2), "low": -torch.ones(2), "high": torch.ones(2),
        "centre": torch.zeros(6), "centre_of_pictures": torch.zeros(6), "probes": torch.zeros(len(PROBES), 6),
        "level": torch.tensor(0.0),
    }  # fmt: skip
    return Trainer(recipe, codebook(), stats, 4, CPU)


def test_a_store_is_read_again_and_keeps_no_more_than_its_bound(tmp_path: Path) -> None:
    store = Store(tmp_path, most=10)
    store.add(encoded(6))
    store.save()
    store.add(encoded(6, seed=1))
    assert len(store) == 10
    store.save()
    store.save()
    assert len(list(tmp_path.iterdir())) == 2
    (tmp_path / ".00002.clipgen-part.safetensors").touch()  # a save that was killed
    again = Store(tmp_path, most=10)
    assert len(again) == 10
    for ours, theirs in zip(vars(store.span(0, 10)).values(), vars(again.span(0, 10)).values(), strict=True):
        assert torch.equal(ours, theirs)
    rows = again.draw(64, torch.Generator().manual_seed(0))
    assert {tuple(row.tolist()) for row in rows.texts} == {tuple(row.tolist()) for row in again.span(0, 10).texts}


def test_a_damaged_shard_is_an_error(tmp_path: Path) -> None:
    store = Store(tmp_path, most=10)
    store.add(encoded(6))
    store.save()
    next(tmp_path.iterdir()).write_bytes(b"nothing")
    with refused(WeightsError):
        Store(tmp_path, most=10)


@pytest.mark.parametrize("kind", [{}, {"texts": False, "pictures": True}])
def test_steps_teach_what_the_words_say(kind: dict[str, bool]) -> None:
    some = trainer(Recipe(**{**vars(TINY), "steps": 200, "noise": 0.1, "average": 0.9}))
    figures = [some.step(encoded(16, **kind, seed=i)) for i in range(200)]
    assert figures[-1]["loss"] < 0.7 * figures[0]["loss"]
    words = torch.zeros(16, 6)
    words[:8, 0], words[8:, 0] = 1, -1
    drawn = some.prior.draw(words, seeds=[*range(8), *range(8)], sides=(4, 4)).mean((1, 2, 3))
    bright, dark = drawn[:8].mean(), drawn[8:].mean()
    assert bright > dark + 0.5


def test_words_are_left_out_where_there_are_none() -> None:
    some = trainer()
    words, level = some._words(encoded(32, texts=False), torch.Generator().manual_seed(0))
    assert not words.any() and not level.any()
    words, level = some._words(encoded(400), torch.Generator().manual_seed(0))
    assert not level.any() and 0.05 < (~words.any(1)).float().mean() < 0.2
    words, level = some._words(encoded(400, pictures=True), torch.Generator().manual_seed(0))
    assert 0.15 < (level > 0).float().mean() < 0.35


def test_a_resumed_run_equals_an_uninterrupted_one(tmp_path: Path) -> None:
    unbroken, killed = trainer(), trainer()
    batches = [encoded(8, seed=i) for i in range(4)]
    wanted = [unbroken.step(batch) for batch in batches]
    found = [killed.step(batch) for batch in batches[:2]]
    checkpoints.save(tmp_path / "last.pt", killed.state())
    resumed, saved = trainer(), checkpoints.load(tmp_path / "last.pt")
    assert saved is not None
    resumed.load(saved)
    found += [resumed.step(batch) for batch in batches[2:]]
    assert found == wanted and resumed.held_out(batches[0]) == unbroken.held_out(batches[0])


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, colour in (("a.png", (200, 30, 30)), ("b.jpg", (30, 30, 200))):
        pixels = np.full((40, 60, 3), colour, np.uint8)
        pixels[:, :30] //= 2
        Image.fromarray(pixels).save(folder / name)
    (folder / "a.txt").write_text("a red\nwall\n")
    return folder


def own(folder: Path, said: list[str] | None = None) -> tuple[list[Pair], list[Pair]]:
    return own_pairs(folder, GridClip(), [].append if said is None else said.append)


def test_a_folder_of_pictures_with_and_without_captions(photos: Path) -> None:
    learnt, _ = own(photos)
    batches = PairBatches(learnt, seed=1, batch=16, size=16, count=2)
    batch = batches[1]
    assert batch.images.shape == (16, 3, 16, 16) and set(batch.captions) == {"a red wall", ""}
    for image, caption in zip(batch.images, batch.captions, strict=True):
        assert (image[0].float().mean() > image[2].float().mean()) == (caption == "a red wall")
    assert torch.equal(batch.images, batches[1].images) and not torch.equal(batch.images, batches[0].images)
    dark_left = [image.float().mean(0)[:, 0].mean() < image.float().mean(0)[:, -1].mean() for image in batch.images]
    captioned = [caption != "" for caption in batch.captions]
    # what has a caption is not mirrored: it may say "left"
    assert all(dark for dark, has in zip(dark_left, captioned, strict=True) if has)
    assert not all(dark for dark, has in zip(dark_left, captioned, strict=True) if not has)


def test_class_folders_and_tables_are_taken_as_tune_takes_them(tmp_path: Path) -> None:
    for number in range(16):
        (tmp_path / "teapot").mkdir(exist_ok=True)
        Image.new("RGB", (20, 20), (200, number, 30)).save(tmp_path / "teapot" / f"{number}.png")
    (tmp_path / "some.csv").write_text("picture,caption\nteapot/0.png,a red teapot\n")
    learnt, held_out = own(tmp_path)
    assert (
        len(learnt) == 14
        and len(held_out) == 2
        and {pair.digest for pair in learnt}.isdisjoint(pair.digest for pair in held_out)
    )
    captions = set(PairBatches(learnt, seed=1, batch=64, size=16, count=1)[0].captions)
    assert {"teapot", "a teapot", "a picture of a teapot"} <= captions
    ((pair,), again) = own(tmp_path / "some.csv")
    assert (pair.caption, pair.named) == ("a red teapot", False) and again == [pair]


def test_pictures_are_seen_upright_and_in_colour(tmp_path: Path) -> None:
    image = Image.new("RGB", (40, 40), (0, 0, 255))
    image.paste((255, 0, 0), (0, 0, 40, 20))
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    image.save(tmp_path / "a.jpg", exif=exif)
    Image.new("RGBA", (40, 40), (0, 255, 0, 255)).save(tmp_path / "b.png")
    learnt, held_out = own(tmp_path)
    for pair in learnt + held_out:
        (window,) = PairBatches([pair], seed=1, batch=1, size=16, count=1)[0].images
        assert window.shape == (3, 16, 16)
        if pair.path.suffix == ".jpg":
            assert window[2, 0].min() > 200 and window[0, -1].min() > 200


def test_captions_of_unknown_words_alone_are_left_out(tmp_path: Path) -> None:
    perceptor = load_perceptor("builtin", torch.device("cpu"))
    for name in ("dscfxq", "teapot"):
        (tmp_path / name).mkdir()
        Image.new("RGB", (20, 20), "red" if name == "teapot" else "blue").save(tmp_path / name / "a.png")
    said: list[str] = []
    learnt, _ = own_pairs(tmp_path, perceptor, said.append)
    assert sorted(pair.caption for pair in learnt) == ["", "teapot"]
    assert len(said) == 1 and "dscfxq" in said[0] and "teapot" not in said[0]


def test_unreadable_pictures_are_named_and_left_out(photos: Path) -> None:
    (photos / "c.png").write_bytes(b"no picture")
    (photos / "d.png").write_bytes((photos / "a.png").read_bytes()[:-30])
    said: list[str] = []
    learnt, _ = own(photos, said)
    assert len(learnt) == 2 and len(said) == 1 and "c.png" in said[0] and "d.png" in said[0]
    for path in (photos / "a.png", photos / "b.jpg"):
        path.unlink()
    with refused(ImageError):
        own(photos)


Run = Callable[..., Path]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(prior, "Recipe", lambda: TINY)
    monkeypatch.setattr(prior, "_HELD_OUT", 4)
    monkeypatch.setattr(prior, "SHEET", ("a fox",))

    def go(out: str, **changes: Any) -> Path:
        prior.run(out=tmp_path / out, runs=tmp_path / "runs", device="cpu", **changes)
        return tmp_path / out

    return go


def test_a_run_writes_a_prior_and_can_be_resumed(run: Run, tmp_path: Path, photos: Path) -> None:
    (photos / "a.txt").unlink()
    said: list[str] = []
    whole = run("a", pictures=photos, report=said.append)
    folder = tmp_path / "runs" / "prior"
    assert (folder / "sheet-000004.png").is_file() and (folder / "figures.json").is_file()
    made = Prior.load(whole)
    assert made.level > 0  # no captions: text embeddings count as noisy ones
    assert made.network.config.channels == 5 and made.network.config.side == 8
    # the last checkpoint is the end: nothing is left to do, and the same weights come out
    again = run("b", pictures=photos, report=said.append)
    assert "resumed at step 4 of 4" in said
    assert (again / "prior.safetensors").read_bytes() == (whole / "prior.safetensors").read_bytes()
    other = run("c", pictures=photos, resume=False, init=whole, steps=1)
    assert (other / "prior.safetensors").read_bytes() != (whole / "prior.safetensors").read_bytes()


@pytest.mark.parametrize("fresh", [3, 7, 64])
def test_any_number_of_pictures_may_be_fresh(run: Run, photos: Path, fresh: int) -> None:
    said: list[str] = []
    run("a", pictures=photos, fresh=fresh, steps=9, report=said.append)  # more steps than there are fresh pictures
    run("b", pictures=photos, fresh=fresh, steps=10, report=said.append)
    assert "24 pictures are encoded; training begins with 12" in said and "resumed at step 9 of 10" in said


def test_what_is_encoded_is_told_and_kept_when_the_run_is_killed(
    run: Run, tmp_path: Path, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prior, "_TELL_EVERY", 0)
    whole, encode, seen = run("whole", pictures=photos), prior.Encoder.__call__, [0]
    shutil.rmtree(tmp_path / "runs")

    def killed(self: prior.Encoder, batch: Batch) -> Encoded:
        seen[0] += 1
        if seen[0] == 4:  # one batch is held out, two of three are in the store
            raise KeyboardInterrupt
        return encode(self, batch)

    said: list[str] = []
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(prior.Encoder, "__call__", killed)
        run("a", pictures=photos, report=said.append)
    assert [line.split("  ")[0] for line in said[-2:]] == ["encoded 4 of 12", "encoded 8 of 12"]
    said.clear()
    again = run("a", pictures=photos, report=said.append)
    assert "8 pictures are encoded; training begins with 12" in said
    assert any(line.startswith("step 1/4") for line in said)
    assert (again / "prior.safetensors").read_bytes() == (whole / "prior.safetensors").read_bytes()


def test_codes_of_other_pictures_are_never_mixed_in(run: Run, tmp_path: Path, photos: Path) -> None:
    whole = run("a", pictures=photos)
    others = tmp_path / "others"
    others.mkdir()
    Image.new("RGB", (40, 40), "green").save(others / "g.png")
    with refused(SettingsError, "runs", "resume"):
        run("b", pictures=others)
    anew = run("b", pictures=others, resume=False)
    assert (anew / "prior.safetensors").read_bytes() != (whole / "prior.safetensors").read_bytes()
    shutil.rmtree(tmp_path / "runs")
    alone = run("c", pictures=others)
    assert (alone / "prior.safetensors").read_bytes() == (anew / "prior.safetensors").read_bytes()


def test_only_a_vqgan_has_codes(run: Run) -> None:
    with refused(SettingsError, "generator"):
        run("a", generator="cppn")
