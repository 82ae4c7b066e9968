"""Embedded texts on disk, so that a list of candidates is embedded once."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from clipgen.models.weights import cache_folder

LIMIT = 2 * 2**30  # bytes of all models together
_MERGE = 24  # so many files of one model are joined into one


@dataclass(frozen=True)
class _Segment:
    """One file: sorted keys (two 64-bit halves of a hash) and, memory-mapped, their embeddings in fp16."""

    path: Path
    keys: np.ndarray
    rows: Tensor


class TextCache:
    """Embeddings of texts in fp16, memory-mapped, for any number of perceptors.

        >>> cache = TextCache()
        >>> embed_texts(perceptor, texts, cache=cache)         # embeds them
        >>> embed_texts(perceptor, texts, cache=cache)         # reads them: 100,000 a second and more

    folder: where it lies (default: clipgen's cache folder); limit: bytes, above which the oldest files go.
    The key is the hash of the weights and the hash of the text. Files are written whole and never changed, so several
    processes may share a folder; a folder that cannot be written to is read only.
    """

    def __init__(self, folder: Path | None = None, *, limit: int = LIMIT) -> None:
        self.folder = folder or cache_folder() / "texts"
        self.limit = limit
        self._open: dict[Path, _Segment] = {}

    def through(
        self, fingerprint: str, dim: int, texts: Sequence[str], embed: Callable[[Sequence[str]], Tensor]
    ) -> Tensor:
        """Read what is there, embed and keep what is not: [N, dim] float32, of unit length up to fp16.

        Arguments: fingerprint: of the perceptor; embed: texts → [n, dim], called once for all that are missing.
        """
        keys = _keys(texts)
        result = torch.empty(len(texts), dim)
        missing = np.ones(len(texts), dtype=bool)
        for segment in self._segments(fingerprint, dim):
            _look_up(segment, keys, result, missing)
        if missing.any():
            where = np.flatnonzero(missing)
            # a text that stands twice is embedded once
            _, first, back = np.unique(keys[where, 0], return_index=True, return_inverse=True)
            rows = embed([texts[i] for i in where[first]]).half()
            result[torch.from_numpy(where)] = rows[torch.from_numpy(back)].float()
            self._keep(fingerprint, keys[where[first]], rows)
        return torch.nn.functional.normalize(result, dim=-1)

    def size(self) -> tuple[int, int]:
        """Number of files and of bytes."""
        sizes = [path.stat().st_size for path in self._files()]
        return len(sizes), sum(sizes)

    def clear(self) -> int:
        """Delete all files; returns the bytes that this freed."""
        self._open.clear()
        freed = self.size()[1]
        for path in self._files():
            path.unlink(missing_ok=True)
        return freed

    def _files(self, fingerprint: str | None = None) -> list[Path]:
        pattern = f"{fingerprint[:32]}-*.safetensors" if fingerprint else "*.safetensors"
        return sorted(self.folder.glob(pattern)) if self.folder.is_dir() else []

    def _segments(self, fingerprint: str, dim: int) -> list[_Segment]:
        found = []
        for path in self._files(fingerprint):
            try:
                segment = self._open.get(path) or _read(path)
            except (OSError, SafetensorError, KeyError, ValueError):
                continue  # another process has just joined it with others, or it is damaged: what it held is missing
            if segment.rows.shape[1:] == (dim,):
                self._open[path] = segment
                found.append(segment)
        return found

    def _keep(self, fingerprint: str, keys: np.ndarray, rows: Tensor) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write(fingerprint, keys, rows)
            old = self._segments(fingerprint, rows.shape[1])
            if len(old) > _MERGE:
                self._write(
                    fingerprint,
                    np.concatenate([segment.keys for segment in old]),
                    torch.cat([segment.rows for segment in old]),
                )
                for segment in old:
                    self._remove(segment.path)
            self._shrink()
        except OSError:
            return  # no cache is slower, and nothing else

    def _write(self, fingerprint: str, keys: np.ndarray, rows: Tensor) -> None:
        _, first = np.unique(keys[:, 0], return_index=True)
        name = f"{fingerprint[:32]}-{secrets.token_hex(8)}.safetensors"
        beside = self.folder / f".{name}"
        try:
            save_file(
                {
                    "keys": torch.from_numpy(keys[first].view(np.int64)),
                    "rows": rows[torch.from_numpy(first)].contiguous(),
                },
                beside,
            )
            os.replace(beside, self.folder / name)
        finally:
            beside.unlink(missing_ok=True)

    def _shrink(self) -> None:
        files = sorted((path.stat().st_mtime_ns, path.stat().st_size, path) for path in self._files())
        total = sum(size for _, size, _ in files)
        for _, size, path in files[:-1]:  # the newest stays, however large
            if total <= self.limit:
                return
            self._remove(path)
            total -= size

    def _remove(self, path: Path) -> None:
        self._open.pop(path, None)
        path.unlink(missing_ok=True)


def _keys(texts: Sequence[str]) -> np.ndarray:
    """Hashes of texts: uint64 [N, 2]."""
    digest = b"".join(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts)
    return np.frombuffer(digest, dtype=np.uint64).reshape(-1, 2)


def _read(path: Path) -> _Segment:
    with safe_open(path, framework="pt") as file:
        # keys are copied because they are searched, rows stay on disk until one is asked for
        return _Segment(path, file.get_tensor("keys").numpy().view(np.uint64).copy(), file.get_tensor("rows"))


def _look_up(segment: _Segment, keys: np.ndarray, result: Tensor, missing: np.ndarray) -> None:
    """Fill in the rows that a segment has and mark them as no longer missing."""
    where = np.flatnonzero(missing)
    if not len(where) or not len(segment.keys):
        return
    at = np.searchsorted(segment.keys[:, 0], keys[where, 0]).clip(max=len(segment.keys) - 1)
    hit = (segment.keys[at] == keys[where]).all(1)
    result[torch.from_numpy(where[hit])] = segment.rows[torch.from_numpy(at[hit])].float()
    missing[where[hit]] = False
