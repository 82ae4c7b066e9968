"""The shipped bank of captioned pictures: starts for painting, and a background for comparing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from clipgen import weights
from clipgen.errors import WeightsError
from clipgen.generators.vqgan.checkpoint import load_network
from clipgen.generators.vqgan.network import VQModel
from clipgen.perceptors.base import Perceptor
from clipgen.similarity import Background, embed_images, embed_texts

_BACKGROUND = 192  # pictures of the bank that a background is made of: half a minute's work on two cores
_BATCH = 16


@dataclass(frozen=True)
class Bank:
    """Captions [N] and the codes of their pictures [N, h, w], to be decoded by the built-in VQGAN.

    >>> bank = Bank.shipped()
    >>> bank.pictures([0, 1]).shape
    torch.Size([2, 3, 192, 192])
    """

    captions: tuple[str, ...]
    codes: Tensor
    network: VQModel

    @property
    def abstract(self) -> Tensor:
        """Which pictures show grounds and shapes only, [N]: their captions say what the background is."""
        return torch.tensor([caption.endswith("background") for caption in self.captions])

    @classmethod
    def shipped(cls) -> Bank:
        """The bank of the models folder. Raises WeightsError when it or the VQGAN it is written in is missing."""
        card = weights.find("start", role="bank")
        weights.check(card)
        path = card.path(".safetensors")
        state = weights.load_state(path)
        if not {"codes", "captions"} <= state.keys():
            raise WeightsError(f"{path} is no bank of captioned pictures; `git checkout models/`")
        captions = bytes(state["captions"].tolist()).decode().split("\n")
        return cls(tuple(captions), state["codes"], load_network(None))

    @torch.no_grad()
    def pictures(self, rows: Sequence[int]) -> Tensor:
        """Decode some of the pictures: [n, 3, H, W] in [0, 1]."""
        codes = self.network.codebook[self.codes[list(rows)].long()].permute(0, 3, 1, 2)
        return ((self.network.decode(codes) + 1) / 2).clamp(0, 1)


def background_of(perceptor: Perceptor) -> Background:
    """What a perceptor's cosines are calibrated against: the background that came with it, or one made of the bank.

    >>> background_of(perceptor).fit(picture, words[0]).z

    A made one is kept in the cache folder. Raises WeightsError when a shipped file is missing or damaged.
    """
    if perceptor.background is not None:
        return _shipped_background(str(perceptor.background))
    return Background.of(perceptor.fingerprint, lambda: _made_background(perceptor))


@lru_cache(maxsize=4)
def _shipped_background(path: str) -> Background:
    return Background.load(Path(path))


def _made_background(perceptor: Perceptor) -> Background:
    bank = Bank.shipped()
    rows = torch.linspace(0, len(bank.captions) - 1, _BACKGROUND).round().int().tolist()
    parts = [rows[i : i + _BATCH] for i in range(0, len(rows), _BATCH)]
    pictures = torch.cat([embed_images(perceptor, list(bank.pictures(part).split(1))) for part in parts])
    return Background(embed_texts(perceptor, bank.captions), pictures)
