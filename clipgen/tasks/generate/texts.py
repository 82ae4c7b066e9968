"""Texts that every run compares its words with, embedded once on a machine."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from clipgen.perceptors.base import Perceptor
from clipgen.store import Store, text_keys

_BATCH = 256


def embed_cached(perceptor: Perceptor, texts: Sequence[str], like: Tensor) -> Tensor:
    """Embeddings [N, D] of texts from the disk cache; those that are missing are embedded and added to it.

        >>> target = perceptor.encode_text(["a red fox"])
        >>> (embed_cached(perceptor, ["a fox", "an owl"], target) @ target[0]).shape
        torch.Size([2])

    like: a tensor of the device and dtype of the result. The texts have a view of their own in the cache: embedded in
    batches with other texts they would be rounded differently, and the same seed is to give the same bytes.
    """

    def embed(missing: Sequence[str]) -> Tensor:
        batches = [perceptor.encode_text(missing[i : i + _BATCH]) for i in range(0, len(missing), _BATCH)]
        return torch.cat(batches).cpu()

    vectors = Store().vectors(perceptor.fingerprint, perceptor.dim, "text-starts")
    return vectors.through(text_keys(texts), lambda missing: embed([texts[i] for i in missing])).to(like)
