"""Scenes to film: shoot the keyframes, and show them at any rate."""

from __future__ import annotations

import math
import secrets
import tempfile
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from clipgen.media.images import to_pil
from clipgen.models import shelf
from clipgen.perceptors.base import Perceptor
from clipgen.settings import FilmSettings, GenerateSettings
from clipgen.synthesis import Step
from clipgen.tasks.animate.camera import Motion, warp
from clipgen.tasks.animate.shoot import Scenery, renumbered
from clipgen.tasks.animate.store import Store
from clipgen.tasks.animate.takes import Take, plan
from clipgen.tasks.generate.targets import Targets
from clipgen.timelines import Timeline, ease

_REACH = 2  # keyframes to both sides that a frame is blended of


@dataclass(frozen=True)
class Frame:
    """One frame of a film.

    index: 0 for the first; seconds: when it is shown; scene: number of its scene; words: its caption; image.
    """

    index: int
    seconds: float
    scene: int
    words: str
    image: Image.Image


class Film:
    """A timeline on its way to frames.

        >>> film = Film(timeline, FilmSettings(), GenerateSettings.of(seed=7), perceptor=perceptor)
        >>> for step in film.shoot():
        ...     print(step.index, step.total, step.score)
        >>> for frame in film.frames():
        ...     frame.image.save(f"{frame.index:05d}.png")

    timeline: scenes; settings, picture: how they become a film and its pictures; perceptor: loaded; weights: of the
    generator, None for the built-in ones; folder: where keyframes are kept, by default a temporary one that goes with
    the film. What lies there already and still holds is used again.

    takes: the plan; reused: numbers of scenes that were found whole; notes: what a user should hear.

    Raises PromptError, SettingsError, UnknownNameError, ImageError, WeightsError or DeviceError for what cannot be
    shot; while it is shot what `Synthesis` raises.
    """

    def __init__(
        self,
        timeline: Timeline,
        settings: FilmSettings | None = None,
        picture: GenerateSettings | None = None,
        *,
        perceptor: Perceptor,
        weights: Path | None = None,
        folder: Path | None = None,
    ) -> None:
        self._own_folder = tempfile.TemporaryDirectory(prefix="clipgen-") if folder is None else None
        self.store = Store(folder or Path(str(self._own_folder and self._own_folder.name)))
        self.settings = self.settled((settings or FilmSettings()).validate())
        picture = picture or GenerateSettings()
        if picture.seed is None:
            noted = self.store.noted().get("seed")
            picture = replace(picture, seed=noted if isinstance(noted, int) else secrets.randbelow(2**32))
        self.picture, self.perceptor, self.weights = picture, perceptor, weights
        models = {
            "perceptor": perceptor.fingerprint,
            "generator": shelf.fingerprint(picture.generator, weights),
        }
        self.takes = self._planned(timeline, models)
        self._firsts = [take.first for take in self.takes]
        self.title = timeline.title
        self.notes: list[str] = []
        done = [self._frames_of(take) for take in self.takes]
        self.reused = [take.index for take, count in zip(self.takes, done, strict=True) if count == take.count]

    @staticmethod
    def settled(settings: FilmSettings) -> FilmSettings:
        """The settings as this kind of film uses them."""
        return settings

    @classmethod
    def outline(
        cls,
        timeline: Timeline,
        settings: FilmSettings,
        picture: GenerateSettings,
        models: Mapping[str, str | None] | None = None,
    ) -> list[Take]:
        """The scenes of a film, planned without any model; models: fingerprints, where results are to be kept.

        >>> Film.outline(timeline, FilmSettings(), GenerateSettings())[0].count
        12

        Raises SettingsError or PromptError for what cannot be shot.
        """
        return plan(timeline, cls.settled(settings), picture, models=models or {})

    @classmethod
    def cost(cls, takes: list[Take], settings: FilmSettings) -> int:
        """Optimisation steps of all of them."""
        return sum(_steps_of(take, 0, settings) for take in takes)

    @property
    def seconds(self) -> float:
        """Length of the film."""
        return sum(take.count for take in self.takes) / self.settings.keyframes

    @property
    def sound(self) -> Path | None:
        """A file with the sound that the film has by itself."""
        return None

    @property
    def steps(self) -> int:
        """Optimisation steps that are still to do."""
        return sum(_steps_of(take, self._frames_of(take), self.settings) for take in self.takes)

    def shoot(self) -> Iterator[Step]:
        """Optimise every keyframe that is not there yet; each is on disk before the next begins."""
        self.store.note({"seed": self.picture.seed, "scenes": [take.scene.prompt for take in self.takes]})
        total, index = self.steps, 0
        last: Scenery | None = None
        for take in self.takes:
            if self._frames_of(take) == take.count:
                continue
            before: Targets | None = None
            if not take.fresh:
                previous = self.takes[take.index - 1]
                last = last if last is not None and last.take is previous else self._scenery(previous)
                before = last.aims(previous.count - 1)
            last = self._scenery(take)
            ending = self.store.load(self.takes[0], 0) if take.end else None
            for shot in last.shoot(self._start(take), before=before, ending=ending):
                if shot.state is not None:
                    self.store.add(take, shot.number, to_pil(shot.state["image"][0]), shot.state)
                yield renumbered(shot.step, index, total)
                index += 1

    def frames(self) -> Iterator[Frame]:
        """All frames whose keyframes are there, in order; none is kept in memory."""
        rate, fps = self.settings.keyframes, self.settings.fps
        shot = self._shot()
        for index in range(self._length(shot)):
            seconds = index / fps
            place = seconds * rate
            take = self.take_at(min(int(place), shot - 1))
            image = self._blended(place, take, shot)
            if take.transition == "dissolve" and place - take.first < take.turning:
                ghost = self._blended(take.first - 1, self.takes[take.index - 1], shot)
                image = torch.lerp(ghost, image, ease((place - take.first) / take.turning))
            yield Frame(index, seconds, take.index, take.scene.words, to_pil(image[0]))

    def save(self, path: str | Path, *, captions: bool = False, audio: str | Path | None = None) -> Path:
        """Shoot what is missing and write the film.

        >>> clipgen.animate("prompts/seasons.txt").save("outputs/seasons.mp4")

        path, captions, audio: see `record`, which also tells what is raised.
        """
        from clipgen.tasks.animate.record import check_place, record  # it takes a film

        path, sound = Path(path), None if audio is None else Path(audio)
        check_place(path, audio=sound, settings=self.settings)
        deque(self.shoot(), maxlen=0)
        deque(record(self, path, captions=captions, audio=sound), maxlen=0)
        return path

    def __iter__(self) -> Iterator[Frame]:
        """Shoot what is missing, then go through the frames."""
        deque(self.shoot(), maxlen=0)
        return self.frames()

    def spans(self) -> list[tuple[float, float, str]]:
        """When the words of each scene are shown: (start, end, words)."""
        rate = self.settings.keyframes
        return [
            (take.first / rate, (take.first + take.count) / rate, take.scene.words)
            for take in self.takes
            if take.scene.words
        ]

    def middles(self) -> list[Image.Image]:
        """The keyframe in the middle of each scene."""
        return [to_pil(self.store.load(take, take.count // 2)[0]) for take in self.takes]

    def about(self) -> dict[str, Any]:
        """What a film's file tells of it."""
        return {
            "command": "animate",
            "prompts": [take.scene.prompt for take in self.takes],
            "seed": self.picture.seed,
            "film": self.settings.to_dict(),
            "picture": self.picture.to_dict(),
        }

    def _planned(self, timeline: Timeline, models: Mapping[str, str | None]) -> list[Take]:
        return self.outline(timeline, self.settings, self.picture, models)

    def _length(self, shot: int) -> int:
        """Frames that so many keyframes make."""
        return round(shot / self.settings.keyframes * self.settings.fps)

    def _blended(self, place: float, take: Take, shot: int) -> Tensor:
        """The picture at a place among the keyframes.

        A cubic B-spline over time, every keyframe moved to where the camera is: it flickers less than any two of them,
        and is as sharp between keyframes as on them.
        """
        low, high = self._unbroken(take, shot)
        total: Tensor | None = None
        nearest = int(place)
        for number in range(nearest - _REACH + 1, nearest + _REACH + 1):
            share = _spline(abs(place - number))
            if share <= 0:
                continue
            number = min(max(number, low), high)
            picture = warp(self._keyframe(number), self._travel(number, place))
            total = share * picture if total is None else total.add(picture, alpha=share)
        assert total is not None  # the shares of a spline add up to one
        return total

    def _travel(self, number: int, place: float) -> Motion:
        """How the camera moves from a keyframe to a place before or after it."""
        low, high = sorted((float(number), place))
        total = Motion()
        for into in range(int(low) + 1, math.ceil(high) + 1):
            total = total.then(self.motion_into(into).times(min(into, high) - max(into - 1, low)))
        return total if place >= number else total.times(-1)

    def motion_into(self, number: int) -> Motion:
        """How the camera moves from the keyframe before to this one."""
        take, rate = self.take_at(number), self.settings.keyframes
        return Motion.of(take.tracks, (number - take.first) / rate, 1 / rate)

    @lru_cache(maxsize=2 * _REACH + 2)  # noqa: B019
    def _keyframe(self, number: int) -> Tensor:
        take = self.take_at(number)
        return self.store.load(take, number - take.first)

    def take_at(self, number: int) -> Take:
        """The scene of a keyframe."""
        return self.takes[bisect_right(self._firsts, number) - 1]

    def _unbroken(self, take: Take, shot: int) -> tuple[int, int]:
        """The first and last keyframe of the stretch without a cut that a scene is in."""
        low = max(other.first for other in self.takes[: take.index + 1] if other.fresh)
        cuts = [other.first for other in self.takes[take.index + 1 :] if other.fresh]
        return low, min([*cuts, shot]) - 1

    def _shot(self) -> int:
        """Keyframes that are there, up to the first that is not."""
        total = 0
        for take in self.takes:
            done = self._frames_of(take)
            total += done
            if done < take.count:
                break
        return total

    def _scenery(self, take: Take) -> Scenery:
        made = Scenery(take, self.settings, perceptor=self.perceptor, weights=self.weights)
        self.notes += [note for note in made.notes if note not in self.notes]
        return made

    def _start(self, take: Take) -> dict[str, Any] | None:
        state = self.store.state(take)
        if state is not None or take.fresh:
            return state
        before = self.store.state(self.takes[take.index - 1])
        assert before is not None  # scenes are shot in order
        return {**before, "frames": 0}

    def _frames_of(self, take: Take) -> int:
        state = self.store.state(take)
        return 0 if state is None else int(state["frames"])


def without_camera(settings: FilmSettings) -> FilmSettings:
    """The settings of a film whose picture nothing moves, and that does not go back to its first scene."""
    return replace(settings, loop=False, zoom=1.0, pan=(0.0, 0.0), angle=0.0)


def _steps_of(take: Take, done: int, settings: FilmSettings) -> int:
    first = (take.picture.steps or 1) if take.fresh and done == 0 else 0
    follow = take.count - max(done, 1 if take.fresh else 0)
    return first + follow * settings.keyframe_steps


def _spline(distance: float) -> float:
    """The uniform cubic B-spline."""
    if distance < 1:
        return (4 - 6 * distance**2 + 3 * distance**3) / 6
    return max(0.0, 2 - distance) ** 3 / 6
