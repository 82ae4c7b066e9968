"""The benchmarks are scripts: they import each other by their bare names."""

import sys
from pathlib import Path

import pytest
import yaml
from safetensors.torch import save_file

from generators.contract import TINY, tiny_network

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))


@pytest.fixture(scope="session")
def tiny_vqgan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny VQGAN on disk: the path of its weights, with the yaml beside."""
    path = tmp_path_factory.mktemp("vqgan") / "tiny.safetensors"
    save_file({key: value.contiguous() for key, value in tiny_network().state_dict().items()}, path)
    path.with_suffix(".yaml").write_text(yaml.safe_dump(TINY), encoding="utf-8")
    return path
