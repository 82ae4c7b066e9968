"""Videos are decoded upright, by presentation time, at any rate and size."""

from __future__ import annotations

import os
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

from clipgen.errors import ImageError
from clipgen.media.footage import Footage, VideoFacts, frame_at, sampled_frames, video_frames
from clipgen.media.images import from_pil
from clipgen.media.video import VideoWriter
from damage import spoiled, try_damaged
from raising import refused

SIZE, COUNT, FPS = (96, 64), 16, 8
QUARTERS = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}  # clockwise, as a matrix


def frame(number: int) -> Image.Image:
    """A bright square that moves right over dark ground, and grows lighter at its left."""
    image = np.full((*SIZE[::-1], 3), (30, 60, 30), np.uint8)
    image[16:48, 10 + 2 * number : 42 + 2 * number] = (230, 120 + 5 * number, 90)
    return Image.fromarray(image)


def difference(found: Image.Image, expected: Image.Image) -> float:
    assert found.size == expected.size
    return float(np.abs(np.asarray(found).astype(int) - np.asarray(expected)).mean())


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "walk.mp4"
    with VideoWriter(path, fps=FPS) as writer:
        for number in range(COUNT):
            writer.add(frame(number))
    return path


@pytest.fixture(params=QUARTERS)
def turned(video: Path, tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Path, int]:
    """The video with a display matrix, as phones write it, and by how many degrees clockwise it is to be shown."""
    content = bytearray(video.read_bytes())
    at = content.index(b"tkhd") + 4 + 40
    a, b, c, d = (value * 0x10000 for value in QUARTERS[request.param])
    content[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 0x40000000)
    (tmp_path / "turned.mp4").write_bytes(content)
    return tmp_path / "turned.mp4", request.param


