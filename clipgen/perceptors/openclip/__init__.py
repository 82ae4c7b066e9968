"""Perceptors by open_clip: the built-in ones, those in a user's folder and the full-size ones, all loaded alike.

    >>> load_perceptor("builtin", torch.device("cpu"))                # models/clip, shipped with clipgen
    >>> load_perceptor("local-dir:my/clip", torch.device("cpu"))      # open_clip_config.json and weights

ViT-B-32/openai, a name and a tag of open_clip, is loaded the same way once `clipgen models pull` has fetched it.
A folder has `open_clip_config.json` (model_cfg, preprocess_cfg), one weights file, and, for a vocabulary of its own,
`merges.txt.gz` and `words.json`.
"""

from clipgen.perceptors.openclip.build import build, build_model, make_tokenizer, write_merges
from clipgen.perceptors.openclip.load import load_perceptor, pull_known
from clipgen.perceptors.openclip.model import OpenClip

__all__ = ["OpenClip", "build", "build_model", "load_perceptor", "pull_known", "make_tokenizer", "write_merges"]
