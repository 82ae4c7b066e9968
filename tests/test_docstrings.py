"""Every `>>>` example of the package runs, and prints what it says.

An example sees the names of its module, those in COMMON, and the fixtures below by their names; it runs in a
folder with the files that `files` writes. An expression for which no output is written is only run.
"""

from __future__ import annotations

import ast
import doctest
import importlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from PIL import Image, ImageFont
from torch import Tensor, nn

import clipgen
import tiny
from clipgen import parts as parts_module
from clipgen.generators.base import Generator
from clipgen.generators.pixels import Pixels
from clipgen.jobs import Inputs, Job
from clipgen.media.images import load_image
from clipgen.media.pictures import read_metadata, save_picture
from clipgen.media.video import VideoWriter
from clipgen.models.weights import models_folder, prompts_folder
from clipgen.parts import Parts
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import AnimateSettings, FilmSettings, GenerateSettings
from clipgen.similarity import Matcher
from clipgen.studio import Studio
from clipgen.tasks.generate import Plan, Run, prepare
from clipgen.tasks.generate.targets import Targets, read_targets
from clipgen.tasks.orient import Head
from clipgen.tasks.unrelated import matcher_of
from clipgen.timelines import Timeline, read_timeline
from generators.contract import TINY, tiny_network
from runs import OneClip

PACKAGE = Path(clipgen.__file__).parent

#: example → why it cannot run here
HEAVY: dict[str, str] = {
    "clipgen.batch": "starts worker processes, which tests/batch does",
    "clipgen.batch.cluster.RayCrew": "needs a Ray cluster",
    "clipgen.batch.crew.LocalCrew": "starts worker processes, which tests/batch does",
    "clipgen.batch.crew.Workshop": "takes the built-in CLIP, which test_builtin has",
    "clipgen.batch.run.run": "needs a crew, as tests/batch has",
    "clipgen.cli.trial": "starts a process that loads the built-in models and paints three steps",
    "clipgen.tasks.generate.initial.bank_pictures": "takes the built-in CLIP, which test_builtin has",
    "clipgen.tasks.generate.targets.reader_for": "takes the built-in CLIP, which test_builtin has",
    "clipgen.cluster.Cluster": "needs a Ray cluster",
    "clipgen.library.remote.ClusterReaders": "needs a Ray cluster",
    "clipgen.library.remote.PictureReader": "needs the settings of an index, as tests/library has",
    "clipgen.generators.stylegan.checkpoint.convert": "needs a network of NVIDIA's",
    "clipgen.generators.stylegan.pickles": "needs a network of NVIDIA's",
    "clipgen.generators.vqgan.diffusers": "needs a VQModel of diffusers",
    "clipgen.models.downloads": "needs the network",
    "clipgen.models.hub": "needs the network",
    "clipgen.models.shelf": "needs the network",
    "clipgen.models.shelf.add_clip": "needs a tuned model on the shelf, as tests/train/tune has",
    "clipgen.models.shelf.pull": "needs the network",
    "clipgen.tasks.caption.blip.Captioner": "needs a network of transformers",
    "clipgen.train.clip.locked.run": "takes hours",
    "clipgen.train.clip.run": "takes hours",
    "clipgen.train.course.run": "takes minutes",
    "clipgen.train.orient.run": "takes minutes",
    "clipgen.train.prior.run": "takes hours",
    "clipgen.train.sprites.drawings.Drawings.of": "needs an art pack",
    "clipgen.train.sprites.drawings.Drawings.read": "needs pictures without their ground",
    "clipgen.train.sprites.run": "takes hours",
    "clipgen.train.stylegan.run": "takes hours",
    "clipgen.train.tune": "takes a minute",
    "clipgen.train.tune.model.Model": "needs the record of a tuning",
    "clipgen.train.pairs.read_pairs": "needs class folders, as tests/train/tune has",
    "clipgen.train.tune.tune": "takes a minute",
    "clipgen.train.vqgan.run": "takes hours",
    "clipgen.train.world.World.sprite": "needs an art pack",
    "clipgen.train.world.World.place": "needs an art pack",
    "clipgen.train.world.art.load_art": "needs an art pack",
}

