"""A tiny VQGAN on disk."""

from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import save_file

from .contract import TINY, tiny_network


@pytest.fixture
def tiny_vqgan(tmp_path: Path) -> Path:
    """A tiny VQGAN on disk: the path of its weights, with its yaml."""
    state = {key: value.contiguous() for key, value in tiny_network().state_dict().items()}
    save_file(state | {"loss.discriminator.weight": torch.zeros(2)}, tmp_path / "tiny.safetensors")
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(TINY), encoding="utf-8")
    return tmp_path / "tiny.safetensors"
