"""Optimise the keyframes of one scene, each from the one before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from torch import Tensor

from clipgen.cutouts import Cutouts
from clipgen.generators.base import Generator
from clipgen.losses import InitLoss
from clipgen.perceptors.base import Perceptor
from clipgen.settings import FilmSettings
from clipgen.synthesis import Step, Synthesis
from clipgen.tasks.animate.camera import Motion, warp
from clipgen.tasks.animate.morph import blend, move_latents, weighted
from clipgen.tasks.animate.takes import Take
from clipgen.tasks.generate import Generation
from clipgen.tasks.generate.losses import regularisers
from clipgen.tasks.generate.targets import Targets
from clipgen.timelines import ease

# a share of the generator's learning rate: the picture is there, and only has to follow
LR_SHARE = 0.5


@dataclass(frozen=True)
class Shot:
    """One step of a scene; `state` is set when it ends a keyframe.

    step: of the optimisation; number: of the keyframe; state: what the next keyframe starts from, with its image.
    """

    step: Step
    number: int
    state: dict[str, Any] | None = None


class Moving(Protocol):
    """What keyframes are painted over, where that is not a camera's own picture."""

    def move(self, image: Tensor, number: int) -> tuple[Tensor, Tensor]:
        """The picture before gone along to a keyframe of the scene, and what that one is to stay near."""
        ...