#: what every example may use without an import: libraries, and what the README introduces
COMMON: dict[str, Any] = {
    "clipgen": clipgen, "json": json, "np": np, "nn": nn, "torch": torch, "yaml": yaml, "Image": Image,
    "ImageFont": ImageFont, "Path": Path, "load_image": load_image, "read_metadata": read_metadata, "Studio": Studio,
    "GenerateSettings": GenerateSettings, "FilmSettings": FilmSettings, "AnimateSettings": AnimateSettings,
    "Job": Job, "Inputs": Inputs,
}  # fmt: skip


#: what an example may use where its module has no such name
FIXTURES = {
    "folder", "generator", "image", "job", "matcher", "parts", "perceptor", "picture", "plan", "run", "settings",
    "studio", "targets", "timeline",
}  # fmt: skip


def docstrings(path: Path) -> Iterator[doctest.DocTest]:
    """The docstrings of a module that have examples, found without importing it."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    found = _documented(ast.parse(path.read_text(encoding="utf-8")), module)
    for name, line, text in found:
        test = doctest.DocTestParser().get_doctest(text, {"__name__": module}, name, str(path), line)
        if test.examples:
            yield test


def _documented(node: ast.Module | ast.ClassDef | ast.FunctionDef, name: str) -> Iterator[tuple[str, int, str]]:
    text = ast.get_docstring(node, clean=False)
    if text is not None:
        yield name, node.body[0].lineno - 1, text
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef):
            yield from _documented(child, f"{name}.{child.name}")


EXAMPLES = {test.name: test for path in sorted(PACKAGE.rglob("*.py")) for test in docstrings(path)}


class OutputChecker(doctest.OutputChecker):
    """Compares only where an output is written: a call that returns something may be shown without it."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        return not want or super().check_output(want, got, optionflags)


def failures(test: doctest.DocTest) -> str:
    """Run the examples of a docstring; the report of those that fail."""
    report: list[str] = []
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    doctest.DocTestRunner(OutputChecker(), verbose=False, optionflags=flags).run(test, out=report.append)
    return "".join(report)


@pytest.fixture(scope="session")
def originals(tmp_path_factory: pytest.TempPathFactory, perceptor: OpenClip) -> Path:
    """A folder with pictures, prompts, settings and models under the names that examples use."""
    folder = tmp_path_factory.mktemp("examples")
    for name in ("outputs", "holiday", "my", "animals/cat", "animals/dog"):
        (folder / name).mkdir(parents=True)
    labelled = [f"animals/{label}/{i}.jpg" for label in ("cat", "dog") for i in range(2)]
    for place, name in enumerate(["photo.jpg", "a.jpg", "b.jpg", "fox.jpg", "holiday/beach.jpg", *labelled]):
        Image.linear_gradient("L").resize((96, 64)).rotate(40 * place).convert("RGB").save(folder / name)
    save_picture(folder / "reef.png", Image.new("RGB", (32, 32)), {"prompt": "a reef", "seed": 7})
    (folder / "run.toml").write_text('prompts = ["a red fox"]\nsize = [384, 256]\ntime-budget = "45s"\n')
    with VideoWriter(folder / "film.mp4", fps=10) as film:
        for _ in range(20):
            film.add(Image.linear_gradient("L").resize((64, 48)).convert("RGB"))
    (folder / "captions.txt").write_text("a red fox\na blue castle\n")
    tiny.write_clip(folder / "my" / "clip")
    Head(perceptor.dim, perceptor=perceptor.fingerprint).save(folder / "my" / "orient.safetensors")
    torch.save({"state_dict": tiny_network().state_dict()}, folder / "my" / "vqgan.ckpt")
    (folder / "my" / "vqgan.yaml").write_text(yaml.safe_dump(TINY))
    shutil.copytree(models_folder(), folder / "models", ignore=shutil.ignore_patterns("*.safetensors"))
    shutil.copytree(prompts_folder(), folder / "prompts")
    scenes = (folder / "prompts" / "seasons.txt").read_text(encoding="utf-8").splitlines()
    # a comment and two scenes are enough
    (folder / "prompts" / "seasons.txt").write_text("\n".join(scenes[:3]), encoding="utf-8")
    return folder


