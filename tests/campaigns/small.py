"""What makes a command small, in its own process: trainings of a second, workers that are forked with torch loaded."""

from __future__ import annotations

import multiprocessing
from importlib import import_module

import pytest

from clipgen.train.clip.recipe import Phase, Recipe
from clipgen.train.measure import Metrics


def batch() -> None:
    """Workers of a batch are forked: one that is started anew imports torch for seconds."""
    start = multiprocessing.get_context
    multiprocessing.get_context = lambda method=None: start("fork" if method == "spawn" else method)  # type: ignore[assignment, arg-type]


def tune() -> None:
    """The tuning of the tests of `tune`."""
    from train.tune.conftest import hasten

    hasten(pytest.MonkeyPatch())


def train() -> None:
    """A CLIP of timm's smallest network, with a checkpoint every other step."""
    clip = import_module("clipgen.train.clip")
    recipe = Recipe(tower="test_resnet", seed=1, phases=(Phase(steps=12, size=32, lr=5e-3),), batch=8, fresh=6)
    for name, value in {"RECIPES": {"builtin": recipe}, "SAVE_EVERY": 2, "_PICTURES": 6, "_CAPTIONS": 8}.items():
        setattr(clip, name, value)
    found = Metrics(*[0.5] * 8)
    clip.measure = lambda *_, **__: found  # type: ignore[attr-defined]
