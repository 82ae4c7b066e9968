"""Where scenes begin and end, and what players load."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from clipgen import extras
from clipgen.errors import ClipgenError, ImageError, SettingsError
from clipgen.jobs import Job
from clipgen.settings import ScenesSettings, ScenesVerb
from clipgen.similarity import Match, Matcher, Skipped
from clipgen.tasks.scenes import Scene, Watched, as_chapters, as_edl, as_srt, find, scenes
from clipgen.tasks.viewing import view
from damage import spoiled
from gridclip import grid_matcher
from raising import refused

pytest.importorskip("scenedetect", reason="scenes needs PySceneDetect, an extra")

PLAIN = ScenesSettings(captions=False)
SIZE = (96, 64)
Frames = Sequence[Image.Image]
Write = Callable[..., Path]


def shot(seed: int, count: int) -> list[Image.Image]:
    """A smooth picture that moves to the right."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 255, (6, 12, 3), dtype=np.uint8))
    whole = small.resize((160, 80), Image.Resampling.BICUBIC)
    return [whole.crop((number // 2, 5, number // 2 + SIZE[0], 5 + SIZE[1])) for number in range(count)]


def blend(frames: Frames, colour: str, shares: Sequence[float]) -> list[Image.Image]:
    return [Image.blend(frame, Image.new("RGB", SIZE, colour), share)
            for frame, share in zip(frames, shares, strict=True)]  # fmt: skip


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write frames, each at a number of ticks of a rate, by default one after another."""

    def call(frames: Frames, *, rate: str = "12", ticks: Sequence[int] | None = None, name: str = "film.mkv") -> Path:
        with av.open(str(tmp_path / name), "w") as film:
            stream = film.add_stream("libx264", rate=Fraction(rate), options={"crf": "12"})
            stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
            stream.codec_context.time_base = 1 / Fraction(rate)
            for tick, frame in zip(ticks or range(len(frames)), frames, strict=True):
                picture = av.VideoFrame.from_image(frame)
                picture.pts, picture.time_base = tick, 1 / Fraction(rate)
                film.mux(stream.encode(picture))
            film.mux(stream.encode(None))
        return tmp_path / name

    return call


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return grid_matcher()


@pytest.fixture
def starts(matcher: Matcher) -> Callable[..., list[tuple[float, str]]]:
    def call(film: Path, settings: ScenesSettings = PLAIN) -> list[tuple[float, str]]:
        found = [event for event in scenes(film, matcher, settings) if isinstance(event, Scene)]
        assert [one.index for one in found] == list(range(1, len(found) + 1)) and found[0].start == 0
        assert all(one.end == other.start for one, other in zip(found, found[1:], strict=False))
        return [(round(one.start, 2), one.begins) for one in found]

    return call


Starts = Callable[..., list[tuple[float, str]]]


@pytest.mark.parametrize("rate", ["12", "24000/1001", "30000/1001"])
def test_cuts_at_their_presentation_times(rate: str, write: Write, starts: Starts) -> None:
    film = write(shot(0, 30) + shot(1, 40) + shot(2, 25), rate=rate)
    expected = [round(number / Fraction(rate), 2) for number in (30, 70)]
    assert starts(film) == [(0, "start"), *((pytest.approx(time, abs=0.011), "cut") for time in expected)]


def test_the_last_scene_ends_with_the_film(write: Write, matcher: Matcher) -> None:
    events = list(scenes(write(shot(0, 24) + shot(1, 12)), matcher, PLAIN))
    assert isinstance(events[0], Watched) and events[0].total == pytest.approx(3.0, abs=0.02)
    last = events[-1]
    assert isinstance(last, Scene) and (last.start, last.end) == (pytest.approx(2.0), pytest.approx(3.0, abs=0.02))


def test_frames_at_varying_times(write: Write, starts: Starts) -> None:
    ticks = np.cumsum([0, *np.random.default_rng(0).choice([1, 2, 4], 59)]).tolist()
    film = write(shot(0, 30) + shot(1, 30), ticks=ticks, rate="24")
    assert starts(film) == [(0, "start"), (pytest.approx(ticks[30] / 24, abs=0.01), "cut")]


def test_a_slide_show_is_a_scene_for_each_slide(write: Write, starts: Starts) -> None:
    film = write([shot(seed, 1)[0] for seed in (0, 1, 2, 3, 3)], ticks=[0, 36, 72, 108, 140])
    assert [time for time, _ in starts(film)] == [0, 3, 6, 9]


def test_a_static_film_is_one_scene(write: Write, starts: Starts) -> None:
    assert starts(write(shot(0, 1) * 40)) == [(0, "start")]
    assert starts(write([Image.new("RGB", SIZE, "navy")] * 40)) == [(0, "start")]
    assert starts(write(shot(0, 1))) == [(0, "start")]


@pytest.mark.parametrize("shares", [[1.0], [0.8, 0.8], [1.0, 0.8, 0.6, 0.4, 0.2]])
def test_a_flash_is_no_cut(shares: list[float], write: Write, starts: Starts) -> None:
    frames = shot(0, 48)
    frames[20 : 20 + len(shares)] = blend(frames[20 : 20 + len(shares)], "white", shares)
    assert starts(write(frames + shot(1, 24))) == [(0, "start"), (4.0, "cut")]


def test_a_flash_shortly_before_a_cut(write: Write, starts: Starts) -> None:
    frames = shot(0, 48)
    frames[44:45] = blend(frames[44:45], "white", [1.0])
    assert starts(write(frames + shot(1, 24))) == [(0, "start"), (4.0, "cut")]


@pytest.mark.parametrize("colour", ["black", "white", "navy"])
@pytest.mark.parametrize("hold", [1, 6])
def test_fades_have_the_boundary_in_their_middle(colour: str, hold: int, write: Write, starts: Starts) -> None:
    shares = [0.2, 0.4, 0.6, 0.8]
    first, second = shot(0, 30), shot(1, 30)
    first[-4:], second[:4] = blend(first[-4:], colour, shares), blend(second[:4], colour, shares[::-1])
    film = write([*first, *[Image.new("RGB", SIZE, colour)] * hold, *second])
    assert starts(film) == [(0, "start"), (pytest.approx((30 + hold / 2) / 12, abs=0.09), "fade")]


def test_fades_at_the_ends_are_no_boundaries(write: Write, starts: Starts) -> None:
    shares, frames, black = [0.2, 0.4, 0.6, 0.8], shot(0, 40), [Image.new("RGB", SIZE)] * 10
    frames[:4], frames[-4:] = blend(frames[:4], "black", shares[::-1]), blend(frames[-4:], "black", shares)
    assert starts(write(black + frames + black)) == [(0, "start")]


def test_scenes_shorter_than_the_shortest_are_no_scenes(write: Write, starts: Starts) -> None:
    film = write(shot(0, 24) + shot(1, 10) + shot(2, 24))
    assert len(starts(film)) == 3
    assert len(starts(film, ScenesSettings(captions=False, shortest=1.0))) == 2


def test_each_scene_has_a_caption_of_its_middle(
    write: Write, matcher: Matcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    take = find.frame_at

    def taken(path: Path, seconds: float, *, side: int) -> Image.Image:
        asked.append(round(seconds, 2))
        return take(path, seconds, side=side)

    monkeypatch.setattr(find, "frame_at", taken)
    found = [one for one in scenes(write(shot(0, 24) + shot(1, 24)), matcher) if isinstance(one, Scene)]
    assert asked == [1.0, 3.0] and len(found) == 2


def test_a_truncated_film_has_the_scenes_before(write: Write, matcher: Matcher) -> None:
    film = write(shot(0, 24) + shot(1, 24) + shot(2, 60))
    film.write_bytes(film.read_bytes()[: film.stat().st_size * 6 // 10])
    *_, scene, skipped = scenes(film, matcher, PLAIN)
    assert isinstance(scene, Scene) and scene.index == 2
    assert isinstance(skipped, Skipped) and str(film) in skipped.reason and "truncated" in skipped.reason


def test_damage_in_the_middle_is_named(write: Write, matcher: Matcher) -> None:
    film = write(shot(0, 24) + shot(1, 24) + shot(2, 60))
    film.write_bytes(spoiled(film.read_bytes()))
    *_, scene, skipped = scenes(film, matcher, PLAIN)
    assert isinstance(skipped, Skipped) and str(film) in skipped.reason and "damaged at" in skipped.reason
    assert isinstance(scene, Scene) and scene.end > 4


def test_what_is_no_film(tmp_path: Path, matcher: Matcher, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "text.mp4").write_text("no film")
    for name in ("none.mp4", "text.mp4"):
        with refused(ImageError, match=name):
            list(scenes(tmp_path / name, matcher))
    with refused(SettingsError, "pictures"):
        view(Job("scenes", settings=ScenesVerb()), matcher)
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    with refused(ClipgenError, match="clipgen\\[video\\]"):
        list(scenes(tmp_path / "none.mp4", matcher))


FOUND = [Scene(Path("a.mp4"), 1, 0.0, 1.5, "start", 0.7, None),
         Scene(Path("a.mp4"), 2, 1.5, 3661.25, "cut", 2.0, Match("a fox; red = good", 0.3, 2, 90, 1, 1))]  # fmt: skip


def test_chapters_are_what_ffmpeg_loads(tmp_path: Path) -> None:
    text = as_chapters(FOUND)
    assert "title=a fox\\; red \\= good\n" in text and "START=1500\nEND=3661250\n" in text
    (tmp_path / "chapters.txt").write_text(text)
    with av.open(str(tmp_path / "chapters.txt"), format="ffmetadata") as loaded:
        assert [(one["start"], one["end"], one["metadata"]["title"]) for one in loaded.chapters()] == [
            (0, 1500, "scene 1"), (1500, 3661250, "a fox; red = good")]  # fmt: skip


def test_subtitles_are_what_ffmpeg_loads(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text(as_srt(FOUND))
    with av.open(str(tmp_path / "a.srt")) as loaded:
        packets = [packet for packet in loaded.demux(subtitles=0) if packet.size]
    assert [(packet.pts, bytes(packet)) for packet in packets] == [(0, b"scene 1"), (1500, b"a fox; red = good")]


def test_edit_lists_count_frames() -> None:
    lines = as_edl(FOUND, Fraction(30000, 1001)).splitlines()
    # 1.5 s are frame 45; the end is frame 109,728 of 30 a timecode second: no drift against the frames
    assert lines[3].endswith("00:00:00:00 00:00:01:15 00:00:00:00 00:00:01:15")
    assert lines[6].endswith("00:00:01:15 01:00:57:18 00:00:01:15 01:00:57:18")
