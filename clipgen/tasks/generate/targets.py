"""What a run aims at: prompts, image prompts and noise prompts as weighted embeddings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen import devices
from clipgen.cutouts import Cutouts
from clipgen.errors import PromptError
from clipgen.losses import PromptLoss
from clipgen.media.images import load_image
from clipgen.perceptors.base import Perceptor
from clipgen.prompts import Prompt, parse_prompts, parse_weighted_path, split_long
from clipgen.settings import GenerateSettings

OPEN_VOCABULARY = "vit-b-32"


@dataclass(frozen=True)
class Aim:
    """One unit embedding [D] with its weight and its stop."""

    embedding: Tensor
    weight: float
    stop: float = -math.inf


@dataclass(frozen=True)
class Targets:
    """What each of B pictures aims at: P unit embeddings [B, P, D] with weights and stops [B, P]."""

    embeddings: Tensor
    weights: Tensor
    stops: Tensor

    @classmethod
    def of(cls, rows: Sequence[Sequence[Aim]]) -> Targets:
        """Stack one row of aims per picture; shorter rows are filled up with weight 0."""
        most = max(len(row) for row in rows)
        filled = [[*row, *[Aim(row[0].embedding, 0.0)] * (most - len(row))] for row in rows]
        embeddings = torch.stack([torch.stack([aim.embedding for aim in row]) for row in filled])
        weights = torch.tensor([[aim.weight for aim in row] for row in filled], device=embeddings.device)
        stops = torch.tensor([[aim.stop for aim in row] for row in filled], device=embeddings.device)
        return cls(embeddings, weights, stops)

    def loss(self) -> PromptLoss:
        """The loss that pulls to them."""
        return PromptLoss(self.embeddings, self.weights, self.stops)

    def mean(self) -> Tensor:
        """[B, D] whose product with a picture's embedding is the weighted mean of its cosines to the aims."""
        shares = self.weights / self.weights.abs().sum(dim=1, keepdim=True)
        return torch.einsum("bp,bpd->bd", shares, self.embeddings)


def read_targets(
    texts: Sequence[str], settings: GenerateSettings, *, perceptor: Perceptor, device: torch.device, notes: list[str]
) -> Targets:
    """Embed everything that a run aims at; what its user should hear is added to notes.

        >>> read_targets(["a fox:2 | fog:-0.5"], settings, perceptor=perceptor, device=device, notes=notes).weights
        tensor([[ 2.0000, -0.5000]])

    texts: one prompt line per picture, pictures of one prompt side by side; settings: its image_prompts and
    noise_prompts count for every picture.

    Raises PromptError for a line that is no prompt, ImageError for a picture that cannot be read.
    """
    parsed = {text: parse_prompts(text) for text in texts}
    if line := _unknown_words(parsed, perceptor):
        notes.append(line)
    own = {text: [_embed(prompt, perceptor, notes) for prompt in prompts] for text, prompts in parsed.items()}
    shared = [_embed_image(text, settings, perceptor=perceptor, device=device) for text in settings.guides.image_prompts]
    shared += [_draw_noise(text, dim=perceptor.dim, device=device) for text in settings.guides.noise_prompts]
    return Targets.of([[*own[text], *shared] for text in texts])


def _embed(prompt: Prompt, perceptor: Perceptor, notes: list[str]) -> Aim:
    pieces = split_long(prompt.text, perceptor.count_tokens, perceptor.context_length)
    if len(pieces) > 1:
        tokens = perceptor.count_tokens(prompt.text)
        notes.append(
            f"the prompt {_shortened(prompt.text)!r} has {tokens} tokens and {perceptor.name} reads "
            f"{perceptor.context_length}: split into {len(pieces)} parts that count alike"
        )
    embedding = F.normalize(perceptor.encode_text(pieces).mean(dim=0), dim=0)
    return Aim(embedding, prompt.weight, prompt.stop)


@torch.no_grad()
def _embed_image(text: str, settings: GenerateSettings, *, perceptor: Perceptor, device: torch.device) -> Aim:
    path, weight = parse_weighted_path(text)
    image = load_image(path).to(device)
    # the picture under work is seen through augments, so the one to resemble is seen through the same ones
    cutouts = Cutouts(
        perceptor.input_size,
        settings.cutouts.cutn or 1,
        cut_pow=settings.cutouts.cut_pow,
        augments=settings.cutouts.augments,
        generator=devices.generator("cpu", settings.canvas.seed or 0),
    )
    return Aim(F.normalize(perceptor.encode_image(cutouts(image)).mean(dim=0), dim=0), weight)


def _draw_noise(text: str, *, dim: int, device: torch.device) -> Aim:
    seed, weight = parse_weighted_path(text)
    if not seed.isdecimal():
        raise PromptError(f"the noise prompt {text!r} is not SEED or SEED:weight; write for example 7:0.2")
    drawn = torch.randn(dim, generator=devices.generator("cpu", int(seed)))
    return Aim(F.normalize(drawn, dim=0).to(device), weight)


def _unknown_words(parsed: dict[str, tuple[Prompt, ...]], perceptor: Perceptor) -> str:
    found: dict[str, list[str]] = {}
    for prompts in parsed.values():
        for prompt in prompts:
            found.update(perceptor.unknown_words(prompt.text))
    if not found:
        return ""
    words = ", ".join(f"{word!r} ({_near(near)})" for word, near in found.items())
    return (
        f"the {perceptor.name} CLIP never saw {words}; `clipgen models words` lists what it knows, "
        f"perceptors=['{OPEN_VOCABULARY}'] knows far more (once: `clipgen models pull {OPEN_VOCABULARY}`)"
    )


def _near(words: Sequence[str]) -> str:
    return f"nearest in spelling: {', '.join(words)}" if words else "nothing near"


def _shortened(text: str, most: int = 40) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
