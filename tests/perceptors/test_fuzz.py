"""Damaged and hostile CLIP folders: each is read, or refused in one line; nothing in them runs."""

from __future__ import annotations

import gzip
import json
import resource
import time
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch

from clipgen.errors import ClipgenError
from clipgen.perceptors.openclip import load_perceptor
from damage import try_damaged
from tiny import CONFIG, write_clip

FILES = 600
SECONDS, MEGABYTES = 10.0, 700  # for one folder; more than before in all
CPU = torch.device("cpu")


def load(folder: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        load_perceptor(f"local-dir:{folder}", CPU)


@pytest.mark.slow
def test_damaged_folders(tmp_path: Path) -> None:
    folder = write_clip(tmp_path / "clip")
    load(folder)
    read, refused = try_damaged(
        FILES,
        lambda rng: (rng.choice(sorted(folder.iterdir())), lambda: load(folder)),
        seconds=SECONDS,
        megabytes=MEGABYTES,
    )
    assert refused > FILES // 3 and read > 0


def test_merges_that_unpack_to_more_than_they_have(tmp_path: Path) -> None:
    folder = write_clip(tmp_path / "clip")
    (folder / "merges.txt.gz").write_bytes(gzip.compress(bytes(10**8)))
    with pytest.raises(ClipgenError, match="merges.txt.gz.*16 MB"):
        load(folder)


@pytest.mark.parametrize(
    ("tower", "name", "value"),
    [
        ("vision_cfg", "width", 10**9),
        ("vision_cfg", "layers", [10**6, 1, 1, 1]),
        ("vision_cfg", "image_size", 10**6),
        ("text_cfg", "layers", 10**7),
        ("text_cfg", "vocab_size", 10**9),
        ("text_cfg", "context_length", 10**7),
        ("text_cfg", "width", "wide"),
        ("text_cfg", "heads", 0),
        ("vision_cfg", "timm_model_name", "no_such_net"),
        ("text_cfg", "hf_model_name", "a/b"),
        ("vision_cfg", "nonsense", 1),
    ],
)
def test_hostile_configs(tmp_path: Path, tower: str, name: str, value: Any) -> None:
    folder = write_clip(tmp_path / "clip")
    config = json.loads(json.dumps(CONFIG))
    config["model_cfg"][tower][name] = value
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(ClipgenError) as caught:
        load(folder)
    assert "\n" not in str(caught.value)
    assert time.process_time() - began < SECONDS
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < MEGABYTES


@pytest.mark.parametrize(
    ("name", "content"),
    [("words.json", "[0.5]"), ("words.json", '"fox"'), ("things.json", "{}"), ("open_clip_config.json", "mean")],
)
def test_words_and_means_of_another_kind(tmp_path: Path, name: str, content: str) -> None:
    folder = write_clip(tmp_path / "clip")
    wrong = {**CONFIG, "preprocess_cfg": {**CONFIG["preprocess_cfg"], "mean": "grey"}}
    (folder / name).write_text(json.dumps(wrong) if content == "mean" else content)
    with pytest.raises(ClipgenError) as caught:
        load(folder)
    assert "\n" not in str(caught.value)
