"""One run of words to picture: put the parts together, go through the steps, hand out pictures."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import torch

from clipgen import __version__, devices
from clipgen.cutouts import Cutouts
from clipgen.errors import ImageError, PromptError
from clipgen.files import sha256
from clipgen.generators.base import Generator
from clipgen.media.images import to_pil
from clipgen.models import shelf
from clipgen.perceptors.base import Perceptor
from clipgen.prompts import parse_weighted_path
from clipgen.settings import GenerateSettings
from clipgen.synthesis import Step, Synthesis
from clipgen.tasks.generate import budget, race
from clipgen.tasks.generate.canvas import load_generator
from clipgen.tasks.generate.losses import build_loss
from clipgen.tasks.generate.picture import Picture
from clipgen.tasks.generate.runfile import load_run, save_run
from clipgen.tasks.generate.start import begin
from clipgen.tasks.generate.targets import read_targets

# a size that would fit the memory is tried so often: the memory of a step does not quite go by its pixels
SHRINKS = 3


class Generation:
    """Iterate over the steps of a run of `len(prompts) * settings.count` pictures in one batch.

        >>> generation = Generation(["a fox | fog:0.3"], GenerateSettings(seed=7, count=2), perceptor=perceptor)
        >>> for step in generation:
        ...     print(step.index, step.score)
        >>> [picture.metadata["seed"] for picture in generation.pictures()]
        [7, 8]

    prompts: one line each, as `parse_prompts` reads it; settings: what is unset is filled in, see `.settings`;
    perceptor: loaded, on the device of the settings; weights: file or folder of the generator, None for the built-in
    one; resume: a `state()` of the same prompts and settings; stop_after: end after so many steps of the course, for a
    run that was stopped; started: `time.monotonic()` from which a time budget counts, by default now; report: is told
    what takes long before the first step.

    settings: complete, with seed, steps, lr, device and dtype as they are used; notes: lines that a user should read
    (words the perceptor never saw, a rounded size …); models, inputs: sha256 of weights and pictures that went in.

    Raises PromptError, SettingsError, UnknownNameError, ImageError, WeightsError or DeviceError for what cannot be run;
    while it runs what `Synthesis` raises.
    """

    def __init__(
        self,
        prompts: Sequence[str],
        settings: GenerateSettings,
        *,
        perceptor: Perceptor,
        weights: Path | None = None,
        resume: Mapping[str, Any] | None = None,
        stop_after: int | None = None,
        started: float | None = None,
        report: Callable[[str], None] = lambda line: None,
    ) -> None:
        if isinstance(prompts, str) or not prompts:
            raise PromptError("no list of prompts was given; give one or more, such as ['underwater scene Van Gogh']")
        seconds = settings.time_budget
        self._deadline = None if seconds is None else (time.monotonic() if started is None else started) + seconds
        self._pace = 0.0
        self.stop_after = stop_after
        self._report = report
        self.notes: list[str] = []
        self.prompts = list(prompts)
        self.perceptor = perceptor
        self.weights = weights
        # what the pictures are drawn from: other seeds than their own where a race was won by another start
        self._drawn: list[int] = list((resume or {}).get("drawn", ()))
        self._assemble(settings)
        if resume is not None:
            self.synthesis.load_state_dict(dict(resume))
            return
        if settings.vram is not None:
            self._fit_memory(settings)
        if (self.settings.race or 1) > 1:
            self._race()
        if self._deadline is not None:
            self._fit_time(settings)

    @property
    def seeds(self) -> list[int]:
        """The seed of each picture of the batch, prompt by prompt."""
        first = self.settings.seed or 0
        return [first + j for _ in self.prompts for j in range(self.settings.count)]

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Step:
        done = self.synthesis.index
        late = self._deadline is not None and time.monotonic() + self._pace > self._deadline
        if (self.stop_after is not None and done >= self.stop_after) or (late and done > 0):
            raise StopIteration
        step = next(self.synthesis)
        self._pace = step.seconds
        return step

    def pictures(self) -> list[Picture]:
        """The best pictures so far, prompt by prompt; none before the first step."""
        run = self.synthesis
        if run.best_image is None:
            return []
        images = run.best_image
        if self.settings.render_size is not None:
            with run.holding(run.best_latents) as generator:
                images = generator.render(self.settings.render_size)
        return [self._picture(i, image) for i, image in enumerate(images)]

    def state(self) -> dict[str, Any]:
        """What `resume` takes: tensors, numbers, texts, lists and dicts."""
        return {**self.synthesis.state_dict(), "drawn": self._drawn}

    def save_state(self, path: str | Path) -> None:
        """Write prompts, settings and state to a file, whole or not at all.

            >>> generation.save_state("outputs/a-fox-7.run")

        Raises ImageError when the place cannot be written.
        """
        save_run(path, self.prompts, self.settings, self.state())

    @staticmethod
    def load_state(path: str | Path) -> dict[str, Any]:
        """Read what `save_state` wrote: {"prompts", "settings", "state"}.

            >>> run = Generation.load_state("outputs/a-fox-7.run")
            >>> settings = GenerateSettings.from_dict(run["settings"])
            >>> Generation(run["prompts"], settings, perceptor=perceptor, resume=run["state"])

        Nothing in the file is executed. Raises SettingsError when it is missing or holds no run.
        """
        return load_run(path)

    @classmethod
    def again(cls, metadata: Mapping[str, Any], *, perceptor: Perceptor, weights: Path | None = None) -> Self:
        """The run that made a picture, from the picture's metadata; the picture is number metadata["index"] of it.

            >>> metadata = read_metadata("fox.png")
            >>> generation = Generation.again(metadata, perceptor=perceptor)
            >>> for step in generation:
            ...     pass
            >>> generation.pictures()[metadata["index"]].save("fox-again.png")      # the same bytes

        perceptor: as its settings name it; weights: of the generator, when they lie elsewhere now.
        Notes tell when models or pictures it was made with have changed. Raises ImageError for other metadata.
        """
        try:
            settings = GenerateSettings.from_dict(metadata["settings"])
            prompts, steps_done = metadata["prompts"], int(metadata["steps_done"])
            models, inputs = metadata["models"], metadata["inputs"]
            where = models["generator"]["weights"]
            hashes = {kind: models[kind]["sha256"] for kind in ("perceptor", "generator")}
        except (KeyError, TypeError, ValueError) as error:
            raise ImageError(f"the picture's settings are of another version or damaged: {error!r}") from error
        path = weights or (Path(where) if where else None)
        made = cls(prompts, settings, perceptor=perceptor, weights=path, stop_after=steps_done)
        for kind, found in made.models.items():
            if hashes[kind] != found["sha256"]:
                made.notes.append(f"the {kind} {found['name']} has other weights now: the picture will differ")
        if inputs != made.inputs:
            made.notes.append("the pictures that it was made from have changed: the picture will differ")
        return made

    def _assemble(self, settings: GenerateSettings) -> None:
        device = devices.pick_device(settings.device)
        dtype = devices.pick_dtype(settings.dtype, device)
        settings = replace(
            settings.resolved(),
            seed=secrets.randbelow(2**32) if settings.seed is None else settings.seed,
            device=str(device),
            dtype=next(name for name, known in devices.DTYPES.items() if known == dtype),
            time_budget=None,
            vram=None,
        )
        self.settings = settings
        self._drawn = self._drawn or self.seeds
        # what may be wrong is read first: it should not be told after seconds of loading
        texts = [prompt for prompt in self.prompts for _ in range(settings.count)]
        targets = read_targets(texts, settings, perceptor=self.perceptor, device=device, notes=self.notes)
        generator = load_generator(
            settings,
            self._drawn,
            perceptor=self.perceptor,
            weights=self.weights,
            device=device,
            dtype=dtype,
            notes=self.notes,
        )
        self.settings = replace(
            settings,
            size=generator.size,
            lr=generator.lr if settings.lr is None else settings.lr,
            race=self._tries(generator) if settings.race is None else settings.race,
        )
        self.aims, self.targets, self.generator = targets, targets.mean(), generator
        self.synthesis = self._begin(self._drawn)
        if settings.compile:
            self.notes.append("the step is compiled: a minute before the first one, kept on disk for later runs")
        self.models, self.inputs = self._hash_models(), self._hash_inputs()

    def _tries(self, generator: Generator) -> int:
        return generator.race if self.settings.init_image is None else 1

    def _begin(self, seeds: Sequence[int]) -> Synthesis:
        """The run from where it starts; the generator is drawn from these seeds, one per picture."""
        settings, generator = self.settings, self.generator
        start, held = begin(generator, settings, self.aims, perceptor=self.perceptor, seeds=seeds)
        self.cutouts = self._cut(settings.cutn or 1)
        self.loss = build_loss(
            settings, self.aims, generator=generator, perceptor=self.perceptor, device=generator.device, held=held
        )
        self.settings = replace(settings, start=start)
        return self._synthesis(settings.steps or 1)

    def _race(self) -> None:
        """Try several starts of each picture, and begin with the best."""
        settings, began = self.settings, time.monotonic()
        until = None if self._deadline is None else began + race.TIMED_SHARE * (self._deadline - began)

        def anew(seeds: Sequence[int]) -> Synthesis:
            self.settings = settings  # a start that was left open is open again
            self.generator.start(seeds, settings.size, noise=settings.init_noise)
            return self._begin(seeds)

        self._drawn, tries = race.race(anew, self.seeds, settings.race or 1, until=until, report=self._report)
        self.synthesis = anew(self._drawn)
        self.settings = replace(self.settings, race=tries)
        self.notes.append(f"the best of {tries} starts after {race.STEPS} steps is used (race={tries})")

    def _cut(self, cutn: int) -> Cutouts:
        """So many cutouts, as the settings have them drawn, from the beginning."""
        return Cutouts(
            self.perceptor.input_size,
            cutn,
            cut_pow=self.settings.cut_pow,
            augments=self.settings.augments,
            generator=devices.generator("cpu", self.settings.seed or 0),
        ).to(self.settings.device)

    def _synthesis(self, steps: int, *, chunk: int | None = None) -> Synthesis:
        settings = self.settings
        return Synthesis(
            self.generator,
            self.perceptor,
            self.cutouts,
            self.loss,
            target=self.targets,
            steps=steps,
            lr=settings.lr or self.generator.lr,
            optimizer=settings.optimizer,
            lr_decay=settings.lr_decay,
            ema=settings.ema,
            chunk=chunk or settings.cut_chunk,
            alternate=settings.alternate,
            compile=settings.compile,
        )

    def _fit_memory(self, asked: GenerateSettings) -> None:
        """Take steps on trial; choose how many cutouts are seen at once, and a smaller size where one is too many."""
        self._report("finding what fits into the memory")
        limit, cutn = 1000 * (asked.vram or 0.0), self.settings.cutn or 1
        for _ in range(SHRINKS):
            held = budget.held(self.generator.device)
            chunk, least = budget.chunk_for(limit, lambda chunk: self._synthesis(1, chunk=chunk), cutn)
            if chunk:
                break
            width, height = (int(side * budget.shrink(limit, held, least)) for side in self.settings.size)
            before = "{} x {} pixels".format(*self.settings.size)
            self.notes = [f"a step at {before} does not fit into {asked.vram:g} GB, so the picture gets smaller"]
            self._assemble(replace(asked, size=(width, height), seed=self.settings.seed))
        else:
            raise budget.too_little(asked.vram or 0.0, least)
        size = "{} x {} pixels".format(*self.settings.size)
        self.notes.append(f"{chunk} of {cutn} cutouts at once, at {size}, fit into {asked.vram:g} GB")
        self.settings = replace(self.settings, cut_chunk=None if chunk == cutn else chunk)
        self.synthesis = self._synthesis(self.settings.steps or 1)

    def _fit_time(self, asked: GenerateSettings) -> None:
        """Time a few steps, and choose cutouts, where they were not asked for, and steps, at most those asked for."""
        self._report("finding what fits into the time")
        deadline, cutn = self._deadline or 0.0, self.settings.cutn or 1
        trial = self._synthesis(1 + budget.TIMED_STEPS)
        self._pace = budget.pace(trial, deadline - time.monotonic())
        if asked.cutn is None and asked.steps is None:
            paces, few = {cutn: self._pace}, max(1, cutn // 4)
            self.cutouts = self._cut(few)
            paces[few] = budget.pace(self._synthesis(1 + budget.TIMED_STEPS), deadline - time.monotonic())
            chosen = budget.cutouts_for(budget.PROMISED * (deadline - time.monotonic()), paces)
            self._pace, cutn = budget.pace_of(chosen, paces), chosen
            self.cutouts = self._cut(cutn)
        fit = max(1, int(budget.PROMISED * (deadline - time.monotonic()) / self._pace))
        steps = fit if asked.steps is None else min(fit, asked.steps)
        self.notes.append(f"{steps} steps of {cutn} cutouts fit into the time budget of {asked.time_budget:g} s")
        self.settings = replace(self.settings, steps=steps, cutn=cutn)
        self.synthesis = self._synthesis(steps)

    def _picture(self, index: int, image: torch.Tensor) -> Picture:
        score = round(float(self.synthesis.best_score[index]), 6)
        metadata = {
            "command": "generate",
            "version": __version__,
            "prompt": self.prompts[index // self.settings.count],
            "seed": self.seeds[index],
            "score": score,
            "steps_done": self.synthesis.index,
            "index": index,
            "prompts": self.prompts,
            "settings": self.settings.to_dict(),
            "models": self.models,
            "inputs": self.inputs,
        }
        return Picture(to_pil(image), score, metadata)

    def _hash_models(self) -> dict[str, dict[str, str | None]]:
        return {
            "perceptor": {"name": self.perceptor.name, "sha256": self.perceptor.fingerprint},
            "generator": {
                "name": self.settings.generator,
                "sha256": shelf.fingerprint(self.settings.generator, self.weights),
                "weights": str(self.weights) if self.weights else None,
            },
        }

    def _hash_inputs(self) -> dict[str, str]:
        files = [parse_weighted_path(text)[0] for text in self.settings.image_prompts]
        files += [self.settings.init_image] if self.settings.init_image else []
        return {file: sha256(file) for file in files}
