"""Parts: loaded once, shared by runs, also of several threads."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
import torch

import tiny
from clipgen import parts as module
from clipgen.generators.vqgan import VQGAN
from clipgen.parts import Parts
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import GenerateSettings
from clipgen.studio import Studio
from runs import OneClip

CPU = torch.device("cpu")
SMALL = {"size": (32, 32), "steps": 4, "cutn": 2, "device": "cpu"}


def test_the_same_arguments_give_the_same_weights(tiny_clip: Path) -> None:
    parts, names = Parts(), [f"local-dir:{tiny_clip}"]
    assert parts.perceptor(names, CPU) is parts.perceptor(names, CPU)
    first, second = (parts.generator("vqgan", device=CPU) for _ in range(2))
    assert isinstance(first, VQGAN) and isinstance(second, VQGAN)
    assert first is not second and first.network is second.network
    half = parts.generator("vqgan", device=CPU, dtype=torch.bfloat16)
    assert isinstance(half, VQGAN) and half.network is not first.network


def test_forks_share_no_latents() -> None:
    parts = Parts()
    first, second = (parts.generator("vqgan", device=CPU) for _ in range(2))
    first.start([7], (32, 32))
    second.start([8], (48, 32))
    before = first().clone()
    second.latents[0].data.zero_()
    assert torch.equal(first(), before) and first.size == (32, 32) and second.size == (48, 32)


def test_close_frees_parts_and_later_calls_load_them_again() -> None:
    parts = Parts()
    made = [parts.shared("key", object), parts.shared("key", object)]
    parts.close()
    assert made[0] is made[1] and parts.shared("key", object) is not made[0]


def test_another_version_takes_the_place_of_the_older_one() -> None:
    parts = Parts()
    first = parts.shared("key", object, version=1)
    assert parts.shared("key", object, version=1) is first
    second = parts.shared("key", object, version=2)
    assert second is not first and parts.shared("key", object, version=1) is not first


def test_a_perceptor_whose_files_changed_is_loaded_again(tiny_clip: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_clip, folder := tmp_path / "clip")
    parts, names = Parts(), [f"local-dir:{folder}:2", f"local-dir:{tiny_clip}"]
    alone, both = parts.perceptor(names[:1], CPU), parts.perceptor(names, CPU)
    shutil.rmtree(folder)
    tiny.write_clip(folder, seed=1)
    again = parts.perceptor(names[:1], CPU)
    assert again.fingerprint != alone.fingerprint and again is parts.perceptor(names[:1], CPU)
    assert parts.perceptor(names, CPU).fingerprint != both.fingerprint
    assert parts.perceptor(names[1:], CPU) is parts.perceptor(names[1:], CPU)


def test_a_studio_loads_once(perceptor: OpenClip, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    registry = module.GENERATORS
    load = registry.load
    monkeypatch.setattr(registry, "load", lambda name: loaded.append(name) or load(name))
    studio = Studio(parts=OneClip(perceptor))
    for seed in range(3):
        studio.generate("a red square", seed=seed, start="noise", **SMALL)
    assert loaded == ["vqgan"]


@pytest.mark.parametrize("generator", ["vqgan", "cppn"])
def test_two_runs_in_two_threads_give_the_bytes_that_each_gives_alone(perceptor: OpenClip, generator: str) -> None:
    def paint(studio: Studio, prompt: str, found: dict[str, bytes]) -> None:
        found[prompt] = studio.generate(prompt, seed=7, generator=generator, start="noise", lr=0.3, **SMALL).tobytes()

    prompts = ("a red square", "a blue circle")
    alone: dict[str, bytes] = {}
    for prompt in prompts:
        paint(Studio(parts=OneClip(perceptor)), prompt, alone)
    together: dict[str, bytes] = {}
    studio = Studio(parts=OneClip(perceptor))
    threads = [threading.Thread(target=paint, args=(studio, prompt, together)) for prompt in prompts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone and alone[prompts[0]] != alone[prompts[1]]


def test_one_lock_for_each_device() -> None:
    parts = Parts()
    assert parts.lock(CPU) is parts.lock(torch.device("cpu"))
    assert parts.lock(CPU) is not parts.lock(torch.device("meta"))


def test_settings_name_what_is_pooled() -> None:
    studio = Studio(generator="cppn", steps=3)
    assert studio.settings == GenerateSettings.of(generator="cppn", steps=3)
