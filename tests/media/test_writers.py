import subprocess
import wave
from pathlib import Path
from types import SimpleNamespace

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image, ImageFont

from clipgen.errors import ImageError, SettingsError
from clipgen.media.captions import with_caption
from clipgen.media.plots import plot_curve
from clipgen.media.sheets import contact_sheet, wrapped
from clipgen.media.video import FrameFolder, VideoWriter

RED, GREEN, BLUE = (255, 0, 0), (0, 128, 0), (0, 0, 255)


def plain(colour: tuple[int, int, int], size: tuple[int, int] = (64, 48)) -> Image.Image:
    return Image.new("RGB", size, colour)


def read_video(path: Path) -> list[np.ndarray]:
    frames = imageio_ffmpeg.read_frames(str(path))
    width, height = next(frames)["size"]
    return [np.frombuffer(frame, np.uint8).reshape(height, width, 3) for frame in frames]


def test_contact_sheet_holds_every_picture_in_its_place() -> None:
    sheet = contact_sheet([plain(RED), plain(GREEN), plain(BLUE)], columns=2)
    assert sheet.size == (2 * 72 + 8, 2 * 56 + 8)
    assert [sheet.getpixel(at) for at in ((40, 32), (112, 32), (40, 88), (112, 88))] == [RED, GREEN, BLUE, (255,) * 3]


def test_contact_sheet_centres_smaller_pictures_and_writes_labels() -> None:
    sheet = contact_sheet([plain(RED, (20, 20)), plain(BLUE)], labels=["a red thing of many words", "b"])
    assert sheet.getpixel((40, 32)) == RED and sheet.getpixel((12, 12)) == (255, 255, 255)
    below = np.asarray(sheet)[60:, :76]
    assert (below < 128).any(), "no ink below the first picture"
    assert sheet.height > contact_sheet([plain(RED), plain(BLUE)], labels=["a", "b"]).height


def test_contact_sheet_is_nearly_square() -> None:
    assert contact_sheet([plain(RED, (10, 10))] * 9).size == (62, 62)


@pytest.mark.parametrize("given", [{"images": []}, {"labels": ["a", "b"]}, {"columns": 0}])
def test_contact_sheet_bad_input(given: dict[str, list[str]]) -> None:
    with pytest.raises(SettingsError):
        contact_sheet(**{"images": [plain(RED)], **given})  # type: ignore[arg-type]


def test_wrapped_lines_fit() -> None:
    font = ImageFont.load_default(size=12)
    lines = wrapped("a castle at sunset over Llanfairpwllgwyngyllgogerychwyrndrobwll", font, 80)
    assert all(font.getlength(line) <= 80 for line in lines)
    assert lines[0].startswith("a castle") and lines[-1].endswith("…")
    assert wrapped("", font, 80) == []


def test_video_has_every_frame_in_order(tmp_path: Path) -> None:
    path = tmp_path / "new" / "run.mp4"
    with VideoWriter(path, fps=10) as video:
        for colour in (RED, GREEN, BLUE):
            video.add(plain(colour))
        assert not path.exists(), "a video that is not whole must not stand in its place"
    frames = read_video(path)
    assert len(frames) == 3
    for frame, colour in zip(frames, (RED, GREEN, BLUE), strict=True):
        assert np.abs(frame.mean((0, 1)) - colour).max() < 12
    assert [entry.name for entry in path.parent.iterdir()] == ["run.mp4"]


def test_odd_frames_are_padded_not_resized(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "odd.mp4") as video:
        video.add(plain(RED, (65, 47)))
    (frame,) = read_video(tmp_path / "odd.mp4")
    assert frame.shape == (48, 66, 3)
    assert np.abs(frame.astype(int) - RED).max() < 30


def test_video_plays_everywhere_and_from_the_start(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "run.mp4") as video:
        video.add(plain(RED))
    told = subprocess.run([VideoWriter.probe(), "-i", tmp_path / "run.mp4"], capture_output=True, text=True).stderr
    assert "h264" in told and "yuv420p" in told
    content = (tmp_path / "run.mp4").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_what_was_made_is_kept_when_the_work_breaks(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), VideoWriter(tmp_path / "run.mp4") as video:
        video.add(plain(RED))
        raise KeyboardInterrupt
    assert len(read_video(tmp_path / "run.mp4")) == 1


