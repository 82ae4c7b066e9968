"""Films have every frame, sound and settings, and are whole or absent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import wave
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from clipgen.errors import OutputError, SettingsError
from clipgen.media.films import FORMATS, FilmFormat, FilmKind, check_film, film_format
from clipgen.media.footage import video_frames
from clipgen.media.video import FrameFolder, VideoWriter, open_film, videos

RED, GREEN, BLUE = (255, 0, 0), (0, 128, 0), (0, 0, 255)


def plain(colour: tuple[int, int, int], size: tuple[int, int] = (64, 48)) -> Image.Image:
    return Image.new("RGB", size, colour)


def write_sound(path: Path, seconds: float, rate: int = 8000, channels: int = 1) -> Path:
    """A tone of full loudness."""
    tone = (20_000 * np.sin(np.arange(round(seconds * rate)) * 2 * np.pi * 440 / rate)).astype("<i2")
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(np.repeat(tone[:, None], channels, 1).tobytes())
    return path


def loudness(path: Path) -> tuple[float, list[bool]]:
    """Seconds of sound in a film, and for each tenth of them whether it is loud."""
    with av.open(str(path)) as film:
        rate = film.streams.audio[0].rate
        samples = np.concatenate([frame.to_ndarray()[0] for frame in film.decode(audio=0)])
        seconds = float(film.streams.audio[0].duration * film.streams.audio[0].time_base)
    tenths = [samples[at : at + rate // 10] for at in range(0, round(seconds * rate) - rate // 20, rate // 10)]
    return seconds, [bool(np.abs(tenth).mean() > 0.1) for tenth in tenths]


def test_a_video_has_every_frame_in_order(tmp_path: Path) -> None:
    path = tmp_path / "new" / "run.mp4"
    with VideoWriter(path, fps=10) as video:
        for colour in (RED, GREEN, BLUE):
            video.add(plain(colour))
        assert not path.exists(), "a video that is not whole must not be in place"
    frames = list(video_frames(path))
    assert [round(seconds, 3) for seconds, _ in frames] == [0, 0.1, 0.2]
    for (_, frame), colour in zip(frames, (RED, GREEN, BLUE), strict=True):
        assert np.abs(np.asarray(frame).mean((0, 1)) - colour).max() < 12
    assert os.listdir(path.parent) == ["run.mp4"]


@pytest.mark.parametrize("fps", [1, 12.5, 23.976, 30, 60])
def test_a_video_has_its_rate_and_length(tmp_path: Path, fps: float) -> None:
    with VideoWriter(tmp_path / "run.mp4", fps=fps) as video:
        for number in range(30):
            video.add(plain((8 * number, 0, 0)))
    with av.open(str(tmp_path / "run.mp4")) as film:
        stream = film.streams.video[0]
        assert stream.frames == 30 and float(stream.average_rate or 0) == pytest.approx(fps, rel=1e-3)
        assert float(stream.duration * stream.time_base) == pytest.approx(30 / fps, rel=1e-3)


def test_odd_frames_are_padded_not_resized(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "odd.mp4") as video:
        video.add(plain(RED, (65, 47)))
    ((_, frame),) = video_frames(tmp_path / "odd.mp4")
    assert frame.size == (66, 48)
    assert np.abs(np.asarray(frame).astype(int) - RED).max() < 30


def test_a_video_plays_everywhere_and_while_it_loads(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "run.mp4") as video:
        video.add(plain(RED))
    with av.open(str(tmp_path / "run.mp4")) as film:
        stream = film.streams.video[0]
        assert stream.codec_context.name == "h264" and stream.codec_context.pix_fmt == "yuv420p"
    content = (tmp_path / "run.mp4").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat") and b"crf=18" in content


def test_the_same_frames_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        for ending in videos():
            with VideoWriter(tmp_path / f"{name}{ending}", fps=10) as video:
                for number in range(8):
                    video.add(plain((30 * number, 90, 0)))
    for ending in videos():
        one, two = tmp_path / f"a{ending}", tmp_path / f"b{ending}"
        if ending == ".mp4":
            # on some CPUs x264 now and then spends other bits on a macroblock, which decodes to the same pixels
            pictures = [[(at, frame.tobytes()) for at, frame in video_frames(path)] for path in (one, two)]
            assert len(pictures[0]) == 8 and pictures[0] == pictures[1]
        else:
            assert one.read_bytes() == two.read_bytes()


def test_the_frames_so_far_are_kept_when_the_work_breaks(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), VideoWriter(tmp_path / "run.mp4") as video:
        video.add(plain(RED))
        raise KeyboardInterrupt
    assert len(list(video_frames(tmp_path / "run.mp4"))) == 1


def test_no_frames_no_file(tmp_path: Path) -> None:
    with pytest.raises(OutputError), VideoWriter(tmp_path / "run.mp4"):
        pass
    with pytest.raises(ValueError, match="before the first"), VideoWriter(tmp_path / "run.mp4"):
        raise ValueError("before the first")
    assert os.listdir(tmp_path) == []


def test_an_encoder_that_fails_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise av.ExternalError(542398533, "Generic error in an external library")

    with pytest.raises(OutputError) as caught, VideoWriter(tmp_path / "run.mp4") as video:
        video.add(plain(RED))
        monkeypatch.setattr(video._encoder, "add", fail)
        video.add(plain(RED))
    assert "Generic error" in str(caught.value) and "\n" not in str(caught.value)
    assert os.listdir(tmp_path) == []


def test_a_video_that_lacks_a_frame_is_not_put_into_place(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="run.mp4"), VideoWriter(tmp_path / "run.mp4") as video:
        for colour in (RED, GREEN, BLUE):
            video.add(plain(colour))
        video.frames += 1
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("ending", videos())
def test_a_full_disk_is_an_error_and_leaves_nothing(tmp_path: Path, ending: str) -> None:
    script = f"""
