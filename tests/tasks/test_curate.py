"""What is found to be wrong with the pictures of a data set."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFilter

from clipgen.errors import ImageError, SettingsError  # noqa: E402
from clipgen.library import Content, Library  # noqa: E402
from clipgen.settings import CurateSettings  # noqa: E402
from clipgen.tasks.curate import Finding, curate  # noqa: E402
from clipgen.tasks.curate.copies import conflicts, copies  # noqa: E402
from clipgen.tasks.curate.dataset import DataSet, Entry  # noqa: E402
from clipgen.tasks.curate.embedding import doubtful_labels, expected_wrong, fitting, outliers  # noqa: E402
from clipgen.tasks.duplicates import Group, Member  # noqa: E402
from gridclip import grid_matcher  # noqa: E402
from raising import refused  # noqa: E402


def scene(seed: int, size: tuple[int, int] = (160, 120)) -> Image.Image:
    """A picture with many corners, of its own for each seed."""
    rng = np.random.default_rng(seed)
    picture = Image.fromarray(rng.integers(60, 200, (6, 8, 3), dtype=np.uint8)).resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for _ in range(40):
        x, y, r = rng.uniform(0, size[0]), rng.uniform(0, size[1]), rng.uniform(4, 20)
        draw.rectangle((x - r, y - r, x + r, y + r), fill=tuple(rng.integers(0, 255, 3).tolist()))
    return picture


class Curate:
    """Curate folders with a library of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.matcher = folder, grid_matcher()
        self.library = Library(folder.parent / "library.sqlite")

    def __call__(self, *folders: Path, by_folder: bool = False, refresh: bool = True) -> list[Finding]:
        events = curate(folders or [self.folder], self.library, self.matcher, CurateSettings(by_folder=by_folder),
                        refresh=refresh)  # fmt: skip
        return [event for event in events if isinstance(event, Finding)]


