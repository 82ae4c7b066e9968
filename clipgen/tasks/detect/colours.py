"""Colours in phrases: the same phrases with other colours, and which share of a thing has a colour."""

from __future__ import annotations

import re
from functools import cache

import torch
from torch import Tensor

from clipgen.colours import COLOURS

_WORD = re.compile(r"\b(" + "|".join([*COLOURS, "gray"]) + r")\b(?=\s+\w)", re.IGNORECASE)  # "an orange" is none
_LIGHT = 0.5  # what a difference in lightness counts for: one colour is lighter in the light than in the shade
_SAME = 37.0  # distance of colours that may be called by each other's name, such as blue and navy


def colour_of(phrase: str) -> str | None:
    """The first colour that a phrase gives to something.

    >>> colour_of("a red car"), colour_of("a gray cat"), colour_of("an orange"), colour_of("a car")
    ('red', 'grey', None, None)
    """
    found = _WORD.search(phrase)
    return None if found is None else {"gray": "grey"}.get(found[1].lower(), found[1].lower())


def rivals(phrase: str) -> list[str]:
    """The same phrase with other colours; none, where it has no colour.

    >>> rivals("a red car")[:2], "a red car" in rivals("a red car"), rivals("a car")
    (['a orange car', 'a yellow car'], False, [])
    """
    colour = colour_of(phrase)
    return [] if colour is None else [_WORD.sub(other, phrase, count=1) for other in COLOURS if other != colour]


def share_of(colour: str, pixels: Tensor) -> float:
    """The share of pixels [3, N] in [0, 1] that may be called by the name of a colour.

    >>> share_of("red", torch.tensor([[0.8, 0.1, 0.7], [0.1, 0.1, 0.1], [0.1, 0.9, 0.1]]))
    0.6666666865348816
    """
    names, places = list(COLOURS), _places()
    nearest = torch.cdist(_lab(pixels), places).argmin(1)
    own = places[names.index(colour)]
    same = (places - own).norm(dim=1) < _SAME
    return float(same[nearest].float().mean())


@cache
def _places() -> Tensor:
    return _lab(torch.tensor(list(COLOURS.values())).T / 255)


def _lab(pixels: Tensor) -> Tensor:
    """Pixels [3, N] as lightness, counted less, and two axes of colour: [N, 3]."""
    from kornia.color import rgb_to_lab  # late: kornia takes a second to import

    lab = rgb_to_lab(pixels[None, :, None].float())[0, :, 0].T
    return lab * torch.tensor([_LIGHT, 1.0, 1.0])
