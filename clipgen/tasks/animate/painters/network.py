"""One network that draws a whole film: time is one of its inputs, so that it loops, at any size and rate."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TypedDict, cast

import torch
from torch import Tensor

from clipgen.errors import SettingsError
from clipgen.generators.cppn import CPPNState
from clipgen.media.images import to_pil
from clipgen.parts import Parts
from clipgen.settings import FilmSettings, GenerateSettings
from clipgen.synthesis import OptimizerState, Step, Synthesis
from clipgen.tasks.animate.morph import blend, together
from clipgen.tasks.animate.outline import Outline
from clipgen.tasks.animate.painter import PageData
from clipgen.tasks.animate.scene import aims_at
from clipgen.tasks.animate.setup import Setup, aims_of, load_network, network_random, perceptor_of, set_up_network
from clipgen.tasks.animate.store import Store
from clipgen.tasks.animate.takes import Fingerprints, Take, lay_out
from clipgen.tasks.generate.targets import Targets, note_wording
from clipgen.timelines import Timeline, ease

STATE = "network.pt"
SIDE = 128  # longest side in pixels while it learns: the network has no pixels, and the perceptor sees few
MOMENTS = 2  # that a step looks at, per scene
MOST_MOMENTS = 8
ROUND = 5  # steps that look at the same moments
STEPS = 2  # times the steps of a picture: what is learnt for one moment moves the others


def outline(
    timeline: Timeline, settings: FilmSettings, picture: GenerateSettings, fingerprints: Fingerprints
) -> Outline:
    """Lay out a film that one network draws: without a camera, and its last scene turns into the first.

        >>> picture = GenerateSettings.of(generator="cppn", steps=2)
        >>> outline(timeline, FilmSettings(as_network=True), picture, {}).steps
        5

    Raises SettingsError for scenes with settings, a camera or a transition of their own, for a generator that is not
    the network, and what `lay_out` raises.
    """
    if picture.generator != "cppn":
        raise SettingsError(
            f"generator is {picture.generator}; as_network draws with a network of its own: set cppn",
            settings={"generator": "cppn"},
        )
    if picture.areas.mask is not None or picture.areas.regions:
        raise SettingsError(
            "mask or regions is set; one network draws the whole picture: leave it out, or as_network",
            settings=["mask", "regions", "as_network"],
        )
    still = settings.without_camera()
    takes = lay_out(timeline, still, picture, fingerprints)
    for take in takes:
        _check(take)
    steps = math.ceil(STEPS * (takes[0].picture.search.steps or 1) / ROUND) * ROUND
    return Outline(still, picture.resolved(), takes, steps, page=True)


def _check(take: Take) -> None:
    """Raise SettingsError for what one network cannot do."""
    where = take.scene.origin or "a scene"
    if take.index and take.transition != "morph":
        raise SettingsError(
            f"transition is {take.transition} in {where}; one network can only morph", settings=["transition"]
        )
    if given := [*take.scene.tracks, *take.scene.settings]:
        raise SettingsError(
            f"{where} sets {', '.join(given)}; one network draws all scenes alike: leave it out", settings=given
        )


class NetworkState(TypedDict):
    """What the next round starts from: `done` rounds, and the states of network, optimizer and random numbers."""

    key: str
    done: int
    network: CPPNState
    optimizer: OptimizerState
    random: Tensor


class NetworkPainter:
    """Teaches one network all moments of a film; see `Painter`.

    network: what it has learnt so far. Raises SettingsError when weights are given.
    """

    sound = None

    def __init__(self, outline: Outline, store: Store, *, parts: Parts, weights: Path | None = None) -> None:
        if weights is not None:
            raise SettingsError(
                f"weights is {weights}; as_network draws with a network of its own: leave weights out",
                settings=["weights"],
            )
        self.outline, self.store = outline, store
        self.perceptor = perceptor_of(outline.picture, parts)
        self.notes = note_wording([take.scene.prompt for take in outline.takes], self.perceptor)
        self.network = load_network(outline.picture, SIDE)
        self._random = network_random(outline.picture)
        self._optimizer: OptimizerState | None = None
        self._done = 0
        self._load()

    @property
    def rounds(self) -> int:
        """How often it looks at other moments."""
        return self.outline.steps // ROUND

    @property
    def moments(self) -> int:
        """How many moments a step looks at."""
        return min(MOST_MOMENTS, max(4, MOMENTS * len(self.outline.takes)))

    @property
    def steps(self) -> int:
        """Optimisation steps that are still to do."""
        return (self.rounds - self._done) * ROUND

    @property
    def frames(self) -> int:
        """Number of frames that can be shown: all, once it has learnt anything."""
        return self.outline.frames(self.outline.keyframes) if self._done else 0

    def whole(self) -> list[int]:
        """The numbers of all scenes when the network has learnt to the end, else none."""
        return [take.index for take in self.outline.takes] if self._done == self.rounds else []

    def paint(self) -> Iterator[Step]:
        """Teach the network; after every few steps it is on disk."""
        setup = set_up_network(self.outline.picture, self.network, self._random, perceptor=self.perceptor)
        total, index, chunk = self.steps, 0, setup.chunk
        while self._done < self.rounds:
            run = self._round(setup, chunk)
            for step in run:
                if step.index + 1 == ROUND:
                    chunk = run.chunk  # fewer once memory ran out
                    self._finish(run)
                yield replace(step, index=index, total=total)
                index += 1

    def aims(self, seconds: float) -> Targets:
        """What the film aims at in a moment: [1, P, D]."""
        place = seconds * self.outline.settings.keyframes
        take = self.outline.take_at(int(place))
        own = self._aims_of(take, place - take.first)
        if len(self.outline.takes) == 1 or place - take.first >= take.turning:
            return own
        before = self.outline.takes[take.index - 1]  # of the first: the last
        return blend(self._aims_of(before, before.count), own, ease((place - take.first) / take.turning))

    def frame(self, seconds: float, size: tuple[int, int] | None = None) -> Tensor:
        """The picture of a moment, [1, 3, H, W] in [0, 1], at any size (width, height)."""
        self.network.moments = torch.tensor([seconds / self.outline.seconds % 1.0])
        return self.network.render(size or self.outline.picture.canvas.size)

    def middle(self, take: Take) -> Tensor:
        """The picture in the middle of a scene."""
        return self.frame((take.first + take.count / 2) / self.outline.settings.keyframes)

    def page(self) -> PageData:
        """What a page needs to draw the film: plain numbers and texts."""
        frequencies, *layers = [latent.detach()[0].cpu() for latent in self.network.latents]
        spans = self.outline.spans()
        return {
            "seconds": self.outline.seconds,
            "size": list(self.outline.picture.canvas.size),
            "scenes": [{"start": start, "end": end, "words": words} for start, end, words in spans],
            "frequencies": _rounded(frequencies),
            "layers": [
                {"weight": _rounded(weight), "bias": _rounded(bias[:, 0])}
                for weight, bias in zip(layers[::2], layers[1::2], strict=True)
            ],
        }

    def _round(self, setup: Setup, chunk: int | None) -> Synthesis:
        """The next steps, which look at the same moments."""
        offset = torch.rand((), generator=self._random)
        self.network.moments = (torch.arange(self.moments) + offset) / self.moments
        aims = together([self.aims(float(turn) * self.outline.seconds) for turn in self.network.moments])
        decay = 0.5 * (1 + math.cos(math.pi * self._done / self.rounds))
        run = setup.synthesis(aims, steps=ROUND, lr=decay * setup.lr, before=self._done * ROUND, chunk=chunk)
        if self._optimizer is not None:
            run.optimizer.load_state_dict(dict(self._optimizer))
        return run

    @cached_property
    def _targets(self) -> list[Targets]:
        """What the words of each scene say."""
        return [
            aims_of(take.scene.prompt, take.picture, perceptor=self.perceptor, notes=self.notes)
            for take in self.outline.takes
        ]

    def _aims_of(self, take: Take, into: float) -> Targets:
        return aims_at(take, self._targets[take.index], into / self.outline.settings.keyframes)

    def _finish(self, run: Synthesis) -> None:
        """Keep what the next round starts from, here and on disk."""
        self._done, self._optimizer = self._done + 1, run.state_dict()["optimizer"]
        state: NetworkState = {
            "key": self.outline.takes[-1].key,
            "done": self._done,
            "network": self.network.state(),
            "optimizer": self._optimizer,
            "random": self._random.get_state(),
        }
        self.store.keep(STATE, state)
        self.store.preview(to_pil(self.frame(0.0)[0]))

    def _load(self) -> None:
        kept = self.store.kept(STATE)
        if kept is None or kept.get("key") != self.outline.takes[-1].key:
            return
        state = cast(NetworkState, kept)
        self._done, self._optimizer = state["done"], state["optimizer"]
        self.network.load_state(state["network"])
        self._random.set_state(state["random"])


def _rounded(values: Tensor) -> list[object]:
    """Nested lists of the values, to six digits."""
    return [_rounded(row) for row in values] if values.ndim > 1 else [float(f"{v:.6g}") for v in values.tolist()]
