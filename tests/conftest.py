"""Fixtures that several rooms share."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import tiny
from clipgen.perceptors.openclip import OpenClip, load_perceptor


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny CLIP with random weights."""
    return tiny.write_clip(tmp_path_factory.mktemp("models") / "clip")


@pytest.fixture(scope="session")
def perceptor(tiny_clip: Path) -> OpenClip:
    """The tiny CLIP, loaded."""
    return load_perceptor(f"local-dir:{tiny_clip}", torch.device("cpu"))
