"""Thousands of damaged and hostile files: each is read, or refused in one line; nothing in them runs."""

from __future__ import annotations

import json
import os
import random
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import save_file

from clipgen.errors import ClipgenError
from clipgen.generators.vqgan.checkpoint import load_network
from clipgen.models.weights import load_state
from damage import try_damaged

from .contract import TINY, tiny_network

FILES = 2000
SECONDS, MEGABYTES = 5.0, 500  # for one file; more than before in all


class Bomb:
    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, ("exploded",)


@pytest.fixture
def whole(tmp_path: Path) -> dict[str, Path]:
    """A whole pair of files in each format."""
    state = {key: value.contiguous() for key, value in tiny_network().state_dict().items()}
    save_file(state, tmp_path / "s.safetensors")
    torch.save({"state_dict": state}, tmp_path / "z.ckpt")
    torch.save({"state_dict": state}, tmp_path / "l.ckpt", _use_new_zipfile_serialization=False)
    for name in "szl":
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(TINY))
    return {path.stem: path for path in tmp_path.iterdir() if path.suffix != ".yaml"}


@pytest.mark.slow
def test_damaged_files(whole: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def choose(rng: random.Random) -> tuple[Path, Callable[[], object]]:
        weights = whole[rng.choice(list(whole))]
        return rng.choice((weights, weights.with_suffix(".yaml"))), lambda: load_network(weights)

    read, refused = try_damaged(FILES, choose, seconds=SECONDS, megabytes=MEGABYTES)
    assert refused > FILES // 2 and read > 0  # some damage only moves a weight a little
    assert not (tmp_path / "exploded").exists()


def hostile_yaml(path: Path) -> None:
    laughs = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(12)
    )
    path.write_text(laughs + yaml.safe_dump(TINY))


def deep_yaml(path: Path) -> None:
    path.write_text("[" * 100_000)


def object_yaml(path: Path) -> None:
    path.write_text("model: !!python/object/apply:os.mkdir [exploded]\n")


def huge_yaml(path: Path) -> None:
    path.write_text("x" * 2_000_000)


def wide_yaml(path: Path) -> None:
    changed = json.loads(json.dumps(TINY))
    changed["model"]["params"]["n_embed"] = 10**9
    path.write_text(yaml.safe_dump(changed))


@pytest.mark.parametrize("write", [deep_yaml, object_yaml, huge_yaml, wide_yaml])
def test_hostile_configs(
    whole: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path], None]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(whole["s"].with_suffix(".yaml"))
    with pytest.raises(ClipgenError):
        load_network(whole["s"])
    assert not (tmp_path / "exploded").exists()


def test_a_yaml_that_grows_when_it_is_written_out_is_read_in_time(whole: dict[str, Path]) -> None:
    hostile_yaml(whole["s"].with_suffix(".yaml"))
    began = time.process_time()
    load_network(whole["s"])
    assert time.process_time() - began < SECONDS


def test_a_file_that_unpacks_to_more_than_it_has(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.ckpt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(10_000_000))
    with pytest.raises(ClipgenError, match="z.ckpt.*10 MB"):
        load_state(tmp_path / "z.ckpt")


def test_nothing_in_a_pickle_runs(whole: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for new in (True, False):
        torch.save({"state_dict": {"a": Bomb()}}, whole["z"], _use_new_zipfile_serialization=new)
        with pytest.raises(ClipgenError):
            load_network(whole["z"])
    assert not (tmp_path / "exploded").exists()
