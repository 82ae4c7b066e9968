"""The distance of cutouts from prompts."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from clipgen.errors import SettingsError
from clipgen.losses.base import Loss, Sees, Surroundings, View


def spherical(a: Tensor, b: Tensor) -> Tensor:
    """Half the squared great-circle distance of unit vectors: 2·arcsin(|a-b|/2)².

        >>> spherical(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]))      # π²/8
        tensor(1.2337)

    a, b: [..., D], broadcast against each other; returns [...]. The gradient is finite everywhere: zero where a = b
    and where a = -b. Source: Katherine Crowson's loss of VQGAN+CLIP (arXiv 2204.08583).
    """
    # |a-b| is computed directly: matrix products of all pairs would lose small differences
    half = (a - b).square().sum(dim=-1).clamp(min=1e-12).sqrt() / 2
    return 2 * half.clamp(max=1 - 1e-6).arcsin().square()


class PromptLoss(Loss):
    """The mean spherical distance of the cutouts to weighted prompts.

        >>> target = perceptor.encode_text(["a fox", "text"])[None]                                 # [1, 2, D]
        >>> loss = PromptLoss(target, weights=[[1.0, -0.3]], stops=[[-float("inf"), -0.4]])

    A prompt with a negative weight repels: its distance counts negative. Below its stop (compared with the signed
    distance of each cutout) a prompt has no gradient, though its value still counts. The sum over the prompts is
    divided by the sum of |weights|, and averaged over the cutouts: chunks of cutouts add up exactly.

    target: [B,P,D] or [1,P,D] unit vectors. weights, stops: [B,P] or [1,P], tensors or nested lists; a row may be
    padded with weight 0. Raises SettingsError for shapes that do not fit, or a row of weights that are all 0.
    Source: the weights and stops of Katherine Crowson's VQGAN+CLIP notebook.
    """

    sees: ClassVar[Sees] = "embeddings"
    target: Tensor
    weights: Tensor
    stops: Tensor

    def __init__(
        self, target: Tensor, weights: Tensor | list[list[float]], stops: Tensor | list[list[float]] | None = None
    ) -> None:
        super().__init__()
        target = target.detach()
        weights = torch.as_tensor(weights, dtype=target.dtype, device=target.device)
        stops = torch.full_like(weights, -torch.inf) if stops is None else stops
        stops = torch.as_tensor(stops, dtype=target.dtype, device=target.device)
        if target.ndim != 3 or weights.shape[-1:] != target.shape[1:2] or {weights.ndim, stops.ndim} != {2}:
            shapes = ", ".join(str(list(tensor.shape)) for tensor in (target, weights, stops))
            raise SettingsError(
                f"target, weights and stops must be [B,P,D], [B,P] and [B,P], got {shapes}",
                settings=["target", "weights", "stops"],
            )
        if not (weights.abs().sum(dim=-1) > 0).all():
            raise SettingsError(
                "weights has a row of zeros; every picture needs a prompt with another weight", settings=["weights"]
            )
        self.register_buffer("target", target)
        self.register_buffer("weights", weights)
        self.register_buffer("stops", stops.expand_as(weights))

    def forward(self, view: View) -> Tensor:
        """Compute the loss of each picture from its embeddings [n,B,D], [B]."""
        if view.embeddings is None:
            raise SettingsError("PromptLoss needs the embeddings of the view, which are None")
        distance = spherical(view.embeddings[:, :, None], self.target)
        signed = distance * self.weights.sign()
        signed = torch.where(signed > self.stops, signed, signed.detach())
        share = self.weights.abs() / self.weights.abs().sum(dim=-1, keepdim=True)
        return (signed * share).sum(dim=-1).mean(dim=0)


WRITING = ("text", "letters", "handwriting", "writing")


class NoText(PromptLoss):
    """Pushes away from handwriting and print: a `PromptLoss` whose prompts all have the weight -1.

    target: [1, P, D] unit vectors of words for writing.
    """

    def __init__(self, target: Tensor) -> None:
        super().__init__(target, torch.full(target.shape[:2], -1.0))

    @classmethod
    def build(cls, run: Surroundings) -> Loss:
        """Push away from the words of WRITING that the perceptor knows; SettingsError where it knows none."""
        known = [word for word in WRITING if not run.unknown_words(word)]
        if not known:
            raise SettingsError(
                f"the perceptor {run.perceptor_name} knows no word for writing, so no_text cannot work with it; "
                "leave it at 0 or add a perceptor with an open vocabulary, such as vit-b-32",
                settings={"no_text": 0, "perceptors": "vit-b-32"},
            )
        return cls(run.encode_text(known)[None])
