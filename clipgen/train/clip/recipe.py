"""What decides the weights of the built-in CLIP and of the judge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from clipgen.cutouts.presets import AugmentPreset
from clipgen.train import checkpoints

# A short run underfits: what is plainly shown is learnt first, what cutouts do to a picture after that.
_PLAIN = AugmentPreset(
    crop=(0.75, 1.0), overview=(0.5, 0.5), overview_pad=0.1, rotate=8, hue=0.01, brightness=0.08, contrast=0.08,
    noise=0.02,
)  # fmt: skip
# the styles in which fewest things were named, most of them without colours
_HARD = (
    "ink drawing", "cubist", "sepia photo", "black and white photo", "pop art", "blueprint", "charcoal",
    "pencil sketch", "glitch", "van gogh", "neon",
)  # fmt: skip


@dataclass(frozen=True)
class Phase:
    """A stretch of training at one picture size.

    radius: of the attack, in L2 of 64-px pictures in [0, 1], 0: none; augments: a preset or the name of one; names:
    weight of naming things, scenes and styles among bare names; styled: share of pictures in some style, None: as the
    world has them; hard: styles that are drawn twice as often as the others.
    """

    steps: int
    size: int
    lr: float
    radius: float = 0.0
    floor: float = 0.1
    augments: str | AugmentPreset = "robust"
    names: float = 0.0
    styled: float | None = None
    hard: tuple[str, ...] = ()

    @property
    def render(self) -> int:
        """Pictures are rendered a little larger than they are looked at, so that crops stay sharp."""
        return self.size * 9 // 8

    def schedule(self, step: int) -> tuple[float, float]:
        """Learning rate and attack radius at a step of this phase; the radius grows over its first half."""
        lr = checkpoints.cosine(step, self.steps, peak=self.lr, warmup=min(100, self.steps // 10), floor=self.floor)
        return lr, self.radius * self.size / 64 * min(1.0, 0.3 + 1.4 * step / self.steps)


@dataclass(frozen=True)
class Recipe:
    """What decides the weights. Most is learnt from small pictures: half the side costs a quarter.

    tower: a timm network, as open_clip names it; out: the folder for the weights, unless told; init: the shipped CLIP
    that it goes on from, unless told; embed: numbers in an embedding; fresh: how many pictures of a batch
    were never shown before; names: how many bare names stand for choice, where they do.
    """

    tower: str
    seed: int
    phases: tuple[Phase, ...]
    out: str = "models/clip"
    init: str | None = None
    embed: int = 256
    batch: int = 192
    fresh: int = 48
    names: int = 256
    attack_steps: int = 1
    weight_decay: float = 0.05
    text_lr: float = 0.4

    @property
    def steps(self) -> int:
        """Steps of all phases."""
        return sum(phase.steps for phase in self.phases)

    def at(self, step: int) -> tuple[Phase, int]:
        """The phase of a step and the step within it."""
        for phase in self.phases:
            if step < phase.steps:
                return phase, step
            step -= phase.steps
        raise IndexError("the run is over")

    def stretched(self, steps: int) -> Recipe:
        """The same recipe in another number of steps."""
        phases = tuple(replace(p, steps=max(1, round(p.steps * steps / self.steps))) for p in self.phases)
        return replace(self, phases=phases)


RECIPES: dict[str, Recipe] = {
    "builtin": Recipe(
        tower="resnet10t",
        seed=3,
        embed=384,
        phases=(
            Phase(steps=4200, size=32, lr=4e-3, augments=_PLAIN),
            Phase(steps=1000, size=32, lr=1.5e-3, radius=1.25, floor=0.5, names=0.5),
            Phase(steps=1500, size=48, lr=1.2e-3, radius=1.25, floor=0.0, names=0.5),
            Phase(steps=2000, size=48, lr=1.5e-3, radius=2.0, floor=0.0, names=0.7),
            Phase(steps=2300, size=48, lr=1.5e-3, radius=2.0, floor=0.0, names=0.7),
        ),
    ),
    "judge": Recipe(
        tower="resnet10t",
        out="benchmarks/judge",
        seed=1,
        phases=(
            Phase(steps=2600, size=32, lr=4e-3),
            Phase(steps=900, size=32, lr=1.5e-3, radius=1.25, floor=0.3),
            Phase(steps=600, size=64, lr=1.2e-3, radius=1.25, floor=0.0),
            # it is asked for names, and never guides: the last word is plain
            Phase(steps=700, size=64, lr=1.5e-3, floor=0.0, augments=_PLAIN, names=0.5),
        ),
    ),
    # what makes gradients honest costs names: it goes on from the built-in CLIP's weights, plainly, and only describes
    "reader": Recipe(
        tower="resnet18d",
        out="models/reader",
        init="builtin",
        seed=7,
        embed=384,
        fresh=96,
        names=512,
        phases=(
            Phase(steps=3600, size=64, lr=2e-3, augments=_PLAIN, names=1.0),
            Phase(steps=2000, size=80, lr=8e-4, floor=0.0, augments=_PLAIN, names=1.0),
            # a style takes colours and edges away, which is what things were named by: twice as many styled ones
            Phase(steps=1700, size=64, lr=1.5e-3, floor=0.6, augments=_PLAIN, names=1.0, styled=0.65),
            Phase(steps=2500, size=80, lr=1e-3, floor=0.0, augments=_PLAIN, names=1.0, styled=0.65),
            # without its colours a thing was named half as often as with them
            Phase(steps=3800, size=80, lr=1.5e-3, floor=0.0, augments=_PLAIN, names=1.5, styled=0.65, hard=_HARD),
        ),
    ),
}


def model_config(recipe: Recipe) -> dict[str, Any]:
    """Return the open_clip folder config of a recipe's model."""
    return {
        "model_cfg": {
            "embed_dim": recipe.embed,
            "vision_cfg": {
                "image_size": recipe.phases[-1].size,
                "timm_model_name": recipe.tower,
                "timm_model_pretrained": False,
                "timm_pool": "avg",
                "timm_proj": "linear",
            },
            "text_cfg": {"context_length": 32, "vocab_size": 4096, "width": 128, "heads": 4, "layers": 2},
        },
        "preprocess_cfg": {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]},
    }
