"""The settings that determine the weights of the built-in CLIP, which paints."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from clipgen.cutouts.presets import AugmentPreset
from clipgen.train import checkpoints

# A short run underfits: train on plain pictures first, and on the augments of cutouts afterwards.
_PLAIN = AugmentPreset(
    crop=(0.75, 1.0), overview=(0.5, 0.5), overview_pad=0.1, rotate=8, hue=0.01, brightness=0.08, contrast=0.08,
    noise=0.02,
)  # fmt: skip


@dataclass(frozen=True)
class Phase:
    """A part of the training, at one picture size.

    size: side of the pictures in pixels; lr: peak learning rate, decaying to floor × lr; radius: of the attack, in L2
    of 64-px pictures in [0, 1] (0: none); clean: share of the pictures that are not attacked; augments: a preset or its
    name; names: weight of the naming loss, see `Learner.naming`.
    """

    steps: int
    size: int
    lr: float
    radius: float = 0.0
    clean: float = 0.0
    floor: float = 0.1
    augments: str | AugmentPreset = "robust"
    names: float = 0.0

    @property
    def render(self) -> int:
        """Side at which pictures are rendered: larger than `size`, so that crops stay sharp."""
        return self.size * 9 // 8

    def schedule(self, step: int) -> tuple[float, float]:
        """Learning rate and attack radius at a step of this phase; the radius grows over its first half."""
        lr = checkpoints.cosine(step, self.steps, peak=self.lr, warmup=min(100, self.steps // 10), floor=self.floor)
        return lr, self.radius * self.size / 64 * min(1.0, 0.3 + 1.4 * step / self.steps)


@dataclass(frozen=True)
class Recipe:
    """The settings that determine the weights. Most steps use small pictures: half the side costs a quarter.

    tower: name of a timm network; init: shipped CLIP from which it starts ("": random weights); out: default folder for
    the weights; embed: dimension of an embedding; batch: number of pictures in a step, of which `fresh` are new; names:
    number of names in the naming loss; attack_steps, noise: of each attack; text_lr: learning rate of the text tower,
    relative to the picture tower's (0: the space stays as it is); ema: decay of the averaged weights, which are the
    result.
    """

    tower: str
    seed: int
    phases: tuple[Phase, ...]
    init: str = ""
    out: str = "models/clip"
    embed: int = 256
    batch: int = 192
    fresh: int = 48
    names: int = 256
    attack_steps: int = 1
    noise: float | None = None
    weight_decay: float = 0.05
    text_lr: float = 0.4
    ema: float = 0.998

    @property
    def steps(self) -> int:
        """Total number of steps."""
        return sum(phase.steps for phase in self.phases)

    def at(self, step: int) -> tuple[Phase, int]:
        """The phase of a step and the step within it."""
        for phase in self.phases:
            if step < phase.steps:
                return phase, step
            step -= phase.steps
        raise IndexError(f"step is beyond the {self.steps} steps of the recipe")

    def stretched(self, steps: int) -> Recipe:
        """The same recipe with another number of steps."""
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
    # the built-in CLIP with a deeper picture tower, in the same space: what stands on its texts' cosines stays valid
    "deeper": Recipe(
        tower="resnet18d",
        init="builtin",
        out="runs/clip-deeper/clip",
        seed=5,
        embed=384,
        noise=1.0,
        text_lr=0.0,
        phases=(Phase(steps=2500, size=48, lr=1e-3, radius=2.0, clean=0.5, floor=0.0, names=1.0),),
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
