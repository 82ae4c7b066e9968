"""The shipped bank of captioned pictures: starts for painting, and unrelated pictures for calibration."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import torch
from torch import Tensor

from clipgen import devices
from clipgen.colours import COLOURS
from clipgen.errors import WeightsError
from clipgen.generators.vqgan.checkpoint import load_network
from clipgen.generators.vqgan.network import VQModel
from clipgen.models import weights

_NAMED = re.compile(rf"\b({'|'.join(COLOURS)})\b")
_MEANS = 4  # iterations of k-means that find the colours of a picture


@dataclass(frozen=True)
class Bank:
    """Captions [N] and the codes of their pictures [N, h, w], which the built-in VQGAN decodes.

    >>> bank = Bank.shipped()
    >>> bank.pictures([0, 1]).shape
    torch.Size([2, 3, 192, 192])

    network: the VQGAN; dtype: that it decodes in.
    """

    captions: tuple[str, ...]
    codes: Tensor
    network: VQModel
    dtype: torch.dtype = torch.float32

    @property
    def abstract(self) -> Tensor:
        """Which pictures show grounds and shapes only, [N]: their captions end with the background."""
        return torch.tensor([caption.endswith("background") for caption in self.captions])

    def recoloured(self, row: int, names: Sequence[str]) -> Tensor:
        """The picture of a row in other colours, [3, H, W] in [0, 1]; if fewer are named, the others stay."""
        old = colours_of(self.captions[row])
        return recoloured(self.pictures([row])[0], old, [*names, *old[len(names) :]])

    @property
    def styled(self) -> Tensor:
        """Which pictures show a scene in a style, [N]: their captions begin with the caption of the scene."""
        known = {*self.captions}

        def begins(caption: str) -> bool:
            words = caption.split()
            return any(" ".join(words[:count]) in known for count in range(1, len(words)))

        return torch.tensor([begins(caption) for caption in self.captions])

    @classmethod
    def shipped(cls, dtype: torch.dtype = torch.float32, network: VQModel | None = None) -> Bank:
        """The bank of the models folder.

        network: the built-in VQGAN, loaded by default. Raises WeightsError if the bank or the VQGAN is missing.
        """
        card = weights.find("start", role="bank")
        weights.check(card)
        path = card.path(".safetensors")
        state = weights.load_state(path)
        if not {"codes", "captions"} <= state.keys():
            raise WeightsError(f"{path} is no bank of captioned pictures; `git checkout models/`")
        captions = bytes(state["captions"].tolist()).decode().split("\n")
        return cls(tuple(captions), state["codes"], network or load_network(None), dtype)

    @torch.no_grad()
    def pictures(self, rows: Sequence[int]) -> Tensor:
        """Decode some of the pictures: [n, 3, H, W] in [0, 1]."""
        codes = self.network.codebook[self.codes[list(rows)].long()].permute(0, 3, 1, 2)
        with devices.autocast(codes.device, self.dtype):
            decoded = self.network.decode(codes.contiguous(memory_format=torch.channels_last)).float()
        return ((decoded + 1) / 2).clamp(0, 1).contiguous()


def pattern_of(caption: str) -> str:
    """A caption without its colours.

    >>> pattern_of("red heart on a white background")
    '{} heart on a {} background'
    """
    return _NAMED.sub("{}", caption)


def colours_of(caption: str) -> list[str]:
    """The names of colours in a caption, in order.

    >>> colours_of("red heart on a white background")
    ['red', 'white']
    """
    return _NAMED.findall(caption)


def in_all_colours(pattern: str) -> dict[str, tuple[str, ...]]:
    """Every text of a pattern with colours, and those colours; shapes also with shorter texts.

    >>> [text for text, names in in_all_colours("{} heart on a {} background").items() if names[0] == "red"][-2:]
    ['red heart on black', 'red heart']
    """
    texts = {pattern.format(*names): names for names in permutations(COLOURS, pattern.count("{}"))}
    shape, on, _ = pattern.partition(" on a ")
    if on:
        texts |= {f"{shape.format(first)} on {second}": (first, second) for first, second in permutations(COLOURS, 2)}
        texts |= {shape.format(first): (first,) for first in COLOURS}
    return texts


def recoloured(picture: Tensor, old: Sequence[str], new: Sequence[str]) -> Tensor:
    """A picture of one or two colours in others.

        >>> recoloured(image[0], ["red", "white"], ["blue", "orange"]).shape
        torch.Size([3, 64, 64])

    picture: [3, H, W] in [0, 1]; old, new: names in COLOURS, in the same order. A pixel between the two old colours is
    at the same place between the new ones, so that edges stay soft.
    """
    height, width = picture.shape[-2:]
    pixels = picture.flatten(1).T
    shown, replacement = (torch.tensor([COLOURS[name] for name in names]).to(picture) / 255 for names in (old, new))
    for _ in range(_MEANS):  # the shades of a named colour vary
        nearest = torch.cdist(pixels, shown).argmin(1)
        shown = torch.stack([
            pixels[nearest == i].mean(0) if (nearest == i).any() else colour for i, colour in enumerate(shown)
        ])  # fmt: skip
    if len(shown) == 1:
        return (picture + (replacement[0] - shown[0])[:, None, None]).clamp(0, 1)
    way = shown[1] - shown[0]
    place = ((pixels - shown[0]) @ way / way.square().sum().clamp_min(1e-6)).clamp(0, 1)
    return torch.lerp(replacement[0], replacement[1], place[:, None]).T.reshape(3, height, width)
