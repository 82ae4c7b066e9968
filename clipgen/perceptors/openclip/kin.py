"""Which known words stand for another one: a network that moves the embedding of a word to those of its kin."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import torch.nn.functional as F
from torch import Tensor, nn

from clipgen.errors import WeightsError
from clipgen.models import weights

KIN_FILE = "kin.safetensors"
Head = TypeVar("Head", bound=nn.Module)


class Kin(nn.Module):
    """Moves embeddings of words, so that kinds of one thing are near: a kingfisher to a bird, and no more to a fish.

        >>> network = Kin(384)
        >>> network(torch.randn(2, 384)).shape
        torch.Size([2, 384])

    dim: of the embeddings. Untrained it leaves unit embeddings as they are. Source: the hypernyms of unseen words stand
    for them as in DeViSE (Frome et al. 2013) and ConSE (Norouzi et al., arXiv 1312.5650); trained on the word net.
    """

    def __init__(self, dim: int, width: int = 768) -> None:
        super().__init__()
        self.hidden, self.out = nn.Linear(dim, width), nn.Linear(width, dim)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, embeddings: Tensor) -> Tensor:
        """Unit vectors [N, D] of unit embeddings [N, D]."""
        scaled = embeddings * embeddings.shape[-1] ** 0.5
        return F.normalize(embeddings + self.out(F.gelu(self.hidden(scaled))), dim=-1)


def load_head(path: Path, kind: type[Head]) -> Head:
    """Load a network of one hidden layer on the text tower's embeddings; WeightsError when it is missing or damaged.

    Example: ``load_head(Path("models/text") / KIN_FILE, Kin)(torch.randn(2, 384)).shape`` → [2, 384].
    kind: its class, made of the dimension of the embeddings and the width of the layer.
    """
    state = {name: value.float() for name, value in weights.load_state(path).items()}
    try:
        width, dim = state[min(name for name in state if name.endswith(".weight"))].shape
        network = kind(dim, width)
        network.load_state_dict(state)
    except (ValueError, RuntimeError) as error:
        raise WeightsError(f"{path} has no weights of {kind.__name__} ({error})") from error
    return network.eval().requires_grad_(False)
