"""What the tests promise about themselves: they leave the user's own folders alone and compute the same everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import huggingface_hub.constants
import platformdirs
import pytest
import torch

from clipgen.models.weights import cache_folder, shelf_folder

PRINTED = """
import huggingface_hub.constants, torch
from clipgen.models.weights import cache_folder, shelf_folder
print(cache_folder(), shelf_folder(), huggingface_hub.constants.HF_HUB_CACHE, torch.hub.get_dir(), sep="\\n")
"""


def own(path: str | Path) -> bool:
    """Whether a folder is one that the tests made for themselves."""
    return any(part.startswith("clipgen-tests-") for part in Path(path).parts)


def test_cache_folders_are_temporary() -> None:
    for folder in (cache_folder(), shelf_folder(), huggingface_hub.constants.HF_HUB_CACHE, torch.hub.get_dir()):
        assert own(folder), folder


def test_cache_folders_of_processes_that_tests_start_are_temporary() -> None:
    done = subprocess.run([sys.executable, "-c", PRINTED], capture_output=True, text=True, check=True)
    assert all(map(own, done.stdout.split())) and len(done.stdout.split()) == 4


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere CLIPGEN_HOME alone moves them")
def test_the_platform_s_folders_are_temporary() -> None:
    assert own(platformdirs.user_cache_dir("clipgen")) and own(platformdirs.user_data_dir("clipgen"))


def test_one_thread() -> None:
    assert torch.get_num_threads() == 1 and os.environ["OMP_NUM_THREADS"] == "1"
