"""Every setting of a run, its default and its one line of help: written once, here.

    >>> from clipgen.settings import GenerateSettings
    >>> settings = GenerateSettings(size=(512, 384), seed=7).resolved()
    >>> settings.steps == QUALITIES["normal"].steps
    True

The command line builds its options from these fields; a picture carries them in its metadata.
"""

from __future__ import annotations

import math
import re
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Self

from clipgen.errors import SettingsError, UnknownNameError
from clipgen.registry import GENERATORS, OPTIMIZERS


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
STARTS = ("auto", "bank", "noise")
DTYPES = ("auto", "fp32", "bf16", "fp16")

# sides past this ask for more memory than any machine this was made for has
MAX_SIDE = 8192
MAX_SEED = 2**63 - 1


def _setting(default: Any, help: str) -> Any:
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True)
class GenerateSettings:
    """All that decides what a run makes, beside its prompts and the weights.

        >>> GenerateSettings(steps=0).validate()
        Traceback (most recent call last):
        clipgen.errors.SettingsError: steps is 0; it must be 1 or more

    Frozen: change with `dataclasses.replace`. `None` stands for "from the quality preset" (steps, cutn),
    "the generator's own" (lr), "drawn" (seed), "all at once" (cut_chunk) and "not used" elsewhere.
    """

    size: tuple[int, int] = _setting((256, 256), "width and height of the picture in pixels")
    steps: int | None = _setting(None, "optimisation steps; unset: from --quality")
    quality: str = _setting("normal", "steps and cutouts by name: " + ", ".join(QUALITIES))
    time_budget: float | None = _setting(None, "seconds the run may take; sets the steps")
    seed: int | None = _setting(None, "seed of every random number; unset: drawn, and told")
    count: int = _setting(1, "pictures per prompt, from seed, seed+1, …")
    generator: str = _setting("vqgan", "what paints: a name in the table of generators")
    perceptors: tuple[str, ...] = _setting(("builtin",), "which CLIP looks: builtin or NAME/TAG; several average")
    lr: float | None = _setting(None, "learning rate; unset: the generator's own")
    optimizer: str = _setting("adam", "optimizer, by torch's name")
    lr_decay: str = _setting("cosine", "course of the learning rate: " + ", ".join(LR_DECAYS))
    ema: float = _setting(0.0, "moving average of the latents, 0 (off) up to below 1")
    cutn: int | None = _setting(None, "cutouts a step; unset: from --quality")
    cut_pow: float = _setting(1.0, "above 1 favours small cutouts, below 1 large ones")
    augments: str = _setting("robust", "preset of cutout augments")
    cut_chunk: int | None = _setting(None, "cutouts per backward pass: lower it to save memory; unset: all at once")
    image_prompts: tuple[str, ...] = _setting((), "picture to resemble, as FILE or FILE:weight")
    noise_prompts: tuple[str, ...] = _setting((), "random target to be drawn to, as SEED or SEED:weight")
    init_image: str | None = _setting(None, "picture to start from")
    init_noise: str | None = _setting(None, "noise to start from: " + ", ".join(NOISES))
    init_weight: float = _setting(0.0, "how strongly to stay near the start; fades over the run")
    start: str = _setting("auto", "where latents start: " + ", ".join(STARTS))
    tv: float = _setting(0.0, "weight of total variation: fewer hard edges")
    l2: float = _setting(0.0, "weight of the pull of the latents to their start; fades over the run")
    saturation: float = _setting(0.0, "weight against garish colours")
    smoothness: float = _setting(0.0, "weight for soft gradations")
    symmetry: float = _setting(0.0, "weight for mirror symmetry, left to right")
    palette: tuple[str, ...] = _setting((), "colours to keep to, as #rrggbb")
    palette_weight: float = _setting(0.0, "how strongly to keep to the palette")
    no_text: float = _setting(0.0, "weight against writing in the picture")
    realism: float = _setting(0.0, "weight of the generator's own discriminator, where it has one")
    device: str = _setting("auto", "auto, cpu, cuda, cuda:N or mps")
    dtype: str = _setting("auto", "arithmetic: " + ", ".join(DTYPES))
    render_size: tuple[int, int] | None = _setting(None, "width and height to re-render at in the end (cppn, pixels)")
    save_every: int = _setting(0, "save a picture every so many steps; 0: only at the end")

    def validate(self) -> Self:
        """Return self when every value has its type and lies in its range; else raise SettingsError.

        Names in tables that live elsewhere (augments, perceptors) are checked where those tables are.
        Raises UnknownNameError for an unknown quality, generator, optimizer, decay, noise, start or dtype.
        """
        for spec in fields(self):
            _check_type(spec.name, getattr(self, spec.name), _hints()[spec.name])
        for name in ("size", "render_size"):
            _check_size(name, getattr(self, name))
        for name in ("steps", "count", "cutn", "cut_chunk"):
            _check_least(name, getattr(self, name), 1)
        for name in ("init_weight", "tv", "l2", "saturation", "smoothness", "symmetry", "palette_weight", "no_text",
                     "realism", "save_every"):
            _check_least(name, getattr(self, name), 0)
        for name in ("time_budget", "lr", "cut_pow"):
            _check_positive(name, getattr(self, name))
        self._check_names()
        self._check_pairs()
        return self

    def _check_names(self) -> None:
        for kind, given, choices in (
            ("quality", self.quality, QUALITIES),
            ("generator", self.generator, GENERATORS.names()),
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

    def to_dict(self) -> dict[str, Any]:
        """Every setting as plain JSON values (tuples as lists); `from_dict` reads it back."""
        values = {spec.name: getattr(self, spec.name) for spec in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Build settings from plain values, such as those of a TOML file or a picture's metadata.

            >>> GenerateSettings.from_dict({"size": [512, 384]}).size
            (512, 384)

        Raises SettingsError for an unknown key or a value of the wrong type or out of range.
        """
        allowed = [spec.name for spec in fields(cls)]
        for name in values:
            if name not in allowed:
                raise SettingsError(str(UnknownNameError.of("setting", name, allowed)))
        return cls(**{name: _convert(value, _hints()[name]) for name, value in values.items()}).validate()

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


def help_of(name: str) -> str:
    """The one-line help of a setting, with its default where that says something.

        >>> help_of("optimizer")
        "optimizer, by torch's name [adam]"
    """
    spec = next((spec for spec in fields(GenerateSettings) if spec.name == name), None)
    if spec is None:
        raise UnknownNameError.of("setting", name, [spec.name for spec in fields(GenerateSettings)])
    text: str = spec.metadata["help"]
    if spec.default is MISSING or spec.default in (None, ()):
        return text
    shown = " ".join(map(str, spec.default)) if isinstance(spec.default, tuple) else f"{spec.default}"
    return f"{text} [{shown}]"


@lru_cache(maxsize=1)
def _hints() -> dict[str, Any]:
    return typing.get_type_hints(GenerateSettings)


def _kinds(hint: Any) -> tuple[Any, ...]:
    """The members of a union hint, or the hint alone."""
    return typing.get_args(hint) if isinstance(hint, UnionType) else (hint,)


def _convert(value: Any, hint: Any) -> Any:
    """JSON and TOML know lists and whole numbers where we say tuple and float."""
    if isinstance(value, list) and any(typing.get_origin(kind) is tuple for kind in _kinds(hint)):
        return tuple(value)
    return float(value) if float in _kinds(hint) and type(value) is int else value


def _check_type(name: str, value: Any, hint: Any) -> None:
    if not any(_fits(value, kind) for kind in _kinds(hint)):
        raise SettingsError(f"{name} is {value!r}; it must be {_spoken(hint)}")


def _fits(value: Any, kind: Any) -> bool:
    if typing.get_origin(kind) is tuple:
        inner = typing.get_args(kind)
        if not isinstance(value, tuple):
            return False
        wanted = [inner[0]] * len(value) if inner[-1] is Ellipsis else list(inner)
        return len(wanted) == len(value) and all(map(_fits, value, wanted))
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, kind) and not isinstance(value, bool)


def _spoken(hint: Any) -> str:
    plain = {int: "a whole number", float: "a finite number", str: "text", NoneType: "unset"}
    words = []
    for kind in _kinds(hint):
        inner = typing.get_args(kind)
        if not inner:
            words.append(plain[kind])
        else:
            words.append("a list of text" if inner[-1] is Ellipsis else "two whole numbers, width and height")
    return " or ".join(words)


def _check_size(name: str, size: tuple[int, int] | None) -> None:
    if size is not None and not all(1 <= side <= MAX_SIDE for side in size):
        raise SettingsError(f"{name} is {size[0]} x {size[1]}; width and height must be 1 to {MAX_SIDE} pixels")


def _check_least(name: str, value: float | None, least: int) -> None:
    if value is not None and value < least:
        raise SettingsError(f"{name} is {value}; it must be {least} or more")


def _check_positive(name: str, value: float | None) -> None:
    if value is not None and value <= 0:
        raise SettingsError(f"{name} is {value}; it must be more than 0")
