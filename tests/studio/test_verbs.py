"""The functions of the library: one pool of models for all calls of a process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from PIL import Image

import clipgen
from clipgen import parts
from clipgen.errors import PromptError
from clipgen.jobs import Job
from clipgen.perceptors.base import Perceptor
from clipgen.settings import DescribeSettings, GenerateSettings, SearchVerb
from clipgen.studio import Studio

SMALL: dict[str, Any] = dict(device="cpu", dtype="fp32", size=(32, 32), steps=2, cutn=3, start="noise")
RED, BLUE = (Image.new("RGB", (16, 16), colour) for colour in ("red", "blue"))


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The perceptors that were loaded, in order."""
    found: list[str] = []
    load = parts.load_perceptors

    def counted(names: Sequence[str], device: torch.device, dtype: torch.dtype) -> Perceptor:
        found.extend(names)
        return load(names, device, dtype)

    monkeypatch.setattr(parts, "load_perceptors", counted)
    return found


@pytest.fixture
def name(tiny_clip: Path, calibrated: Perceptor) -> str:
    """The tiny CLIP, whose background is in the cache already."""
    return f"local-dir:{tiny_clip}"


def test_calls_share_their_models_until_they_are_closed(name: str, loads: list[str]) -> None:
    for generator in ("pixels", "cppn"):
        clipgen.generate("a red square", perceptor=name, generator=generator, **SMALL)
    clipgen.compare([RED], ["a fox"], perceptor=name, device="cpu", dtype="fp32")
    assert loads == [name]
    clipgen.close()
    clipgen.generate("a red square", perceptor=name, generator="pixels", **SMALL)
    assert loads == [name, name]


def test_threads_share_them_and_paint_what_each_paints_alone(name: str, loads: list[str]) -> None:
    def compared(image: Image.Image, prompt: str) -> object:
        return clipgen.compare([image], [prompt], perceptor=name, device="cpu", dtype="fp32")

    def paint(prompt: str, found: dict[str, bytes]) -> None:
        image = clipgen.generate(prompt, perceptor=name, generator="cppn", seed=7, **SMALL)
        found[prompt] = image.tobytes() + repr(compared(image, prompt)).encode()

    prompts = ("a red square", "a blue circle")
    alone: dict[str, bytes] = {}
    for prompt in prompts:
        paint(prompt, alone)
    clipgen.close()
    loads.clear()
    together: dict[str, bytes] = {}
    threads = [threading.Thread(target=paint, args=(prompt, together)) for prompt in prompts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone and alone[prompts[0]] != alone[prompts[1]]
    assert loads == [name]


def test_one_picture_gives_one_list_and_several_give_several(name: str) -> None:
    labels = ["a red square", "a blue circle"]
    one = clipgen.classify(RED, labels, perceptor=name)
    assert {match.text for match in one} == set(labels)
    several = clipgen.classify([RED, BLUE], labels, perceptor=name)
    # in a batch pictures are rounded differently
    assert len(several) == 2 and several[0][0].score == pytest.approx(one[0].score, abs=1e-5)
    assert several[0][0].score != pytest.approx(several[1][0].score, abs=1e-5)
    assert [[match.text for match in found] for found in clipgen.classify([BLUE], labels, perceptor=name)] == [
        [match.text for match in several[1]]
    ]


def test_one_text_is_not_several_letters(name: str, tmp_path: Path) -> None:
    look: dict[str, Any] = dict(perceptor=name, device="cpu")
    (tmp_path / "captions.txt").write_text("a fox\na castle\n")
    found = clipgen.caption(RED, candidates=str(tmp_path / "captions.txt"), **look)
    assert sorted(match.text for match in found) == ["a castle", "a fox"]
    assert [len(row) for row in clipgen.compare([RED], "a fox", **look)] == [1]
    with pytest.raises(PromptError, match="labels given: 1"):
        clipgen.classify(RED, "cat", **look)


def test_verbs_that_describe_take_turns_on_a_device(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entered: list[torch.device] = []

    class Lock:
        def __init__(self, device: torch.device) -> None:
            self.device = device

        def __enter__(self) -> None:
            entered.append(self.device)

        def __exit__(self, *error: object) -> None: ...

    monkeypatch.setattr(parts.Parts, "lock", lambda self, device: Lock(device))
    clipgen.compare([RED, BLUE], perceptor=name, device="cpu")
    assert entered and set(entered) == {torch.device("cpu")}


def test_shared_parts_are_used_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[torch.device] = []

    class Lock:
        def __init__(self, device: torch.device) -> None:
            self.device = device

        def __enter__(self) -> None:
            held.append(self.device)

        def __exit__(self, *error: object) -> None:
            held.pop()

    def painted(*_: object) -> list[Image.Image]:
        assert not held  # a run takes the lock for each of its steps
        return [RED]

    def compared(*_: object, generate: Callable[[list[str]], list[Image.Image]], **__: object) -> tuple[object, ...]:
        return *generate(["a fox"]), *held

    monkeypatch.setattr(parts.Parts, "lock", lambda self, device: Lock(device))
    for verb in ("matcher", "library", "perceptor", "start"):
        monkeypatch.setattr(Studio, verb, lambda *_: None)
    monkeypatch.setattr("clipgen.studio.librarian.browse", lambda *_: (list(held) for _ in range(2)))
    monkeypatch.setattr("clipgen.studio.studio.rate", lambda *_: list(held))
    monkeypatch.setattr("clipgen.studio.studio.round_trip", compared)
    monkeypatch.setattr("clipgen.studio.studio._painted", painted)
    studio, device = Studio(device="cpu"), torch.device("cpu")
    assert list(studio.browse(Job("search", settings=SearchVerb.from_dict({"device": "cpu"})))) == [[device], [device]]
    run: Any = SimpleNamespace(settings=GenerateSettings.of(device="cpu"), perceptor=None)
    assert studio.rate(run, []) == [device]
    trip: Any = studio.round_trip(torch.rand(1, 3, 8, 8), ["a fox"], DescribeSettings(device="cpu"))
    assert trip == (RED, device) and not held
