"""Initial pictures drawn from seeds: gradient, perlin, pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from clipgen.errors import UnknownNameError

OCTAVES = 4
CELLS = 3  # cells of the coarsest octave along the longer side: large soft shapes


def noise_picture(name: str, seeds: Sequence[int], size: tuple[int, int]) -> Tensor:
    """Draw one initial picture per seed.

        >>> noise_picture("perlin", [7, 8], (64, 48)).shape
        torch.Size([2, 3, 48, 64])

    name: "gradient" (two colours across the picture), "perlin" (soft clouds) or "pixels" (a colour per pixel);
    seeds: one per picture; size: (width, height) in pixels. Returns [len(seeds), 3, H, W] in [0, 1] on the CPU.
    Raises UnknownNameError for another name. Sources: the init noises of nerdyrodent/VQGAN-CLIP;
    Ken Perlin, "Improving noise", SIGGRAPH 2002.
    """
    if name not in NOISES:
        raise UnknownNameError.of("init_noise", name, NOISES, settings=["init_noise"])
    draw = NOISES[name]
    return torch.stack([draw(torch.Generator().manual_seed(seed), size) for seed in seeds])


def _gradient(rng: torch.Generator, size: tuple[int, int]) -> Tensor:
    colours = torch.rand(2, 3, 1, 1, generator=rng)
    angle = 2 * math.pi * float(torch.rand((), generator=rng))
    x = torch.linspace(-1, 1, size[0])[None, :]
    y = torch.linspace(-1, 1, size[1])[:, None]
    # divided by the extent of the direction, so that both pure colours are at a corner or a side
    along = (math.cos(angle) * x + math.sin(angle) * y) / (abs(math.cos(angle)) + abs(math.sin(angle)))
    return torch.lerp(colours[0], colours[1], (along + 1) / 2)


def _perlin(rng: torch.Generator, size: tuple[int, int]) -> Tensor:
    total = torch.zeros(3, size[1], size[0])
    for octave in range(OCTAVES):
        cell = max(size) / (CELLS * 2**octave)
        # most of the noise is shared by the channels: with independent channels the clouds would be a rainbow
        layers = _gradient_noise(rng, size, cell)
        total += (layers[:1] + 0.6 * layers[1:]) * 0.5**octave
    spread = total.std().clamp_min(1e-6)
    return (0.5 + 0.2 * (total - total.mean()) / spread).clamp(0, 1)


def _gradient_noise(rng: torch.Generator, size: tuple[int, int], cell: float) -> Tensor:
    """Four layers [4, H, W] of noise with unit slopes at the corners of square cells; cell: their side in pixels."""
    x, y = (torch.arange(n) + 0.5 for n in size)
    x, y = x / cell, y / cell
    columns, rows = int(x[-1]) + 2, int(y[-1]) + 2
    angles = 2 * math.pi * torch.rand(4, rows, columns, generator=rng)
    x0, y0 = x.long(), y.long()
    fx, fy = (x - x0)[None, :], (y - y0)[:, None]

    def corner(dy: int, dx: int) -> Tensor:
        angle = angles[:, y0 + dy][:, :, x0 + dx]
        return angle.cos() * (fx - dx) + angle.sin() * (fy - dy)

    u, v = _fade(fx), _fade(fy)
    top = torch.lerp(corner(0, 0), corner(0, 1), u)
    bottom = torch.lerp(corner(1, 0), corner(1, 1), u)
    return torch.lerp(top, bottom, v)


def _fade(t: Tensor) -> Tensor:
    # 6t⁵ - 15t⁴ + 10t³ (Perlin 2002): its second derivative vanishes at the borders of a cell
    return t * t * t * (t * (t * 6 - 15) + 10)


def _pixels(rng: torch.Generator, size: tuple[int, int]) -> Tensor:
    return torch.rand(3, size[1], size[0], generator=rng)


NOISES: dict[str, Callable[[torch.Generator, tuple[int, int]], Tensor]] = {
    "gradient": _gradient,
    "perlin": _perlin,
    "pixels": _pixels,
}
