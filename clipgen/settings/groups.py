"""The settings of a picture in groups: canvas, start, search, cutouts, guides and machine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from clipgen.errors import SettingsError
from clipgen.registry import OPTIMIZERS
from clipgen.settings.base import DTYPES, EVERY, IN_SCENES, PAINTING, About, Settings, setting

# larger sides take more memory than any supported machine has
MAX_SIDE = 8192
MAX_SEED = 2**63 - 1


@dataclass(frozen=True)
class Preset:
    """A quality: optimisation steps, cutouts per step, and how these are changed.

    from_random: the same for latents that start at random where the generator has better starts and so need more;
    from_fitting: for latents that start at a picture which shows the words and so need less.
    """

    steps: int
    cutn: int
    augments: str = "whole"
    from_random: Preset | None = None
    from_fitting: Preset | None = None


# from random codes: VQGAN-CLIP and pixray run 250 to 500 steps of 32 cutouts, changed as much: a form has to be found
# that survives it; from a fitting picture, 20 steps and 50 look the same
QUALITIES: dict[str, Preset] = {
    "draft": Preset(
        steps=25, cutn=8,
        from_random=Preset(steps=100, cutn=16, augments="classic"), from_fitting=Preset(steps=15, cutn=8),
    ),
    "normal": Preset(
        steps=50, cutn=12,
        from_random=Preset(steps=300, cutn=32, augments="classic"), from_fitting=Preset(steps=20, cutn=12),
    ),
    "high": Preset(steps=300, cutn=32, from_random=Preset(steps=600, cutn=64, augments="classic")),
}  # fmt: skip
LR_DECAYS = ("constant", "cosine", "step")
NOISES = ("gradient", "perlin", "pixels")
STARTS = ("auto", "bank", "samples", "noise")


@dataclass(frozen=True)
class Canvas(Settings):
    """Size, number and seed of the pictures."""

    title: ClassVar[str] = "Picture"

    size: tuple[int, int] = setting(
        (256, 256), About("width and height of the picture in pixels", metavar="W H", verbs=EVERY)
    )
    count: int = setting(
        1,
        About(
            "pictures per prompt, with seed, seed+1, …", least=1, flags=("-n", "--count"), verbs=("generate", "doctor")
        ),
    )
    seed: int | None = setting(
        None, About("seed of all random numbers (default: random, printed)", verbs=(*IN_SCENES, "sample"))
    )
    save_every: int = setting(
        0,
        About(
            "save a picture every N steps; 0: only at the end", least=0, section="Output", verbs=("generate", "edit")
        ),
    )

    def check(self) -> None:
        """Raise SettingsError for sides and seeds out of range."""
        check_size("size", self.size)
        if self.seed is not None and not 0 <= self.seed <= MAX_SEED - self.count:
            raise SettingsError(
                f"seed is {self.seed}; it must be a whole number from 0 to {MAX_SEED - self.count}", settings=["seed"]
            )


@dataclass(frozen=True)
class Init(Settings):
    """Where the latents start."""

    title: ClassVar[str] = "Start"

    init_image: str | None = setting(
        None,
        About(
            "picture to start from",
            flags=("--init", "--init-image"),
            metavar="FILE",
            file=True,
            verbs=("generate", "animate", "scene"),
        ),
    )
    init_noise: str | None = setting(
        None, About("noise to start from: " + ", ".join(NOISES), choices=NOISES, verbs=("generate", "animate"))
    )
    init_weight: float | None = setting(
        None,
        About(
            "weight of staying near the start, fading (default: up to 450 where the start fits the words, else 0)",
            least=0,
        ),
    )
    start: str = setting(
        "auto",
        About("where latents start: " + ", ".join(STARTS), choices=STARTS, verbs=("generate", "animate", "doctor")),
    )

    def check(self) -> None:
        """Raise SettingsError for two initial pictures."""
        if self.init_image is not None and self.init_noise is not None:
            raise SettingsError(
                "init_image and init_noise are both set; a run starts from one of them",
                settings=["init_image", "init_noise"],
            )


@dataclass(frozen=True)
class Search(Settings):
    """How long and with which optimizer the latents are optimised, and by which CLIP."""

    title: ClassVar[str] = "Search"

    quality: str = setting(
        "normal",
        About("steps and cutouts by name: " + ", ".join(QUALITIES), choices=QUALITIES, verbs=(*PAINTING, "doctor")),
    )
    steps: int | None = setting(
        None, About("optimisation steps (default: from the quality)", least=1, verbs=(*PAINTING, "doctor"))
    )
    time_budget: float | None = setting(
        None,
        About(
            "time for the whole run; sets steps and, unless given, cutouts",
            above=0,
            metavar="TIME",
            written="time",
            verbs=("generate", "edit"),
        ),
    )
    perceptors: tuple[str, ...] = setting(
        ("builtin",),
        About(
            "CLIP model; repeat to combine several, NAME:2 counts twice",
            flags=("--perceptor",),
            verbs=(*PAINTING, "doctor"),
            file="after colon",
        ),
    )
    alternate: bool = setting(False, About("several CLIP models take turns, one per step: as fast as one"))
    lr: float | None = setting(None, About("learning rate (default: the generator's own)", above=0))
    lr_decay: str = setting(
        "cosine", About("schedule of the learning rate: " + ", ".join(LR_DECAYS), choices=LR_DECAYS)
    )
    optimizer: str = setting(
        "adam", About("optimizer, by its name in torch", choices=OPTIMIZERS, listed=tuple(OPTIMIZERS.table))
    )
    ema: float = setting(0.0, About("moving average of the latents, 0 (off) up to below 1"))

    def check(self) -> None:
        """Raise SettingsError for an average of 1 or more, and for no CLIP at all."""
        if not 0 <= self.ema < 1:
            raise SettingsError(
                f"ema is {self.ema}; it must be 0 or more and below 1, for example 0.9", settings=["ema"]
            )
        if not self.perceptors:
            raise SettingsError("perceptors is empty; name at least one, for example builtin", settings=["perceptors"])


@dataclass(frozen=True)
class CutoutSettings(Settings):
    """The cutouts of the picture that CLIP embeds at each step."""

    title: ClassVar[str] = "Cutouts"

    cutn: int | None = setting(
        None, About("cutouts per step (default: from the quality)", least=1, verbs=(*IN_SCENES, "doctor"))
    )
    cut_pow: float = setting(1.0, About("above 1 favours small cutouts, below 1 large ones", above=0))
    augments: str | None = setting(
        None, About("preset of cutout augmentations (default: whole; from random codes classic)", verbs=IN_SCENES)
    )


@dataclass(frozen=True)
class Guides(Settings):
    """Targets besides the prompts, and regularisers; a loss of weight 0 is not computed."""

    title: ClassVar[str] = "Regularisers"

    image_prompts: tuple[str, ...] = setting(
        (),
        About(
            "picture to resemble, as FILE or FILE:weight",
            section="Prompts",
            flags=("--image-prompt",),
            metavar="FILE:WEIGHT",
            file=True,
        ),
    )
    noise_prompts: tuple[str, ...] = setting(
        (),
        About(
            "random target, as SEED or SEED:weight", section="Prompts", flags=("--noise-prompt",), metavar="SEED:WEIGHT"
        ),
    )
    tv: float = setting(
        0.0,
        About(
            "weight of total variation: fewer hard edges",
            least=0,
            loss="clipgen.losses.regularisers:TotalVariation",
            verbs=IN_SCENES,
        ),
    )
    saturation: float = setting(
        0.0,
        About("weight against garish colours", least=0, loss="clipgen.losses.regularisers:Saturation", verbs=IN_SCENES),
    )
    smoothness: float = setting(
        0.0,
        About("weight for soft gradations", least=0, loss="clipgen.losses.regularisers:Smoothness", verbs=IN_SCENES),
    )
    symmetry: float = setting(
        0.0,
        About(
            "weight for mirror symmetry, left to right",
            least=0,
            loss="clipgen.losses.regularisers:Symmetry",
            verbs=IN_SCENES,
        ),
    )
    l2: float = setting(
        0.0,
        About(
            "weight of keeping the latents near their start, fading",
            least=0,
            loss="clipgen.losses.regularisers:PullToStart",
            verbs=IN_SCENES,
        ),
    )
    palette: tuple[str, ...] = setting((), About("colour to keep to, as #rrggbb", metavar="COLOUR", verbs=IN_SCENES))
    palette_weight: float = setting(
        0.0,
        About("weight of keeping to the palette", least=0, loss="clipgen.losses.regularisers:Palette", verbs=IN_SCENES),
    )
    no_text: float = setting(
        0.0,
        About("weight against writing in the picture", least=0, loss="clipgen.losses.prompt:NoText", verbs=IN_SCENES),
    )
    realism: float = setting(
        0.0,
        About(
            "weight of the generator's own discriminator, where it has one",
            least=0,
            loss="clipgen.losses.regularisers:Realism",
            verbs=IN_SCENES,
        ),
    )

    def check(self) -> None:
        """Raise SettingsError for an invalid colour, and for a weight without colours."""
        for colour in self.palette:
            if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
                raise SettingsError(
                    f"palette has {colour!r}; colours are written #rrggbb, for example #1e90ff", settings=["palette"]
                )
        if self.palette_weight and not self.palette:
            raise SettingsError(
                f"palette_weight is {self.palette_weight} but palette is empty; name its colours",
                settings=["palette_weight", "palette"],
            )


@dataclass(frozen=True)
class Machine(Settings):
    """Device, arithmetic and memory of a run."""

    title: ClassVar[str] = "Machine"

    device: str = setting("auto", About("auto, cpu, cuda, cuda:N or mps", verbs=EVERY))
    dtype: str = setting("auto", About("arithmetic: " + ", ".join(DTYPES), choices=DTYPES, verbs=EVERY))
    vram: float | None = setting(
        None,
        About(
            "memory for the run; sets the cutout batch size, and a smaller picture where that is not enough",
            above=0,
            metavar="SIZE",
            written="memory",
            verbs=("generate", "edit"),
        ),
    )
    cut_chunk: int | None = setting(
        None,
        About(
            "cutout batch size: lower it to save memory, with the same picture (default: all at once)",
            least=1,
            verbs=(*PAINTING, "doctor"),
        ),
    )
    compile: bool = setting(
        False,
        About("compile the step: takes a minute or two the first time, no gain on a CPU", verbs=("generate", "edit")),
    )


def check_size(name: str, size: tuple[int, int] | None) -> None:
    """Raise SettingsError for a width or a height out of range."""
    if size is not None and not all(1 <= side <= MAX_SIDE for side in size):
        raise SettingsError(
            f"{name} is {size[0]} x {size[1]}; width and height must be 1 to {MAX_SIDE} pixels", settings=[name]
        )
