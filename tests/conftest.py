"""Fixtures that several rooms share."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import tiny
from clipgen.perceptors.openclip import OpenClip, load_perceptor
from clipgen.similarity import Background


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny CLIP with random weights."""
    return tiny.write_clip(tmp_path_factory.mktemp("models") / "clip")


@pytest.fixture(scope="session")
def perceptor(tiny_clip: Path) -> OpenClip:
    """The tiny CLIP, loaded."""
    return load_perceptor(f"local-dir:{tiny_clip}", torch.device("cpu"))


@pytest.fixture
def calibrated(perceptor: OpenClip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenClip:
    """The tiny CLIP with a cache folder of its own, in which its background lies ready."""
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path / "home"))
    noise = torch.Generator().manual_seed(0)
    pictures = torch.cat([perceptor.encode_image(torch.rand(20, 3, 32, 32, generator=noise)) for _ in range(2)])
    captions = perceptor.encode_text([f"{a} {b}" for a in tiny.WORDS for b in tiny.WORDS])
    Background.of(perceptor.fingerprint, lambda: Background(captions, pictures))
    return perceptor
