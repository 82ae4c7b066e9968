"""What is found, what is not, and how it is ordered."""

from __future__ import annotations

import shutil
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from clipgen.errors import ImageError, PromptError
from clipgen.library import Library, index
from clipgen.library.database import Content
from clipgen.media.moments import Moment
from clipgen.media.video import VideoWriter
from clipgen.settings import QuerySettings
from clipgen.similarity import Matcher
from clipgen.tasks.search import Found, Query, Searched, search
from clipgen.tasks.search import find as task
from gridclip import grid_matcher
from raising import refused

ALL = QuerySettings(unlikely=True)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return grid_matcher()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for seed in range(6):
        rng = np.random.default_rng(seed)
        tint = Image.new("RGB", (64, 48), tuple(rng.integers(0, 255, 3).tolist()))
        small = Image.fromarray(rng.integers(0, 255, (6, 6, 3), dtype=np.uint8))
        picture = Image.blend(tint, small.resize((64, 48), Image.Resampling.BICUBIC), 0.4)
        picture.save(folder / f"{seed}.png")
    return folder


class Search:
    """Search the photos."""

    def __init__(self, folder: Path, matcher: Matcher) -> None:
        self.folder, self.matcher = folder, matcher
        self.library = Library(folder.parent / "library.sqlite")
        self.searched: Searched | None = None

    def __call__(self, *prompts: str, pictures: tuple[str, ...] = (), settings: QuerySettings = ALL) -> list[Found]:
        events = list(search(prompts, pictures, [self.folder], self.library, self.matcher, settings))
        (self.searched,) = (event for event in events if isinstance(event, Searched))
        return [event for event in events if isinstance(event, Found)]


@pytest.fixture
def find(photos: Path, matcher: Matcher) -> Search:
    return Search(photos, matcher)


def names(found: list[Found]) -> list[str]:
    return [one.path.name for one in found]


def test_best_first(find: Search, matcher: Matcher, photos: Path) -> None:
    found = find("a red fox")
    scores = [one.score for one in found]
    assert len(found) == 6 and scores == sorted(scores, reverse=True)
    text = matcher.embed_texts(["a red fox"])[0]
    vectors = {one.path: one.vector for one in matcher.embed_pictures([one.path for one in found])}  # type: ignore[union-attr]
    assert all(abs(float(vectors[one.path] @ text) - one.score) < 2e-3 for one in found)


def test_a_picture_finds_itself(find: Search, photos: Path) -> None:
    first = find(pictures=(str(photos / "3.png"),))[0]
    assert first.path.name == "3.png" and first.score > 0.999


def test_a_negative_weight_moves_down(find: Search, photos: Path) -> None:
    like = find(pictures=(str(photos / "3.png"),))
    unlike = find(pictures=(str(photos / "1.png"), f"{photos / '3.png'}:-1"))
    assert names(like)[0] == "3.png" and names(unlike)[-1] == "3.png"


def test_combined_vectors_are_unit(matcher: Matcher, photos: Path) -> None:
    query = Query.of(["a fox:0.5", "a castle:-2"], [f"{photos / '1.png'}:3"], matcher)
    assert abs(float(query.vector.norm()) - 1) < 1e-5 and query.text == "a fox"


def test_only_a_numeric_suffix_is_a_weight(matcher: Matcher) -> None:
    assert Query.of(["3:10 to Yuma"], [], matcher).text == "3:10 to Yuma"
    assert torch.equal(
        Query.of(["3:10 to Yuma"], [], matcher).vector, matcher.embed_texts(["3:10 to Yuma"])[0]
    )


def test_copies_are_folded(find: Search, photos: Path) -> None:
    shutil.copy(photos / "2.png", photos / "copy.png")
    Image.open(photos / "2.png").resize((96, 72)).save(photos / "large.jpg", quality=90)
    (folded,) = (one for one in find("a fox") if one.copies)
    assert {folded.path.name, *(path.name for path in folded.copies)} == {"2.png", "copy.png", "large.jpg"}
    plain = find("a fox", settings=QuerySettings(unlikely=True, fold=False))
    assert len(plain) == 7  # files with the same bytes are one result