def test_no_frames_no_file(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no frame"), VideoWriter(tmp_path / "run.mp4"):
        pass
    with pytest.raises(ValueError, match="before the first"), VideoWriter(tmp_path / "run.mp4"):
        raise ValueError("before the first")
    assert list(tmp_path.iterdir()) == []


def test_an_encoder_that_dies_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="encoder stopped"), VideoWriter(tmp_path / "run.mp4") as video:
        video.add(plain(RED))
        video._encoder.close()
        video.add(plain(RED))
    assert list(tmp_path.iterdir()) == []


def test_a_video_that_is_cut_short_is_not_put_into_place(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="could not finish .*run.mp4"), VideoWriter(tmp_path / "run.mp4") as video:
        for colour in (RED, GREEN, BLUE):
            video.add(plain(colour))
        video.frames += 1
    assert list(tmp_path.iterdir()) == []


def test_missing_encoder_is_told_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> str:
        raise RuntimeError("No ffmpeg exe could be found")

    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", fail)
    with pytest.raises(ImageError, match="--video"):
        VideoWriter.probe()
    with pytest.raises(ImageError), VideoWriter(tmp_path / "run.mp4"):
        raise AssertionError("the work began")


def test_video_bad_input(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=".mp4"):
        VideoWriter(tmp_path / "run.avi")
    with pytest.raises(SettingsError, match="fps"):
        VideoWriter(tmp_path / "run.mp4", fps=0)
    with pytest.raises(SettingsError, match="one size"), VideoWriter(tmp_path / "run.mp4") as video:
        video.add(plain(RED))
        video.add(plain(RED, (10, 10)))


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".apng"])
def test_films_that_browsers_show_as_pictures(tmp_path: Path, suffix: str) -> None:
    with VideoWriter(tmp_path / f"run{suffix}", fps=10) as video:
        for colour in (RED, GREEN, BLUE):
            video.add(plain(colour))
    with Image.open(tmp_path / f"run{suffix}") as film:
        assert (film.n_frames, film.info["loop"]) == (3, 0)  # type: ignore[attr-defined]
        film.seek(1)
        film.load()
        assert film.info["duration"] == 100
        assert np.abs(np.asarray(film.convert("RGB"))[5, 5].astype(int) - GREEN).max() < 12


def test_a_gif_is_not_faster_than_gifs_are(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="50 are the most"):
        VideoWriter(tmp_path / "run.gif", fps=60)


def test_sound_and_metadata(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "beep.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(2 * 8000 * 5))
    about = {"title": "a red film", "prompts": ["a fox"]}
    with VideoWriter(tmp_path / "run.mp4", fps=10, audio=tmp_path / "beep.wav", metadata=about) as video:
        for _ in range(10):
            video.add(plain(RED))
    told = subprocess.run([VideoWriter.probe(), "-i", tmp_path / "run.mp4"], capture_output=True, text=True).stderr
    assert "aac" in told and "a red film" in told and "a fox" in told
    assert "Duration: 00:00:01.0" in told  # five seconds of sound do not draw out one of film
    with pytest.raises(SettingsError, match="cannot hold sound"):
        VideoWriter(tmp_path / "run.gif", audio=tmp_path / "beep.wav")


def test_a_folder_of_frames(tmp_path: Path) -> None:
    with FrameFolder(tmp_path / "frames") as frames:
        for colour in (RED, GREEN):
            frames.add(plain(colour))
    assert sorted(path.name for path in (tmp_path / "frames").iterdir()) == ["00000.png", "00001.png"]
    with pytest.raises(ImageError, match="holds frames already"), FrameFolder(tmp_path / "frames"):
        raise AssertionError("the work began")


def test_a_caption_stands_at_the_lower_border() -> None:
    picture = plain(RED, (120, 90))
    before, after = np.asarray(picture), np.asarray(with_caption(picture, "fox"))
    changed = (before != after).any(-1)
    assert changed[60:].any() and not changed[:60].any() and after.max() == 255
    assert with_caption(plain(RED), "") == plain(RED)


def test_curve_draws_both_lines(tmp_path: Path) -> None:
    history = [SimpleNamespace(loss=(1 / (i + 1), 1.0), score=(i / 10, float("nan"))) for i in range(10)]
    plot_curve(history, tmp_path / "curve.png", size=(400, 200))
    with Image.open(tmp_path / "curve.png") as plot:
        pixels = np.asarray(plot.convert("RGB")).reshape(-1, 3)
    assert plot.size == (400, 200)
    for colour in ((200, 80, 40), (30, 110, 180)):
        assert (pixels == colour).all(-1).sum() > 100
    plot_curve(history[:1], tmp_path / "one.png")
    with pytest.raises(SettingsError):
        plot_curve([], tmp_path / "none.png")
