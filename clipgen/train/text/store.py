"""The teacher's embeddings on disk: shards that are written whole, so that a stopped run loses at most one."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from clipgen.errors import WeightsError
from clipgen.files import listed, write_whole
from clipgen.values import parse_json

_SHARD = 4096  # texts


class Embedded:
    """Texts with their embeddings in a folder of shards: NNNNN.json (texts) and NNNNN.npy (float16 [N, D]).

        >>> store = Embedded(Path("embedded"))
        >>> store.fill(["a cat", "a dog"], lambda texts: torch.ones(len(texts), 384))
        2 texts embedded
        2
        >>> store.rows["a dog"]
        1

    Raises WeightsError when a shard is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.rows, self._parts = folder, dict[str, int](), list[np.ndarray]()
        folder.mkdir(parents=True, exist_ok=True)
        for path in listed(folder, "*.json"):
            try:
                texts, part = parse_json(path.read_text(encoding="utf-8")), np.load(path.with_suffix(".npy"))
            except (OSError, ValueError) as error:
                raise WeightsError(f"{path} is damaged ({error}); delete it to embed its texts again") from error
            self._take(texts, part)

    def _take(self, texts: list[str], part: np.ndarray) -> None:
        self.rows.update(zip(texts, range(len(self.rows), len(self.rows) + len(texts)), strict=True))
        self._parts.append(part)

    def fill(
        self, texts: Iterable[str], embed: Callable[[list[str]], Tensor], *, report: Callable[[str], None] = print
    ) -> int:
        """Embed the texts that are missing, a shard at a time; return how many were added."""
        missing, before = (text for text in dict.fromkeys(texts) if text not in self.rows), len(self.rows)
        while some := list(islice(missing, _SHARD)):
            part = embed(some).numpy().astype(np.float16)
            path = self.folder / f"{len(self._parts):05d}.json"
            with write_whole(path.with_suffix(".npy")) as beside:
                np.save(beside, part)
            with write_whole(path) as beside:  # last: a shard without its texts is written again
                beside.write_text(json.dumps(some, ensure_ascii=False), encoding="utf-8")
            self._take(some, part)
            report(f"{len(self.rows)} texts embedded")
        return len(self.rows) - before

    def first(self, count: int) -> Embedded:
        """The texts that were added first, to read: they are not filled any more."""
        some = copy.copy(self)
        some.rows = dict(islice(self.rows.items(), count))
        return some

    def matrix(self) -> Tensor:
        """All embeddings, float32 [N, D], a row for each of ``rows``."""
        return torch.from_numpy(np.concatenate(self._parts)[: len(self.rows)]).float()
