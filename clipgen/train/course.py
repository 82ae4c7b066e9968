"""All models one after the other within a time: prior, the VQGAN's decoder, CLIP and reader, each from where it is.

What comes out are checkpoints in half precision, in files of a bounded size, from which a later course, on this machine
or another one, continues, and from which `clipgen train prior|vqgan|clip` writes weights.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from clipgen import devices
from clipgen.errors import SettingsError, UnknownNameError
from clipgen.files import write_text
from clipgen.models.weights import find
from clipgen.train import checkpoints, clip, prior, shards, vqgan
from clipgen.train.usage import Usage
from clipgen.values import parse_json

Figures = dict[str, float | None]

_MANY = 10**6  # steps of the first part, which only finds the pace
_PROBE = 0.2  # of a stage's time, for that part


@dataclass(frozen=True)
class Stage:
    """A model: its share of the time, its folder of checkpoints, its recipe, and what that is given.

    on_gpu: given instead on a GPU; takes: the folders of pictures that the recipe knows; begins: the shipped weights,
    as for `find`, from which it starts.
    """

    share: float
    folder: str
    run: Callable[..., object]
    given: dict[str, Any]
    on_gpu: dict[str, Any]
    takes: tuple[str, ...] = ("art",)
    begins: tuple[str, str, str] | None = None


STAGES = {
    "prior": Stage(0.4, "prior", prior.run, {"batch": 64}, {"batch": 512, "fresh": 64}),
    "decoder": Stage(
        0.2,
        "vqgan",
        vqgan.run,
        {"batch": 16, "decoder_only": True, "gan_from": 0.0},
        {"batch": 64},
        begins=("vqgan", "generator", ".safetensors"),
    ),
    "perceptor": Stage(
        0.2,
        "clip-builtin",
        clip.run,
        {"batch": 192, "recipe": "builtin"},
        {"batch": 384},
        begins=("builtin", "perceptor", "clip.safetensors"),
    ),
    "reader": Stage(
        0.2,
        "clip-reader",
        clip.run,
        {"batch": 96, "recipe": "reader"},
        {"batch": 384},
        takes=("art", "photos", "drawings", "fonts"),
    ),
}
# what is derived from the rest, or of little use for the next course
_MOMENTS = ("optimizer", "opt", "critic_opt")
_AVERAGED = {"network": "prior", "visual": "averaged", "learner": "averaged"}


def run(
    *,
    minutes: float = 9.0,
    out: Path = Path("trained"),
    runs: Path = Path("runs"),
    only: Sequence[str] = (),
    art: Path | None = None,
    photos: Sequence[Path] = (),
    drawings: Path | None = None,
    fonts: Path | None = None,
    device: str = "auto",
    changes: dict[str, dict[str, Any]] | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> dict[str, Figures]:
    """Train all models within a time, each from the checkpoint that `out` or `runs` has of it, or from what is shipped.

        >>> run(minutes=9, out=Path("trained"), art=Path("emoji"))["prior"]["pictures_per_s"]

    minutes: for all of them, start-up included; out: folder of the checkpoints in half precision; runs: of the
    recipes' own; only: names in STAGES; art, photos, drawings, fonts: as for `clipgen.train.clip.run`; changes: what is
    given to a stage's recipe besides.
    Returns and writes (`figures.json`) steps, pictures a second, and how busy GPU and processors were.
    Raises UnknownNameError, SettingsError for no time, and what the recipes raise.
    """
    for name in only:
        if name not in STAGES:
            raise UnknownNameError.of("stage", name, STAGES, settings=["only"])
    if not minutes > 0:
        raise SettingsError(f"minutes is {minutes:g}; it must be more than 0", settings=["minutes"])
    chosen = {name: STAGES[name] for name in only or STAGES}
    end, figures = time.monotonic() + 60 * minutes, dict[str, Figures]()
    left = sum(stage.share for stage in chosen.values())
    for name, stage in chosen.items():
        seconds = (end - time.monotonic()) * stage.share / left
        left -= stage.share
        given = _given(stage, art=art, photos=photos, drawings=drawings, fonts=fonts, device=device, runs=runs)
        given |= (changes or {}).get(name, {})
        report(f"{name}: {seconds:.0f} s")
        call = partial(stage.run, **given, report=report)
        figures[name] = _train(call, runs / stage.folder, out / name, seconds, given["batch"])
        report(f"{name}: {json.dumps(figures[name])}")
        write_text(out / "figures.json", json.dumps(figures, indent=2) + "\n")
    return figures


def _train(call: Callable[..., object], folder: Path, stem: Path, seconds: float, batch: int) -> Figures:
    """One stage: a short part that finds the pace, and then as many steps as the time allows."""
    began, last = time.monotonic(), folder / "last.pt"
    if not last.exists() and (packed := shards.unpack(stem)) is not None:
        checkpoints.save(last, packed)
    first, probe = _done(last), _PROBE * seconds
    with Usage() as usage:
        call(steps=first + _MANY, seconds=probe)
        middle = time.monotonic()
        started = max(0.0, middle - began - probe)  # loading, and starting the processes that render
        left = max(1.0, seconds - (middle - began) - started)
        pace = _pace(folder / "curve.jsonl") or (_done(last) - first) * batch / probe
        call(steps=_done(last) + max(1, int(pace / batch * left)), seconds=left)
    state = checkpoints.load(last) or {}
    files = shards.pack(smallest(state), stem)
    pictures, taken = (_done(last) - first) * batch, time.monotonic() - began
    return {
        "steps": _done(last) - first, "steps_in_all": _done(last), "seconds": taken, "pictures": pictures,
        "pictures_per_s": pictures / taken, "pace": _pace(folder / "curve.jsonl"), "gpu_busy": usage.gpu,
        "processors_busy": usage.processors, "largest_file_mb": max(path.stat().st_size for path in files) / 2**20,
    }  # fmt: skip


def smallest(state: dict[str, Any]) -> dict[str, Any]:
    """The part of a checkpoint that training can continue from: averaged weights, and no moments of optimizers.

    >>> sorted(smallest({"done": 1, "network": {}, "prior": {}, "optimizer": {}}))
    ['done', 'prior']
    """
    without = {*_MOMENTS, *(name for name, averaged in _AVERAGED.items() if averaged in state)}
    return {name: value for name, value in state.items() if name not in without}


def _given(stage: Stage, *, device: str, runs: Path, **folders: Any) -> dict[str, Any]:
    """What a stage's recipe is given."""
    taken = {name: folders[name] for name in stage.takes}
    given = {**stage.given, **taken, "runs": runs, "device": device}
    if stage.begins:
        name, role, file = stage.begins
        given["init"] = find(name, role).path(file)
    return given | (stage.on_gpu if devices.pick_device(device).type == "cuda" else {})


def _done(last: Path) -> int:
    state = checkpoints.load(last)
    return 0 if state is None else int(state["done"])


def _pace(curve: Path) -> float | None:
    """Pictures a second of the last rows; None where there is none yet."""
    rows = curve.read_text(encoding="utf-8").splitlines() if curve.exists() else []
    return float(parse_json(rows[-1])["pace"]) if rows else None
