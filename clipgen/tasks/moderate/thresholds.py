"""Thresholds of the bands, chosen so that of safe pictures only a stated share is in them."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.errors import OutputError
from clipgen.files import write_whole
from clipgen.models.weights import cache_folder
from clipgen.values import parse_json

_TAIL = 0.1  # share of the scores that the tail is fitted to
_EACH = 24  # made pictures of each kind
_SIDE = 64


def threshold(scores: Tensor, rate: float) -> float:
    """The score that a share `rate` of pictures like these exceeds.

        >>> round(threshold(torch.linspace(0, 1, 1001), 0.1), 3)
        0.9

    scores: [N] of safe pictures. Beyond the highest tenth the tail is exponential, with the mean excess of that tenth,
    so that rates below 1/N can be asked for.
    Source: Pickands 1975, Statistical Inference Using Extreme Order Statistics (peaks over a threshold).
    """
    if rate >= _TAIL:
        return float(scores.quantile(1 - rate))
    start = scores.quantile(1 - _TAIL)
    excess = (scores[scores > start] - start).mean().nan_to_num()
    return float(start + excess * math.log(_TAIL / rate))


def made_pictures() -> Tensor:
    """Harmless pictures that are not of the world: noise, flat colours, gradients, unfinished frames, strokes.

    >>> made_pictures().shape
    torch.Size([144, 3, 64, 64])
    """
    rng = torch.Generator().manual_seed(0)
    size = (_EACH, 3, _SIDE, _SIDE)
    noise = torch.rand(size, generator=rng)
    flat = torch.rand(_EACH, 3, 1, 1, generator=rng).expand(size)
    blend = torch.linspace(0, 1, _SIDE).view(1, 1, 1, -1)
    gradient = flat * blend + flat.roll(1, 0) * (1 - blend)
    clouds = [
        F.interpolate(torch.rand(_EACH, 3, cells, cells, generator=rng), _SIDE, mode="bicubic").clamp(0, 1)
        for cells in (4, 12)
    ]
    unfinished = (clouds[0] + 0.35 * (noise - 0.5)).clamp(0, 1)
    lines = (clouds[1].mean(1, keepdim=True) - 0.5).abs() > 0.03
    return torch.cat([noise, flat, gradient, clouds[0], unfinished, lines.float().expand(size)])


@dataclass(frozen=True)
class Thresholds:
    """From which score on a category is checked and veiled; pictures: how many safe ones they were chosen on."""

    check: tuple[float, ...]
    veil: tuple[float, ...]
    pictures: int

    @classmethod
    def chosen(cls, groups: Sequence[Tensor], *, check: float, veil: float) -> Self:
        """Chosen on the scores [N, C] of groups of safe pictures, so that the rates are exceeded in none of them.

            >>> Thresholds.chosen([torch.rand(50, 2), torch.rand(20, 2)], check=0.02, veil=0.001).pictures
            70

        check, veil: shares of safe pictures, all C categories together.
        """
        count = groups[0].shape[1]

        def each(rate: float) -> tuple[float, ...]:
            return tuple(max(threshold(group[:, i], rate / count) for group in groups) for i in range(count))

        return cls(each(check), each(veil), sum(map(len, groups)))

    @classmethod
    def of(cls, recipe: Sequence[object], make: Callable[[], Thresholds]) -> Thresholds:
        """Those of a recipe: from the cache folder, or made now and saved there.

            >>> Thresholds.of(["perceptor", "prompts"], lambda: Thresholds((1.0,), (2.0,), 100)).veil
            (2.0,)

        recipe: all that they depend on.
        """
        digest = hashlib.sha256(json.dumps([str(part) for part in recipe]).encode()).hexdigest()
        path = cache_folder() / "moderation" / f"{digest[:32]}.json"
        with suppress(OSError, ValueError, TypeError, KeyError):  # missing or damaged: made again
            found = parse_json(path.read_text(encoding="utf-8"))
            return cls(tuple(map(float, found["check"])), tuple(map(float, found["veil"])), int(found["pictures"]))
        made = make()
        with suppress(OutputError), write_whole(path) as part:  # it will be made again; nothing else is lost
            part.write_text(json.dumps(asdict(made)), encoding="utf-8")
        return made
