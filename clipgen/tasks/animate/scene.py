"""Optimise the keyframes of one scene, each from the one before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from clipgen.cutouts import Cutouts
from clipgen.generators.base import Generator
from clipgen.losses import InitLoss, Loss
from clipgen.settings import FilmSettings
from clipgen.synthesis import OptimizerState, Step, Synthesis
from clipgen.tasks.animate.morph import blend, move_latents, weighted
from clipgen.tasks.animate.setup import SceneSetup
from clipgen.tasks.animate.store import KeptState, SceneState
from clipgen.tasks.animate.takes import Take
from clipgen.tasks.generate.targets import Targets
from clipgen.timelines import ease

# a share of the generator's learning rate: the picture exists, and only has to follow
LR_SHARE = 0.5


@dataclass(frozen=True)
class Shot:
    """One step of a scene.

    step: of the optimisation; number: of the keyframe; state: set by the last step of a keyframe, what the next one
    starts from.
    """

    step: Step
    number: int
    state: SceneState | None = None


class Mover(Protocol):
    """What moves the picture from one keyframe of a scene to the next."""

    def move(self, generator: Generator, image: Tensor, number: int) -> tuple[Tensor, Loss | None]:
        """Move the generator from the keyframe before, [1, 3, H, W], to that of a number.

        Returns the picture where the keyframe starts, and what keeps it near another picture, if anything.
        """
        ...


class SceneRun:
    """The keyframes of a scene on their way.

        >>> film = clipgen.animate("prompts/seasons.txt", generator="pixels", keyframes=2, seconds_per_scene=1)
        >>> scene = film.painter.open_scene(film.takes[0])
        >>> for shot in scene.paint(None):
        ...     print(shot.number, shot.step.score)

    before: what the scene before aimed at last, where this one grows out of it; goal: latents that the picture moves
    to during the transition, None for none.
    """

    image: Tensor
    optimizer: OptimizerState

    def __init__(
        self,
        take: Take,
        film: FilmSettings,
        setup: SceneSetup,
        mover: Mover,
        *,
        before: Targets | None = None,
        goal: list[Tensor] | None = None,
    ) -> None:
        self.take, self.film, self.setup, self.mover = take, film, setup, mover
        self.before, self.goal = before, goal
        self.parts, self.generator = setup.parts, setup.parts.generator
        self.chunk = setup.parts.chunk  # fewer once memory ran out

    def paint(self, state: KeptState | None) -> Iterator[Shot]:
        """The steps of the keyframes that are not painted.

        state: after this scene's last keyframe, or, with `frames` 0, after that of the scene before; None for a scene
        that begins with a picture of its own.
        """
        if state is None:
            yield from self._paint_first()
        else:
            self._load(state)
        for number in range(state["frames"] if state else 1, self.take.count):
            yield from self._paint_next(number)

    def aims(self, number: int) -> Targets:
        """What the words of this scene say in a keyframe."""
        return aims_at(self.take, self.setup.aims, number / self.film.keyframes)

    def _paint_first(self) -> Iterator[Shot]:
        """The first picture, as `clipgen generate` makes it."""
        run = self.setup.first
        for step in run:
            if step.index + 1 < step.total:
                yield Shot(step, 0)
        assert run.best_image is not None  # it has taken a step
        self.generator.load_state({**self.generator.state(), "latents": run.best_latents})
        yield Shot(step, 0, self._finish(run, run.best_image))

    def _paint_next(self, number: int) -> Iterator[Shot]:
        self.image, near = self.mover.move(self.generator, self.image, number)
        self._approach(number)
        aims = self.aims(number)
        if self.before is not None:
            aims = blend(self.before, aims, ease(self._turned(number)))
        run = self._synthesis(number, aims, near)
        for step in run:
            if step.index + 1 < step.total:
                yield Shot(step, number)
        yield Shot(step, number, self._finish(run, step.image.to(self.image.device)))

    def _approach(self, number: int) -> None:
        """Take the latents towards the goal, which they reach when the transition ends."""
        left = self.take.turning - number
        if self.goal is None or left <= 0 or (self.take.fresh and not self.take.end):
            return
        moved = move_latents([latent.detach() for latent in self.generator.latents], self.goal, 1 / left)
        self.generator.load_state({**self.generator.state(), "latents": moved})

    def _turned(self, number: int) -> float:
        """Share of the transition that is over."""
        turning = 0 if self.take.fresh else self.take.turning
        return min(1.0, (number + 1) / turning) if turning else 1.0

    def _synthesis(self, number: int, aims: Targets, near: Loss | None) -> Synthesis:
        run = self.parts.synthesis(
            aims,
            self._holds(near),
            steps=self.film.keyframe_steps,
            lr=LR_SHARE * self.take.tracks.lr.at(number / self.film.keyframes) * self.parts.lr,
            before=number * self.film.keyframe_steps,
            chunk=self.chunk,
            cutouts=self._cutouts(number),
        )
        run.optimizer.load_state_dict(dict(self.optimizer))
        return run

    def _holds(self, near: Loss | None) -> list[Loss]:
        """Losses that keep a keyframe near the one before, and near what the mover says."""
        holds = [self.film.hold * InitLoss(self.image)] if self.film.hold else []
        return holds if near is None else [*holds, near]

    def _cutouts(self, number: int) -> Cutouts | None:
        track = self.take.tracks.cut_pow
        return None if track is None else self.parts.cutouts_of(track.at(number / self.film.keyframes))

    def _finish(self, run: Synthesis, image: Tensor) -> SceneState:
        """Keep what the next keyframe starts from."""
        self.chunk, self.image, self.optimizer = run.chunk, image, run.state_dict()["optimizer"]
        return SceneState(
            generator=self.generator.state(),
            optimizer=self.optimizer,
            cutouts=self.parts.cutouts.generator.get_state(),
            image=self.image.detach().cpu().clone(),
        )

    def _load(self, state: KeptState) -> None:
        self.generator.load_state(state["generator"])
        self.optimizer = state["optimizer"]
        self.parts.cutouts.generator.set_state(state["cutouts"])
        self.image = state["image"].to(self.generator.device)


def aims_at(take: Take, targets: Targets, seconds: float) -> Targets:
    """What the words of a scene say after so many seconds: their targets, with the weights of that time."""
    weights = take.scene.weights
    return weighted(targets, [track.at(seconds) for track in weights]) if weights else targets
