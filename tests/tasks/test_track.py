"""Tracks, with a detector that knows where things are, and looks that are their colours."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from clipgen import extras
from clipgen.errors import ClipgenError, ImageError, PromptError, SettingsError
from clipgen.jobs import Inputs, Job
from clipgen.media.footage import VideoFacts, video_frames
from clipgen.media.images import from_pil
from clipgen.media.overlays import Box
from clipgen.settings import TrackSettings, TrackVerb
from clipgen.similarity import Skipped
from clipgen.tasks.detect import Detection
from clipgen.tasks.track import Passage, Thing, Tracked, draw_tracks, passages, track
from clipgen.tasks.track.flow import follow
from clipgen.tasks.track.gallery import MOST, Gallery
from clipgen.tasks.track.looks import looks
from clipgen.tasks.track.matching import Expected, Look, match
from clipgen.tasks.viewing import view
from damage import spoiled
from gridclip import grid_matcher
from raising import refused

pytest.importorskip("scipy", reason="track needs SciPy, an extra")

SIZE, SIDE = (160, 96), 28
#: the left edge and top of each thing in a frame, None where it cannot be seen
Places = Sequence[tuple[int, int] | None]
Write = Callable[..., Path]


def patch(colour: tuple[int, int, int], seed: int) -> np.ndarray:
    """A square thing with a texture of a colour."""
    cells = np.random.default_rng(seed).uniform(0.3, 1, (7, 7, 1))
    return np.kron(cells * colour, np.ones((SIDE // 7, SIDE // 7, 1))).astype(np.uint8)


RED, BLUE = patch((255, 40, 40), 1), patch((40, 80, 255), 2)


def painted(things: Sequence[tuple[np.ndarray, Places]], number: int) -> np.ndarray:
    """A frame; later things are in front."""
    grain = np.random.default_rng(0).integers(90, 130, (SIZE[1] // 4, SIZE[0] // 4, 3))
    frame = np.kron(grain, np.ones((4, 4, 1))).astype(np.uint8)
    for pixels, places in things:
        if (at := places[number]) is not None:
            left, top = at
            cut = max(0, -left), min(SIDE, SIZE[0] - left)
            if cut[0] < cut[1]:
                frame[top : top + SIDE, left + cut[0] : left + cut[1]] = pixels[:, cut[0] : cut[1]]
    return frame


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write things that move, each frame at a number of ticks of a rate."""

    def call(*things: tuple[np.ndarray, Places], rate: str = "20", ticks: Sequence[int] | None = None) -> Path:
        count = len(things[0][1])
        with av.open(str(tmp_path / "film.mkv"), "w") as film:
            stream = film.add_stream("libx264", rate=Fraction(rate), options={"crf": "15", "preset": "ultrafast"})
            stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
            stream.codec_context.time_base = 1 / Fraction(rate)
            for number in range(count):
                frame = av.VideoFrame.from_ndarray(painted(things, number), "rgb24")
                frame.pts, frame.time_base = number if ticks is None else ticks[number], 1 / Fraction(rate)
                film.mux(stream.encode(frame))
            film.mux(stream.encode(None))
        return tmp_path / "film.mkv"

    return call


