"""The built-in text tower: a table of word pieces and a small mixer, in open_clip's own text transformer.

A CLIP's text tower as open_clip builds it from a config: `token_embedding` is the table, three narrow causal blocks mix
it, the end mark's state is projected. Nothing of it is ours, so that a picture tower trained into its space makes one
folder with it that open_clip loads. The table is stored in eight bits (float8 e4m3), the rest in sixteen.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from open_clip import SimpleTokenizer
from open_clip.transformer import TextTransformer
from safetensors.torch import save as packed
from torch import Tensor, nn

from clipgen.errors import WeightsError
from clipgen.files import copy_file, write_text, write_whole
from clipgen.models.weights import load_state
from clipgen.perceptors.openclip.build import make_tokenizer
from clipgen.values import parse_json

CONFIG_FILE, MERGES_FILE, WEIGHTS_FILE = "open_clip_config.json", "merges.txt.gz", "text.safetensors"
_TABLE = "token_embedding.weight"


def text_config(pieces: int, *, dim: int = 384, width: int = 192, layers: int = 3) -> dict[str, Any]:
    """The config of a text tower, in the layout of open_clip's: a picture tower adds its vision_cfg.

    >>> text_config(30_000)["model_cfg"]["text_cfg"]["context_length"]
    77
    """
    text = {"context_length": 77, "vocab_size": pieces, "width": width, "heads": 4, "layers": layers, "mlp_ratio": 2.0}
    return {"model_cfg": {"embed_dim": dim, "text_cfg": text}}


def is_causal(tower: nn.Module) -> bool:
    """Whether a text tower of open_clip, or a CLIP with one inside, is of the kind that `encode_tokens` takes.

    Example: ``is_causal(TextTower.load(Path("models/text")).tower)`` → True.
    """
    has_mask = getattr(tower, "attn_mask", None) is not None
    pooling = getattr(tower, "text_pool_type", None) or getattr(tower, "pool_type", None)
    return has_mask and pooling == "argmax" and isinstance(getattr(tower, "text_projection", None), nn.Parameter)


def encode_tokens(tower: Any, tokens: Tensor) -> Tensor:
    """Token ids [N, L] → embeddings [N, D], as open_clip's `encode_text`, without the columns of padding.

    Example: ``encode_tokens(tower.tower, tower.tokenizer(["a fox"]))`` → [1, 384], where ``tower`` is a `TextTower`.
    Attention is causal, so what stands behind the end mark, the highest id, changes nothing but the time: short texts
    take a fifth of that of the whole context.
    """
    ends = tokens.argmax(1)
    pieces = tower.token_embedding(tokens[:, : int(ends.max()) + 1])
    return _mixed(tower, pieces.to(tower.transformer.get_cast_dtype()), ends)


def _mixed(tower: Any, pieces: Tensor, ends: Tensor) -> Tensor:
    length = pieces.shape[1]
    x = pieces + tower.positional_embedding[:length].to(pieces.dtype)
    x = tower.transformer(x, attn_mask=tower.attn_mask[:length, :length])
    pooled: Tensor = tower.ln_final(x[torch.arange(len(x)), ends]) @ tower.text_projection
    return pooled


class TextTower(nn.Module):
    """A text tower with its tokenizer.

    Example: ``TextTower.load(Path("models/text")).embed(["a red apple on white"])`` → [1, 384].
    config: as `text_config` makes it; merges: the gzipped file of its word pieces.
    """

    def __init__(self, config: dict[str, Any], merges: Path) -> None:
        super().__init__()
        self.config, model = config, config["model_cfg"]
        self.tower = TextTransformer(output_dim=model["embed_dim"], **model["text_cfg"])
        self.tokenizer: SimpleTokenizer = make_tokenizer(config, merges)
        if self.tokenizer.vocab_size != model["text_cfg"]["vocab_size"]:
            raise WeightsError(f"{merges} makes {self.tokenizer.vocab_size} pieces, the config wants another number")

    def forward(self, tokens: Tensor) -> Tensor:
        """Token ids [N, L] → unit vectors [N, D]; see `encode_tokens`."""
        return F.normalize(encode_tokens(self.tower, tokens), dim=-1)

    def mixed(self, pieces: Tensor, ends: Tensor) -> Tensor:
        """Rows of the table [N, L, W] and where each text ends [N] → unit vectors [N, D]."""
        return F.normalize(_mixed(self.tower, pieces, ends), dim=-1)

    def is_piece(self, word: str) -> bool:
        """Whether a word, in lower case, is one piece of the tokenizer, as frequent ones are."""
        return f"{word}</w>" in self.tokenizer.encoder

    @torch.inference_mode()
    def embed(self, texts: Sequence[str]) -> Tensor:
        """Embed texts: unit vectors, float32 [N, D]."""
        self.eval()
        return torch.cat([self(self.tokenizer(list(texts[i : i + 256]))) for i in range(0, len(texts), 256)])

    def save(self, folder: Path, merges: Path) -> None:
        """Write config, merges and weights into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        write_text(folder / CONFIG_FILE, json.dumps(self.config, indent=2) + "\n")
        if merges.resolve() != (folder / MERGES_FILE).resolve():
            copy_file(merges, folder / MERGES_FILE)
        state = {name: value.half() for name, value in self.tower.state_dict().items()}
        state[_TABLE] = self.tower.token_embedding.weight.detach().to(torch.float8_e4m3fn)
        with write_whole(folder / WEIGHTS_FILE) as beside:
            beside.write_bytes(packed(state))

    @classmethod
    def load(cls, folder: Path) -> TextTower:
        """Read a text tower from its folder; WeightsError when a file is missing or damaged."""
        try:
            config = parse_json((folder / CONFIG_FILE).read_text(encoding="utf-8"))
            tower = cls(config, folder / MERGES_FILE)
            state = load_state(folder / WEIGHTS_FILE)
            tower.tower.load_state_dict({name: value.float() for name, value in state.items()})
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise WeightsError(f"{folder} holds no text tower ({error}); `clipgen train text` writes one") from error
        return tower
