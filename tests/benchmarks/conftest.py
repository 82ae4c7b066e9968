"""The benchmarks are scripts: they import each other by their bare names."""

import sys
from pathlib import Path

import pytest

from generators.contract import write_network

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))


@pytest.fixture(scope="session")
def tiny_vqgan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny VQGAN on disk: the path of its weights, with its yaml."""
    return write_network(tmp_path_factory.mktemp("vqgan") / "tiny.safetensors")
