"""The position and the augments of each cutout: all random numbers of a step, drawn at once."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import Tensor

from clipgen.cutouts.presets import AugmentPreset

LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
_DRAWS = 32  # more than are used, so that a further augment does not change the results of a seed


@dataclass(frozen=True)
class CutPlan:
    """n cutouts of each of B pictures; a slice of it is a plan for those cutouts alone.

        >>> from clipgen.cutouts import Cutouts
        >>> plan = Cutouts(64, 32, generator=torch.Generator().manual_seed(7)).plan(batch=1, height=256, width=256)
        >>> [len(half) for half in (plan[:16], plan[16:])]      # applied separately: the same cutouts
        [16, 16]

    homography [n,B,3,3]: cutout position in [-1,1]² → picture position in pixels.
    scale [n,B]: picture pixels per cutout pixel. level [n,B]: how often the picture is halved before sampling.
    colour [n,B,3,4]: matrix and offset. padding [n,B,3]: colour outside the picture.
    clean [n,B]: without augments. noise [n,B], noise_start [n,B]: standard deviation, offset into the noise bank.
    erase [n,B,4]: left, right, top, bottom in [-1,1] of an erased block, or None where the preset has none.
    height, width: of the pictures. levels: the finest and the coarsest level in the whole plan.
    classic: kornia's parameters, each of n·B rows, for each of its augments.
    """

    homography: Tensor
    scale: Tensor
    level: Tensor
    colour: Tensor
    padding: Tensor
    clean: Tensor
    noise: Tensor
    noise_start: Tensor
    erase: Tensor | None
    height: int
    width: int
    levels: tuple[int, int]
    classic: tuple[dict[str, Tensor], ...] = ()

    def __len__(self) -> int:
        return self.homography.shape[0]

    @property
    def batch(self) -> int:
        """Number of pictures of the plan."""
        return self.homography.shape[1]

    def __getitem__(self, part: slice) -> CutPlan:
        rows = len(self) * self.batch
        start, stop, step = part.indices(len(self))
        if step != 1:
            raise ValueError(f"a plan is sliced in steps of 1, not {step}")
        flat = slice(start * self.batch, stop * self.batch)
        # kornia's order of operations and input shape are those of the whole plan, the rest has a row per cutout
        classic = tuple(
            {k: v[flat] if k not in ("order", "forward_input_shape") and v.shape[:1] == (rows,) else v
             for k, v in params.items()}
            for params in self.classic
        )  # fmt: skip
        return replace(self._map(lambda tensor: tensor[start:stop]), classic=classic)

    def to(self, device: torch.device, dtype: torch.dtype) -> CutPlan:
        """Move to a device; floating-point tensors become dtype."""
        return self._map(lambda t: t.to(device, dtype if t.is_floating_point() else t.dtype, non_blocking=True))

    def shuffled_each(self, generator: torch.Generator) -> CutPlan:
        """Turn n cutouts of one picture into one cutout for each of n pictures, in random order."""
        order = torch.randperm(len(self), generator=generator)
        return self._map(lambda tensor: tensor[order].transpose(0, 1))

    def _map(self, change: Callable[[Tensor], Tensor]) -> CutPlan:
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        changed: dict[str, Any] = {k: change(v) for k, v in values.items() if isinstance(v, Tensor)}
        return replace(self, **changed)


@dataclass
class _Draws:
    """Uniform numbers in [0,1), used one [n,B] tensor after another; the augments of a clean cutout are zero."""

    sheets: list[Tensor]
    strength: Tensor

    def uniform(self) -> Tensor:
        return self.sheets.pop()

    def either_way(self, most: float) -> Tensor:
        return (2 * self.uniform() - 1) * self.strength * most

    def happens(self, probability: float) -> Tensor:
        return self.uniform() < probability * self.strength


def draw_plan(
    preset: AugmentPreset,
    cutn: int,
    batch: int,
    *,
    height: int,
    width: int,
    size: int,
    cut_pow: float,
    progress: float,
    noise_span: int,
    generator: torch.Generator,
) -> CutPlan:
    """Draw cutn cutouts of each of batch pictures: overviews first, of which the first is clean.

    height, width: of the pictures, in pixels. size: side of the cutouts. progress: share of the steps done, 0–1.
    noise_span: number of offsets into the noise bank. generator: a CPU generator; it always advances by the same
    amount. Source of the schedule from overviews to inner cutouts: disco-diffusion.
    """
    overviews = _overview_count(preset, cutn, progress)
    clean = torch.zeros(cutn, batch, dtype=torch.bool)
    clean[0] = True
    uniform = torch.rand(_DRAWS, cutn, batch, generator=generator)
    uniform[-3:, overviews:] = _stratified(uniform[-3:, overviews:], uniform[:3, overviews:])
    draws = _Draws(list(uniform[3:]), (~clean).float())

    side, centre = _boxes(preset, overviews, draws, height=height, width=width, cut_pow=cut_pow)
    linear = _affine(preset, draws) * (side / 2)[..., None, None]
    tilt = torch.stack([draws.either_way(preset.perspective / 2) for _ in range(2)], dim=-1)
    scale = linear.norm(dim=-2).amax(-1) * 2 / size
    level = _levels(scale, draws.happens(preset.blur), min(height, width))
    colour = _colour(preset, draws)
    padding = torch.stack([draws.uniform() for _ in range(3)], dim=-1)
    return CutPlan(
        homography=_homography(linear, centre, tilt),
        scale=scale,
        level=level,
        colour=colour,
        padding=padding,
        clean=clean,
        noise=draws.uniform() * draws.strength * preset.noise,
        noise_start=(draws.uniform() * noise_span).long(),
        erase=_erased(draws, preset.erase) if preset.erase else None,
        height=height,
        width=width,
        levels=(int(level.min()), int(level.max())),
    )


def _overview_count(preset: AugmentPreset, cutn: int, progress: float) -> int:
    first, last = preset.overview
    count = round(cutn * (first + (last - first) * progress))
    return min(max(1, count), max(1, cutn - 1))


def _stratified(uniform: Tensor, keys: Tensor) -> Tensor:
    """Latin hypercube over the cutouts (McKay et al. 1979): sizes and positions are spread evenly."""
    count = uniform.shape[1]
    return (keys.argsort(dim=1) + uniform) / max(1, count)


def _boxes(
    preset: AugmentPreset, overviews: int, draws: _Draws, *, height: int, width: int, cut_pow: float
) -> tuple[Tensor, Tensor]:
    """Side [n,B] and centre [n,B,2] of each square cutout, in pixels of the picture."""
    across, down, extent = draws.uniform(), draws.uniform(), draws.uniform()
    least, most = preset.crop
    side = (least + (most - least) * extent**cut_pow) * min(height, width)
    side[:overviews] = (1 + preset.overview_pad * extent[:overviews]) * max(height, width)
    centre = torch.stack([_place(across, side, width, preset.margin), _place(down, side, height, preset.margin)], -1)
    shift = torch.stack([across, down], dim=-1)[:overviews] - 0.5
    whole = torch.tensor([width / 2, height / 2])
    reach = (preset.overview_pad * side * draws.strength)[:overviews, :, None]
    centre[:overviews] = whole + shift * reach
    return side, centre


def _place(uniform: Tensor, side: Tensor, length: int, margin: float) -> Tensor:
    nearest = side * (0.5 - margin)
    return nearest + uniform * (length - 2 * nearest)


def _affine(preset: AugmentPreset, draws: _Draws) -> Tensor:
    """Rotation @ shear @ stretch and mirror, [n,B,2,2]."""
    angle, skew = draws.either_way(math.radians(preset.rotate)), draws.either_way(math.radians(preset.shear)).tan()
    stretch = draws.either_way(math.log1p(preset.stretch)).exp()
    mirror = 1.0 - 2.0 * draws.happens(preset.flip)
    across = torch.stack([angle.cos(), angle.sin()], dim=-1)
    down = torch.stack([-angle.sin(), angle.cos()], dim=-1) + skew[..., None] * across
    return torch.stack([across * (stretch * mirror)[..., None], down / stretch[..., None]], dim=-1)


def _homography(linear: Tensor, centre: Tensor, tilt: Tensor) -> Tensor:
    """[x y 1] ~ [[linear, centre], [0 0 1]] @ [[1 0 0], [0 1 0], [tilt, 1]] @ [u v 1], for all cutouts."""
    top = torch.cat([linear + centre[..., :, None] * tilt[..., None, :], centre[..., None]], dim=-1)
    bottom = torch.cat([tilt, torch.ones_like(tilt[..., :1])], dim=-1)
    return torch.cat([top, bottom[..., None, :]], dim=-2)


def _levels(scale: Tensor, blur: Tensor, short_side: int) -> Tensor:
    """Halvings until the scale is 2 or less: up to 2, bilinear sampling uses every pixel."""
    level = (scale.log2() - 1 - 1e-3).ceil().clamp(min=0) + blur.float()
    return level.clamp(max=max(0, int(math.log2(short_side)) - 1)).long()


def _colour(preset: AugmentPreset, draws: _Draws) -> Tensor:
    """Contrast · hue rotation about the grey axis (Rodrigues) · saturation, and the offset, [n,B,3,4]."""
    ones, identity = torch.ones(3, 3), torch.eye(3)
    cross = torch.tensor([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]]) / math.sqrt(3)
    turn = draws.either_way(2 * math.pi * preset.hue)[..., None, None]
    saturation = 1 + draws.either_way(preset.saturation)
    saturation = saturation.masked_fill(draws.happens(preset.grey), 0.0)[..., None, None]
    contrast = 1 + draws.either_way(preset.contrast)[..., None, None]
    hue = turn.cos() * identity + (1 - turn.cos()) / 3 * ones + turn.sin() * cross
    fade = saturation * identity + (1 - saturation) * (ones * torch.tensor(LUMA))
    offset = draws.either_way(preset.brightness)[..., None, None] + (1 - contrast) / 2
    return torch.cat([contrast * (hue @ fade), offset.expand(*offset.shape[:-2], 3, 1)], dim=-1)


def _erased(draws: _Draws, probability: float) -> Tensor:
    """A block of 0.2 to 0.5 of each side, [n,B,4]; far outside of the cutout where nothing is erased."""
    happens = draws.happens(probability)[..., None]
    half = torch.stack([0.2 + 0.3 * draws.uniform() for _ in range(2)], dim=-1)
    middle = torch.stack([2 * draws.uniform() - 1 for _ in range(2)], dim=-1)
    sides = torch.stack([middle - half, middle + half], dim=-1).flatten(-2)
    return torch.where(happens, sides, torch.full_like(sides, 9.0))
