"""Encoded pictures: rendered and encoded once, trained on many times."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from clipgen.errors import WeightsError
from clipgen.files import listed
from clipgen.models.weights import load_state, save_state


@dataclass(frozen=True)
class Encoded:
    """Pictures as a prior sees them.

    codes: indices into the codebook, int32 [N, h, w]; texts: embeddings of the captions, float16 [N, D]; pictures:
    embeddings of the pictures, float16 [N, D]; rows of zeros where there is no caption, or no embedding.
    """

    codes: Tensor
    texts: Tensor
    pictures: Tensor

    def __len__(self) -> int:
        return len(self.codes)

    def rows(self, chosen: Tensor) -> Encoded:
        """Some of them, by index [M]."""
        return Encoded(self.codes[chosen], self.texts[chosen], self.pictures[chosen])


@dataclass
class Store:
    """Encoded pictures in memory and in a folder of shards, which a later run reads again.

        >>> store = Store(Path("codes"), most=1000)
        >>> store.add(Encoded(torch.zeros(2, 4, 4, dtype=torch.int32), torch.zeros(2, 8), torch.zeros(2, 8)))
        >>> store.save(), len(store)
        (None, 2)

    folder: of the shards; most: pictures that are kept, which bounds the memory; device: where they are kept.
    Raises WeightsError for a damaged shard.
    """

    folder: Path
    most: int
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    def __post_init__(self) -> None:
        self._all: Encoded | None = None
        self._count = self._saved = 0
        for path in listed(self.folder, "*.safetensors"):
            state = load_state(path)
            try:
                self.add(Encoded(state["codes"], state["texts"], state["pictures"]))
            except (KeyError, RuntimeError) as error:
                raise WeightsError(f"{path} holds no codes of this run; delete its folder to encode again") from error
        self._saved = self._count

    def __len__(self) -> int:
        return self._count

    def add(self, new: Encoded) -> None:
        """Append pictures; beyond `most` they are left out."""
        if self._all is None:
            self._all = Encoded(*(part.new_empty(self.most, *part.shape[1:]).to(self.device)
                                  for part in (new.codes, new.texts.half(), new.pictures.half())))  # fmt: skip
        end = min(self.most, self._count + len(new))
        count = end - self._count
        for kept, part in zip(_parts(self._all), _parts(new), strict=True):
            kept[self._count : end] = part[:count].to(kept)
        self._count = end

    def draw(self, count: int, rng: torch.Generator) -> Encoded:
        """Random pictures, each as often as any other."""
        assert self._all is not None
        return self._all.rows(torch.randint(self._count, (count,), generator=rng).to(self.device))

    def span(self, start: int, end: int) -> Encoded:
        """Pictures by their place."""
        assert self._all is not None
        return Encoded(*(part[start:end] for part in _parts(self._all)))

    def save(self) -> None:
        """Write what was added since the last time as one more shard."""
        if self._saved == self._count:
            return
        new = self.span(self._saved, self._count)
        save_state(self.folder / f"{self._saved:09d}.safetensors", vars(new))
        self._saved = self._count


def _parts(encoded: Encoded) -> tuple[Tensor, Tensor, Tensor]:
    return encoded.codes, encoded.texts, encoded.pictures
