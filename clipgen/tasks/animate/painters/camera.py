"""Keyframes under a camera that moves over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from clipgen.errors import SettingsError
from clipgen.generators.base import Generator
from clipgen.losses import InitLoss, Loss
from clipgen.parts import Parts
from clipgen.settings import FilmSettings, GenerateSettings
from clipgen.synthesis import Step
from clipgen.tasks.animate.camera import Motion, in_view, warp
from clipgen.tasks.animate.outline import Outline
from clipgen.tasks.animate.painter import PageData
from clipgen.tasks.animate.painters.keyframes import SceneLoader, check_size, dissolved, no_page, paint_keyframes
from clipgen.tasks.animate.reel import Reel
from clipgen.tasks.animate.scene import SceneRun
from clipgen.tasks.animate.store import Store
from clipgen.tasks.animate.takes import Fingerprints, Take, lay_out
from clipgen.tasks.animate.travel import blended
from clipgen.timelines import CAMERA, CameraTracks, Timeline

# share of the way from a keyframe to the start of its scene, per keyframe: the change of a step is forgotten after some
# three of them
BACK = 0.35


def outline(
    timeline: Timeline, settings: FilmSettings, picture: GenerateSettings, fingerprints: Fingerprints
) -> Outline:
    """Lay out a film whose scenes grow out of each other under a camera.

        >>> outline(timeline, FilmSettings(keyframes=6, seconds_per_scene=2), GenerateSettings(), {}).keyframes
        24

    fingerprints: see `lay_out`, which also says what is raised. Outside of a mask a picture stays as it is, so that the
    camera stands still there; SettingsError for scenes that move it.
    """
    if picture.areas.mask is not None:
        settings = replace(settings, zoom=1.0, pan=(0.0, 0.0), angle=0.0)
        for scene in timeline.scenes:
            if moved := [name for name in scene.tracks if name in CAMERA]:
                raise SettingsError(
                    f"{scene.origin or 'a scene'} sets {moved[0]}, but a mask holds the picture still: leave one out",
                    settings=[moved[0], "mask"],
                )
    takes = lay_out(timeline, settings, picture, fingerprints)
    return Outline(settings, picture, takes, sum(take.steps(settings) for take in takes))


class CameraPainter:
    """Paints keyframes, each from the one before as the camera sees it; see `Painter`.

    >>> settings = FilmSettings(keyframes=2, seconds_per_scene=1)
    >>> planned = outline(timeline, settings, GenerateSettings.of(generator="pixels", steps=2, seed=7), {})
    >>> painter = CameraPainter(planned, Store.temporary(), parts=parts)
    >>> painter.steps, painter.frames
    (11, 0)
    """

    sound = None

    def __init__(self, outline: Outline, store: Store, *, parts: Parts, weights: Path | None = None) -> None:
        self.outline = outline
        self.reel, self.loader = Reel(outline, store), SceneLoader(outline, parts, weights)
        self.notes = self.loader.notes

    @property
    def steps(self) -> int:
        """Optimisation steps that are still to do."""
        return self.reel.steps

    @property
    def frames(self) -> int:
        """Number of frames that can be shown."""
        return self.outline.frames(self.reel.count)

    def whole(self) -> list[int]:
        """The numbers of the scenes that are painted to the end."""
        return self.reel.whole()

    def paint(self) -> Iterator[Step]:
        """Paint the keyframes that are missing."""
        return paint_keyframes(self.reel, self.open_scene)

    def open_scene(self, take: Take) -> SceneRun:
        """Load what paints a scene; see `set_up_scene` for what is raised."""
        # where the camera moves, what the picture is kept near has to move with it
        moves, settings = not take.tracks.is_still, self.outline.settings
        setup = self.loader.load(take, take.picture, held=not moves)
        goal = latents_of(setup.parts.generator, self.reel.keyframe(0)) if take.end else setup.own_start
        start = None if take.end else setup.start_picture()
        since = 0 if take.fresh else take.turning
        hold = (take.picture.init.init_weight or 0.0) if moves else 0.0
        move = CameraMove(take.tracks, settings.keyframes, start, since, setup.kept, hold)
        return SceneRun(take, settings, setup, move, before=self.loader.aims_before(take), goal=goal)

    def frame(self, seconds: float, size: tuple[int, int] | None = None) -> Tensor:
        """The picture of a moment, [1, 3, H, W] in [0, 1]."""
        image = dissolved(self.reel, seconds, lambda take, place: blended(self.reel, take, place))
        check_size(size, image)
        return image

    def middle(self, take: Take) -> Tensor:
        """The keyframe in the middle of a scene."""
        return self.reel.middle(take)

    def page(self) -> PageData:
        """Raise SettingsError: no page can draw keyframes."""
        return no_page()


class CameraMove:
    """Moves a scene's picture as its tracks say.

    tracks: in numbers per second; rate: keyframes per second; start: a picture [1, 3, H, W] that shows the words, which
    keyframes are drawn back to, as the camera sees it by then, so that they do not drift away from it; since: the
    keyframe that shows it; kept: how well it shows the words, from 0 to 1; hold: weight of the loss that keeps each
    keyframe near it.
    """

    def __init__(
        self,
        tracks: CameraTracks,
        rate: float,
        start: Tensor | None = None,
        since: int = 0,
        kept: float = 1.0,
        hold: float = 0.0,
    ) -> None:
        self.tracks, self.rate = tracks, rate
        self.start, self.since, self.kept, self.hold = start, since, kept, hold

    def move(self, generator: Generator, image: Tensor, number: int) -> tuple[Tensor, Loss | None]:
        """Move picture and generator along with the camera; see `Mover`."""
        motion = self._motion(number)
        seen = self._seen(image, number) if number > self.since and (self.kept or self.hold) else None
        if motion or (seen and self.kept > 0):
            image = warp(image, motion)
            if seen and self.kept > 0:
                image = torch.lerp(image, seen[0], BACK * self.kept * seen[1])
            generator.follow(image, motion.theta(image))
        return image, self.hold * InitLoss(*seen) if seen and self.hold else None

    def _motion(self, number: int) -> Motion:
        """The motion to a keyframe from the one before."""
        return Motion.of(self.tracks, number / self.rate, 1 / self.rate)

    def _seen(self, image: Tensor, number: int) -> tuple[Tensor, Tensor] | None:
        """What the camera sees of the start by then, if there is one, and where, [1, 1, H, W], 1 or 0."""
        if self.start is None:
            return None
        motion = Motion()
        for place in range(self.since + 1, number + 1):
            motion = motion.then(self._motion(place))
        return warp(self.start.to(image), motion), in_view(image, motion)


def latents_of(generator: Generator, image: Tensor) -> list[Tensor]:
    """The latents of a picture [1, 3, H, W]; the generator stays as it is."""
    state = generator.state()
    generator.encode(image)
    found = [latent.detach().clone() for latent in generator.latents]
    generator.load_state(state)
    return found
