"""What makes a command small, in its own process: trainings of a second, workers that are forked with torch loaded."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import pytest

from clipgen.train.clip.recipe import Phase, Recipe
from clipgen.train.measure import Metrics

_FORK = multiprocessing.get_context("fork")


def batch() -> None:
    """Workers of a batch are forked: one that is spawned imports torch for seconds."""
    multiprocessing.get_context = lambda method=None: _Forking()  # type: ignore[assignment]


class _Forking:
    """A context that forks; like a spawned worker, a forked one ends with its parent, since it has no end of it."""

    def __init__(self) -> None:
        self._ends: list[Connection] = []

    def Pipe(self) -> tuple[Connection, Connection]:
        ours, theirs = multiprocessing.Pipe()
        self._ends.append(ours)
        return ours, theirs

    def Process(self, *, target: Callable[..., object], args: tuple[object, ...], daemon: bool) -> BaseProcess:
        def work(*given: object) -> None:
            for end in self._ends:
                end.close()
            target(*given)

        return _FORK.Process(target=work, args=args, daemon=daemon)


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
