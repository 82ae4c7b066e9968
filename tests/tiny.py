"""A tiny CLIP with random weights, for tests: an open_clip folder such as `clipgen train clip` writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn

from clipgen.perceptors.openclip import build_model, write_merges

WORDS = ["red", "square", "blue", "circle", "fox", "castle", "swim", "city", "text"]

CONFIG: dict[str, Any] = {
    "model_cfg": {
        "embed_dim": 16,
        "vision_cfg": {"image_size": 32, "layers": [1, 1, 1, 1], "width": 8, "patch_size": None},
        "text_cfg": {"context_length": 12, "vocab_size": 4096, "width": 16, "heads": 2, "layers": 1},
    },
    "preprocess_cfg": {"mean": [0.5, 0.4, 0.3], "std": [0.25, 0.2, 0.3]},
}


def write_clip(folder: Path, *, seed: int = 0, words: list[str] | None = WORDS) -> Path:
    """Write config, merges, fp16 weights and words into a folder; words None: an open vocabulary."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "open_clip_config.json").write_text(json.dumps(CONFIG))
    write_merges(folder / "merges.txt.gz")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = build_model(CONFIG, folder / "merges.txt.gz")
        for part in model.modules():
            if isinstance(part, nn.BatchNorm2d):  # as after training: no batch norm is the identity
                assert part.running_mean is not None and part.running_var is not None
                part.running_mean.normal_(0, 0.1)
                part.running_var.uniform_(0.5, 1.5)
                nn.init.uniform_(part.weight, 0.5, 1.5)
                nn.init.normal_(part.bias, 0, 0.1)
    state = {name: value.half().contiguous() for name, value in model.state_dict().items()}
    save_file(state, folder / "clip.safetensors")
    if words is not None:
        (folder / "words.json").write_text(json.dumps(words))
    return folder
