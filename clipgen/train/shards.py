"""Checkpoints as small files: tensors in half precision, split so that no file is larger than a bound."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from clipgen.errors import WeightsError
from clipgen.files import write_whole
from clipgen.values import parse_json

MOST = 15 * 2**20  # bytes of a file
_VALUES = "values"


def pack(state: dict[str, Any], stem: Path, *, most: int = MOST) -> list[Path]:
    """Write a state as STEM-1.safetensors, STEM-2.safetensors …, floats in half precision; returns the files.

        >>> pack({"done": 3, "network": {"weight": torch.ones(2)}}, folder / "prior")[0].name
        'prior-1.safetensors'

    state: numbers, tensors and dicts of them; most: bytes of a file, unless a single tensor is larger.
    Files of an earlier state that are left over are deleted. Raises OutputError.
    """
    from safetensors.torch import save  # as clipgen.models.weights does

    tensors = {name: _half(value) for name, value in _flat(state) if isinstance(value, Tensor)}
    values = {name: value for name, value in _flat(state) if not isinstance(value, Tensor)}
    paths = []
    for number, part in enumerate(_parts(tensors, most), 1):
        path = stem.with_name(f"{stem.name}-{number}.safetensors")
        with write_whole(path) as file:
            file.write_bytes(save(part, {_VALUES: json.dumps(values)}))
        paths.append(path)
    for left in set(_files(stem)) - set(paths):
        left.unlink()
    return paths


def unpack(stem: Path) -> dict[str, Any] | None:
    """The state that `pack` wrote, its floats in half precision; None where there is none.

        >>> _ = pack({"done": 3, "network": {"weight": torch.ones(2)}}, folder / "prior")
        >>> unpack(folder / "prior")["done"]
        3

    Raises WeightsError for damaged files.
    """
    from safetensors import SafetensorError, safe_open

    state: dict[str, Any] = {}
    for path in _files(stem):
        try:
            with safe_open(path, "pt") as opened:
                for name, value in parse_json(opened.metadata()[_VALUES]).items():
                    _set(state, name, value)
                for name in opened.keys():  # noqa: SIM118  # it is no mapping
                    _set(state, name, opened.get_tensor(name))
        except (SafetensorError, OSError, ValueError, KeyError) as error:
            raise WeightsError(f"{path} is damaged ({type(error).__name__}); delete {stem}-*.safetensors") from error
    return state or None


def _files(stem: Path) -> list[Path]:
    found = stem.parent.glob(f"{stem.name}-*.safetensors")
    return sorted(path for path in found if path.stem.rpartition("-")[2].isdigit())


def _flat(state: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in state.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}/")
        else:
            yield f"{before}{name}", value


def _set(state: dict[str, Any], name: str, value: object) -> None:
    *folders, last = name.split("/")
    for folder in folders:
        state = state.setdefault(folder, {})
    state[last] = value


def _half(value: Tensor) -> Tensor:
    kept = value.detach().cpu()
    return (kept.to(torch.float16) if kept.is_floating_point() else kept).contiguous()


def _parts(tensors: dict[str, Tensor], most: int) -> Iterator[dict[str, Tensor]]:
    part: dict[str, Tensor] = {}
    size = 0
    for name, value in tensors.items():
        if part and size + value.nbytes > most:
            yield part
            part, size = {}, 0
        part[name] = value
        size += value.nbytes
    yield part