import resource, sys
import numpy as np
from PIL import Image
from clipgen.errors import OutputError
from clipgen.media.video import VideoWriter
rng = np.random.default_rng(0)
try:
    with VideoWriter({str(tmp_path / ("run" + ending))!r}, fps=10) as video:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        for _ in range(12):
            video.add(Image.fromarray(rng.integers(0, 256, (96, 128, 3), dtype=np.uint8)))
except OutputError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert f"run{ending}" in done.stdout and done.stderr == "" and os.listdir(tmp_path) == []


def test_a_missing_encoder_is_reported_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(OutputError):
        VideoWriter.probe()
    with pytest.raises(OutputError), VideoWriter(tmp_path / "run.mp4"):
        raise AssertionError("the work began")


def test_an_encoder_that_is_not_built_in_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    other = FORMATS[".gif"].encoding
    assert other is not None
    row = FilmFormat(FilmKind.VIDEO, type(other)("matroska", "no_such_codec", "yuv420p"))
    monkeypatch.setitem(FORMATS, ".mkv", row)
    with pytest.raises(OutputError) as caught:
        VideoWriter.probe(".mkv")
    assert ".mp4" in str(caught.value) and list(caught.value.settings) == ["output"]


def test_another_format_is_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoding = type(FORMATS[".gif"].encoding)("matroska", "libx264", "yuv420p")  # type: ignore[misc]
    monkeypatch.setitem(FORMATS, ".mkv", FilmFormat(FilmKind.VIDEO, encoding, sound=True))
    with open_film(tmp_path / "run.mkv", 10, audio=write_sound(tmp_path / "beep.wav", 1)) as film:
        for _ in range(10):
            film.add(plain(RED))
    assert len(list(video_frames(tmp_path / "run.mkv"))) == 10


