"""What the embeddings of a CLIP are known by: stored vectors, backgrounds and heads belong to a fingerprint."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from clipgen.files import listed, sha256

if TYPE_CHECKING:
    from clipgen.perceptors.openclip.load import Loaded

# what open_clip's tokenizers and those of transformers read in a model's folder
TOKENIZERS = ("merges.txt*", "tokens.json", "tokenizer*", "vocab*", "*.model", "added_tokens.json", "special_tokens*")


def fingerprint_of(loaded: Loaded) -> str:
    """The sha256 of all that the embeddings of a model depend on; of a model with a card, that of its weights.

        >>> from clipgen.perceptors.openclip.load import load_model
        >>> loaded = load_model("builtin")
        >>> fingerprint_of(loaded) == sha256(loaded.file)
        True

    The files of a card belong together, so that there the weights stand for all of them. Elsewhere equal weights may
    have another architecture, activation, normalisation or tokenizer.
    """
    weights = sha256(loaded.file)
    if loaded.card:
        return weights
    config = loaded.config
    files = [] if loaded.folder is None else [path for name in TOKENIZERS for path in listed(loaded.folder, name)]
    tokenizer = {path.name: sha256(path) for path in files if path.is_file()}
    told = [weights, loaded.architecture, config["model_cfg"], config.get("preprocess_cfg"), tokenizer]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
