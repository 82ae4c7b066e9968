"""Which errors of a picture are remembered, and which are not: those that may pass although its bytes stay the same."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from clipgen.library import Library, reading
from clipgen.media import endings, images

Bring = Callable[..., tuple[int, list]]


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception, name: str) -> None:
    """Let Pillow fail with an error where it opens a file by its name."""
    opened = Image.open

    def fail(path: Any, *rest: Any) -> Image.Image:
        if Path(path).name == name:
            raise error
        return opened(path, *rest)

    monkeypatch.setattr(images.Image, "open", fail)


@pytest.mark.parametrize(
    "error",
    [OSError(errno.EIO, "Input/output error"), OSError(errno.ESTALE, "Stale file handle"), MemoryError()],
    ids=["EIO", "ESTALE", "memory"],
)
def test_a_picture_that_failed_for_a_passing_reason_is_read_again(
    error: Exception, photos: Path, bring: Bring, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        failing(patched, error, "1.png")
        embedded, skipped = bring(photos)
        assert embedded == 3 and [one.path.name for one in skipped] == ["1.png"]
        assert "cannot read the picture" in skipped[0].reason and library.status(photos).broken == 0
        assert bring(photos) == (0, skipped)
    assert bring(photos) == (1, [])
    assert library.status(photos).files == 4


@pytest.mark.parametrize(
    "error", [OSError("broken data stream"), OSError(errno.EINVAL, "Invalid argument"), SyntaxError("broken chunk")]
)
def test_what_says_that_the_data_are_bad_is_remembered(
    error: Exception, photos: Path, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        failing(patched, error, "1.png")
        _, skipped = bring(photos)
    assert bring(photos) == (0, skipped)


@pytest.mark.parametrize("ending", [".heic", ".HEIF"])
def test_heic_is_read_once_it_can_be_decoded(
    ending: str, photos: Path, bring: Bring, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = photos / f"phone{ending}"
    path.write_bytes(b"\0\0\0\x18ftypheic" + bytes(40))
    with monkeypatch.context() as patched:
        patched.setattr(endings, "find_spec", lambda name: None)
        patched.delitem(Image.OPEN, "HEIF", raising=False)
        assert [one.path.name for one in bring(photos)[1]] == [path.name]
    load = reading.load_reduced
    monkeypatch.setattr(reading, "load_reduced", lambda *_: load(photos / "0.png", 64))
    assert bring(photos) == (1, []) and path in [file.path for file in library.database.files(photos)]


def test_a_bad_heic_is_remembered_where_it_could_be_decoded(
    photos: Path, bring: Bring, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    (photos / "phone.heic").write_text("no picture")
    monkeypatch.setitem(Image.OPEN, "HEIF", Image.OPEN.get("HEIF", Image.OPEN["PNG"]))
    assert len(bring(photos)[1]) == 1 and library.status(photos).broken == 1


def test_a_file_that_vanishes_while_it_is_read_is_read_when_it_is_back(
    photos: Path, bring: Bring, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, away = photos / "1.png", photos / "1.away"
    opened = images.open_picture

    @contextmanager
    def vanish(place: Path) -> Iterator[Image.Image]:
        if place == path:
            path.rename(away)
        with opened(place) as picture:
            yield picture

    with monkeypatch.context() as patched:
        patched.setattr(images, "open_picture", vanish)
        assert [one.path.name for one in bring(photos)[1]] == ["1.png"]
    away.rename(path)
    assert bring(photos) == (1, []) and library.status(photos).broken == 0
