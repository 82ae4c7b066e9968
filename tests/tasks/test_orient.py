"""What is listed as not upright, how its EXIF orientation is written, and that every byte comes back."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import ExifTags, Image, ImageOps

from clipgen.errors import OutputError, SettingsError, WeightsError
from clipgen.files.locks import exclusive
from clipgen.library import Library, index
from clipgen.media.orientation import turned
from clipgen.settings import OrientSettings
from clipgen.similarity import Skipped
from clipgen.tasks.orient import Fixed, Head, Judged, Turn, fix, orient, undo
from clipgen.tasks.orient.writing import JOURNAL
from gridclip import GridClip
from raising import refused

PERCEPTOR = GridClip()


@pytest.fixture
def head() -> Head:
    """Takes the turn that is brightest above for the upright one, and is sure of it."""
    made = Head(PERCEPTOR.dim, 1, perceptor=PERCEPTOR.fingerprint, sure=0.9).eval().requires_grad_(False)
    rows = torch.tensor([1.0, 0.3, -0.3, -1.0]).view(1, 4, 1).expand(3, 4, 4)
    made.layers[1].weight.copy_(rows.reshape(1, -1))
    made.layers[1].bias.fill_(20.0)  # where GELU is straight
    made.layers[4].weight.fill_(1.5)
    made.layers[4].bias.zero_()
    made.fingerprint = "5e" * 32
    return made


def sky(width: int = 48, height: int = 32) -> Image.Image:
    """Bright above and dark below, with noise."""
    noise = np.random.default_rng(width).integers(0, 20, (height, width, 3))
    return Image.fromarray((np.linspace(230, 20, height)[:, None, None] + noise).astype(np.uint8))


def stored(picture: Image.Image, orientation: int) -> tuple[Image.Image, Image.Exif]:
    """A picture as a file holds it that is shown upright by an orientation, and that orientation."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    inverse = {6: 8, 8: 6}.get(orientation, orientation)
    probe = picture.copy()
    probe.getexif()[ExifTags.Base.Orientation] = inverse
    return ImageOps.exif_transpose(probe), exif


def found(folder: Path, head: Head, tmp_path: Path, **settings: float) -> list[Turn]:
    with Library(tmp_path / "library.sqlite") as library:
        events = list(orient([folder], library, PERCEPTOR, head, OrientSettings(**settings)))
    return [event for event in events if isinstance(event, Turn)]


def shown(path: Path) -> np.ndarray:
    with Image.open(path) as opened:
        return np.asarray(ImageOps.exif_transpose(opened).convert("RGB"))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """upright.png, the same picture turned, and one without a top."""
    folder = tmp_path / "photos"
    (folder / "in").mkdir(parents=True)
    sky().save(folder / "upright.png")
    for degrees in (90, 180, 270):
        sky().rotate(degrees, expand=True).save(folder / "in" / f"{degrees}.jpg", quality=95)
    Image.new("RGB", (40, 40), (90, 90, 90)).save(folder / "flat.png")
    return folder