@pytest.fixture
def files(originals: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of an example: a copy, because examples write files."""
    monkeypatch.chdir(shutil.copytree(originals, tmp_path / "work"))
    return Path.cwd()


@pytest.fixture
def small_runs(name: str, calibrated: OpenClip, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every run one of two steps at 64 pixels with the tiny CLIP, whatever an example asks for."""
    if name.startswith("clipgen.settings"):
        return
    resolved = GenerateSettings.resolved
    small = {"size": (64, 64), "steps": 2, "cutn": 2, "start": "noise"}
    monkeypatch.setattr(GenerateSettings, "resolved", lambda settings: resolved(settings).changed(**small))
    monkeypatch.setattr(parts_module, "load_perceptors", lambda *_: calibrated)


@pytest.fixture
def matcher(calibrated: OpenClip) -> Matcher:
    return matcher_of(calibrated)


@pytest.fixture
def generator() -> Generator:
    return Pixels.begin(size=(64, 64), seeds=[7])


@pytest.fixture
def image() -> Tensor:
    return torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(7))


@pytest.fixture
def picture() -> Image.Image:
    return Image.linear_gradient("L").resize((64, 64)).convert("RGB")


@pytest.fixture
def world() -> Any:
    return pytest.importorskip("clipgen.train.world").World()


@pytest.fixture
def settings() -> GenerateSettings:
    return GenerateSettings.of(generator="pixels", size=(64, 64), steps=2, cutn=2, seed=7)


@pytest.fixture
def timeline(files: Path) -> Timeline:
    return read_timeline("prompts/seasons.txt")


@pytest.fixture
def studio(tiny_clip: Path, calibrated: OpenClip) -> Studio:
    return Studio(perceptor=f"local-dir:{tiny_clip}", generator="pixels", size=(64, 64), steps=2, cutn=2)


@pytest.fixture
def parts(calibrated: OpenClip) -> Parts:
    return OneClip(calibrated)


@pytest.fixture
def plan(settings: GenerateSettings, parts: Parts) -> Plan:
    return prepare(Job("generate", Inputs(prompts=("a red fox",)), settings), parts)


@pytest.fixture
def job(settings: GenerateSettings) -> Job:
    return Job("generate", Inputs(prompts=("a red fox",)), settings)


@pytest.fixture
def run(plan: Plan, parts: Parts) -> Run:
    made = Run(plan, parts)
    next(made)
    return made


@pytest.fixture
def folder(files: Path) -> Path:
    made = files / "two"
    made.mkdir()
    for place, name in enumerate(["a.png", "b.png"]):
        Image.linear_gradient("L").resize((48, 32)).rotate(90 * place).convert("RGB").save(made / name)
    return made


@pytest.fixture
def targets(perceptor: OpenClip, settings: GenerateSettings) -> Targets:
    return read_targets(["a red fox"], settings, perceptor=perceptor, device=torch.device("cpu"), notes=[])


def namespace(test: doctest.DocTest, request: pytest.FixtureRequest) -> dict[str, Any]:
    """All names that an example sees: fixtures only where it uses them and its module has no such name."""
    names = {**COMMON, **vars(importlib.import_module(test.globs["__name__"]))}
    code = ast.parse("".join(example.source for example in test.examples))
    used = {node.id for node in ast.walk(code) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return names | {name: request.getfixturevalue(name) for name in (used & FIXTURES) - names.keys()}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_is_true(name: str, request: pytest.FixtureRequest, files: Path, small_runs: None) -> None:
    if name in HEAVY:
        pytest.skip(HEAVY[name])
    test = EXAMPLES[name]
    test.globs = namespace(test, request)
    with torch.random.fork_rng(devices=[]):
        assert failures(test) == ""


def test_the_tables_name_examples_that_exist() -> None:
    assert HEAVY.keys() <= EXAMPLES.keys()


@pytest.mark.parametrize(
    ("example", "true"),
    [
        (">>> 1 + 1\n2", True),
        (">>> 1 + 1\n3", False),
        (">>> 1 + 1", True),
        (">>> 1 / 0", False),
        (">>> missing", False),
        (">>> [1.25, 2.5]\n[1.2..., 2.5]", True),
        (">>> int('x')\nTraceback (most recent call last):\nValueError: invalid ...", True),
    ],
)
def test_the_runner_itself(example: str, true: bool) -> None:
    test = doctest.DocTestParser().get_doctest(f"{example}\n", {}, "example", "example.py", 0)
    assert (failures(test) == "") == true