@pytest.fixture
def check(tmp_path: Path) -> Curate:
    """A folder with nine good pictures."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for seed in range(9):
        scene(seed).save(folder / f"{seed}.png")
    return Curate(folder)


def kinds(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    return [(finding.path.name, finding.kind) for finding in findings]


def test_good_pictures_have_no_findings(check: Curate) -> None:
    assert check() == []


FAULTS: dict[str, Callable[[Path], None]] = {
    "broken": lambda path: path.write_bytes(b"") and None,
    "wrong suffix": lambda path: scene(20).save(path, "JPEG"),
    "dark": lambda path: scene(20).point(lambda value: value * 0.15).save(path),
    "light": lambda path: scene(20).point(lambda value: 255 - (255 - value) * 0.15).save(path),
    "blurred": lambda path: scene(20).filter(ImageFilter.GaussianBlur(3)).save(path),
    "low information": lambda path: Image.new("RGB", (160, 120), (90, 120, 200)).save(path),
    "odd size": lambda path: scene(20, (32, 24)).save(path),
    "odd aspect": lambda path: scene(20, (600, 40)).save(path),
    "duplicate": lambda path: scene(3).resize((120, 90)).save(path),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_each_fault_is_found_alone(check: Curate, kind: str) -> None:
    before = {path: path.read_bytes() for path in check.folder.iterdir()}
    FAULTS[kind](check.folder / "bad.png")
    (finding,) = check()
    assert (finding.path, finding.kind) == (check.folder / "bad.png", kind)
    assert 0.5 <= finding.score <= 1 and finding.reason and str(check.folder) not in finding.reason
    assert finding.others == ((check.folder / "3.png",) if kind == "duplicate" else ())
    assert {path: path.read_bytes() for path in before} == before
    assert check(refresh=False) == [finding]


def test_several_faults_of_a_file_and_files_that_are_gone(check: Curate) -> None:
    bad = check.folder / "bad.png"
    scene(20, (500, 40)).point(lambda value: value * 0.1).save(bad, "JPEG")
    assert {"wrong suffix", "dark", "odd aspect"} <= {kind for _, kind in kinds(check())}
    bad.unlink()
    assert check(refresh=False) == []


def test_odd_sizes_are_those_that_few_have(check: Curate) -> None:
    for seed in range(9):
        scene(30 + seed, (640, 480)).save(check.folder / f"large{seed}.png")
        scene(50 + seed, (480, 120)).save(check.folder / f"long{seed}.png")
    assert check() == []


def test_an_index_that_was_never_measured_waits_for_the_next_look(check: Curate) -> None:
    FAULTS["dark"](check.folder / "bad.png")
    found = check()
    with check.library.database.writing() as connection:
        connection.execute("update content set format = null, measures = null")
    assert check(refresh=False) == [] and check() == found


def test_missing_folders_are_refused(check: Curate) -> None:
    with refused(ImageError, match="nowhere"):
        check(check.folder / "nowhere")
    with refused(SettingsError, "by_folder"):
        list(curate([], check.library, check.matcher, CurateSettings(by_folder=True)))


def test_copies_between_parts_are_leaks(check: Curate, tmp_path: Path) -> None:
    parts = tmp_path / "set"
    for part in ("train", "Test", "val"):
        (parts / part).mkdir(parents=True)
    for seed in range(4):
        scene(seed).save(parts / "train" / f"{seed}.png")
    scene(1).resize((120, 90)).save(parts / "Test" / "a.png")
    shutil.copy(parts / "train" / "2.png", parts / "val" / "b.png")
    shutil.copy(parts / "train" / "3.png", parts / "train" / "c.png")
    found = check(parts)
    assert {(one.path.name, one.kind, one.others[0].name) for one in found} == {
        ("a.png", "leak", "1.png"), ("b.png", "leak", "2.png"), ("c.png", "duplicate", "3.png")}  # fmt: skip
    assert "Test/a.png" not in found[0].reason and "train/3.png" in found[0].reason


def test_folders_that_are_given_are_parts(check: Curate, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(check.folder / "4.png", other / "x.png")
    assert kinds(check(check.folder, other)) in ([("x.png", "leak")], [("4.png", "leak")])
    same = tmp_path / "in" / "photos"
    shutil.copytree(other, same)
    assert [kind for _, kind in kinds(check(check.folder, same))] == ["leak"]
    assert kinds(check(check.folder)) == []


def test_labels_and_parts_are_folders(check: Curate, tmp_path: Path) -> None:
    names = ["train/cat/1.png", "train/cat/in/2.png", "val/dog/3.png", "4.png", "bird/test/5.png", "li\nne.png"]
    for seed, name in enumerate(names):
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        scene(seed, (40, 30)).save(tmp_path / "set" / name)
    check(tmp_path / "set")
    found = DataSet.of([tmp_path / "set"], check.library).entries
    entries = {entry.path.relative_to(tmp_path / "set").as_posix(): entry for entry in found}
    assert all(entry.name.isprintable() for entry in found)
    assert [(entries[name].split, entries[name].label) for name in names] == [
        ("train", "cat"), ("train", "cat"), ("validation", "dog"), ("", ""), ("test", "bird"), ("", "")]  # fmt: skip


def entry(name: str, label: str = "", split: str = "") -> Entry:
    return Entry(Path("/set") / name, Content(name.encode()), label, split, name)


def group(kind: str, *names: str) -> Group:
    relations = ["kept", *[kind] * len(names)]
    paths = [Path("/set") / name for name in names]
    return Group(kind, tuple(Member(path, 1, (1, 1), one) for path, one in zip(paths, relations, strict=False)))


def test_a_link_into_another_part_is_a_leak(check: Curate, tmp_path: Path) -> None:
    for part in ("train", "val"):
        (tmp_path / "set" / part).mkdir(parents=True)
    scene(0).save(tmp_path / "set" / "train" / "a.png")
    for name, make in (("b.png", os.link), ("c.png", os.symlink)):
        make(tmp_path / "set" / "train" / "a.png", tmp_path / "set" / "val" / name)
    assert {("b.png", "leak"), ("c.png", "leak")} <= set(kinds(check(tmp_path / "set")))


def test_bursts_leak_and_are_no_duplicates() -> None:
    some = {one.path: one for one in (entry("a", split="test"), entry("b", split="train"), entry("c", split="train"))}
    found = list(copies([group("burst", "a", "b", "c")], some))
    assert [(one.path.name, one.kind, one.others[0].name) for one in found] == [("a", "leak", "b")]
    assert kinds(copies([group("same", "a", "b", "c")], some)) == [("c", "duplicate"), ("a", "leak")]


def test_copies_under_two_labels_are_doubted() -> None:
    some = {one.path: one for one in (entry("a", "cat"), entry("b", "dog"), entry("c", "cat"), entry("d"))}
    assert kinds(conflicts([group("same", "a", "b", "d")], some)) == [("a", "doubtful label"), ("b", "doubtful label")]
    assert kinds(conflicts([group("same", "a", "c"), group("burst", "a", "b")], some)) == []


def clusters(counts: dict[str, int], spread: float = 0.3) -> tuple[list[Entry], torch.Tensor]:
    """Entries of some labels, and unit vectors around a centre of each label."""
    noise, rows, entries = torch.Generator().manual_seed(0), [], []
    for place, (label, count) in enumerate(counts.items()):
        rows.append(torch.eye(24)[place] + spread * torch.randn(count, 24, generator=noise) / 24**0.5)
        entries += [entry(f"{label}{i}", label) for i in range(count)]
    return entries, torch.nn.functional.normalize(torch.cat(rows), dim=1)


def unnamed(names: Sequence[str]) -> torch.Tensor:
    """Embeddings of names that say nothing of the pictures."""
    return torch.nn.functional.normalize(torch.randn(len(names), 24, generator=torch.Generator().manual_seed(7)), dim=1)


def test_labels_of_other_clusters_are_doubted() -> None:
    entries, rows = clusters({"cat": 20, "dog": 20, "bird": 6, "fox": 1})
    assert list(doubtful_labels(entries, rows, unnamed)) == []
    entries[3], entries[25] = entry("cat3", "dog"), entry("dog5", "bird")
    found = list(doubtful_labels(entries, rows, unnamed))
    assert sorted(one.path.name for one in found) == ["cat3", "dog5"] and all(one.score > 0.9 for one in found)
    assert "cat" in next(one for one in found if one.path.name == "cat3").reason


def test_names_of_labels_are_a_voice_where_they_say_something() -> None:
    entries, rows = clusters({name: 30 for name in "abcdef"}, spread=1.6)
    wrong = [7, 40, 73, 106, 139, 172]
    for place in wrong:
        entries[place] = entry(f"wrong{place}", "abcdef"[(place // 30 + 1) % 6])

    def right(embed_texts: Callable[[Sequence[str]], torch.Tensor]) -> int:
        labels = np.array(["abcdef".index(one.label) for one in entries])
        fits = fitting(rows, labels, embed_texts(list("abcdef")))
        own = fits[np.arange(len(labels)), labels].copy()
        fits[np.arange(len(labels)), labels] = -np.inf
        return len(set(np.argsort(own - fits.max(1))[: len(wrong)].tolist()).intersection(wrong))

    assert right(lambda names: torch.eye(24)[: len(names)]) >= right(unnamed) >= 4


def test_where_classes_cannot_be_told_apart_little_is_doubted() -> None:
    entries, rows = clusters({"cat": 60, "dog": 60}, spread=30.0)
    assert len(list(doubtful_labels(entries, rows, unnamed))) <= 3
    assert list(doubtful_labels([entry("a", "cat"), entry("b", "dog")], rows[:2], unnamed)) == []
    assert list(doubtful_labels(entries[:60], rows[:60], unnamed)) == []


def test_scores_rise_with_the_margin() -> None:
    rng = np.random.default_rng(0)
    margins = rng.normal(-1, 0.5, 400)
    scores = expected_wrong(margins, rng.normal(1, 0.5, 400))
    assert (np.diff(scores[np.argsort(margins)]) >= 0).all() and scores.min() >= 0 and scores.max() <= 1


def test_outliers_are_far_from_all_others() -> None:
    entries, rows = clusters({"cat": 40, "odd": 1})
    (finding,) = outliers(entries, rows)
    assert finding.path.name == "odd0" and finding.score > 0.5
    assert list(outliers(entries[:40], rows[:40])) == [] and list(outliers(entries[30:], rows[30:])) == []


def test_labels_of_pictures(tmp_path: Path, check: Curate) -> None:
    rng = np.random.default_rng(0)
    for label, colour in (("sea", (20, 60, 200)), ("sand", (220, 190, 90))):
        (tmp_path / "set" / label).mkdir(parents=True)
        for i in range(12):
            pixels = (np.array(colour) + rng.normal(0, 40, (30, 40, 3))).clip(0, 255).astype(np.uint8)
            large = Image.fromarray(pixels).resize((160, 120), Image.Resampling.NEAREST)
            large.save(tmp_path / "set" / label / f"{i}.png")
    shutil.move(tmp_path / "set" / "sea" / "5.png", tmp_path / "set" / "sand" / "wrong.png")
    assert kinds(check(tmp_path / "set", by_folder=True)) == [("wrong.png", "doubtful label")]
    assert check(tmp_path / "set") == []
