"""What is read and embedded again, and what is not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image

from clipgen.errors import ImageError, OutputError
from clipgen.library import Library, index, readers
from clipgen.media.images import load_image
from clipgen.perceptors.openclip import OpenClip, load_perceptor
from clipgen.similarity import embed_images
from clipgen.store import picture_keys
from raising import refused

from .conftest import noise

Bring = Callable[..., tuple[int, list]]


def test_a_second_run_reads_nothing(photos: Path, bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bring(photos) == (4, [])
    monkeypatch.setattr(readers, "read_picture", lambda *_, **__: pytest.fail("read again"))
    assert bring(photos) == (0, [])


def test_a_moved_file_is_not_embedded_again(photos: Path, bring: Bring, library: Library) -> None:
    bring(photos)
    (photos / "0.png").rename(photos / "renamed.png")
    assert bring(photos)[0] == 0
    assert [file.path.name for file in library.database.files(photos)] == ["1.png", "2.png", "3.png", "renamed.png"]


def test_a_changed_file_is_embedded_again(photos: Path, bring: Bring) -> None:
    bring(photos)
    noise(9).save(photos / "0.png")
    assert bring(photos)[0] == 1


def test_a_deleted_file_leaves_the_index_and_a_vanished_disk_does_not(
    photos: Path, bring: Bring, library: Library
) -> None:
    bring(photos)
    (photos / "0.png").unlink()
    bring(photos)
    assert len(library.database.files(photos)) == 3
    photos.rename(photos.with_name("unmounted"))
    assert bring(photos) == (0, [])
    photos.mkdir()  # an empty mount point
    bring(photos)
    assert len(library.database.files(photos)) == 3


def test_bad_files_are_named_each_time_and_drop_no_others(
    photos: Path, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = (photos / "1.png").read_bytes()
    (photos / "bad.png").write_bytes(whole[: len(whole) // 2])
    (photos / "same.png").write_bytes(whole[: len(whole) // 2])
    embedded, skipped = bring(photos)
    assert embedded == 4 and [one.path.name for one in skipped] == ["bad.png", "same.png"]
    assert all(str(one.path) in one.reason for one in skipped)
    monkeypatch.setattr(readers, "read_picture", lambda *_, **__: pytest.fail("decoded again"))
    assert bring(photos) == (0, skipped)


def test_a_repaired_file_is_read(photos: Path, bring: Bring) -> None:
    (photos / "bad.png").write_bytes(b"")
    assert len(bring(photos)[1]) == 1
    noise(9).save(photos / "bad.png")
    assert bring(photos) == (1, [])


def test_another_perceptor_breaks_nothing(
    photos: Path, bring: Bring, library: Library, perceptor: OpenClip, tmp_path: Path
) -> None:
    import tiny

    bring(photos)
    other = load_perceptor(f"local-dir:{tiny.write_clip(tmp_path / 'other', seed=1)}", torch.device("cpu"))
    assert list(index([photos], library, other))[-1].embedded == 4  # type: ignore[union-attr]
    assert sorted(library.status(photos).vectors.values()) == [4, 4]
    assert bring(photos)[0] == 0


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned_pictures_are_embedded_upright(
    orientation: int, tmp_path: Path, bring: Bring, library: Library, perceptor: OpenClip
) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, "a day at sea"
    path = tmp_path / "turned.jpg"
    noise(5, (320, 200)).save(path, exif=exif)
    bring(path)
    (file,) = library.database.files(path)
    content = library.database.contents([file.hash])[file.hash]
    assert (content.width, content.height) == ((320, 200) if orientation < 5 else (200, 320))
    assert (content.orientation, content.words) == (orientation, "a day at sea")
    vectors, found = library.vectors(perceptor.fingerprint, perceptor.dim).get(picture_keys([file.hash]))
    assert found.all() and float(vectors[0] @ embed_images(perceptor, [load_image(path)])[0]) > 0.999


def test_a_kill_loses_a_batch_at_most(photos: Path, library: Library, perceptor: OpenClip, bring: Bring,
                                      monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(readers, "BATCH", 2)
    events = index([photos], library, perceptor)
    next(events)
    next(events)
    del events  # as a kill does: nothing after the first batch
    assert len(library.database.files(photos)) == 2
    assert bring(photos)[0] == 2


KILLED = """
import os, sys, torch
from pathlib import Path
from clipgen.library import Library, index, readers
from clipgen.perceptors.openclip import load_perceptor
readers.BATCH = 1
perceptor = load_perceptor(f"local-dir:{sys.argv[1]}", torch.device("cpu"))
library = Library(Path(sys.argv[3]))
add = library.database.add
def kill(*args):
    if len(library.database.files(Path(sys.argv[2]))) == 2:
        os.kill(os.getpid(), 9)
    add(*args)
library.database.add = kill
list(index([Path(sys.argv[2])], library, perceptor))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no signal 9")
def test_kill_9_between_vector_and_row(photos: Path, library: Library, bring: Bring, tiny_clip: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, tiny_clip, photos, library.path], capture_output=True)
    assert done.returncode == -9, done.stderr
    assert len(library.database.files(photos)) == 2
    assert bring(photos)[0] == 1  # of the batch of one that was lost the vector was stored, not the row
    assert library.status(photos).contents == 4


def test_missing_places_are_refused(tmp_path: Path, bring: Bring) -> None:
    with refused(ImageError, match="nowhere"):
        bring(tmp_path / "nowhere")


def test_links_in_circles_end(photos: Path, bring: Bring) -> None:
    os.symlink(photos, photos / "in" / "again", target_is_directory=True)
    assert bring(photos)[0] == 4


def test_names_that_are_not_utf8(photos: Path, bring: Bring, library: Library) -> None:
    odd = Path(os.fsdecode(os.fsencode(photos) + b"/caf\xe9.png"))
    try:
        shutil.copy(photos / "0.png", odd)
    except OSError:
        pytest.skip("this file system has only UTF-8 names")
    bring(photos)
    assert odd in [file.path for file in library.database.files(photos)]


def test_foreign_and_damaged_files_are_no_index(tmp_path: Path) -> None:
    (tmp_path / "text.sqlite").write_text("this is no database, and long enough to be looked at")
    with refused(OutputError, "index"):
        Library(tmp_path / "text.sqlite")


def test_status_and_forget(photos: Path, bring: Bring, library: Library) -> None:
    (photos / "bad.png").write_bytes(b"")
    bring(photos)
    status = library.status(photos)
    assert (status.files, status.contents, status.broken) == (5, 5, 1) and list(status.vectors.values()) == [4]
    assert library.forget(photos / "in") == 1 and library.status(photos).files == 4
    assert library.clear() == 4 and library.status().files == 0
    assert bring(photos)[0] == 4


def test_what_was_never_measured_is_read_and_not_embedded(photos: Path, bring: Bring, library: Library) -> None:
    bring(photos)
    with library.database.writing() as connection:
        connection.execute("update content set format = null, measures = null")
    assert bring(photos) == (0, [])
    contents = library.database.contents(library.database.hashes([photos])).values()
    assert {(content.format, len(content.measures)) for content in contents} == {("PNG", 16)}


def test_files_that_are_there_now(photos: Path, bring: Bring, library: Library) -> None:
    shutil.copy(photos / "0.png", photos / "again.png")
    bring(photos)
    (photos / "1.png").unlink()
    present = library.present([photos, photos / "in"])
    assert sorted(len(files) for files in present.values()) == [1, 1, 2]
