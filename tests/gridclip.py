"""A perceptor without weights that tells pictures apart by their colours: a tiny CLIP with random weights does not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen.perceptors.base import Perceptor
from clipgen.similarity import Background, Matcher
from tiny import WORDS


class GridClip(Perceptor):
    """Embeds a picture as the colours of a 4 x 4 grid, and a text as a direction of its own."""

    name, input_size, dim, context_length, logit_scale = "grid", 32, 48, 12, 100.0
    fingerprint = "9" * 64

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1), requires_grad=False)

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) for text in texts]
        rows = [torch.randn(48, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
        return F.normalize(torch.stack(rows), dim=1)

    def encode_image(self, images: Tensor) -> Tensor:
        return F.normalize(F.adaptive_avg_pool2d(images, 4).flatten(1) - 0.5, dim=1)

    def count_tokens(self, text: str) -> int:
        return len(text.split()) + 2

    def unknown_words(self, text: str) -> list[str]:
        return [word for word in text.split() if word.startswith("q")]


def grid_matcher() -> Matcher:
    """A matcher with a background of noise."""
    perceptor, noise = GridClip(), torch.Generator().manual_seed(0)
    pictures = perceptor.encode_image(F.interpolate(torch.rand(60, 3, 4, 4, generator=noise), (32, 32)))
    captions = perceptor.encode_text([f"{a} {b}" for a in WORDS for b in WORDS])
    return Matcher(perceptor, background=Background(captions, pictures))
