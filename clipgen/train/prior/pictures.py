"""A user's own pictures as training data, with captions or without: what `clipgen tune` takes as well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset

from clipgen.errors import ImageError
from clipgen.media.images import open_picture, upright_rgb
from clipgen.perceptors.base import Perceptor
from clipgen.train.data import Batch
from clipgen.train.pairs import Pair, divided, read_pairs, sentences

_LEAST_CROP = 0.8  # of the shorter side
_NAMED = 5  # problems and unknown captions that are named
_HELD_OUT = 0.125  # share of the pictures

Report = Callable[[str], None]


def own_pairs(source: Path, perceptor: Perceptor, report: Report = lambda line: None) -> tuple[list[Pair], list[Pair]]:
    """The pictures of a folder or table to learn from, and those held out: one in eight of each caption.

        >>> learnt, held_out = own_pairs(Path("holiday"), perceptor)

    source: as for `read_pairs`, also a folder of pictures without captions; perceptor: a caption none of whose words it
    knows, such as that of a folder "dscf", is left out; report: called with a line about these, and about pictures that
    cannot be read. A single picture is learnt from and held out.
    Raises ImageError when no picture can be read.
    """
    pairs, problems = read_pairs(source, captioned=False)
    readable = [pair for pair in pairs if _readable(pair.path)]
    problems += [f"{pair.path.name} cannot be read" for pair in pairs if pair not in readable]
    if not readable:
        raise ImageError(f"{source} has no picture that can be read")
    if problems:
        report(f"{len(problems)} of {len(pairs) + len(problems)} pictures are left out: {_list(problems)}")
    captions = dict.fromkeys(pair.caption for pair in readable if pair.caption)
    if unknown := [caption for caption in captions if not _says_something(caption, perceptor)]:
        report(f"{perceptor.name} knows no word of {_list(unknown)}; these pictures are learnt without a caption")
    kept = [replace(pair, caption="", named=False) if pair.caption in unknown else pair for pair in readable]
    learnt, held_out = divided(kept, _HELD_OUT)
    return learnt, held_out or learnt


class PairBatches(Dataset[Batch]):
    """Batches of square windows of pictures; each depends only on the seed and its index.

        >>> learnt, held_out = own_pairs(Path("holiday"), perceptor)
        >>> PairBatches(learnt, seed=1, batch=4, size=128, count=10)[0].images.shape
        torch.Size([4, 3, 128, 128])

    pairs: readable pictures, of which one without a caption is mirrored half of the time; a name is put into sentences;
    size: side of the windows in pixels; count: number of batches.
    """

    def __init__(self, pairs: Sequence[Pair], *, seed: int, batch: int, size: int, count: int) -> None:
        self.pairs, self.seed, self.batch, self.size, self.count = pairs, seed, batch, size, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Batch:
        rng = np.random.default_rng((self.seed, index))
        chosen = [self.pairs[i] for i in rng.integers(len(self.pairs), size=self.batch)]
        captions = [str(rng.choice(sentences(pair.caption, pair.named))) for pair in chosen]
        windows = [self._window(pair.path, rng, flip=not pair.caption) for pair in chosen]
        nothing = torch.empty(self.batch, 0, dtype=torch.long)
        return Batch(torch.stack(windows), captions, nothing, nothing)

    def _window(self, path: Path, rng: np.random.Generator, *, flip: bool) -> Tensor:
        """A random square of a picture, uint8 [3, size, size]."""
        with open_picture(path) as opened:
            picture = upright_rgb(opened, path)
            side = int(min(picture.size) * rng.uniform(_LEAST_CROP, 1))
            x, y = (int(rng.integers(whole - side + 1)) for whole in picture.size)
            window = picture.resize((self.size, self.size), Image.Resampling.BOX, box=(x, y, x + side, y + side))
        if flip and rng.random() < 0.5:
            window = window.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return torch.from_numpy(np.array(window)).permute(2, 0, 1)


def _readable(path: Path) -> bool:
    try:
        with open_picture(path) as opened:
            upright_rgb(opened, path)
        return True
    except ImageError:
        return False


def _says_something(caption: str, perceptor: Perceptor) -> bool:
    """Whether a perceptor knows a word of a caption, or another one for it."""
    unknown = perceptor.unknown_words(caption)
    return any(perceptor.stand_ins(word) for word in unknown) or perceptor.known(caption) != caption or not unknown


def _list(lines: Sequence[str]) -> str:
    return ", ".join(lines[:_NAMED]) + (", …" if len(lines) > _NAMED else "")