@pytest.mark.parametrize(
    ("path", "given", "settings"),
    [
        ("run.avi", {}, {"output"}),
        ("run.mp4", {"fps": 0}, {"fps"}),
        ("run.gif", {"fps": 60}, {"fps"}),
        ("run.gif", {"audio": Path(__file__)}, {"audio"}),
        ("run.mp4", {"audio": Path("none.wav")}, {"audio"}),
        ("frames", {"audio": Path(__file__)}, {"audio"}),
        ("run.html", {}, {"as_network", "generator"}),
        ("run.html", {"network": True, "audio": Path(__file__)}, {"audio"}),
    ],
)
def test_what_a_film_cannot_do(path: str, given: dict[str, object], settings: set[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        check_film(path, **given)  # type: ignore[arg-type]
    assert set(caught.value.settings) == settings


def test_what_a_film_can_do() -> None:
    assert check_film("RUN.MP4", audio=Path(__file__)).metadata
    assert check_film("run.html", network=True).kind is FilmKind.PAGE
    assert film_format("outputs/frames").kind is FilmKind.FOLDER


def test_bad_frames(tmp_path: Path) -> None:
    with pytest.raises(SettingsError), VideoWriter(tmp_path / "run.mp4") as video:
        video.add(plain(RED))
        video.add(plain(RED, (10, 10)))
    for name in ("run.html", "frames"):
        with pytest.raises(SettingsError):
            VideoWriter(tmp_path / name)


@pytest.mark.parametrize("ending", [".gif", ".webp", ".apng"])
def test_films_that_browsers_show_as_pictures(tmp_path: Path, ending: str) -> None:
    with VideoWriter(tmp_path / f"run{ending}", fps=10) as video:
        for colour in (RED, GREEN, BLUE):
            video.add(plain(colour))
    with Image.open(tmp_path / f"run{ending}") as film:
        assert (film.n_frames, film.info["loop"]) == (3, 0)  # type: ignore[attr-defined]
        film.seek(1)
        film.load()
        assert film.info["duration"] == 100
        assert np.abs(np.asarray(film.convert("RGB"))[5, 5].astype(int) - GREEN).max() < 12


@pytest.mark.parametrize(
    ("sound", "loud"),
    [((5.0, 8000, 1), [True] * 10), ((0.5, 44_100, 2), [True] * 5 + [False] * 5), ((2.0, 48_000, 2), [True] * 10)],
)
def test_sound_is_cut_or_padded(tmp_path: Path, sound: tuple[float, int, int], loud: list[bool]) -> None:
    with VideoWriter(tmp_path / "run.mp4", fps=10, audio=write_sound(tmp_path / "beep.wav", *sound)) as video:
        for _ in range(10):
            video.add(plain(RED))
    seconds, heard = loudness(tmp_path / "run.mp4")
    assert seconds == pytest.approx(1.0, abs=0.03) and heard == loud
    assert len(list(video_frames(tmp_path / "run.mp4"))) == 10
    with av.open(str(tmp_path / "run.mp4")) as film:
        assert film.streams.audio[0].rate == sound[1] and film.streams.audio[0].channels == sound[2]


def test_sound_goes_along_with_the_frames(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "run.mp4", fps=2, audio=write_sound(tmp_path / "beep.wav", 9)) as video:
        for _ in range(60):
            video.add(plain(RED))
    with av.open(str(tmp_path / "run.mp4")) as film:
        packets = [packet for packet in film.demux() if packet.size]
        stored = [(packet.pos, packet.stream.type, float(packet.dts * packet.time_base)) for packet in packets]
    latest = {"video": 0.0, "audio": 0.0}
    for _, kind, seconds in sorted(stored):
        latest[kind] = seconds
        assert abs(latest["video"] - latest["audio"]) < 1.5, "a player would have to search through the file"


def test_sound_of_a_video_may_begin_late(tmp_path: Path) -> None:
    rate = 44_100
    with av.open(str(tmp_path / "late.mkv"), "w") as late:
        track = late.add_stream("pcm_s16le", rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.full((1, rate // 2), 20_000, np.int16), "s16", "mono")
        frame.sample_rate, frame.pts = rate, rate // 2
        picture = late.add_stream("mpeg4", rate=10)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        late.mux(picture.encode(av.VideoFrame.from_image(plain(RED))))
        late.mux(picture.encode(None))
        late.mux(track.encode(frame))
        late.mux(track.encode(None))
    with VideoWriter(tmp_path / "run.mp4", fps=10, audio=tmp_path / "late.mkv") as video:
        for _ in range(10):
            video.add(plain(RED))
    heard = loudness(tmp_path / "run.mp4")[1]
    assert heard[:4] == [False] * 4 and heard[6:] == [True] * 4


def test_a_file_without_sound(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "silent.mp4") as video:
        video.add(plain(RED))
    (tmp_path / "text.wav").write_text("no sound")
    for name in ("silent.mp4", "text.wav"):
        with (
            pytest.raises(SettingsError) as caught,
            VideoWriter(tmp_path / "run.mp4", audio=tmp_path / name) as video,
        ):
            video.add(plain(RED))
        assert list(caught.value.settings) == ["audio"] and name in str(caught.value)
    assert sorted(os.listdir(tmp_path)) == ["silent.mp4", "text.wav"]


def test_metadata(tmp_path: Path) -> None:
    about = {"title": "a red film 海", "prompts": ["a fox"] * 20_000}
    with open_film(tmp_path / "run.mp4", 10, metadata=about) as video:
        video.add(plain(RED))
    with av.open(str(tmp_path / "run.mp4")) as film:
        assert film.metadata["title"] == "a red film 海" and json.loads(film.metadata["comment"]) == about
    with open_film(tmp_path / "run.gif", 10, metadata=about) as film:  # leaves out what a gif cannot carry
        film.add(plain(RED))


def test_a_folder_of_frames(tmp_path: Path) -> None:
    with open_film(tmp_path / "frames", 10) as frames:
        assert isinstance(frames, FrameFolder)
        for colour in (RED, GREEN):
            frames.add(plain(colour))
    assert sorted(path.name for path in (tmp_path / "frames").iterdir()) == ["00000.png", "00001.png"]
    with pytest.raises(OutputError), FrameFolder(tmp_path / "frames"):
        raise AssertionError("the work began")


def test_films_import_the_encoder_late() -> None:
    script = "import sys, clipgen.media.video, clipgen.media.footage; sys.exit('av' in sys.modules)"
    assert os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", script]) == 0
