"""A film that one network draws: time is one of its inputs, so that it loops, at any size and rate."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from clipgen import devices
from clipgen.cutouts import Cutouts
from clipgen.errors import SettingsError
from clipgen.generators.cppn import LoopCPPN
from clipgen.media.images import to_pil
from clipgen.perceptors.base import Perceptor
from clipgen.settings import FilmSettings, GenerateSettings
from clipgen.synthesis import Step, Synthesis
from clipgen.tasks.animate.film import Film, Frame, without_camera
from clipgen.tasks.animate.morph import blend, together, weighted
from clipgen.tasks.animate.shoot import renumbered
from clipgen.tasks.animate.takes import Take
from clipgen.tasks.generate.losses import regularisers
from clipgen.tasks.generate.targets import Targets, read_targets
from clipgen.timelines import Timeline, ease

STATE = "network.pt"
SIDE = 128  # longest side in pixels while it learns: the network has no pixels, and the perceptor sees few
MOMENTS = 2  # that are looked at in a step, per scene
MOST_MOMENTS = 8
ROUND = 5  # steps that look at the same moments
STEPS = 2  # times the steps of a picture: what is learnt for one moment moves the others


class NetworkFilm(Film):
    """A timeline on its way to a film that has no end: the last scene turns into the first.

        >>> film = NetworkFilm(timeline, FilmSettings(as_network=True), GenerateSettings.of(generator="cppn", seed=7),
        ...                    perceptor=perceptor)
        >>> film.save("outputs/seasons.html")

    As `Film`; the camera stands still, and every scene has the same settings. Raises SettingsError for scenes that ask
    for anything else.
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
        picture = picture or GenerateSettings.of(generator="cppn")
        if weights is not None:
            raise SettingsError(f"as_network draws with a network of its own, not with {weights}; leave weights out")
        settings = settings or FilmSettings(as_network=True)
        super().__init__(timeline, settings, picture, perceptor=perceptor, folder=folder)
        self.picture = replace(self.picture.resolved(), seed=self.picture.seed)
        self.device = devices.pick_device(self.picture.device)
        self.network = self._network()
        self._targets: list[Targets] = []
        self._done = 0
        self._optimizer: dict[str, Any] | None = None
        self._random = devices.generator("cpu", self.picture.seed or 0)
        self._take_up()
        self.reused = list(range(len(self.takes))) if self._done == self.rounds else []

    @staticmethod
    def settled(settings: FilmSettings) -> FilmSettings:
        """Without a camera, or a scene of its own to go back: it loops as it is."""
        return without_camera(settings)

    @classmethod
    def outline(
        cls,
        timeline: Timeline,
        settings: FilmSettings,
        picture: GenerateSettings,
        models: Mapping[str, str | None] | None = None,
    ) -> list[Take]:
        """As `Film.outline`."""
        if picture.generator != "cppn":
            raise SettingsError(
                f"as_network draws with a network of its own; the generator is {picture.generator}, set cppn"
            )
        takes = super().outline(timeline, settings, picture, models)
        for take in takes:
            if take.index and take.transition != "morph":
                raise SettingsError(f"a scene comes by {take.transition}; one network only knows morph")
            if take.scene.tracks or take.scene.settings:
                asked = ", ".join([*take.scene.tracks, *take.scene.settings])
                raise SettingsError(
                    f"{take.scene.origin or 'a scene'} sets {asked}; one network draws all scenes alike"
                )
        return takes

    @classmethod
    def cost(cls, takes: list[Take], settings: FilmSettings) -> int:
        """Optimisation steps of the network, which learns all scenes at once."""
        return math.ceil(STEPS * (takes[0].picture.steps or 1) / ROUND) * ROUND

    @property
    def rounds(self) -> int:
        """How often it looks at other moments."""
        return self.cost(self.takes, self.settings) // ROUND

    @property
    def moments(self) -> int:
        """How many moments a step looks at."""
        return min(MOST_MOMENTS, max(4, MOMENTS * len(self.takes)))

    @property
    def steps(self) -> int:
        """Optimisation steps that are still to do."""
        return (self.rounds - self._done) * ROUND

    def shoot(self) -> Iterator[Step]:
        """Teach the network; after every few steps it is on disk."""
        self.store.note({"seed": self.picture.seed, "scenes": [take.scene.prompt for take in self.takes]})
        self._targets = [self._read(take) for take in self.takes]
        beside = regularisers(self.picture, generator=self.network, perceptor=self.perceptor, device=self.device)
        cutouts = Cutouts(
            self.perceptor.input_size,
            self.picture.cutn or 1,
            cut_pow=self.picture.cut_pow,
            augments=self.picture.augments,
            generator=self._random,
        ).to(self.device)
        total, index, chunk = self.steps, 0, self.picture.cut_chunk
        while self._done < self.rounds:
            offset = torch.rand((), generator=self._random)
            self.network.moments = (torch.arange(self.moments) + offset) / self.moments
            aims = together([self.aims(float(turn) * self.seconds) for turn in self.network.moments])
            decay = 0.5 * (1 + math.cos(math.pi * self._done / self.rounds))
            run = Synthesis(
                self.network,
                self.perceptor,
                cutouts,
                sum(beside, aims.loss()).to(self.device),
                target=aims.mean(),
                steps=ROUND,
                lr=decay * (self.picture.lr or self.network.lr),
                optimizer=self.picture.optimizer,
                lr_decay="constant",
                chunk=chunk,
                alternate=self.picture.alternate,
                before=self._done * ROUND,
            )
            if self._optimizer is not None:
                run.optimizer.load_state_dict(self._optimizer)
            for step in run:
                if step.index + 1 == ROUND:
                    chunk = run.chunk  # fewer once memory ran out
                    self._done, self._optimizer = self._done + 1, run.state_dict()["optimizer"]
                    self._keep()
                yield renumbered(step, index, total)
                index += 1

    def aims(self, seconds: float) -> Targets:
        """What the film aims at in a moment: [1, P, D]."""
        take = self.take_at(int(seconds * self.settings.keyframes))
        into = seconds * self.settings.keyframes - take.first
        own = self._aims_of(take, into)
        if len(self.takes) == 1 or into >= take.turning:
            return own
        before = self.takes[take.index - 1]  # of the first: the last
        return blend(self._aims_of(before, before.count), own, ease(into / take.turning))

    def frames(self) -> Iterator[Frame]:
        """All frames, from what the network has learnt so far."""
        rate, fps = self.settings.keyframes, self.settings.fps
        count = round(self.seconds * fps) if self._done else 0
        for index in range(count):
            seconds = index / fps
            take = self.take_at(int(seconds * rate))
            yield Frame(index, seconds, take.index, take.scene.words, self.at(seconds))

    def at(self, seconds: float, size: tuple[int, int] | None = None) -> Image.Image:
        """The picture of a moment, at the size of the film or another (width, height).

        >>> film.at(1.5, (2048, 2048)).save("large.png")
        """
        self.network.moments = torch.tensor([seconds / self.seconds % 1.0])
        return to_pil(self.network.render(size or self.picture.size)[0])

    def middles(self) -> list[Image.Image]:
        """The picture in the middle of each scene."""
        rate = self.settings.keyframes
        return [self.at((take.first + take.count / 2) / rate) for take in self.takes]

    def page(self) -> dict[str, Any]:
        """What a page needs to draw the film by itself: plain numbers and texts."""
        frequencies, *layers = [latent.detach()[0].cpu() for latent in self.network.latents]
        width, height = self.picture.size
        return {
            "title": self.title or self.takes[0].scene.words,
            "seconds": self.seconds,
            "size": [width, height],
            "scenes": [{"start": start, "end": end, "words": words} for start, end, words in self.spans()],
            "frequencies": _rounded(frequencies),
            "layers": [
                {"weight": _rounded(weight), "bias": _rounded(bias[:, 0])}
                for weight, bias in zip(layers[::2], layers[1::2], strict=True)
            ],
            "settings": self.about(),
        }

    def _network(self) -> LoopCPPN:
        width, height = self.picture.size
        share = min(1.0, SIDE / max(width, height))
        size = max(1, round(width * share)), max(1, round(height * share))
        return LoopCPPN.begin(size=size, seeds=[self.picture.seed or 0], device=self.device)

    def _read(self, take: Take) -> Targets:
        return read_targets(
            [take.scene.prompt], take.picture, perceptor=self.perceptor, device=self.device, notes=self.notes
        )

    def _aims_of(self, take: Take, into: float) -> Targets:
        own, tracks = self._targets[take.index], take.scene.weights
        return weighted(own, [track.at(into / self.settings.keyframes) for track in tracks]) if tracks else own

    def _keep(self) -> None:
        state = {
            "key": self.takes[-1].key,
            "done": self._done,
            "network": self.network.state(),
            "optimizer": self._optimizer,
            "random": self._random.get_state(),
        }
        self.store.keep(STATE, state)
        self.store.preview(self.at(0.0))

    def _take_up(self) -> None:
        state = self.store.kept(STATE)
        if state is None or state.get("key") != self.takes[-1].key:
            return
        self._done, self._optimizer = state["done"], state["optimizer"]
        self.network.load_state(state["network"])
        self._random.set_state(state["random"])


def _rounded(values: torch.Tensor) -> Any:
    return [_rounded(row) for row in values] if values.ndim > 1 else [float(f"{v:.6g}") for v in values.tolist()]
