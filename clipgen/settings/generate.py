"""The settings of a picture."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Self

from clipgen.errors import SettingsError, UnknownNameError
from clipgen.registry import OPTIMIZERS
from clipgen.settings.base import DTYPES, Settings, check_least, check_positive, setting


@dataclass(frozen=True)
class Preset:
    """What a quality name stands for: optimisation steps and cutouts a step."""

    steps: int
    cutn: int


QUALITIES: dict[str, Preset] = {
    "draft": Preset(steps=25, cutn=8),
    "normal": Preset(steps=50, cutn=12),
    "high": Preset(steps=300, cutn=32),
}
LR_DECAYS = ("constant", "cosine", "step")
NOISES = ("gradient", "perlin", "pixels")
STARTS = ("auto", "bank", "samples", "noise")

# sides past this ask for more memory than any machine this was made for has
MAX_SIDE = 8192
MAX_SEED = 2**63 - 1
_NOT_NEGATIVE = (
    "init_weight", "tv", "l2", "saturation", "smoothness", "symmetry", "palette_weight", "no_text", "realism",
    "save_every",
)  # fmt: skip


@dataclass(frozen=True)
class GenerateSettings(Settings):
    """All that decides what a run makes, beside its prompts and the weights.

        >>> GenerateSettings(steps=0).validate()
        Traceback (most recent call last):
        clipgen.errors.SettingsError: steps is 0; it must be 1 or more

    Frozen: change with `dataclasses.replace`. `None` stands for "from the quality preset" (steps, cutn),
    "the generator's own" (lr), "drawn" (seed), "all at once" (cut_chunk) and "not used" elsewhere.
    """

    size: tuple[int, int] = setting((256, 256), "width and height of the picture in pixels")
    steps: int | None = setting(None, "optimisation steps; unset: from --quality")
    quality: str = setting("normal", "steps and cutouts by name: " + ", ".join(QUALITIES))
    time_budget: float | None = setting(None, "seconds the run may take; sets steps and, where unset, cutouts")
    seed: int | None = setting(None, "seed of every random number; unset: drawn, and told")
    count: int = setting(1, "pictures per prompt, from seed, seed+1, …")
    generator: str = setting("vqgan", "what paints; PART:FILE takes other weights")
    perceptors: tuple[str, ...] = setting(("builtin",), "which CLIP looks; several average, NAME:2 twice as much")
    alternate: bool = setting(False, "several CLIPs take turns, a step each, which costs as much as one")
    lr: float | None = setting(None, "learning rate; unset: the generator's own")
    optimizer: str = setting("adam", "optimizer, by torch's name")
    lr_decay: str = setting("cosine", "course of the learning rate: " + ", ".join(LR_DECAYS))
    ema: float = setting(0.0, "moving average of the latents, 0 (off) up to below 1")
    cutn: int | None = setting(None, "cutouts a step; unset: from --quality")
    cut_pow: float = setting(1.0, "above 1 favours small cutouts, below 1 large ones")
    augments: str = setting("whole", "preset of cutout augments")
    vram: float | None = setting(
        None, "gigabytes of memory the run may take; sets --cut-chunk, and the size where that is not enough"
    )
    compile: bool = setting(False, "compile the step: a minute or two the first time, and no gain on a CPU")
    cut_chunk: int | None = setting(None, "cutouts per backward pass: lower it to save memory; unset: all at once")
    image_prompts: tuple[str, ...] = setting((), "picture to resemble, as FILE or FILE:weight")
    noise_prompts: tuple[str, ...] = setting((), "random target to be drawn to, as SEED or SEED:weight")
    init_image: str | None = setting(None, "picture to start from")
    init_noise: str | None = setting(None, "noise to start from: " + ", ".join(NOISES))
    init_weight: float | None = setting(
        None, "how strongly to stay near the start, fading; unset: 30 where it shows the words, 60 for a draw, else 0"
    )
    psi: float | None = setting(None, "StyleGAN: how far draws are from their mean, 0 to 1; unset: 0.7")
    classes: tuple[str, ...] = setting((), "StyleGAN with classes: name or number of one; NAME:2 of several mixed")
    race: int | None = setting(
        None, "starts of each picture that are tried for 8 steps; the best goes on; unset: 4 with cppn, else 1"
    )
    start: str = setting("auto", "where latents start: " + ", ".join(STARTS))
    tv: float = setting(0.0, "weight of total variation: fewer hard edges")
    l2: float = setting(0.0, "weight of the pull of the latents to their start; fades over the run")
    saturation: float = setting(0.0, "weight against garish colours")
    smoothness: float = setting(0.0, "weight for soft gradations")
    symmetry: float = setting(0.0, "weight for mirror symmetry, left to right")
    palette: tuple[str, ...] = setting((), "colours to keep to, as #rrggbb")
    palette_weight: float = setting(0.0, "how strongly to keep to the palette")
    no_text: float = setting(0.0, "weight against writing in the picture")
    realism: float = setting(0.0, "weight of the generator's own discriminator, where it has one")
    device: str = setting("auto", "auto, cpu, cuda, cuda:N or mps")
    dtype: str = setting("auto", "arithmetic: " + ", ".join(DTYPES))
    render_size: tuple[int, int] | None = setting(None, "width and height to re-render at in the end (cppn, pixels)")
    save_every: int = setting(0, "save a picture every so many steps; 0: only at the end")

    def validate(self) -> Self:
        """Return self when every value has its type and lies in its range; else raise SettingsError.

        Names in tables that live elsewhere (augments, perceptors) are checked where those tables are.
        Raises UnknownNameError for an unknown quality, generator, optimizer, decay, noise, start or dtype.
        """
        self.check_types()
        for name in ("size", "render_size"):
            _check_size(name, getattr(self, name))
        for name in ("steps", "count", "cutn", "cut_chunk", "race"):
            check_least(name, getattr(self, name), 1)
        for name in _NOT_NEGATIVE:
            check_least(name, getattr(self, name), 0)
        for name in ("time_budget", "vram", "lr", "cut_pow"):
            check_positive(name, getattr(self, name))
        self._check_names()
        self._check_pairs()
        return self

    def _check_names(self) -> None:
        from clipgen.models.shelf import check_generator  # late: it reads the model cards

        check_generator(self.generator)

        for kind, given, choices in (
            ("quality", self.quality, QUALITIES),
            ("optimizer", self.optimizer, OPTIMIZERS.names()),
            ("lr_decay", self.lr_decay, LR_DECAYS),
            ("start", self.start, STARTS),
            ("dtype", self.dtype, DTYPES),
        ):
            if given not in choices:
                raise UnknownNameError.of(kind, given, choices)
        if self.init_noise is not None and self.init_noise not in NOISES:
            raise UnknownNameError.of("init_noise", self.init_noise, NOISES)

    def _check_pairs(self) -> None:
        if self.psi is not None and not 0 <= self.psi <= 1:
            raise SettingsError(f"psi is {self.psi}; it must be 0 to 1, for example 0.7")
        if not 0 <= self.ema < 1:
            raise SettingsError(f"ema is {self.ema}; it must be 0 or more and below 1, for example 0.9")
        if self.seed is not None and not 0 <= self.seed <= MAX_SEED - self.count:
            raise SettingsError(f"seed is {self.seed}; it must be a whole number from 0 to {MAX_SEED - self.count}")
        if not self.perceptors:
            raise SettingsError("perceptors is empty; name at least one, for example builtin")
        for colour in self.palette:
            if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
                raise SettingsError(f"palette has {colour!r}; colours are written #rrggbb, for example #1e90ff")
        if self.palette_weight and not self.palette:
            raise SettingsError(f"palette_weight is {self.palette_weight} but palette is empty; name its colours")
        if self.init_image is not None and self.init_noise is not None:
            raise SettingsError("init_image and init_noise are both set; a run starts from one of them")
        if self.init_image is not None and (self.race or 1) > 1:
            raise SettingsError(f"race is {self.race}, but all starts from init_image would be alike; leave one out")

    def resolved(self) -> Self:
        """Fill steps and cutn from the quality preset; what was set by hand stays.

        `seed` and `lr` stay None here: they are drawn, or asked of the generator, where the run begins.
        """
        self.validate()
        preset = QUALITIES[self.quality]
        return replace(
            self,
            steps=preset.steps if self.steps is None else self.steps,
            cutn=preset.cutn if self.cutn is None else self.cutn,
        )


def _check_size(name: str, size: tuple[int, int] | None) -> None:
    if size is not None and not all(1 <= side <= MAX_SIDE for side in size):
        raise SettingsError(f"{name} is {size[0]} x {size[1]}; width and height must be 1 to {MAX_SIDE} pixels")
