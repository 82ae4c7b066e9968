"""The settings that determine the weights of a picture tower that is trained into the locked text tower's space."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

# the styles with the lowest naming accuracy, most of them without colours
_HARD = (
    "ink drawing", "cubist", "sepia photo", "black and white photo", "pop art", "blueprint", "charcoal",
    "pencil sketch", "glitch", "van gogh", "neon",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """Steps at one picture size, in pixels."""

    steps: int
    size: int


@dataclass(frozen=True)
class Recipe:
    """The settings of a run.

    tower: name of a timm network; init: shipped CLIP from whose picture tower it starts ("": random weights); text:
    folder in models/ of the locked text tower; shares: of each kind of source in a batch; styled: share of the world's
    pictures in a style; hard: styles that are drawn twice as often as the others; lr: peak learning rate, constant
    until the last `decay` of the steps, in which it falls to 0, so that a longer run has the same start; ema: decay of
    the averaged weights, which are the result; kept: share in it of the weights that the run starts from, where these
    are of the same space: what it forgets comes back, and most of what it learns stays (Wortsman et al. 2022, Robust
    fine-tuning of zero-shot models, arXiv 2109.01903); past: captions of earlier batches that are negatives, too;
    contrast, names, scenes, manners: weights of the losses.
    """

    tower: str
    parts: tuple[Part, ...]
    out: str
    init: str
    seed: int = 23
    text: str = "text"
    batch: int = 96
    lr: float = 1e-3
    warmup: int = 40
    decay: float = 0.35
    ema: float = 0.997
    kept: float = 0.0
    weight_decay: float = 0.05
    shares: dict[str, float] = field(
        default_factory=lambda: {"world": 0.61, "photos": 0.19, "drawings": 0.17, "lettering": 0.03}
    )
    styled: float = 0.5
    hard: tuple[str, ...] = _HARD
    past: int = 0
    contrast: float = 0.7
    names: float = 1.0
    scenes: float = 0.3
    manners: float = 0.3

    @property
    def steps(self) -> int:
        """Total number of steps."""
        return sum(part.steps for part in self.parts)

    @property
    def size(self) -> int:
        """Side of the finished tower's input, in pixels."""
        return self.parts[-1].size

    def stretched(self, steps: int) -> Recipe:
        """The same recipe with another number of steps.

        >>> recipe = Recipe("resnet18d", (Part(30, 64), Part(10, 80)), "out", "reader").stretched(80)
        >>> [part.steps for part in recipe.parts]
        [60, 20]
        """
        parts = tuple(replace(part, steps=max(1, round(part.steps * steps / self.steps))) for part in self.parts)
        return replace(self, parts=parts)

    def rate(self, step: int) -> float:
        """Learning rate at a step.

        >>> recipe = Recipe("resnet18d", (Part(100, 64),), "out", "reader", lr=1.0, warmup=10, decay=0.5)
        >>> [round(recipe.rate(step), 2) for step in (0, 20, 75)]
        [0.1, 1.0, 0.5]
        """
        left = (self.steps - step) / max(1.0, self.decay * self.steps)
        return self.lr * min(1.0, (step + 1) / self.warmup, left)


READER = Recipe(
    tower="resnet18d",
    parts=(Part(steps=635, size=64), Part(steps=265, size=80)),
    out="models/reader",
    init="reader",
    seed=51,
    lr=6e-4,
    kept=0.3,
    past=1024,
    contrast=0.9,
    scenes=0.4,
    shares={"world": 0.8, "photos": 0.1, "drawings": 0.09, "lettering": 0.01},
)

# Another network with another start, no attacks, and more of the world, whose words the benchmark's prompts are.
JUDGE = Recipe(
    tower="resnet10t",
    parts=(Part(steps=3500, size=64),),
    out="benchmarks/judge",
    init="",
    seed=41,
    batch=144,
    past=2048,
    contrast=1.4,
    shares={"world": 0.78, "photos": 0.12, "drawings": 0.08, "lettering": 0.02},
)


def model_config(recipe: Recipe, text: dict[str, Any]) -> dict[str, Any]:
    """The open_clip folder config of the finished model; text: that of the locked text tower."""
    model = text["model_cfg"]
    vision = {
        "image_size": recipe.size,
        "timm_model_name": recipe.tower,
        "timm_model_pretrained": False,
        "timm_pool": "avg",
        # one hidden layer: what pictures resemble in form has to be rearranged by meaning
        "timm_proj": "mlp",
    }
    return {
        "model_cfg": {"embed_dim": model["embed_dim"], "vision_cfg": vision, "text_cfg": model["text_cfg"]},
        "preprocess_cfg": {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]},
    }