def test_names_are_found_and_marked(find: Search, photos: Path) -> None:
    (photos / "0.png").rename(photos / "our red_castle.png")
    found = find("the red castles", settings=QuerySettings())
    assert [one.named for one in found if one.path.name == "our red_castle.png"] == [True]


def test_words_without_meaning_find_nothing(find: Search) -> None:
    assert find("qwrtz qcvbn", settings=QuerySettings()) == []
    assert find.searched is not None and find.searched.likely == 0
    assert find.searched.unknown == ("qwrtz", "qcvbn")


def test_only_what_is_better_than_chance(find: Search, photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task, "_line", lambda count: 1e9)
    assert find(pictures=(str(photos / "3.png"),), settings=QuerySettings()) == []
    assert not any(one.likely for one in find("a fox"))
    monkeypatch.setattr(task, "_line", lambda count: -1e9)
    assert len(find("a fox", settings=QuerySettings(top=4))) == 4
    assert find.searched is not None and find.searched.likely == 6


def test_files_that_are_gone_are_not_shown(find: Search, photos: Path) -> None:
    find("a fox")
    photos.rename(photos.with_name("unmounted"))
    assert find("a fox") == []


@pytest.mark.parametrize("small", [20_000, 2])
def test_files_behind_those_that_are_gone_are_found(
    find: Search, photos: Path, monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    write_film(photos, seeds=(7, 8))
    ranked = list(dict.fromkeys(one.path for one in find("a red fox", settings=QuerySettings(unlikely=True, top=9))))
    (photos / "in").mkdir()
    for path in ranked[:-1]:
        path.rename(photos / "in" / path.name)
    find("a red fox")
    (photos / "in").rename(photos.with_name("unmounted"))
    for name, value in (("_SMALL", small), ("_LEAST", 1), ("_MORE", 1)):
        monkeypatch.setattr(task, name, value)
    assert [one.path for one in find("a red fox", settings=QuerySettings(unlikely=True, top=1))] == ranked[-1:]
    monkeypatch.setattr(task, "_line", lambda count: -1e9)
    assert [one.path for one in find("a red fox", settings=QuerySettings(top=1))] == ranked[-1:]


def test_a_library_that_is_not_there_is_not_searched_to_its_end(
    find: Search, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find("a fox")
    photos.rename(photos.with_name("unmounted"))
    for name, value in (("_SMALL", 2), ("_LEAST", 1), ("_MORE", 1)):
        monkeypatch.setattr(task, name, value)
    asked: list[int] = []
    fits = task._Search._fits
    monkeypatch.setattr(task._Search, "_fits", lambda self, wanted: asked.append(wanted) or fits(self, wanted))
    assert find("a fox", settings=QuerySettings(unlikely=True, top=1)) == [] and len(asked) == 1


def test_many_candidates_take_little_memory(find: Search) -> None:
    rng, count = np.random.default_rng(0), 1500
    keys = [number.to_bytes(32) for number in range(count)]
    hashes = rng.integers(0, 2**63, (count, 8), dtype=np.uint64)
    hashes[count // 2 :, 5] = hashes[: count // 2, 0] ^ np.uint64(3)  # turned copies
    find.library.database.add([], [Content(key, phashes=one.tobytes()) for key, one in zip(keys, hashes, strict=True)])
    query = Query.of(["a fox"], [], find.matcher)
    own = task._Search(query, [find.folder], find.library, find.matcher, ALL)
    own.rows = dict.fromkeys(keys, np.ones(1, np.float32))
    tracemalloc.start()
    groups = own._groups(keys)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert groups == [[one, other] for one, other in zip(keys[: count // 2], keys[count // 2 :], strict=True)]
    assert most < 10e6


def test_a_large_library_gives_the_same(find: Search, photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = names(find("a red fox"))
    others = photos.with_name("others")
    others.mkdir()
    for seed in range(6, 12):
        tint = Image.new("RGB", (64, 48), tuple(np.random.default_rng(seed).integers(0, 255, 3).tolist()))
        tint.save(others / f"{seed}.png")
    list(index([others], find.library, find.matcher.perceptor))
    for name, value in (("_SMALL", 2), ("_LEAST", 1), ("_MORE", 1)):
        monkeypatch.setattr(task, name, value)
    assert names(find("a red fox", settings=QuerySettings(unlikely=True, top=6))) == small


def test_nothing_to_search_for(find: Search, photos: Path) -> None:
    with refused(PromptError):
        find()
    with refused(PromptError):
        find("a fox:-1")
    with refused(ImageError, match="missing.png"):
        find(pictures=("missing.png",))


def write_film(photos: Path, name: str = "walk.mp4", seeds: tuple[int, ...] = (7, 8, 3)) -> Path:
    """Four seconds each of a picture of its own, and of a photo."""
    with VideoWriter(photos / name, fps=4) as film:
        for seed in seeds:
            small = np.random.default_rng(seed).integers(0, 255, (6, 6, 3), dtype=np.uint8)
            own = Image.fromarray(small).resize((64, 48), Image.Resampling.BICUBIC)
            for _ in range(16):
                film.add(Image.open(photos / "3.png") if seed == 3 else own)
    return photos / name


def test_films_are_found_beside_pictures(find: Search, photos: Path) -> None:
    write_film(photos)
    first, *others = find(pictures=(str(photos / "3.png"),))
    assert (first.path.name, first.seconds, first.shown) == ("3.png", None, photos / "3.png")
    assert first.copies == (photos / "walk.mp4",)  # its moment is a near copy
    assert [(one.path.name, one.seconds) for one in others if one.seconds is not None] in (
        [("walk.mp4", 0.0), ("walk.mp4", 4.0)], [("walk.mp4", 4.0), ("walk.mp4", 0.0)], [("walk.mp4", 0.0)],
        [("walk.mp4", 4.0)])  # fmt: skip
    assert find.searched is not None and (find.searched.files, find.searched.frames) == (7, 3)
    plain = find(pictures=(str(photos / "3.png"),), settings=QuerySettings(unlikely=True, fold=False))
    assert {(one.path.name, one.seconds) for one in plain[:2]} == {("3.png", None), ("walk.mp4", 8.0)}
    assert Moment(photos / "walk.mp4", 8.0) in [one.shown for one in plain]
    assert len(plain) == 9 and plain[1].score > 0.95


def test_without_films(find: Search, photos: Path) -> None:
    write_film(photos)
    find("a fox")
    found = find("a fox", settings=QuerySettings(unlikely=True, films=False))
    assert len(found) == 6 and all(one.seconds is None for one in found)


def test_moments_that_are_close_are_one(find: Search, photos: Path) -> None:
    write_film(photos, seeds=(7, 8, 9))
    (one, *_), plain = ([one for one in find("a fox", settings=chosen) if one.path.name == "walk.mp4"]
                        for chosen in (ALL, QuerySettings(unlikely=True, fold=False)))  # fmt: skip
    assert len(plain) == 3 and one.moments and {one.seconds, *one.moments} <= {0.0, 4.0, 8.0}
    assert all(abs(again - (one.seconds or 0.0)) < 5 for again in one.moments)


def test_a_film_is_found_by_its_name(find: Search, photos: Path) -> None:
    write_film(photos, name="our red_castle.mp4")
    found = find("the red castles", settings=QuerySettings())
    assert any(one.named and one.path.name == "our red_castle.mp4" and one.seconds is not None for one in found)


def test_a_large_library_with_films_gives_the_same(
    find: Search, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_film(photos)
    wanted = QuerySettings(unlikely=True, top=9, fold=False)
    small = [one.shown for one in find("a red fox", settings=wanted)]
    for name, value in (("_SMALL", 2), ("_LEAST", 1), ("_MORE", 1)):
        monkeypatch.setattr(task, name, value)
    assert [one.shown for one in find("a red fox", settings=wanted)] == small
    without = find("a red fox", settings=QuerySettings(unlikely=True, top=6, films=False))
    assert len(without) == 6 and all(one.seconds is None for one in without)
