"""Texts that many runs ask for, embedded once on a machine."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from clipgen.perceptors.base import Perceptor
from clipgen.similarity import Store, text_keys

_BATCH = 256


def read_often(perceptor: Perceptor, texts: Sequence[str], beside: Tensor) -> Tensor:
    """Embeddings [N, D] of texts, where and as the tensor beside is; kept from run to run.

        >>> read_often(perceptor, ["a fox", "an owl"], target) @ target[0]

    They have a part of the cache to themselves: embedded among other texts they would be rounded in other ways, and the
    same seed is to give the same bytes.
    """

    def embed(missing: Sequence[str]) -> Tensor:
        parts = [perceptor.encode_text(missing[i : i + _BATCH]) for i in range(0, len(missing), _BATCH)]
        return torch.cat(parts).cpu()

    vectors = Store().vectors(perceptor.fingerprint, perceptor.dim, "text-starts")
    return vectors.through(text_keys(texts), lambda missing: embed([texts[i] for i in missing])).to(beside)