class Scenery:
    """A scene ready to be shot: its words, its generator and where that would start by itself.

        >>> scenery = Scenery(take, film, perceptor=perceptor, weights=None)
        >>> for shot in scenery.shoot(None, before=None):
        ...     print(shot.number, shot.step.score)

    beneath: what it is painted over, if anything. Raises what `Generation` raises; its notes are in `.notes`.
    """

    beneath: Moving | None = None
    under: Tensor | None = None

    def __init__(self, take: Take, film: FilmSettings, *, perceptor: Perceptor, weights: Path | None) -> None:
        self.take, self.film, self.perceptor = take, film, perceptor
        self.generation = Generation([take.scene.prompt], take.picture, perceptor=perceptor, weights=weights)
        self.settings = self.generation.settings
        self.generator: Generator = self.generation.generator
        self.notes = self.generation.notes
        self.chunk = self.settings.cut_chunk  # fewer once memory ran out
        begins = self.settings.start == "bank" or self.settings.init_image is not None
        self.goal = [latent.detach().clone() for latent in self.generator.latents] if begins else None
        self.beside = regularisers(
            self.settings, generator=self.generator, perceptor=perceptor, device=self.generation.targets.device
        )

    def shoot(
        self, state: Mapping[str, Any] | None, *, before: Targets | None, ending: Tensor | None = None
    ) -> Iterator[Shot]:
        """The steps of the keyframes that are not done.

        state: of this scene's last keyframe, or of the scene before when none is done ("frames" 0), or None for a
        scene that begins afresh; before: what the scene before aimed at last; ending: a picture [1, 3, H, W] to end at.
        """
        first = 0
        if ending is not None:
            self.goal = self._latents_of(ending)
        if state is None:
            yield from self._begin()
            first = 1
        else:
            first = int(state["frames"])
            self._take_up(state)
        for number in range(first, self.take.count):
            yield from self._follow(number, before)

    def aims(self, number: int) -> Targets:
        """What this scene alone aims at in a keyframe."""
        targets = self.generation.aims
        if not self.take.scene.weights:
            return targets
        seconds = number / self.film.keyframes
        return weighted(targets, [track.at(seconds) for track in self.take.scene.weights])

    def _begin(self) -> Iterator[Shot]:
        """The first picture, as `clipgen generate` makes it."""
        run = self.generation.synthesis
        for step in run:
            if step.index + 1 < step.total:
                yield Shot(step, 0)
        self.generator.load_state({**self.generator.state(), "latents": run.best_latents})
        assert run.best_image is not None  # it has made a step
        self.chunk = run.chunk
        self.image, self.optimizer = run.best_image, run.state_dict()["optimizer"]
        yield Shot(step, 0, self._state())

    def _follow(self, number: int, before: Targets | None) -> Iterator[Shot]:
        self._move(number)
        share = self._turned(number)
        run = self._synthesis(number, blend(before, self.aims(number), ease(share)) if before else self.aims(number))
        for step in run:
            if step.index + 1 < step.total:
                yield Shot(step, number)
        self.chunk = run.chunk
        self.image, self.optimizer = step.image.to(self.image.device), run.state_dict()["optimizer"]
        yield Shot(step, number, self._state())

    def _move(self, number: int) -> None:
        """Take the picture along with the camera, and towards what the scene begins or ends with."""
        if self.beneath is not None:
            self.image, self.under = self.beneath.move(self.image, number)
            self.generator.encode(self.image)
            return
        motion = Motion.of(self.take.tracks, number / self.film.keyframes, 1 / self.film.keyframes)
        if motion:
            self.image = warp(self.image, motion)
            self.generator.follow(self.image, motion.theta(self.image))
        left = self.take.turning - number
        if self.goal is not None and left > 0 and not (self.take.fresh and not self.take.end):
            moved = move_latents([latent.detach() for latent in self.generator.latents], self.goal, 1 / left)
            self.generator.load_state({**self.generator.state(), "latents": moved})

    def _turned(self, number: int) -> float:
        turning = 0 if self.take.fresh else self.take.turning
        return min(1.0, (number + 1) / turning) if turning else 1.0

    def _synthesis(self, number: int, aims: Targets) -> Synthesis:
        seconds, settings = number / self.film.keyframes, self.settings
        tracks = self.take.tracks
        cutouts = self.generation.cutouts
        if "cut_pow" in tracks:
            cutouts = self._cutouts(tracks["cut_pow"].at(seconds))
        loss = sum(self.beside, aims.loss())
        if self.film.hold:
            loss = loss + self.film.hold * InitLoss(self.image)
        if self.under is not None and self.film.video_weight:
            loss = loss + self.film.video_weight * InitLoss(self.under)
        run = Synthesis(
            self.generator,
            self.perceptor,
            cutouts,
            loss,
            target=aims.mean(),
            steps=self.film.keyframe_steps,
            lr=LR_SHARE * tracks["lr"].at(seconds) * (settings.lr or self.generator.lr),
            optimizer=settings.optimizer,
            lr_decay="constant",
            chunk=self.chunk,
            alternate=settings.alternate,
            before=number * self.film.keyframe_steps,
        )
        run.optimizer.load_state_dict(self.optimizer)
        return run

    def _cutouts(self, cut_pow: float) -> Cutouts:
        own, settings = self.generation.cutouts, self.settings
        changed = Cutouts(
            self.perceptor.input_size,
            settings.cutn or 1,
            cut_pow=cut_pow,
            augments=settings.augments,
            generator=own.generator,  # one course of random numbers, whatever is changed
        )
        return changed.to(self.generation.targets.device)

    def _latents_of(self, image: Tensor) -> list[Tensor]:
        kept = self.generator.state()
        self.generator.encode(image)
        found = [latent.detach().clone() for latent in self.generator.latents]
        self.generator.load_state(kept)
        return found

    def _state(self) -> dict[str, Any]:
        return {
            "generator": self.generator.state(),
            "optimizer": self.optimizer,
            "cutouts": self.generation.cutouts.generator.get_state(),
            "image": self.image.detach().cpu().clone(),
        }

    def _take_up(self, state: Mapping[str, Any]) -> None:
        self.generator.load_state(state["generator"])
        self.optimizer = state["optimizer"]
        self.generation.cutouts.generator.set_state(state["cutouts"])
        self.image = state["image"].to(self.generation.targets.device)


def renumbered(step: Step, index: int, total: int) -> Step:
    """A step as one of the whole film."""
    return replace(step, index=index, total=total)
