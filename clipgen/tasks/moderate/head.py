"""Heads on embeddings: small networks that say how likely a picture is not safe for work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch.nn.functional as F
from torch import Tensor

from clipgen.errors import WeightsError
from clipgen.models.weights import load_state

_TINY = 1e-10  # as in the published networks


@dataclass(frozen=True)
class Form:
    """The form of a published head: a multilayer perceptron.

    layers: names of the linear layers in order; linear: those of them that no ReLU follows, besides the last; norm: of
    the mean and the variance that embeddings are standardised by, "" for none.
    """

    layers: tuple[str, ...]
    linear: tuple[str, ...] = ()
    norm: str = ""

    @property
    def names(self) -> set[str]:
        """Names of all tensors."""
        norm = {f"{self.norm}.mean", f"{self.norm}.variance"} if self.norm else set()
        return norm | {f"{layer}.{part}" for layer in self.layers for part in ("weight", "bias")}


#: Heads of LAION for OpenAI's ViT-B/32 and ViT-L/14 and for OpenCLIP's ViT-H/14. Source of all:
#: https://github.com/LAION-AI/CLIP-based-NSFW-Detector (MIT), src/models.py; saved as safetensors.
FORMS: dict[str, Form] = {
    "laion-b32": Form(("linear_1", "linear_2", "linear_3"), norm="norm"),
    "laion-l14": Form(("linear_1", "linear_2", "linear_3", "linear_4"), norm="norm"),
    "laion-h14": Form(tuple(f"layers.{i}" for i in (0, 3, 6, 9, 12, 15, 16)), linear=("layers.15",)),
}


class Head:
    """A published head with its weights.

    >>> layers = {"linear_1": nn.Linear(16, 8), "linear_2": nn.Linear(8, 8), "linear_3": nn.Linear(8, 1)}
    >>> state = {f"{name}.{part}": t for name, layer in layers.items() for part, t in layer.state_dict().items()}
    >>> state |= {"norm.mean": torch.zeros(16), "norm.variance": torch.ones(16)}
    >>> Head("mine", FORMS["laion-b32"], state).logits(torch.rand(5, 16)).shape
    torch.Size([5])
    """

    def __init__(self, name: str, form: Form, state: Mapping[str, Tensor]) -> None:
        self.name, self.form = name, form
        self.state = {key: value.float() for key, value in state.items()}

    @classmethod
    def load(cls, path: Path, dim: int) -> Head:
        """Load a head for embeddings of `dim` numbers; its form is known by the names of its tensors.

        Raises WeightsError for a file that is missing, damaged, of no form in FORMS, or for other embeddings.
        """
        try:
            state = load_state(path)
        except WeightsError as error:
            raise WeightsError(str(error), settings=["head"]) from error
        form = next((form for form in FORMS.values() if form.names == state.keys()), None)
        if form is None:
            raise WeightsError(
                f"{path} is no head of a known form ({', '.join(FORMS)}): it has {len(state)} tensors, such as "
                f"{', '.join(sorted(state)[:3])}", settings=["head"],
            )  # fmt: skip
        expected = state[f"{form.layers[0]}.weight"].shape[-1]
        if expected != dim:
            raise WeightsError(
                f"{path} is for embeddings of {expected} numbers, and the perceptor's have {dim}; name the CLIP that "
                "the head was trained on",
                settings=["head", "perceptors"],
            )
        return cls(path.name, form, state)

    def logits(self, rows: Tensor) -> Tensor:
        """How likely pictures are not safe for work, before the sigmoid: [N] for unit vectors [N, D]."""
        form, state = self.form, self.state
        if form.norm:
            rows = (rows - state[f"{form.norm}.mean"]) / (state[f"{form.norm}.variance"].sqrt() + _TINY)
        for layer in form.layers:
            rows = F.linear(rows, state[f"{layer}.weight"], state[f"{layer}.bias"])
            if layer not in form.linear and layer != form.layers[-1]:
                rows = rows.relu()
        return rows[:, 0]
