"""Films in a library: which frames are kept, what a kill loses, what is reported."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from clipgen.errors import ImageError
from clipgen.library import Library, Progress, Watching, index, watching
from clipgen.perceptors.base import Perceptor
from clipgen.similarity import Skipped
from clipgen.store import picture_keys
from gridclip import GridClip

from .conftest import noise

Bring = Callable[..., list[Progress | Watching | Skipped]]


def write_film(path: Path, shots: list[int], *, rate: Fraction = Fraction(4), seconds: int = 3) -> Path:
    """A film of some seconds for each seed."""
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=rate, options={"crf": "12"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for seed in shots:
            for _ in range(round(seconds * rate)):
                film.mux(stream.encode(av.VideoFrame.from_image(noise(seed, (64, 48)))))
        film.mux(stream.encode(None))
    return path


@pytest.fixture
def perceptor() -> Perceptor:
    return GridClip()


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """films/walk.mp4: three shots of three seconds."""
    folder = tmp_path / "films"
    folder.mkdir()
    write_film(folder / "walk.mp4", [0, 1, 2])
    return folder


@pytest.fixture
def bring(films: Path, library: Library, perceptor: Perceptor) -> Bring:
    return lambda: list(index([films], library, perceptor, films=True))


def times(library: Library, place: Path) -> list[float]:
    """When the frames of the films in a place are shown, each of which has a vector."""
    keys = library.frames.keys([place])
    vectors = library.vectors(GridClip.fingerprint, GridClip.dim)
    assert vectors.has(picture_keys(keys)).all()
    found = library.frames.find(keys)
    return [round(found[key].seconds, 3) for key in keys]


def test_frames_like_the_one_before_are_dropped(films: Path, bring: Bring, library: Library) -> None:
    assert bring()[-1] == Progress(1, 1, 3)
    assert times(library, films) == [0.0, 3.0, 6.0]
    status = library.status(films)
    assert (status.files, status.films, status.frames, status.broken) == (1, 1, 3, 0)
    assert list(status.vectors.values()) == [3]


@pytest.mark.parametrize("rate", ["24000/1001", "30000/1001", "1/2"])
def test_times_at_odd_rates(rate: str, films: Path, bring: Bring, library: Library) -> None:
    write_film(films / "walk.mp4", [0, 1, 2], rate=Fraction(rate), seconds=4)
    bring()
    frame = float(1 / Fraction(rate))
    # the first frame in each second, or up to three later where no other frame depends on it
    starts = [round(4 * Fraction(rate)) * number * frame for number in range(3)]
    found = times(library, films)
    assert len(found) == 3 and all(-1e-6 <= a - b < 1 + 3 * frame for a, b in zip(found, starts, strict=True))


def test_a_second_run_decodes_nothing(bring: Bring, films: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bring()
    monkeypatch.setattr(watching, "sampled_frames", lambda *_, **__: pytest.fail("decoded again"))
    assert bring() == [Progress(0, 0, 0)]
    shutil.move(films / "walk.mp4", films / "renamed.mp4")
    shutil.copy(films / "renamed.mp4", films / "copy.mp4")
    assert bring()[-1] == Progress(2, 2, 0)


def test_a_kill_loses_a_batch_at_most(
    films: Path, bring: Bring, library: Library, perceptor: Perceptor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "_BATCH", 2)
    events = index([films], library, perceptor, films=True)
    seen = [next(events) for _ in range(3)]
    assert seen[-1] == Watching(films / "walk.mp4", 3.0, 9.0, 2)
    del events  # as a kill does: nothing after the second batch
    began: list[float] = []
    decode = watching.sampled_frames
    monkeypatch.setattr(watching, "sampled_frames",
                        lambda *args, since, **more: began.append(since) or decode(*args, since=since, **more))  # type: ignore[func-returns-value] # fmt: skip
    assert bring()[-1] == Progress(1, 1, 1)
    assert began == [3.0] and times(library, films) == [0.0, 3.0, 6.0]


def test_another_perceptor_has_its_own_progress(films: Path, bring: Bring, library: Library) -> None:
    class Other(GridClip):
        fingerprint = "8" * 64

    bring()
    assert list(index([films], library, Other(), films=True))[-1] == Progress(1, 1, 3)
    assert sorted(library.status(films).vectors.values()) == [3, 3] and library.status(films).frames == 3


def test_bad_films_are_named_each_time(films: Path, bring: Bring, library: Library) -> None:
    whole = write_film(films / "cut.mkv", [0, 1, 2, 3]).read_bytes()
    (films / "cut.mkv").write_bytes(whole[: len(whole) // 2])
    (films / "text.mp4").write_text("no film")
    with av.open(str(films / "sound.mov"), "w") as film:
        track = film.add_stream("pcm_s16le", rate=8000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        sound.sample_rate = 8000
        film.mux(track.encode(sound))
    first, second = ({one for one in bring() if isinstance(one, Skipped)} for _ in range(2))
    assert first == second
    assert sorted(one.path.name for one in first) == ["cut.mkv", "sound.mov", "text.mp4"]
    assert all(str(one.path) in one.reason and "\n" not in one.reason for one in first)
    assert 0 < len(times(library, films / "cut.mkv")) < 4  # what comes before the damage is found


def unplugged() -> ImageError:
    """What a film becomes on a disk in a network that is away for a moment."""
    error = ImageError("walk.mp4 cannot be decoded as a video: Input/output error")
    error.__cause__ = OSError(errno.EIO, "Input/output error")
    return error


def test_a_film_that_could_not_be_opened_for_a_moment_is_opened_again(
    films: Path, bring: Bring, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path) -> None:
        raise unplugged()

    with monkeypatch.context() as patched:
        patched.setattr(watching.VideoFacts, "of", fail)
        assert isinstance(bring()[1], Skipped) and library.status(films).broken == 0
    assert bring()[-1] == Progress(1, 1, 3) and times(library, films) == [0.0, 3.0, 6.0]


def test_a_film_that_could_not_be_read_for_a_moment_goes_on_from_there(
    films: Path, bring: Bring, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode = watching.sampled_frames

    def fail(*arguments: Any, **settings: Any) -> Iterator[tuple[float, Image.Image]]:
        for seconds, picture in decode(*arguments, **settings):
            if seconds > 4:
                raise unplugged()
            yield seconds, picture

    with monkeypatch.context() as patched:
        patched.setattr(watching, "sampled_frames", fail)
        (skipped,) = (one for one in bring() if isinstance(one, Skipped))
        assert "Input/output error" in skipped.reason and times(library, films) == [0.0, 3.0]
    assert bring()[-1] == Progress(1, 1, 1) and times(library, films) == [0.0, 3.0, 6.0]
    assert bring() == [Progress(0, 0, 0)]


def test_pictures_alone_leave_films_as_they_are(
    films: Path, bring: Bring, library: Library, perceptor: Perceptor
) -> None:
    Image.new("RGB", (32, 32), "red").save(films / "red.png")
    assert list(index([films], library, perceptor))[-1] == Progress(1, 1, 1)
    bring()
    assert list(index([films], library, perceptor)) == [Progress(0, 0, 0)]
    assert len(library.database.files(films)) == 2 and len(library.database.hashes([films])) == 1
    (films / "walk.mp4").unlink()
    bring()
    assert times(library, films) == []
