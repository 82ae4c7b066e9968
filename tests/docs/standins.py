"""Stand-ins for the files that README and docs name: a reader has them, the folder of a test has not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import torch
import yaml
from PIL import Image

from clipgen.media.video import VideoWriter
from generators.contract import TINY, tiny_network

from .pages import ROOT

#: what makes every picture and film of a page small
DEFAULTS = """\
steps = 2
cutn = 2
size = [64, 64]
device = "cpu"
[animate]
fps = 4
keyframes = 1
keyframe-steps = 1
seconds-per-scene = 0.5
"""
PICTURES = (
    "photo.jpg", "photo.png", "face.png", "sketch.png", "holiday.jpg", "a.jpg", "b.jpg", "street.jpg",
    *(f"{folder}/{number}.jpg" for number in range(12) for folder in ("photos", "holiday", "uploads", "films")),
    *(f"{part}/{label}/{number}.jpg" for part in ("dataset", "train", "test") for label in ("cat", "dog")
      for number in range(3)),
    *(f"animals/{label}/{number}.jpg" for label in ("cat", "dog") for number in range(4)),
    *(f"shop/{label}/{number}.jpg" for label in ("teapot", "zorblax") for number in range(4)),
)  # fmt: skip
TEXTS = {
    "captions.txt": "a red fox\na blue castle\nthe sea at night\n",
    "poem.txt": "The sea at night\n\na castle on a hill\na red fox in the snow\n",
    "labels.txt": "a red car\na tree\nthe sky\n",
    "holidays.csv": "picture,caption\n" + "".join(f"holiday/{n}.jpg,a beach on day {n % 6}\n" for n in range(12)),
    "labelled.csv": "".join(f"photos/{number}.jpg,{number}\n" for number in range(12)),
    "jobs.jsonl": '{"prompt": "a castle", "seed": 1}\n'
    + json.dumps({"verb": "caption", "pictures": ["photo.jpg"], "top": 1}) + "\n",
}  # fmt: skip


def write_standins(folder: Path, home: Path) -> None:
    """Write them into a folder, and the file of defaults below the home folder of clipgen."""
    noise = np.random.default_rng(7)
    for name in PICTURES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        blobs = Image.fromarray(noise.integers(0, 256, (6, 8, 3), dtype=np.uint8))
        blobs.resize((160, 120), Image.Resampling.BICUBIC).save(folder / name)
    mask = Image.new("L", (160, 120))
    mask.paste(255, (40, 30, 120, 90))
    mask.save(folder / "mask.png")
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name in ("film.mp4", "walk.mp4", "films/film.mp4"):
        with VideoWriter(folder / name, fps=10) as film:
            for shown in ("a.jpg", "b.jpg"):
                for _ in range(10):
                    film.add(Image.open(folder / shown).convert("RGB"))
    for name in ("model.ckpt", "last.ckpt"):
        torch.save({"state_dict": tiny_network().state_dict()}, folder / name)
    (folder / "model.yaml").write_text(yaml.safe_dump(TINY))
    shutil.copytree(ROOT / "prompts", folder / "prompts")
    home.mkdir(parents=True)
    (home / "config.toml").write_text(DEFAULTS)
