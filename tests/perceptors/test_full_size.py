"""CLIPs of full size, with random weights: one real step each, of the same loop. Minutes and gigabytes: run by hand."""

from __future__ import annotations

import math
from pathlib import Path

import open_clip
import pytest
import torch

from clipgen.cli.trial import trial
from clipgen.perceptors.openclip import load_perceptor
from clipgen.settings import GenerateSettings
from runs import start

SETTINGS = GenerateSettings.of(size=(224, 224), generator="pixels", steps=1, cutn=4, seed=7, device="cpu")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ViT-B-32-quickgelu", "ViT-B-16-quickgelu", "RN50-quickgelu"])
def test_one_step(name: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    torch.save(open_clip.create_model(name).state_dict(), tmp_path / "clip.pt")
    settings = SETTINGS.changed(perceptors=(f"{name}/{tmp_path / 'clip.pt'}",))
    perceptor = load_perceptor(settings.search.perceptors[0], torch.device("cpu"))
    assert perceptor.input_size == 224 and not perceptor.words()
    generation = start(perceptor, ["a lighthouse in a storm"], settings)
    before = generation.generator.latents[0].detach().clone()
    (step,) = generation
    assert math.isfinite(step.loss[0]) and math.isfinite(step.score[0])
    assert not torch.equal(generation.generator.latents[0], before)
    found = trial(settings)
    print(f"{name}: {found}")
    assert found.memory_mb < 6000
