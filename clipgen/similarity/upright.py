"""The head: a small network on a CLIP's embeddings of the four turns of a picture that says which one is upright."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from clipgen.errors import WeightsError
from clipgen.files import sha256
from clipgen.models import weights
from clipgen.perceptors.base import Perceptor
from clipgen.settings.describe import PLAIN, View
from clipgen.similarity.embed import cut_view, embed_images

VIEWS = "flips"  # a picture and its mirror image are upright alike: recall is 4 to 8 points higher by both


class Head(nn.Module):
    """Scores how upright an embedded picture looks; of four turns the one with the highest score is upright.

        >>> head = Head(384, perceptor="5e1f" * 16)
        >>> head(torch.randn(2, 4, 384)).shape
        torch.Size([2, 4])

    Each turn is scored by the same network, so that turning the picture turns the answer with it, and a picture without
    a top, whose turns are alike, gets equal scores. dim: of the embeddings; width: of the hidden layer; perceptor:
    fingerprint of the CLIP whose embeddings it was fitted on; sure: probability from which it is to be believed.
    Source: four-way rotation prediction as in Gidaris et al., arXiv 1803.07728.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, dim: int, width: int = 48, *, perceptor: str, sure: float = 1.0) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(dim))
        self.register_buffer("std", torch.ones(dim))
        self.layers = nn.Sequential(
            nn.Dropout(0.3), nn.Linear(dim, width), nn.GELU(), nn.Dropout(0.2), nn.Linear(width, 1)
        )
        self.perceptor, self.sure, self.fingerprint = perceptor, sure, ""

    def forward(self, embeddings: Tensor) -> Tensor:
        """Scores [N, 4] of unit embeddings [N, 4, D]."""
        scores: Tensor = self.layers((embeddings - self.mean) / self.std)[..., 0]
        return scores

    def check(self, perceptor: Perceptor) -> None:
        """Raise WeightsError for another CLIP than the one that it was fitted on."""
        if self.perceptor != perceptor.fingerprint:
            raise WeightsError(
                f"the orientation head was fitted for the CLIP {self.perceptor[:12]}, and {perceptor.name} is "
                f"{perceptor.fingerprint[:12]}; `clipgen train orient` fits one to it",
                settings=["head"],
            )

    @torch.no_grad()
    def probabilities(self, perceptor: Perceptor, images: Sequence[Tensor]) -> Tensor:
        """For each picture the probability that it is upright after 0, 1, 2 and 3 quarter turns clockwise: [N, 4].

            >>> head = Head(perceptor.dim, perceptor=perceptor.fingerprint).eval()
            >>> shares = head.probabilities(perceptor, [image, image.rot90(-1, (2, 3))])
            >>> torch.allclose(shares[1], shares[0].roll(-1), atol=1e-5)
            True

        images: each [1, 3, H, W] in [0, 1].
        """
        return self(turns(perceptor, images, views=VIEWS)).softmax(-1)

    def save(self, path: Path) -> None:
        """Write it as safetensors, the CLIP's fingerprint and the threshold included."""
        extra = {"perceptor": torch.tensor(list(bytes.fromhex(self.perceptor)), dtype=torch.uint8),
                 "sure": torch.tensor([round(1e4 * self.sure)])}  # fmt: skip
        weights.save_state(path, {**self.state_dict(), **extra})

    @classmethod
    def load(cls, path: Path) -> Head:
        """Load a head that `save` wrote; WeightsError when the file is missing, damaged or something else."""
        state = weights.load_state(path)
        try:
            fitted, sure = bytes(state.pop("perceptor").tolist()).hex(), state.pop("sure").item() / 1e4
            width, dim = state["layers.1.weight"].shape
            head = cls(dim, width, perceptor=fitted, sure=sure)
            head.load_state_dict({name: value.float() for name, value in state.items()})
        except (KeyError, ValueError, TypeError, RuntimeError) as error:
            raise WeightsError(f"{path} is no orientation head; `clipgen train orient` writes one") from error
        head.fingerprint = sha256(path)
        return head.eval().requires_grad_(False)


def turns(perceptor: Perceptor, images: Sequence[Tensor], *, views: str = PLAIN) -> Tensor:
    """The embeddings of pictures after 0, 1, 2 and 3 quarter turns clockwise: [N, 4, D] unit, on the CPU.

        >>> turns(perceptor, [image]).shape == (1, 4, perceptor.dim)
        True

    images: each [1, 3, H, W] in [0, 1]; the central square is turned; views: as of `embed_images`.
    """
    squares = [cut_view(View(), image, perceptor.input_size) for image in images]
    turned = [square.rot90(-quarters, (2, 3)) for square in squares for quarters in range(4)]
    return embed_images(perceptor, turned, views=views).view(len(images), 4, -1)


def shipped_head() -> Head:
    """The head of the CLIP that describes; WeightsError when its file is missing or damaged."""
    card = weights.find("orient", role="head")
    weights.check(card)
    return Head.load(card.path(".safetensors"))
