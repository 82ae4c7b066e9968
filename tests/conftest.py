"""Fixtures that several rooms share; every process of the tests has cache folders and one torch thread of its own."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from clipgen.perceptors.openclip import OpenClip

# Variable → folder below a temporary one. They are set here, at the import of the outermost conftest, because the
# libraries read them when they are first imported; processes that tests start inherit them.
CACHES = {
    "CLIPGEN_HOME": "clipgen",
    "XDG_CACHE_HOME": "cache",
    "XDG_DATA_HOME": "data",
    "HF_HOME": "huggingface",
    "HF_HUB_CACHE": "huggingface/hub",
    "TORCH_HOME": "torch",
    "TORCHINDUCTOR_CACHE_DIR": "inductor",
}
FOLDER = Path(tempfile.mkdtemp(prefix="clipgen-tests-"))
os.environ.update({variable: str(FOLDER / name) for variable, name in CACHES.items()})
# Workers share the cores: torch's default is one thread per core in each of them, and the sums of a parallel
# reduction depend on the number of threads.
os.environ.update({"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"})


def pytest_unconfigure() -> None:
    """Delete the temporary cache folders."""
    shutil.rmtree(FOLDER, ignore_errors=True)


@pytest.fixture(autouse=True)
def no_shared_models() -> Iterator[None]:
    """The functions of the library keep their models in the process: each test loads its own."""
    yield
    if "clipgen.studio.verbs.shared" in sys.modules:
        sys.modules["clipgen.studio.verbs.shared"].close()


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny CLIP with random weights."""
    import tiny

    return tiny.write_clip(tmp_path_factory.mktemp("models") / "clip")


@pytest.fixture(scope="session")
def perceptor(tiny_clip: Path) -> OpenClip:
    """The tiny CLIP, loaded."""
    import torch

    from clipgen.perceptors.openclip import load_perceptor

    return load_perceptor(f"local-dir:{tiny_clip}", torch.device("cpu"))


@pytest.fixture
def calibrated(perceptor: OpenClip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenClip:
    """The tiny CLIP with a cache folder of its own that has its background."""
    import torch

    import tiny
    from clipgen.similarity import Background

    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path / "home"))
    noise = torch.Generator().manual_seed(0)
    pictures = torch.cat([perceptor.encode_image(torch.rand(20, 3, 32, 32, generator=noise)) for _ in range(2)])
    captions = perceptor.encode_text([f"{a} {b}" for a in tiny.WORDS for b in tiny.WORDS])
    Background.of(perceptor.fingerprint, lambda: Background(captions, pictures))
    return perceptor
