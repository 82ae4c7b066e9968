"""What must hold of files after a kill: all of them open whole, and after the next run nothing temporary is left."""

from __future__ import annotations

import json
import sqlite3
import tomllib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import av
import torch
from PIL import Image
from safetensors import safe_open

# locks stay as empty files, so that two processes never lock two files of one name
_LOCK = ".lock"
#: what a stopped download or batch continues from
_RESUMED = (".part", "-wal", "-shm")


def check_whole(folder: Path) -> int:
    """Open every file below a folder; how many there are. Fails for one that is not whole."""
    count = 0
    for path in files(folder):
        read = _READERS.get(path.suffix.lower())
        if read is None or _is_hidden(path, folder):
            continue
        try:
            read(path)
        except Exception as error:
            raise AssertionError(f"{path} is not whole: {error}") from error
        count += 1
    return count


def temporary(folder: Path) -> list[str]:
    """What is left of unfinished work below a folder."""
    found = []
    for path in files(folder):
        if path.name.endswith(_LOCK) and _is_hidden(path, folder):
            assert path.stat().st_size == 0
        elif _is_hidden(path, folder) or path.name.endswith(_RESUMED):
            found.append(str(path.relative_to(folder)))
    return sorted(found)


def files(folder: Path) -> list[Path]:
    """All files below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _picture(path: Path) -> None:
    with Image.open(path) as picture:
        picture.load()


def _film(path: Path) -> None:
    with av.open(str(path)) as film:
        assert sum(1 for _ in film.decode(video=0)) > 0


def _lines(path: Path) -> None:
    """Rows that grow: only the last one may be cut, since the next run cuts it off."""
    for line in path.read_bytes().splitlines(keepends=True):
        if line.endswith(b"\n") and line.strip():
            json.loads(line)


def _database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def _tensors(path: Path) -> None:
    with safe_open(path, "pt") as tensors:
        for name in tensors.keys():  # noqa: SIM118
            tensors.get_tensor(name)


_READERS: dict[str, Callable[[Path], object]] = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".webp", ".gif", ".apng"), _picture),
    ".mp4": _film,
    ".json": lambda path: json.loads(path.read_text(encoding="utf-8")),
    ".jsonl": _lines,
    ".toml": lambda path: tomllib.loads(path.read_text(encoding="utf-8")),
    ".sqlite": _database,
    ".db": _database,
    ".safetensors": _tensors,
    ".run": lambda path: torch.load(path, weights_only=True),
    ".pt": lambda path: torch.load(path, weights_only=True),
}