def test_damage_in_the_middle_is_reported(tmp_path: Path) -> None:
    whole = tmp_path / "walk.mkv"
    with av.open(str(whole), "w") as film:
        stream = film.add_stream("libx264", rate=25, options={"preset": "ultrafast", "g": "25"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        ground = np.random.default_rng(0).integers(0, 255, (8, 12, 3), np.uint8).repeat(8, 0).repeat(8, 1)
        for number in range(100):
            film.mux(stream.encode(av.VideoFrame.from_ndarray(np.roll(ground, 2 * number, 1), "rgb24")))
        film.mux(stream.encode(None))
    damaged: list[float] = []
    count = len(list(video_frames(whole, damaged=damaged.append)))
    assert (count, damaged) == (100, [])
    whole.write_bytes(spoiled(whole.read_bytes()))
    for decode in (lambda: video_frames(whole, damaged=damaged.append),
                   lambda: sampled_frames(whole, side=32, every=0.04, since=0.5, damaged=damaged.append)):  # fmt: skip
        damaged.clear()
        shown = [seconds for seconds, _ in decode()]
        assert damaged and 1 < damaged[0] < 3 and shown[-1] > 3.5


def test_the_facts_of_a_video(video: Path) -> None:
    assert VideoFacts.of(video) == VideoFacts(SIZE, COUNT / FPS, sound=False, rate=Fraction(FPS))
    assert VideoFacts((1920, 1080), 1.0, sound=False).painted_size() == (336, 192)


def test_every_frame_at_its_own_time(video: Path) -> None:
    frames = list(video_frames(video))
    assert [seconds for seconds, _ in frames] == [number / FPS for number in range(COUNT)]
    assert max(difference(picture, frame(number)) for number, (_, picture) in enumerate(frames)) < 4


@pytest.mark.parametrize("fps", [2, 5, 8, 16, 23.976])
def test_frames_are_repeated_and_dropped_by_their_times(video: Path, fps: float) -> None:
    frames = list(video_frames(video, fps=fps))
    assert len(frames) == round(COUNT / FPS * fps)
    for number, (seconds, picture) in enumerate(frames):
        assert seconds == pytest.approx(number / fps, abs=1e-4)
        nearest = min(range(COUNT), key=lambda other: difference(picture, frame(other)))
        # a frame is shown until the next one's time, each to the nearest time of the new rate
        assert -0.5 / fps <= seconds - nearest / FPS <= 1 / FPS + 0.5 / fps


def test_frames_that_do_not_come_at_a_constant_rate(tmp_path: Path) -> None:
    shown = (0, 100, 900, 1000)  # milliseconds
    with av.open(str(tmp_path / "variable.mkv"), "w") as film:
        stream = film.add_stream("libx264", rate=10, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for number, milliseconds in enumerate(shown):
            picture = av.VideoFrame.from_image(frame(4 * number))
            picture.pts, picture.time_base = milliseconds, Fraction(1, 1000)
            film.mux(stream.encode(picture))
        film.mux(stream.encode(None))
    assert [round(1000 * seconds) for seconds, _ in video_frames(tmp_path / "variable.mkv")] == list(shown)
    steady = [picture for _, picture in video_frames(tmp_path / "variable.mkv", fps=10)]
    nearest = [min(range(4), key=lambda n: difference(picture, frame(4 * n))) for picture in steady]
    assert nearest[:10] == [0, 1, 1, 1, 1, 1, 1, 1, 1, 2]
    assert VideoFacts.of(tmp_path / "variable.mkv").seconds == pytest.approx(1.1, abs=0.11)  # of the container


def test_frames_are_turned_upright(turned: tuple[Path, int]) -> None:
    path, degrees = turned
    expected = frame(0).rotate(-degrees, expand=True)
    assert VideoFacts.of(path).size == expected.size
    assert difference(next(video_frames(path))[1], expected) < 4
    covered = next(video_frames(path, fps=FPS, size=(32, 32)))[1]
    assert difference(covered, ImageOps.fit(expected, (32, 32), Image.Resampling.BOX)) < 6


@pytest.mark.parametrize("size", [(64, 64), (48, 32), (192, 128), (33, 63)])
def test_another_form_is_cropped_at_the_centre(video: Path, size: tuple[int, int]) -> None:
    expected = ImageOps.fit(frame(0), size, Image.Resampling.BOX)
    assert difference(next(video_frames(video, size=size))[1], expected) < 6


def test_footage_is_decoded_in_order_and_keeps_few_frames(video: Path) -> None:
    footage = Footage(video, fps=FPS, size=SIZE, keep=3)
    for number in (0, 3, 4, 3, 12, 1):
        assert (footage.at(number) - from_pil(frame(number))).abs().mean() < 0.02, number
        assert len(footage._kept) <= 3
    assert torch.equal(footage.at(99), footage.at(COUNT - 1))


def test_a_gif_is_footage_too(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "walk.gif", fps=10) as writer:
        for number in range(COUNT):
            writer.add(frame(number))
    assert VideoFacts.of(tmp_path / "walk.gif") == VideoFacts(SIZE, pytest.approx(1.6), sound=False, rate=Fraction(10))
    assert len(list(video_frames(tmp_path / "walk.gif"))) == COUNT


def test_what_is_no_video(tmp_path: Path, video: Path) -> None:
    (tmp_path / "text.mp4").write_text("no video")
    (tmp_path / "cut.mp4").write_bytes(video.read_bytes()[:400])
    with av.open(str(tmp_path / "sound.wav"), "w") as film:
        track = film.add_stream("pcm_s16le", rate=8000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        sound.sample_rate = 8000
        film.mux(track.encode(sound))
    for name in ("none.mp4", "text.mp4", "cut.mp4", "sound.wav", "."):
        for load in (VideoFacts.of, lambda path: list(video_frames(path)), lambda path: _first(path),
                     lambda path: list(sampled_frames(path, side=32)), lambda path: frame_at(path, 1.0)):  # fmt: skip
            with pytest.raises(ImageError) as caught:
                load(tmp_path / name)
            assert "\n" not in str(caught.value)


def _first(path: Path) -> torch.Tensor:
    return Footage(path, fps=FPS, size=SIZE).at(0)


def test_damaged_videos_end_or_are_refused(video: Path, tmp_path: Path) -> None:
    target = tmp_path / "bad.mp4"
    target.write_bytes(video.read_bytes())

    def load() -> None:
        VideoFacts.of(target)
        assert sum(1 for _ in video_frames(target, fps=FPS, size=(32, 32))) < 100 * COUNT

    decoded, refused = try_damaged(80, lambda rng: (target, load), seconds=5, megabytes=300)
    assert decoded and refused


def test_decoding_leaves_no_file_open(video: Path) -> None:
    if not Path("/proc/self/fd").exists():
        pytest.skip("open files are counted in /proc")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        next(video_frames(video))
        VideoFacts.of(video)
    assert len(os.listdir("/proc/self/fd")) <= before


#: ending → codec; streams without an index (.m2ts, .mpg) are sought in another way, and .avi has no B-frames
CONTAINERS = {"mp4": "libx264", "mkv": "libx264", "avi": "mpeg4", "m2ts": "libx264", "mpg": "mpeg2video"}


@pytest.mark.parametrize("ending", CONTAINERS)
def test_a_frame_at_a_time_is_the_one_in_order(ending: str, tmp_path: Path) -> None:
    path, rate = tmp_path / f"walk.{ending}", 25
    with av.open(str(path), "w", format="mpegts" if ending == "m2ts" else None) as film:
        stream = film.add_stream(CONTAINERS[ending], rate=rate, options={"g": "20"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for number in range(60):
            film.mux(stream.encode(av.VideoFrame.from_image(frame(number % 25))))
        film.mux(stream.encode(None))
    frames = list(video_frames(path))
    for number in (0, 1, 33, 59):
        assert difference(frame_at(path, frames[number][0]), frames[number][1]) < 1
    assert difference(frame_at(path, 99), frames[-1][1]) < 1
    sampled = [seconds for seconds, _ in sampled_frames(path, side=32)]
    # up to three frames later where no other frame depends on the first of a second
    assert len(sampled) == 3 and all(0 <= found - second < 0.13 for second, found in enumerate(sampled))
    assert [seconds for seconds, _ in sampled_frames(path, side=32, since=1.0)] == sampled[1:]


def test_samples_are_upright_and_reduced(turned: tuple[Path, int]) -> None:
    path, degrees = turned
    expected = frame(0).rotate(-degrees, expand=True)
    seconds, first = next(sampled_frames(path, side=32))
    assert seconds == 0 and difference(first, expected.resize((expected.width // 2, expected.height // 2))) < 6
    assert difference(frame_at(path, 0.0), expected) < 4


def test_a_stream_without_times_is_refused(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "raw.h264"), "w", format="h264") as film:
        stream = film.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        film.mux(stream.encode(av.VideoFrame.from_image(frame(0))))
        film.mux(stream.encode(None))
    with refused(ImageError, match="presentation times"):
        list(video_frames(tmp_path / "raw.h264"))
