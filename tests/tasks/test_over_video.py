"""Films painted over a video, on a video that is made here: a bright square that moves right over noise."""

from __future__ import annotations

import wave
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import runs
from clipgen.errors import ImageError, SettingsError
from clipgen.generators.base import Size
from clipgen.media.footage import Footage, VideoFacts
from clipgen.media.images import from_pil
from clipgen.media.video import VideoWriter
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import FilmSettings, GenerateSettings, picture_settings
from clipgen.tasks.animate import Film
from clipgen.tasks.animate.flow import flow, shift, trusted
from clipgen.tasks.animate.painters.video import VideoPainter
from clipgen.timelines import Scene, Timeline, Track

SIZE = (96, 64)
COUNT, FPS, SPEED = 16, 8, 2  # frames, frames a second, pixels a frame
PICTURE = GenerateSettings.of(size=SIZE, steps=3, cutn=2, seed=7, generator="pixels", device="cpu", dtype="fp32")
FILM = FilmSettings(fps=FPS, keyframes=4, keyframe_steps=2)
Make = Callable[..., Film]


def frame(number: int) -> Image.Image:
    rng = np.random.default_rng(0)
    image = np.kron(rng.integers(40, 90, (8, 12, 3)), np.ones((8, 8, 1))).astype(np.uint8)
    left = 10 + SPEED * number
    image[16:48, left : left + 32] = np.kron(rng.integers(120, 255, (8, 8, 3)), np.ones((4, 4, 1)))
    return Image.fromarray(image)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("video")
    with VideoWriter(folder / "silent.mp4", fps=FPS) as writer:
        for number in range(COUNT):
            writer.add(frame(number))
    with wave.open(str(folder / "sound.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(np.random.default_rng(0).integers(-9000, 9000, 2 * 8000, dtype=np.int16).tobytes())
    with VideoWriter(folder / "walk.mp4", fps=FPS, audio=folder / "sound.wav") as writer:
        for number in range(COUNT):
            writer.add(frame(number))
    return folder / "walk.mp4"


@pytest.fixture
def make(perceptor: OpenClip, tmp_path: Path, video: Path) -> Make:
    def made(*scenes: Scene, folder: str = "film", **given: Any) -> Film:
        names = {spec.name for _, spec in picture_settings()}
        picture = PICTURE.changed(**{name: given.pop(name) for name in names & given.keys()})
        settings = replace(FILM, **{"video_in": str(video), **given})
        listed = scenes or (Scene("a red square"), Scene("a blue circle"))
        return runs.film(perceptor, Timeline(listed), settings, picture, folder=tmp_path / folder)

    return made


def shoot(film: Film) -> list[bytes]:
    for _ in film.shoot():
        pass
    return [film.store.path(take, i).read_bytes() for take in film.takes for i in range(take.count)]


def test_the_facts_of_a_video(video: Path) -> None:
    assert VideoFacts.of(video) == VideoFacts(SIZE, 2.0, sound=True, rate=Fraction(FPS))
    assert not VideoFacts.of(video.with_name("silent.mp4")).sound
    assert VideoFacts((1920, 1080), 1.0, sound=False).painted_size() == (336, 192)


def test_frames_are_read_in_order_and_few_are_kept(video: Path) -> None:
    footage = Footage(video, fps=FPS, size=SIZE, keep=3)
    for number in (0, 3, 4, 3, 12, 1):
        own = from_pil(frame(number))
        assert (footage.at(number) - own).abs().mean() < 0.03, number
        assert len(footage._kept) <= 3
    assert torch.equal(footage.at(99), footage.at(COUNT - 1))


def test_another_form_is_cropped(video: Path) -> None:
    square = Footage(video, fps=FPS, size=(64, 64)).at(0)
    assert square.shape == (1, 3, 64, 64)
    assert (square - from_pil(frame(0))[..., 16:80]).abs().mean() < 0.03


def test_the_flow_finds_the_way() -> None:
    before, after = from_pil(frame(2)), from_pil(frame(5))
    there, back = flow(after, before), flow(before, after)
    inner = (0, 0, slice(24, 40), slice(28, 44))
    assert abs(float(there[inner].mean()) + 3 * SPEED) < 1
    assert (shift(before, there) - after).abs().mean() < 0.5 * (before - after).abs().mean()
    sure = trusted(there, back)
    assert sure[inner].mean() > 0.9 and sure.min() == 0


def test_the_picture_goes_along(make: Make) -> None:
    film = make(video_weight=100.0)
    assert film.seconds == 2 and [take.count for take in film.takes] == [4, 4]
    shoot(film)
    frames = list(film.frames())
    assert len(frames) == COUNT
    for shown in frames[1:]:
        own = from_pil(shown.image).mean(1)
        errors = [float((own - from_pil(frame(n)).mean(1)).square().mean()) for n in range(COUNT)]
        assert abs(int(np.argmin(errors)) - shown.index) <= 1


def test_each_keyframe_stays_near_its_own_frame(make: Make, tmp_path: Path) -> None:
    """And not near the first one of its scene as well."""
    with VideoWriter(tmp_path / "dawn.mp4", fps=FPS) as writer:
        for number in range(FPS):
            writer.add(Image.new("RGB", SIZE, (60 + 20 * number,) * 3))
    film = make(Scene("a square"), video_in=str(tmp_path / "dawn.mp4"), video_weight=1000.0, keyframe_steps=25, lr=1.0)
    shoot(film)
    assert float(film.store.load(film.takes[0], 3).mean()) == pytest.approx(180 / 255, abs=0.15)


def test_only_a_first_picture_has_a_start_to_stay_near(make: Make) -> None:
    """That of a scene which grows out of another begins as that one ended."""
    for given, weight in (({}, FILM.video_weight), ({"init_weight": 3.0}, 3.0)):
        film = make(**given)
        assert isinstance(film.painter, VideoPainter)
        fresh, grown = (film.painter.open_scene(take).setup for take in film.takes)
        assert fresh.parts.settings.init.init_weight == weight and not fresh.parts.losses
        assert grown.parts.settings.init.init_weight is None and not grown.parts.losses


@pytest.mark.parametrize(("generator", "asked", "size"), [("vqgan", (50, 34), (52, 36)), ("stylegan", SIZE, (64, 64))])
def test_a_generator_that_makes_other_sizes(make: Make, generator: str, asked: Size, size: Size) -> None:
    film = make(generator=generator, size=asked, keyframes=2, keyframe_steps=1, steps=1)
    shoot(film)
    assert {shown.image.size for shown in film.frames()} == {size}


def test_a_killed_film_resumes_to_the_same_bytes(make: Make) -> None:
    whole = shoot(make())
    for step in make(folder="killed").shoot():
        if step.index == 12:
            break
    again = make(folder="killed")
    assert 0 < again.steps < make(folder="other").steps and shoot(again) == whole


def test_its_sound_is_kept(make: Make, tmp_path: Path) -> None:
    path = make().save(tmp_path / "painted.mp4")
    facts = VideoFacts.of(path)
    assert facts.sound and facts.seconds == pytest.approx(2.0, abs=0.1) and facts.size == SIZE


def test_another_video_is_another_film(make: Make, video: Path) -> None:
    shoot(make())
    assert make().reused == [0, 1]
    assert make(video_in=str(video.with_name("silent.mp4"))).reused == []
    assert make(video_weight=5.0).reused == [] and make(fps=16).reused == []


def test_what_cannot_be_painted_over(make: Make, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="init_noise and video_in"):
        make(init_noise="perlin")
    with pytest.raises(SettingsError, match="zoom"):
        make(Scene("a fox", tracks={"zoom": Track.constant(1.1)}))
    with pytest.raises(ImageError, match="none.mp4"):
        make(video_in="none.mp4")
    (tmp_path / "bad.mp4").write_bytes(b"not a video")
    with pytest.raises(ImageError, match="bad.mp4"):
        make(video_in=str(tmp_path / "bad.mp4"))
