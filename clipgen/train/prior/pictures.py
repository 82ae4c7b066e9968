"""A user's own pictures as training data, with captions in text files beside them, or without."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset

from clipgen.errors import ImageError
from clipgen.media.images import find_images, open_picture
from clipgen.train.data import Batch

_LEAST_CROP = 0.8  # of the shorter side
_NAMED = 5  # unreadable files that are named


class FolderBatches(Dataset[Batch]):
    """Batches of square windows of the pictures below a folder; each depends only on the seed and its index.

        >>> FolderBatches(Path("holiday"), seed=1, batch=4, size=128, count=10)[0].images.shape
        torch.Size([4, 3, 128, 128])

    A text file of the same name beside a picture ("a.txt" beside "a.jpg") is its caption; a picture without one has the
    caption "" and is mirrored half of the time. size: side of the windows in pixels; count: number of batches; report:
    called with a line about pictures that cannot be read, which are left out.
    Raises ImageError when the folder has no picture that can be read.
    """

    def __init__(
        self,
        folder: Path,
        *,
        seed: int,
        batch: int,
        size: int,
        count: int,
        report: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.seed, self.batch, self.size, self.count = seed, batch, size, count
        self.paths = _readable(find_images([folder], recursive=True), report)
        if not self.paths:
            raise ImageError(f"{folder} has no picture that can be read")

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Batch:
        rng = np.random.default_rng((self.seed, index))
        chosen = [self.paths[i] for i in rng.integers(len(self.paths), size=self.batch)]
        captions = [_caption(path) for path in chosen]
        windows = [self._window(path, rng, flip=not caption) for path, caption in zip(chosen, captions, strict=True)]
        nothing = torch.empty(self.batch, 0, dtype=torch.long)
        return Batch(torch.stack(windows), captions, nothing, nothing)

    def _window(self, path: Path, rng: np.random.Generator, *, flip: bool) -> Tensor:
        """A random square of a picture, uint8 [3, size, size]."""
        with open_picture(path) as picture:
            side = int(min(picture.size) * rng.uniform(_LEAST_CROP, 1))
            x, y = (int(rng.integers(whole - side + 1)) for whole in picture.size)
            window = picture.resize((self.size, self.size), Image.Resampling.BOX, box=(x, y, x + side, y + side))
        if flip and rng.random() < 0.5:
            window = window.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return torch.from_numpy(np.array(window)).permute(2, 0, 1)


def _readable(paths: list[Path], report: Callable[[str], None]) -> list[Path]:
    found, broken = [], []
    for path in paths:
        try:
            with open_picture(path):
                found.append(path)
        except ImageError:
            broken.append(path.name)
    if broken:
        names = ", ".join(broken[:_NAMED]) + (", …" if len(broken) > _NAMED else "")
        report(f"{len(broken)} of {len(paths)} pictures cannot be read and are left out: {names}")
    return found


def _caption(path: Path) -> str:
    beside = path.with_suffix(".txt")
    return " ".join(beside.read_text(encoding="utf-8").split()) if beside.is_file() else ""