def test_what_is_not_upright_is_listed(photos: Path, head: Head, tmp_path: Path) -> None:
    turns = {turn.path.name: turn.degrees for turn in found(photos, head, tmp_path)}
    assert turns == {"90.jpg": 90, "180.jpg": 180, "270.jpg": 270}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_that_a_file_has_counts(orientation: int, head: Head, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    pixels, exif = stored(sky(), orientation)
    pixels.save(tmp_path / "photos" / "a.png", exif=exif)
    assert np.array_equal(shown(tmp_path / "photos" / "a.png"), np.asarray(sky()))
    assert found(tmp_path / "photos", head, tmp_path) == []
    exif[ExifTags.Base.Orientation] = turned(orientation, 1)
    pixels.save(tmp_path / "photos" / "a.png", exif=exif)
    (turn,) = found(tmp_path / "photos", head, tmp_path)
    assert (turn.degrees, turn.orientation, turn.upright) == (270, turned(orientation, 1), orientation)
    assert [type(event) for event in fix([turn], [tmp_path / "photos"])] == [Fixed]
    assert np.array_equal(shown(turn.path), np.asarray(sky()))


def test_what_is_doubtful_is_left_out(photos: Path, head: Head, tmp_path: Path) -> None:
    assert found(photos, head, tmp_path, sure=1.0) == []
    assert len(found(photos, head, tmp_path, sure=0.5)) == 3


def test_pictures_are_judged_once(photos: Path, head: Head, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = found(photos, head, tmp_path)
    shutil.copy(photos / "in" / "90.jpg", photos / "in" / "copy.jpg")
    monkeypatch.setattr(Head, "probabilities", lambda *_: pytest.fail("judged again"))
    with Library(tmp_path / "library.sqlite") as library:
        events = list(orient([photos], library, PERCEPTOR, head))
    assert Judged(0, 0) in events
    names = {event.path.name for event in events if isinstance(event, Turn)}
    assert names == {*(turn.path.name for turn in first), "copy.jpg"}


def test_bad_files_are_skipped_and_the_others_judged(photos: Path, head: Head, tmp_path: Path) -> None:
    (photos / "bad.jpg").write_bytes(b"no picture")
    with Library(tmp_path / "library.sqlite") as library:
        events = list(orient([photos], library, PERCEPTOR, head))
    assert [event.path.name for event in events if isinstance(event, Skipped)] == ["bad.jpg"]
    assert sum(isinstance(event, Turn) for event in events) == 3


def test_a_head_of_another_perceptor_is_refused(photos: Path, head: Head, tmp_path: Path) -> None:
    head.perceptor = "0" * 64
    with refused(WeightsError, "head"):
        found(photos, head, tmp_path)


def test_a_head_comes_back_from_its_file(head: Head, tmp_path: Path) -> None:
    head.save(tmp_path / "head.safetensors")
    loaded = Head.load(tmp_path / "head.safetensors")
    rows = torch.randn(3, 4, PERCEPTOR.dim)
    assert torch.allclose(loaded(rows), head(rows), atol=1e-2)
    assert (loaded.perceptor, loaded.sure) == (head.perceptor, 0.9)
    torch.save({"other": rows}, tmp_path / "other.pt")
    with refused(WeightsError):
        Head.load(tmp_path / "other.pt")


def test_fix_and_undo(photos: Path, head: Head, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in photos.rglob("*.*")}
    os.chmod(photos / "in" / "90.jpg", 0o640)
    turns = found(photos, head, tmp_path)
    assert {type(event) for event in fix(turns, [photos])} == {Fixed}
    for turn in turns:
        assert np.abs(shown(turn.path).astype(int) - np.asarray(sky())).mean() < 6
        scan = before[turn.path].index(b"\xff\xdb")
        assert turn.path.read_bytes().endswith(before[turn.path][scan:])
    assert (photos / "in" / "90.jpg").stat().st_mode & 0o777 == 0o640
    assert found(photos, head, tmp_path) == []
    assert len(list(undo([photos]))) == 3
    assert {path: path.read_bytes() for path in photos.rglob("*.*")} == before
    with refused(OutputError, "undo"):
        list(undo([photos]))


def test_fix_twice_and_undo_both(photos: Path) -> None:
    path = photos / "in" / "90.jpg"
    before = path.read_bytes()
    assert len(list(fix([Turn(path, 90, 1.0, 1)], [photos]))) == 1
    assert len(list(fix([Turn(path, 180, 1.0, 6)], [photos]))) == 1
    assert len(list(undo([photos]))) == 2 and path.read_bytes() == before


def test_what_has_changed_since_it_was_indexed_is_not_turned(photos: Path, head: Head, tmp_path: Path) -> None:
    path = photos / "in" / "90.jpg"
    (turn,) = (turn for turn in found(photos, head, tmp_path) if turn.path == path)
    sky().save(path, quality=95)  # turned upright in an editor
    (event,) = fix([turn], [photos])
    assert isinstance(event, Skipped) and "changed" in event.reason
    assert np.abs(shown(path).astype(int) - np.asarray(sky())).mean() < 6


def test_what_has_changed_is_not_judged(photos: Path, head: Head, tmp_path: Path) -> None:
    path = photos / "in" / "90.jpg"
    before, stamp = path.read_bytes(), path.stat()
    with Library(tmp_path / "library.sqlite") as library:
        list(index([photos], library, PERCEPTOR))
        sky().save(path, quality=90)
        list(orient([photos], library, PERCEPTOR, head, refresh=False))
    path.write_bytes(before)
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert path in [turn.path for turn in found(photos, head, tmp_path)]


def test_undo_of_folders_of_which_some_have_nothing_to_undo(photos: Path) -> None:
    path, other = photos / "in" / "90.jpg", photos / "upright.png"
    before = path.read_bytes()
    folders = [photos.with_name("none"), photos / "in"]
    folders[0].mkdir()
    assert len(list(fix([Turn(path, 90, 1.0, 1)], folders))) == 1
    assert list(undo(folders)) == [Fixed(path)] and path.read_bytes() == before
    assert len(list(fix([Turn(path, 90, 1.0, 1), Turn(other, 90, 1.0, 1)], [path, other]))) == 2
    assert len(list(undo([path, photos / "in" / "180.jpg", other]))) == 2 and path.read_bytes() == before
    with refused(OutputError, "undo"):
        list(undo(folders))


def test_two_processes_do_not_turn_the_same_pictures(photos: Path) -> None:
    path = photos / "in" / "90.jpg"
    before = path.read_bytes()
    with exclusive(photos / JOURNAL), refused(OutputError, "folders", match="another process"):
        list(fix([Turn(path, 90, 1.0, 1)], [photos]))
    assert path.read_bytes() == before
    assert len(list(fix([Turn(path, 90, 1.0, 1)], [photos]))) == 1
    with exclusive(photos / JOURNAL), refused(OutputError, "folders", match="another process"):
        list(undo([photos]))


def test_a_process_killed_before_its_file_was_written_loses_nothing(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clipgen.tasks.orient import writing as module

    path = photos / "in" / "90.jpg"
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(module, "_replace", lambda *_: pytest.fail("killed"))
        with pytest.raises(pytest.fail.Exception):
            list(fix([Turn(path, 90, 1.0, 1)], [photos]))
    with open(photos / JOURNAL, "a") as journal:
        journal.write('\n{"file": "in/90.jpg", "edits": [[1, "00", "01"]')
    assert list(undo([photos])) == [] and path.read_bytes() == before and not (photos / JOURNAL).exists()


def test_what_cannot_be_written_is_skipped(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("RGB", (8, 8)).save(photos / "a.gif")
    shutil.copy(photos / "in" / "90.jpg", photos / "b.jpg")
    turns = [Turn(photos / name, 90, 1.0, 1) for name in ("a.gif", "gone.jpg", "b.jpg")]
    turns.append(Turn(photos / "in" / "180.jpg", 90, 1.0, 3))  # it was changed since: it has orientation 1
    assert [type(event) for event in fix(turns, [photos])] == [Skipped, Skipped, Fixed, Skipped]
    (photos / "b.jpg").write_bytes(b"changed")
    (event,) = undo([photos])
    assert isinstance(event, Skipped) and (photos / JOURNAL).exists()
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert [type(event) for event in fix([Turn(photos / "in" / "90.jpg", 90, 1.0, 1)], [photos])] == [Skipped]


def test_a_picture_outside_of_the_folders_has_no_journal(photos: Path) -> None:
    with refused(SettingsError, "folders"):
        list(fix([Turn(photos / "upright.png", 90, 1.0, 1)], [photos / "in"]))


def test_a_link_stays_a_link(photos: Path) -> None:
    (photos / "link.jpg").symlink_to(photos / "in" / "90.jpg")
    before = (photos / "in" / "90.jpg").read_bytes()
    assert len(list(fix([Turn(photos / "link.jpg", 90, 1.0, 1)], [photos]))) == 1
    assert (photos / "link.jpg").is_symlink() and (photos / "in" / "90.jpg").read_bytes() != before
    rows = [json.loads(line) for line in (photos / JOURNAL).read_text().splitlines() if line]
    assert [row["file"] for row in rows] == ["link.jpg"]
    assert len(list(undo([photos]))) == 1 and (photos / "in" / "90.jpg").read_bytes() == before
