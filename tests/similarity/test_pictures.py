import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from clipgen.media.images import load_image
from clipgen.perceptors.openclip import OpenClip
from clipgen.similarity import (
    Embedded,
    Skipped,
    embed_images,
    embed_pictures,
    embed_windows,
    find_pictures,
    in_groups,
    pictures,
)
from clipgen.store import Store, rounded, store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five pictures of several shapes, old enough to be recognised."""
    home = tmp_path / "photos"
    home.mkdir()
    rng = np.random.default_rng(0)
    for i, (height, width) in enumerate([(40, 48), (48, 40), (30, 90), (33, 33), (64, 64)]):
        Image.fromarray(rng.integers(0, 255, (height, width, 3), dtype=np.uint8)).save(home / f"{i}.png")
    return home


@pytest.fixture
def seen(perceptor: OpenClip, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of pictures in each pass of the perceptor."""
    passes: list[int] = []
    encode = perceptor.encode_image

    def counting(images: Tensor) -> Tensor:
        passes.append(len(images))
        return encode(images)

    monkeypatch.setattr(perceptor, "encode_image", counting)
    return passes


@pytest.fixture(autouse=True)
def no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that were written just now may be recognised."""
    monkeypatch.setattr(store, "_RECENT", -1.0)


def embedded(perceptor: OpenClip, some: list[Path], where: Path | None, **options: object) -> list[Embedded]:
    kept = Store(where) if where else None
    found = list(embed_pictures(perceptor, some, store=kept, **options))  # type: ignore[arg-type]
    assert all(isinstance(one, Embedded) for one in found)
    return found  # type: ignore[return-value]


def paths(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


@pytest.mark.parametrize("views", ["centre", "flips", "crops"])
def test_a_second_run_embeds_nothing_and_gives_equal_numbers(
    perceptor: OpenClip, folder: Path, tmp_path: Path, seen: list[int], views: str
) -> None:
    first = embedded(perceptor, paths(folder), tmp_path / "store", views=views, shares=(0.75, 0.5), batch=2)
    assert seen
    seen.clear()
    second = embedded(perceptor, paths(folder), tmp_path / "store", views=views, shares=(0.75, 0.5), batch=3)
    assert seen == []
    for one, again in zip(first, second, strict=True):
        assert one.path == again.path and one.index == again.index
        assert torch.equal(one.vector, again.vector) and torch.equal(one.windows, again.windows)


def test_the_numbers_are_those_of_the_pictures(perceptor: OpenClip, folder: Path, tmp_path: Path) -> None:
    plain = embedded(perceptor, paths(folder), None, views="flips", shares=(0.75, 0.5))
    kept = embedded(perceptor, paths(folder), tmp_path / "store", views="flips", shares=(0.75, 0.5))
    for one, same, path in zip(plain, kept, paths(folder), strict=True):
        image = load_image(path)
        windows = torch.cat([embed_windows(perceptor, [image], share=share)[0] for share in (0.75, 0.5)])
        assert torch.allclose(one.vector, embed_images(perceptor, [image], views="flips")[0], atol=1e-5)
        assert torch.allclose(one.windows, windows, atol=1e-5)
        assert torch.allclose(one.vector, same.vector, atol=2e-3)
        assert torch.allclose(one.windows, same.windows, atol=2e-3)


def test_an_unchanged_file_is_not_opened(
    perceptor: OpenClip, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded(perceptor, paths(folder), tmp_path / "store")
    monkeypatch.setattr(store, "_digest", lambda path: pytest.fail(f"{path} was read"))
    monkeypatch.setattr(pictures, "load_ahead", lambda some: iter(()) if not some else pytest.fail(f"{some}"))
    assert len(embedded(perceptor, paths(folder), tmp_path / "store")) == 5


def test_a_file_that_changed_is_embedded_anew(
    perceptor: OpenClip, folder: Path, tmp_path: Path, seen: list[int]
) -> None:
    first = embedded(perceptor, paths(folder), tmp_path / "store", shares=(0.5,))
    Image.new("RGB", (40, 48), "red").save(folder / "1.png")
    seen.clear()
    second = embedded(perceptor, paths(folder), tmp_path / "store", shares=(0.5,))
    assert seen[0] == 1
    same = [torch.equal(one.vector, again.vector) for one, again in zip(first, second, strict=True)]
    assert same == [True, False, True, True, True]


def test_the_content_counts_not_the_name(perceptor: OpenClip, folder: Path, tmp_path: Path, seen: list[int]) -> None:
    embedded(perceptor, paths(folder), tmp_path / "store", shares=(0.5,))
    seen.clear()
    shutil.move(folder, tmp_path / "moved")
    assert len(embedded(perceptor, paths(tmp_path / "moved"), tmp_path / "store", shares=(0.5,))) == 5 and seen == []


def test_a_file_that_was_written_just_now_is_not_recognised_by_its_date(
    perceptor: OpenClip, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_RECENT", 3600.0)
    read = []
    digest = store._digest
    monkeypatch.setattr(store, "_digest", lambda path: read.append(path) or digest(path))
    for _ in range(2):
        embedded(perceptor, paths(folder), tmp_path / "store")
    assert len(read) == 2 * 5


def test_views_windows_and_arithmetic_have_vectors_of_their_own(
    perceptor: OpenClip, folder: Path, tmp_path: Path, seen: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for options in ({"views": "centre"}, {"views": "flips"}, {"views": "flips", "shares": (0.75,)}):
        embedded(perceptor, paths(folder)[:1], tmp_path / "store", **options)
    monkeypatch.setattr(perceptor, "dtype", torch.bfloat16)
    embedded(perceptor, paths(folder)[:1], tmp_path / "store")
    assert seen == [1, 2, 4, 1]  # of windows: four over a picture of 40 x 48


def test_pixels_are_embedded_between_files(perceptor: OpenClip, folder: Path, tmp_path: Path) -> None:
    image = load_image(folder / "2.png")
    kept = Store(tmp_path / "store")
    first, second = embed_pictures(perceptor, [image, folder / "2.png"], store=kept, batch=1)
    assert isinstance(first, Embedded) and isinstance(second, Embedded)
    assert first.path is None and first.index == 0 and second.path == folder / "2.png"
    assert torch.equal(first.vector, second.vector) and kept.usage().pictures == 1
    assert torch.equal(first.vector, rounded(embed_images(perceptor, [image]))[0])


def test_large_pictures_are_embedded_before_more_are_held(
    perceptor: OpenClip, folder: Path, tmp_path: Path, seen: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = embedded(perceptor, paths(folder), None, shares=(0.5,))
    seen.clear()
    monkeypatch.setattr(pictures, "_PIXELS", 3000)
    for where in (None, tmp_path / "store"):
        found = embedded(perceptor, paths(folder), where, shares=(0.5,))
        assert [one.index for one in found] == [0, 1, 2, 3, 4]
        for one, same in zip(found, whole, strict=True):
            assert torch.allclose(one.vector, same.vector, atol=2e-3)
            assert torch.allclose(one.windows, same.windows, atol=2e-3)
    seen.clear()
    embedded(perceptor, paths(folder), None)
    assert seen == [2, 2, 1]  # of 1920 pixels, 1920, 2700, 1089 and 4096


@pytest.mark.parametrize("with_store", [True, False])
def test_bad_files_are_skipped_in_their_places(
    perceptor: OpenClip, folder: Path, tmp_path: Path, with_store: bool
) -> None:
    (folder / "bad.png").write_bytes(b"no picture")
    (folder / "cut.png").write_bytes((folder / "0.png").read_bytes()[:900])
    some = [folder / name for name in ("bad.png", "0.png", "none.png", "cut.png", "1.png")]
    for _ in range(2):
        kept = Store(tmp_path / "store") if with_store else None
        found = list(embed_pictures(perceptor, some, store=kept, shares=(0.5,), batch=2))
        assert [one.path for one in found] == some
        assert [isinstance(one, Skipped) for one in found] == [True, False, True, True, False]
        for one in found:
            if isinstance(one, Skipped):
                assert one.path.name in one.reason and "\n" not in one.reason


def test_a_file_that_changes_under_the_hand_is_not_stored(
    perceptor: OpenClip, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = pictures.load_ahead

    def late(some: list[Path]):  # type: ignore[no-untyped-def]
        Image.new("RGB", (40, 48), "red").save(folder / "0.png")
        yield from load(some)

    monkeypatch.setattr(pictures, "load_ahead", late)
    kept = Store(tmp_path / "store")
    list(embed_pictures(perceptor, [folder / "0.png"], store=kept))
    assert kept.usage().pictures == 0


def test_any_number_of_pictures_streams(perceptor: OpenClip, folder: Path) -> None:
    asked = []

    def endless():  # type: ignore[no-untyped-def]
        while True:
            asked.append(1)
            yield folder / "3.png"

    stream = embed_pictures(perceptor, endless(), batch=2)
    assert [next(stream).path for _ in range(3)] == [folder / "3.png"] * 3  # type: ignore[union-attr]
    assert len(asked) <= 64


def test_names_become_pictures(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "hollow").mkdir()
    names = [folder / "1.png", folder, tmp_path / "none.png", tmp_path / "hollow"]
    found, skipped = find_pictures(names)
    assert [path.name for path in found] == ["1.png", "0.png", "2.png", "3.png", "4.png"]
    assert [one.path.name for one in skipped] == ["none.png", "hollow"]
    assert find_pictures([tmp_path])[0] == [] and len(find_pictures([tmp_path], recursive=True)[0]) == 5


def test_groups_are_full_and_skipped_files_pass_through() -> None:
    one, bad = Embedded(0, Path("a.png"), torch.ones(1), torch.empty(0, 1)), Skipped(Path("b.png"), "no picture")
    found = list(in_groups([one, bad, one, one], 2))
    assert [group if isinstance(group, Skipped) else len(group) for group in found] == [bad, 2, 1]