class Colours:
    """Finds red and blue things by their pixels, and embeds a place as its colours; counts what it embeds."""

    def __init__(self, *, blind: Sequence[float] = ()) -> None:
        self.blind, self.embedded, self.asked = blind, 0, list[float]()

    def find(self, image: Tensor, seconds: float) -> list[Detection]:
        self.asked.append(round(seconds, 3))
        if round(seconds, 3) in self.blind:
            return []
        red, _, blue = (image[0] * 255).unbind(0)
        found = []
        for mask in (red - blue > 55, blue - red > 55):
            # single pixels beside a thing are of the encoder
            rows, columns = ((mask.sum(axis) > SIDE // 4).nonzero()[:, 0] for axis in (1, 0))
            if len(rows) > SIDE // 3 and len(columns) > SIDE // 3:
                box = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
                found.append(Detection("a thing", box, 4.0, 0.1))
        return found

    def embed(self, image: Tensor, boxes: Sequence[Box]) -> Tensor:
        self.embedded += len(boxes)
        crops = [image[0, :, top:bottom, left:right].mean((1, 2)) for left, top, right, bottom in boxes]
        return F.normalize(torch.stack(crops), dim=1) if crops else torch.empty(0, 3)


def way(start: int, end: int, count: int, top: int = 34) -> list[tuple[int, int] | None]:
    return [(round(x), top) for x in np.linspace(start, end, count)]


def rows_of(film: Path, looker: Colours | None = None, every: float = 0.25) -> list[Tracked]:
    found = list(track(film, looker or Colours(), TrackSettings(every=every)))
    rows = [one for one in found if isinstance(one, Tracked)]
    assert len(rows) == len(found) and [row.index for row in rows] == list(range(len(rows)))
    return rows


def numbers(rows: Sequence[Tracked], places: Places) -> list[int | None]:
    """The number of the box about a thing in each frame; None where there is none."""
    found: list[int | None] = []
    for row, at in zip(rows, places, strict=True):
        if at is None:
            continue
        near = [thing.number for thing in row.things
                if abs((thing.box[0] + thing.box[2]) / 2 - at[0] - SIDE / 2) < SIDE / 3
                and abs((thing.box[1] + thing.box[3]) / 2 - at[1] - SIDE / 2) < SIDE / 3]  # fmt: skip
        found.append(near[0] if near else None)
    return found


def test_a_thing_is_followed_between_the_frames_in_which_it_is_looked_for(write: Write) -> None:
    places, looker = way(10, 110, 41), Colours()
    rows = rows_of(write((RED, places)), looker)
    assert numbers(rows, places) == [1] * 41
    assert looker.asked == [pytest.approx(0.25 * k) for k in range(9)]
    assert passages(rows) == [Passage(1, "a thing", 0.0, 2.0, 41)]


def test_twins_keep_their_numbers_as_they_cross(write: Write) -> None:
    right, left = way(8, 120, 50, 30), way(120, 8, 50, 36)
    rows = rows_of(write((RED, right), (BLUE, left)))
    reds, blues = numbers(rows, right), numbers(rows, left)
    apart = [abs(a[0] - b[0]) > SIDE for a, b in zip(right, left, strict=True) if a and b]
    first = {row.things[0].number for row in rows[:3]}
    assert len(first) == 1
    assert len({n for n, sure in zip(reds, apart, strict=True) if sure}) == 1
    assert len({n for n, sure in zip(blues, apart, strict=True) if sure}) == 1
    assert {thing.number for row in rows for thing in row.things} == {1, 2}


def test_a_thing_that_was_covered_has_its_number_again_and_no_box_meanwhile(write: Write) -> None:
    places = way(8, 120, 60)
    hidden: list[tuple[int, int] | None] = [None if 22 <= k < 37 else at for k, at in enumerate(places)]
    rows = rows_of(write((RED, hidden)))
    assert {number for number in numbers(rows, hidden) if number} == {1}
    assert numbers(rows, hidden).count(None) <= 2 and not any(row.things for row in rows[24:35])


def test_a_thing_that_comes_back_has_its_number_and_another_has_not(write: Write) -> None:
    there = [*way(100, 170, 20), *[None] * 40, *way(170, 90, 25, 50)]
    other = [*[None] * 30, *way(20, 60, 55, 10)]
    rows = rows_of(write((RED, there), (BLUE, other)))
    seen = [number for number, at in zip(numbers(rows, there), [p for p in there if p], strict=True) if at[0] < 130]
    assert set(seen) == {1} and set(numbers(rows, other)) == {2}


def test_what_is_missed_once_is_followed_and_what_is_seen_once_is_nothing(write: Write) -> None:
    places = way(10, 110, 41)
    rows = rows_of(write((RED, places)), Colours(blind=(0.75, 1.0)))
    assert numbers(rows, places) == [1] * 41
    flash: Places = [(50, 30) if 9 <= k <= 11 else None for k in range(41)]
    assert not any(row.things for row in rows_of(write((RED, flash))))


def test_what_moves_on_has_boxes_until_it_is_lost_and_what_stands_may_be_the_ground(write: Write) -> None:
    missed = [0.25 * k for k in range(5, 13)]
    moving, still = way(10, 110, 61), [(50, 30)] * 61
    assert numbers(rows_of(write((RED, moving)), Colours(blind=missed)), moving)[:40] == [1] * 40
    assert numbers(rows_of(write((RED, still)), Colours(blind=missed)), still)[24:] == [None] * 37


@pytest.mark.parametrize(("rate", "ticks"), [("5", None), ("60", None), ("20", [0, 1, 2, 5, 6, 9])])
def test_any_rate_and_frames_at_times_of_their_own(write: Write, rate: str, ticks: list[int] | None) -> None:
    count = len(ticks) if ticks else 24
    places = way(20, 20 + 3 * count, count)
    rows = rows_of(write((RED, places), rate=rate, ticks=ticks))
    assert numbers(rows, places) == [1] * count
    expected = [tick / int(rate) for tick in (ticks or range(count))]
    assert [row.seconds for row in rows] == pytest.approx(expected, abs=2e-3)


def test_a_film_of_one_frame_and_a_film_of_nothing(write: Write) -> None:
    rows = rows_of(write((RED, [(40, 30)])))
    assert [thing.number for row in rows for thing in row.things] == [1]
    assert [row.things for row in rows_of(write((RED, [None] * 12)))] == [()] * 12


def test_memory_does_not_grow_with_the_film(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    film = write((RED, way(20, 80, 60)))
    frames = [frame for _, frame in video_frames(film)]

    def endless(path: Path, **_: object) -> Iterator[tuple[float, Image.Image]]:
        yield from ((k / 20, frames[min(k % 120, 119 - k % 120)]) for k in range(360))

    monkeypatch.setitem(track.__globals__, "video_frames", endless)
    grown = -1
    for event in track(film, Colours(), TrackSettings(every=0.5)):
        assert isinstance(event, Tracked)
        if event.index == 120:
            tracemalloc.start()
        elif event.index == 359:
            grown = tracemalloc.get_traced_memory()[0]
            tracemalloc.stop()
    # a frame, grey, is 15,000 bytes: those of a second, not of the twelve
    assert 0 <= grown < 30 * SIZE[0] * SIZE[1]


def test_embeddings_decide_only_what_places_leave_open() -> None:
    red, blue = Gallery(), Gallery()
    red.add(torch.tensor([1.0, 0.0, 0.0]))
    blue.add(torch.tensor([0.0, 0.0, 1.0]))
    image = torch.zeros(1, 3, 96, 160)
    image[:, 0, :, :40], image[:, 2, :, 40:] = 1, 1
    apart = [Detection("a thing", (0, 0, 20, 20), 4.0, 0.1), Detection("a thing", (90, 0, 110, 20), 4.0, 0.1)]
    looker = Colours()
    expected = [Expected("a thing", (88, 0, 108, 20), True, red), Expected("a thing", (3, 0, 23, 20), True, blue)]
    assert match(expected, Look(looker, image, apart)) == [1, 0] and looker.embedded == 0
    close = [Detection("a thing", (24, 0, 40, 20), 4.0, 0.1), Detection("a thing", (40, 0, 56, 20), 4.0, 0.1)]
    expected = [Expected("a thing", (36, 0, 52, 20), True, red), Expected("a thing", (28, 0, 44, 20), True, blue)]
    assert match(expected, Look(looker, image, close)) == [0, 1] and looker.embedded == 2
    # what was lost on its way must look like itself, and another phrase is another thing
    lost = [Expected("a thing", (40, 0, 56, 20), False, red), Expected("a fox", (24, 0, 40, 20), True, red)]
    assert match(lost, Look(looker, image, close[1:])) == [None, None]


def test_a_gallery_stays_small_and_keeps_all_sides() -> None:
    gallery = Gallery()
    gallery.add(torch.tensor([0.0, 1.0]))
    for row in F.normalize(torch.tensor([[1.0, k / 1000] for k in range(200)]), dim=1):
        gallery.add(row)
    assert len(gallery) == MOST and float(gallery.rows[0, 1]) == 1.0
    assert gallery.likeness(torch.tensor([[1.0, 0.1]])) > 0.99 > gallery.likeness(torch.tensor([[-1.0, 0.0]]))


def test_flow_ends_where_a_thing_is_covered_or_leaves() -> None:
    places = way(10, 58, 25)
    greys = [np.asarray(Image.fromarray(painted([(RED, places)], k)).convert("L")) for k in range(25)]
    path = follow(greys, (10, 34, 38, 62))
    assert len(path) == 24 and abs(path[-1][0] - 58) < 2 and abs(path[-1][2] - 86) < 2
    covered = [grey.copy() for grey in greys]
    for grey in covered[10:]:
        grey[:, 25:90] = 128
    assert len(follow(covered, (10, 34, 38, 62))) == 9


def test_a_film_is_drawn_at_its_own_rate_with_the_number_of_each_thing(write: Write, tmp_path: Path) -> None:
    film = write((RED, way(20, 80, 6)), ticks=[0, 1, 2, 6, 7, 10])
    rows = [Tracked(film, k, tick / 20, 0.55, (Thing(1, "a thing", (20, 40, 50, 60)),)) for k, tick in
            enumerate([0, 1, 2, 6, 7, 10])]  # fmt: skip
    assert list(draw_tracks(film, rows, tmp_path / "tracked.mp4")) == rows
    facts = VideoFacts.of(tmp_path / "tracked.mp4")
    assert facts.size == SIZE and facts.seconds == pytest.approx(0.55, abs=0.06)
    (_, first), *_ = video_frames(tmp_path / "tracked.mp4")
    red, _, blue = first.getpixel((35, 41))
    assert red > 150 > 100 > blue  # the frame of the first colour


def test_a_film_that_is_broken_off_is_whole(write: Write, tmp_path: Path) -> None:
    film = write((RED, way(20, 80, 12)))
    rows = iter([Tracked(film, k, k / 20, 0.6, ()) for k in range(12)])
    drawing = draw_tracks(film, rows, tmp_path / "tracked.mp4")
    with pytest.raises(KeyboardInterrupt):
        for row in drawing:
            if row.index == 7:
                drawing.throw(KeyboardInterrupt())
    assert len(list(video_frames(tmp_path / "tracked.mp4"))) == 7
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


def test_a_truncated_film_has_the_frames_before(write: Write) -> None:
    film = write((RED, way(10, 110, 120)))
    film.write_bytes(film.read_bytes()[: film.stat().st_size * 6 // 10])
    *rows, skipped = track(film, Colours(), TrackSettings(every=0.25))
    assert isinstance(skipped, Skipped) and str(film) in skipped.reason and "truncated" in skipped.reason
    assert len(rows) > 20 and all(isinstance(row, Tracked) and row.things for row in rows)


def test_damage_in_the_middle_is_named(write: Write) -> None:
    film = write((RED, way(10, 110, 120)))
    film.write_bytes(spoiled(film.read_bytes()))
    *rows, skipped = track(film, Colours(), TrackSettings(every=0.25))
    assert isinstance(skipped, Skipped) and str(film) in skipped.reason and "damaged at" in skipped.reason
    assert all(isinstance(row, Tracked) for row in rows) and rows[-1].seconds > 5


def test_rows_of_several_films_name_their_film(write: Write, tmp_path: Path) -> None:
    film = write((RED, way(20, 80, 3)))
    other = tmp_path / "other.mp4"
    other.write_bytes(film.read_bytes())
    job = Job("track", Inputs(pictures=(str(film), str(other)), texts=("a fox",)), TrackVerb())
    rows = [row.to_dict() for row in view(job, grid_matcher()) if isinstance(row, Tracked)]
    assert [(row["path"], row["frame"]) for row in rows] == [(str(one), k) for one in (film, other) for k in range(3)]


def test_twins_of_two_colours_look_different() -> None:
    corners = [(10, 10), (70, 10), (120, 60)]
    frame = painted([(thing, [at]) for thing, at in zip((RED, BLUE, RED), corners, strict=True)], 0)
    boxes = [*((x, y, x + SIDE, y + SIDE) for x, y in corners), (SIZE[0] + 5, 0, SIZE[0] + 9, 4)]
    rows = looks(grid_matcher().perceptor, from_pil(Image.fromarray(frame)), boxes)
    cosines = rows @ rows.T
    assert cosines[0, 2] > cosines[0, 1] + 0.2 and cosines[0, 2] > cosines[1, 2] + 0.2
    assert rows.isfinite().all() and cosines[0, 0] == pytest.approx(1, abs=1e-4)


def test_what_is_no_film_and_no_phrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "text.mp4").write_text("no film")
    for name in ("none.mp4", "text.mp4"):
        with refused(ImageError, match=name):
            list(track(tmp_path / name, Colours()))
    matcher = grid_matcher()
    with refused(SettingsError, "pictures"):
        view(Job("track", Inputs(texts=("a fox",)), TrackVerb()), matcher)
    with refused(PromptError):
        view(Job("track", Inputs(pictures=("a.mp4",)), TrackVerb()), matcher)
    with refused(SettingsError, "every"):
        track(tmp_path / "none.mp4", Colours(), TrackSettings(every=0))
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    with refused(ClipgenError, match="clipgen\\[video\\]"):
        track(tmp_path / "none.mp4", Colours())
