"""What is called the same, what a burst, and what is moved."""

from __future__ import annotations

import errno
import io
import itertools
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont, ImageOps

from clipgen.errors import ImageError, OutputError, SettingsError  # noqa: E402
from clipgen.library import Library, index  # noqa: E402
from clipgen.library.hashes import small_copy  # noqa: E402
from clipgen.media.images import load_reduced  # noqa: E402
from clipgen.settings import DuplicatesSettings  # noqa: E402
from clipgen.similarity import Skipped  # noqa: E402
from clipgen.tasks.duplicates import (  # noqa: E402
    Group,
    Member,
    Moved,
    duplicates,
    move_aside,
    moves,
    remember_different,
    undo,
)
from clipgen.tasks.duplicates import find as module  # noqa: E402
from clipgen.tasks.duplicates.alignment import Look, compare  # noqa: E402
from clipgen.tasks.duplicates.candidates import candidate_pairs  # noqa: E402
from clipgen.tasks.duplicates.groups import connected, grouped  # noqa: E402
from clipgen.tasks.duplicates.moves import JOURNAL  # noqa: E402
from clipgen.tasks.duplicates.resemblance import alike  # noqa: E402
from gridclip import grid_matcher  # noqa: E402
from raising import refused  # noqa: E402


def scene(seed: int, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """A picture with many corners, of its own for each seed."""
    rng = np.random.default_rng(seed)
    picture = Image.fromarray(rng.integers(60, 200, (6, 8, 3), dtype=np.uint8)).resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for _ in range(60):
        x, y, r = rng.uniform(0, size[0]), rng.uniform(0, size[1]), rng.uniform(5, 30)
        shape = draw.ellipse if rng.random() < 0.5 else draw.rectangle
        shape((x - r, y - r, x + r, y + r), fill=tuple(rng.integers(0, 255, 3).tolist()))
    return picture


def recompressed(picture: Image.Image) -> Image.Image:
    packed = io.BytesIO()
    picture.save(packed, "JPEG", quality=30)
    return Image.open(packed)


def written_over(picture: Image.Image) -> Image.Image:
    changed = picture.copy()
    ImageDraw.Draw(changed).rectangle((0, 60, picture.width, 120), fill=(255, 255, 255))
    return changed


def lettered(picture: Image.Image) -> Image.Image:
    """Four lines of large letters over it, each across two eighths of its height."""
    changed = picture.copy()
    draw, font = ImageDraw.Draw(changed), ImageFont.load_default(size=picture.height // 8)
    for top in (12, 72, 132, 192):
        draw.text((4, top), "WHEN YOU SEE IT", fill=(255, 255, 0), font=font)
    return changed


def shot(picture: Image.Image) -> Image.Image:
    """Another shot: the camera turned by a degree and moved."""
    height, width = picture.height, picture.width
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 1.2, 1.04) + [[0, 0, 6], [0, 0, -4]]
    return Image.fromarray(cv2.warpAffine(np.asarray(picture), turn, (width, height), borderMode=cv2.BORDER_REFLECT))


COPIES = {
    "smaller": lambda picture: picture.resize((170, 128)),
    "stretched": lambda picture: picture.resize((320, 320)),
    "recompressed": recompressed,
    "cropped": lambda picture: picture.crop((40, 30, 300, 220)),
    "bordered": lambda picture: ImageOps.expand(picture, 24, (0, 0, 0)),
    "written over": written_over,
    "lettered": lettered,
    "grey": lambda picture: picture.convert("L"),
    "mirrored": ImageOps.mirror,
    "turned": lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
    "turned crop": lambda picture: picture.crop((40, 30, 300, 220)).transpose(Image.Transpose.ROTATE_270),
    "mirrored crop": lambda picture: ImageOps.mirror(picture.crop((40, 30, 300, 220))),
}


@pytest.mark.parametrize("name", COPIES)
def test_copies_are_the_same(name: str) -> None:
    picture = scene(1)
    assert compare(Look.of(picture), Look.of(COPIES[name](picture))).kind == "same"
    assert compare(Look.of(COPIES[name](picture)), Look.of(picture)).kind == "same"


def test_shots_of_one_scene_are_a_burst_and_others_nothing() -> None:
    assert compare(Look.of(scene(1)), Look.of(shot(scene(1)))).kind == "burst"
    kinds = {compare(Look.of(scene(a)), Look.of(scene(b))).kind for a, b in itertools.combinations(range(5), 2)}
    assert kinds == {"other"}


def test_the_same_watermark_makes_no_copies() -> None:
    assert compare(Look.of(written_over(scene(1))), Look.of(written_over(scene(2)))).kind == "other"


@pytest.mark.parametrize("margin", [40, 60])
def test_drawings_of_the_same_parts_are_no_copies(margin: int) -> None:
    faces = []
    for mouth in ((90, 200, 230, 210), (150, 180, 170, 230), (90, 170, 230, 250)):
        face = Image.new("RGB", (320, 320), "white")
        draw = ImageDraw.Draw(face)
        edges = (margin, margin, 320 - margin, 320 - margin)
        draw.ellipse(edges, fill=(250, 200, 40), outline=(120, 80, 0), width=6)
        for eye in (110, 190):
            draw.ellipse((eye, 100, eye + 24, 140), fill=(40, 20, 0))
        draw.ellipse(mouth, fill=(90, 40, 0))
        faces.append(Look.of(face))
    assert {compare(a, b).kind for a, b in itertools.combinations(faces, 2)} <= {"burst", "other"}


def test_the_same_form_in_another_colour_is_no_copy_and_a_grey_one_is() -> None:
    def heart(colour: str) -> Image.Image:
        picture = Image.new("RGB", (320, 320), "white")
        outline = [(160, 290), (30, 120), (90, 40), (160, 90), (230, 40), (290, 120)]
        ImageDraw.Draw(picture).polygon(outline, fill=colour)
        return picture

    red = Look.of(heart("red"))
    assert compare(red, Look.of(heart("blue"))).kind == "other"
    assert compare(red, Look.of(heart("red").convert("L"))).kind == "same"
    assert compare(red, Look.of(heart("firebrick").rotate(90))).kind == "same"


def test_blank_pictures_compare() -> None:
    blank = Look.of(Image.new("RGB", (64, 64)))
    assert compare(blank, blank).kind == "other" and compare(blank, Look.of(scene(1))).kind == "other"


def test_candidates_by_hash_and_by_vector() -> None:
    import torch

    rows = torch.nn.functional.normalize(torch.randn(30, 16, generator=torch.Generator().manual_seed(0)), dim=1)
    rows[7] = torch.nn.functional.normalize(rows[3] + 0.02 * rows[9], dim=0)
    rng = np.random.default_rng(0)
    hashes = rng.integers(0, 2**63, (30, 8), dtype=np.uint64)
    hashes[20, 5] = hashes[10, 0]
    pairs = candidate_pairs(rows, hashes, rows).tolist()
    assert [3, 7] in pairs and [10, 20] in pairs and all(a < b for a, b in pairs)


def test_copies_resemble_each_other_and_other_pictures_do_not() -> None:
    pictures = [scene(0), *(change(scene(0)) for change in COPIES.values()), shot(scene(0)), *map(scene, range(1, 13))]
    greys = np.stack([small_copy(picture.convert("RGB")) for picture in pictures])
    found = alike(greys, np.array([(0, other) for other in range(1, len(pictures))]))
    copies = len(COPIES) + 1
    assert found[:copies].all() and found[copies:].sum() <= 1
    assert len(alike(greys, np.empty((0, 2), np.int64))) == 0


def test_pictures_whose_small_copies_are_not_known_are_compared() -> None:
    greys = np.zeros((3, 32, 32), np.uint8)
    greys[:2] = [small_copy(scene(seed)) for seed in (0, 1)]
    assert alike(greys, np.array([[0, 1], [0, 2]])).tolist() == [False, True]


def test_a_picture_is_loaded_once(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, change in enumerate(("smaller", "grey", "mirrored", "recompressed")):
        COPIES[change](scene(1)).save(find.folder / f"copy{number}.png")
    loaded: list[Path] = []
    monkeypatch.setattr(module, "load_reduced", lambda path, side: (loaded.append(path), load_reduced(path, side))[1])
    assert [len(group.members) for group in find()] == [5] and len(loaded) == len(set(loaded)) == 5


def test_a_chain_is_no_group() -> None:
    assert list(connected([(0, 2), (1, 3), (2, 4)])) == [[0, 2, 4], [1, 3]]
    links = {(0, 1), (1, 2), (2, 3), (3, 4)}
    assert list(grouped(links, lambda a, b: (a, b) in links)) == [[1, 0, 2], [3, 4]]
    assert list(grouped([], lambda a, b: True)) == []


class Find:
    """Find duplicates in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.matcher = folder, grid_matcher()
        self.library = Library(folder.parent / "library.sqlite")

    def __call__(self, *others: Path, refresh: bool = True, **settings: str) -> list[Group]:
        folders, chosen = [self.folder, *others], DuplicatesSettings(**settings)
        events = duplicates(folders, self.library, self.matcher, chosen, refresh=refresh)
        return [event for event in events if isinstance(event, Group)]


@pytest.fixture
def find(tmp_path: Path) -> Find:
    folder = tmp_path / "photos"
    folder.mkdir()
    for seed in range(3):
        scene(seed).save(folder / f"{seed}.png")
    return Find(folder)


def names(group: Group) -> list[str]:
    return [member.path.name for member in group.members]


def test_no_duplicates(find: Find) -> None:
    assert find() == []


def test_groups_of_bytes_pixels_and_copies(find: Find) -> None:
    shutil.copy(find.folder / "0.png", find.folder / "copy.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    scene(1).transpose(Image.Transpose.ROTATE_90).save(find.folder / "lying.png", exif=exif)
    scene(2).resize((640, 480)).save(find.folder / "large.jpg")
    found = {group.members[0].path.name: group for group in find()}
    assert {group.kind for group in found.values()} == {"exact", "same"} and len(found) == 3
    assert names(found["0.png"]) == ["0.png", "copy.png"] and found["0.png"].kind == "exact"
    assert found["large.jpg"].kind == "same" and names(found["large.jpg"]) == ["large.jpg", "2.png"]
    pixels = next(group for name, group in found.items() if "lying.png" in names(group))
    assert pixels.kind == "exact" and [member.relation for member in pixels.members] == ["kept", "exact"]


def test_which_file_is_kept(find: Find) -> None:
    scene(2).resize((640, 480)).save(find.folder / "2 large.jpg")
    os.utime(find.folder / "2 large.jpg", (10, 10))
    kept = {keep: names(find(keep=keep)[0])[0] for keep in ("largest", "oldest", "newest", "first")}
    assert kept == {"largest": "2 large.jpg", "oldest": "2 large.jpg", "newest": "2.png", "first": "2 large.jpg"}


def test_a_burst_by_camera_and_by_time(find: Find) -> None:
    shot(scene(0)).save(find.folder / "next.png")
    for second in (1, 2):
        exif = Image.Exif()
        exif[0x0132] = f"2024:05:17 10:31:0{second}"
        scene(5).save(find.folder / f"time{second}.jpg", exif=exif, quality=90 + second)
    groups = find()
    assert [group.kind for group in groups] == ["burst", "burst"]
    assert {tuple(sorted(names(group))) for group in groups} == {("0.png", "next.png"), ("time1.jpg", "time2.jpg")}


@pytest.mark.parametrize("make", [os.symlink, os.link])
def test_one_file_is_no_duplicate_of_itself(find: Find, tmp_path: Path, make: Callable[[Path, Path], None]) -> None:
    make(find.folder / "1.png", find.folder / "0 cover.png")
    assert find() == []
    shutil.copy(find.folder / "1.png", find.folder / "a copy.png")
    (group,) = find(keep="first")
    assert len(group.members) == 2 and "a copy.png" in names(group)
    assert make is os.link or "1.png" in names(group)  # a file rather than a link to it
    list(move_aside([group], tmp_path / "review", [find.folder]))
    assert (find.folder / "0 cover.png").exists()


def test_a_folder_is_no_duplicate_of_a_link_to_it(find: Find, tmp_path: Path) -> None:
    again = tmp_path / "again"
    again.symlink_to(find.folder, target_is_directory=True)
    assert find(again) == []
    whole = [event for event in duplicates([find.folder, again], find.library, find.matcher, links=True)
             if isinstance(event, Group)]  # fmt: skip
    assert [len(group.members) for group in whole] == [2, 2, 2]
    moves = list(move_aside(whole, tmp_path / "review", [find.folder, again]))
    assert [type(one) for one in moves] == [Skipped] * 3 and len(list(find.folder.iterdir())) == 3


def pages(path: Path, *seeds: int, compression: str | None = None) -> None:
    first, *others = map(scene, seeds)
    first.save(path, save_all=True, append_images=others, lossless=True, compression=compression)


def kinds(groups: list[Group]) -> dict[str, str]:
    return {" ".join(sorted(names(group))): group.kind for group in groups}


def test_all_frames_and_pages_count(find: Find, tmp_path: Path) -> None:
    pages(find.folder / "a.tif", 10, 11, 12)
    pages(find.folder / "b.tif", 10, 11, 13)
    pages(find.folder / "c.tif", 14, 15)
    pages(find.folder / "d.tif", 14, 15, compression="tiff_lzw")
    pages(find.folder / "e.webp", 16, 17)
    pages(find.folder / "f.webp", 16, 18)
    pages(find.folder / "g.png", 19, 20)  # an animation and its first frame
    scene(19).save(find.folder / "h.png")
    groups = find()
    assert kinds(groups) == {
        "a.tif b.tif": "burst", "c.tif d.tif": "exact", "e.webp f.webp": "burst", "g.png h.png": "burst"
    }  # fmt: skip
    assert len(list(move_aside(groups, tmp_path / "review", [find.folder]))) == 1


def test_a_photograph_with_a_preview_is_copied_like_any(find: Find) -> None:
    scene(10).save(find.folder / "a.jpg", "MPO", save_all=True, append_images=[scene(10).resize((80, 60))])
    scene(10).resize((200, 150)).save(find.folder / "b.jpg")
    assert kinds(find()) == {"a.jpg b.jpg": "same"}


def test_transparency_and_depth_count(find: Find) -> None:
    cut = scene(10).convert("RGBA")
    cut.putalpha(Image.new("L", cut.size, 255))
    cut.save(find.folder / "a opaque.png")
    scene(10).save(find.folder / "a.png")
    grey = scene(11).convert("L")
    grey.save(find.folder / "b.png")
    Image.fromarray(np.asarray(grey).astype(np.uint16) * 257).save(find.folder / "b deep.png")
    cut = scene(12).convert("RGBA")
    cut.paste((255, 255, 255, 0), (0, 0, 100, 100))
    cut.save(find.folder / "c.png")
    cut.paste((255, 255, 255, 255), (0, 0, 100, 100))
    cut.convert("RGB").save(find.folder / "c flat.png")
    deep = np.asarray(scene(13)).astype(np.uint16) * 257
    cv2.imwrite(str(find.folder / "d.png"), deep)
    cv2.imwrite(str(find.folder / "d less.png"), deep // 16 * 16)
    found = {names[-5]: kind for names, kind in kinds(find()).items()}
    assert found == {"a": "exact", "b": "same", "c": "same", "d": "same"}


def test_equal_pixels_are_no_burst_whatever_their_time(find: Find) -> None:
    for second in (1, 2):
        exif = Image.Exif()
        exif[0x0132] = f"2024:05:17 10:31:0{second}"
        scene(5).save(find.folder / f"time{second}.jpg", exif=exif)
    assert kinds(find()) == {"time1.jpg time2.jpg": "exact"}


def test_what_an_older_version_stored_of_pixels_is_no_proof(find: Find) -> None:
    scene(10).save(find.folder / "a.png")
    other = scene(10)
    other.putpixel((0, 0), (1, 2, 3))
    other.save(find.folder / "b.png")
    list(index([find.folder], find.library, find.matcher.perceptor))
    for hash in find.library.database.hashes([find.folder]):
        find.library.database.set_pixels(hash, bytes(32))
    assert kinds(find()) == {"a.png b.png": "same"}


def test_verdicts_are_remembered(find: Find) -> None:
    scene(0).resize((160, 120)).save(find.folder / "small.png")
    assert len(find()) == 1
    assert remember_different([find.folder / "0.png", find.folder / "small.png"], find.library) == 1
    assert find() == []
    (find.folder / "small.png").rename(find.folder / "renamed.png")
    assert find() == []
    scene(0).resize((100, 75)).save(find.folder / "new.png")  # not in the index yet
    assert remember_different([find.folder / n for n in ("0.png", "renamed.png", "new.png")], find.library) == 3
    assert find() == []
    with refused(ImageError, match="nowhere.png"):
        remember_different([find.folder / "0.png", find.folder / "nowhere.png"], find.library)


def test_moves_are_undone(find: Find, tmp_path: Path) -> None:
    (find.folder / "in").mkdir()
    shutil.copy(find.folder / "0.png", find.folder / "in" / "0.png")
    shutil.copy(find.folder / "0.png", find.folder / "1 copy.png")
    before = {path: path.read_bytes() for path in find.folder.rglob("*.png")}
    review = tmp_path / "review"
    moved = list(move_aside(find(), review, [find.folder]))
    assert len(moved) == 2 and len(list(review.glob("*.png"))) == 2
    assert find() == []
    (find.folder / "in").rmdir()
    assert all(isinstance(one, Moved) for one in undo(review))
    assert {path: path.read_bytes() for path in find.folder.rglob("*.png")} == before
    assert [path for path in review.iterdir() if not path.name.startswith(".")] == []


@pytest.mark.parametrize("changed", ["0.png", "9.png"])
def test_what_has_changed_since_it_was_indexed_stays(find: Find, tmp_path: Path, changed: str) -> None:
    shutil.copy(find.folder / "0.png", find.folder / "9.png")
    find()
    scene(7).save(find.folder / changed)
    events = duplicates([], find.library, find.matcher, refresh=False)
    groups = [event for event in events if isinstance(event, Group)]
    (one,) = move_aside(groups, tmp_path / "review", [find.folder])
    assert isinstance(one, Skipped) and changed in one.reason and "changed" in one.reason
    assert len(list(find.folder.glob("*.png"))) == 4 and find() == []


def test_what_is_known_of_pixels_is_of_the_file_that_was_indexed(find: Find) -> None:
    path = find.folder / "0.bmp"
    scene(0).save(path)
    before, status = path.read_bytes(), path.stat()
    list(index([find.folder], find.library, find.matcher.perceptor))
    path.write_bytes(before[:-3] + b"123")
    assert [group.kind for group in find(refresh=False)] == ["same"]
    path.write_bytes(before)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert [group.kind for group in find()] == ["exact"]


def test_undo_overwrites_nothing_and_can_go_on(find: Find, tmp_path: Path) -> None:
    shutil.copy(find.folder / "0.png", find.folder / "9.png")
    review = tmp_path / "review"
    list(move_aside(find(), review, [find.folder]))
    (find.folder / "9.png").write_text("something new")
    (one,) = undo(review)
    assert isinstance(one, Skipped) and (find.folder / "9.png").read_text() == "something new"
    (find.folder / "9.png").unlink()
    assert [isinstance(one, Moved) for one in undo(review)] == [True]


def test_undo_after_the_folder_was_moved(find: Find, tmp_path: Path) -> None:
    shutil.copy(find.folder / "0.png", find.folder / "9.png")
    was = (find.folder / "0.png").read_bytes()
    list(move_aside(find(), tmp_path / "review", [find.folder]))
    (tmp_path / "review").rename(tmp_path / "elsewhere")
    assert list(undo(tmp_path / "elsewhere")) == [Moved(tmp_path / "elsewhere" / "9.png", find.folder / "9.png")]
    assert (find.folder / "9.png").read_bytes() == was
    assert not (tmp_path / "elsewhere" / JOURNAL).exists()


def test_undo_goes_on_after_a_file_that_cannot_be_put_back_and_keeps_its_place(find: Find, tmp_path: Path) -> None:
    review = tmp_path / "review"
    for name in ("a", "b", "c"):
        (find.folder / name).mkdir()
        shutil.copy(find.folder / "0.png", find.folder / name / f"{name}.png")
    list(move_aside(find(), review, [find.folder]))
    (review / "a.png").rename(tmp_path / "mine.png")
    (find.folder / "c").rmdir()
    (find.folder / "c").write_text("a file where its folder was")  # the last that was moved comes first
    assert [type(one) for one in undo(review)] == [Skipped, Moved, Skipped]
    (find.folder / "c").unlink()
    (tmp_path / "mine.png").rename(review / "a.png")
    assert [type(one) for one in undo(review)] == [Moved, Moved] and not (review / JOURNAL).exists()
    assert {path.stem for path in find.folder.glob("?/*.png")} == {"a", "b", "c"}


def test_bursts_are_not_moved_and_places_are_checked(find: Find, tmp_path: Path) -> None:
    shot(scene(0)).save(find.folder / "next.png")
    assert list(move_aside(find(), tmp_path / "review", [find.folder])) == []
    with refused(SettingsError, "move_to"):
        list(move_aside([], find.folder / "review", [find.folder]))
    with refused(OutputError, "undo"):
        list(undo(tmp_path / "nowhere"))


def test_a_kill_before_a_move_is_harmless(find: Find, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*paths: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(moves, "move", killed)
    members = tuple(Member(find.folder / f"{i}.png", 1, (1, 1), "same") for i in range(2))
    with pytest.raises(KeyboardInterrupt):
        list(move_aside([Group("same", members)], tmp_path / "review", [find.folder]))
    monkeypatch.undo()
    assert list(undo(tmp_path / "review")) == [] and (find.folder / "1.png").exists()


def test_a_move_to_another_file_system_is_whole_and_can_be_undone_wherever_it_is_killed(
    find: Find, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(source: Path, target: Path) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "rename", elsewhere)
    was = (find.folder / "1.png").read_bytes()
    members = tuple(Member(find.folder / f"{i}.png", 1, (1, 1), "same") for i in range(2))
    (moved,) = move_aside([Group("same", members)], tmp_path / "review", [find.folder])
    assert isinstance(moved, Moved) and moved.target.read_bytes() == was and not moved.source.exists()
    assert not [path for path in (tmp_path / "review").iterdir() if path.name.startswith(".")]
    moved.source.write_bytes(was)  # killed after the copy back
    assert list(undo(tmp_path / "review")) == [Moved(moved.target, moved.source)]
    assert moved.source.read_bytes() == was and not moved.target.exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="counts the handles of a process of its own")
def test_any_number_of_moves_takes_few_handles(tmp_path: Path) -> None:
    names = [tmp_path / "photos" / f"{number}.png" for number in range(60)]
    names[0].parent.mkdir()
    for name in names:
        name.write_bytes(b"a picture")
    before = len(os.listdir("/dev/fd"))
    members = tuple(Member(name, 1, (1, 1), "same") for name in names)
    for moved in move_aside([Group("same", members)], tmp_path / "review", [names[0].parent]):
        assert isinstance(moved, Moved) and len(os.listdir("/dev/fd")) < before + 5
