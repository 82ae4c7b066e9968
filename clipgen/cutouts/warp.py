"""Compute all views of a plan: one sampling, one colour product, one mask."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.cutouts.plan import CutPlan


def warp(images: Tensor, plan: CutPlan, *, size: int, bank: Tensor) -> Tensor:
    """Compute the views: [B,3,H,W] → [n·B,3,size,size], cutout i of picture b at i·B+b.

    plan: on the device of the images. bank: [m] normal numbers for the noise.
    """
    n, batch = len(plan), plan.batch
    atlas, corners = mip_atlas(images, plan.levels)
    grid, inside = _grid(plan, corners, atlas.shape, size)
    # two groups, whatever the number of threads: the kernel uses a thread per picture, and the sum of the gradients
    # must not depend on the machine's settings
    groups = 2 if batch == 1 and n % 2 == 0 else 1
    grid = grid.reshape(batch * groups, n // groups * size, size, 2)
    views = F.grid_sample(atlas.expand(batch * groups, -1, -1, -1), grid, padding_mode="border", align_corners=False)
    views = views.reshape(batch, groups, 3, n // groups, size * size).permute(1, 3, 0, 2, 4)
    views = views.reshape(n * batch, 3, size * size)
    colour = plan.colour.flatten(0, 1)
    views = torch.baddbmm(colour[..., 3:], colour[..., :3], views).unflatten(2, (size, size))
    views = torch.lerp(plan.padding.flatten(0, 1)[..., None, None], views, inside)
    noise = bank.unfold(0, 3 * size * size, 1).index_select(0, plan.noise_start.flatten()).view_as(views)
    return torch.addcmul(views, noise, plan.noise.flatten()[:, None, None, None])


def mip_atlas(images: Tensor, levels: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Put all levels of the mip map of the pictures on one sheet, so that one sampling covers them.

    levels: the finest and the coarsest, in halvings. Returns the sheet [B,3,h,w], with the finest level at the left and
    the others in a column to its right, and [levels,4], the left, top, width and height of each in pixels of the sheet.
    Source: Williams 1983, Pyramidal parametrics.
    """
    finest, coarsest = levels
    for _ in range(finest):
        images = _halved(images)
    height, width = images.shape[-2:]
    corners, column, top, level = [[0, 0, width, height]], [], 0, images
    for _ in range(coarsest - finest):
        level = _halved(level)
        corners.append([width, top, level.shape[-1], level.shape[-2]])
        column.append(F.pad(level, (0, (width + 1) // 2 - level.shape[-1])))
        top += level.shape[-2]
    boxes = torch.tensor(corners, device=images.device, dtype=images.dtype)
    if not column:
        return images.contiguous(), boxes
    tall = max(height, top)
    right = F.pad(torch.cat(column, dim=-2), (0, 0, 0, tall - top))
    return torch.cat([F.pad(images, (0, 0, 0, tall - height)), right], dim=-1), boxes


def _halved(images: Tensor) -> Tensor:
    return F.avg_pool2d(images, 2, ceil_mode=True)


def _grid(plan: CutPlan, corners: Tensor, sheet: torch.Size, size: int) -> tuple[Tensor, Tensor]:
    """Sampling positions of the views on the sheet, [B,n,s,s,2], and their coverage, [n·B,1,s,s] in [0,1]."""
    steps = (torch.arange(size, device=corners.device, dtype=corners.dtype) * 2 + 1) / size - 1
    box = corners[plan.level - plan.levels[0]]
    shrink = 0.5 ** plan.level.to(corners.dtype)
    bottom = plan.homography[:, :, 2]
    depth = _plane(bottom, steps)
    grid = corners.new_empty(*plan.level.shape, size, size, 2)
    borders = []
    for axis, length in enumerate((plan.width, plan.height)):
        # the map from picture pixels to the sheet's [-1,1] is affine, so it is part of the homography at no cost
        unit = 2 / sheet[-1 - axis]
        slope, start, extent = shrink * unit, box[..., axis] * unit - 1, box[..., 2 + axis] * unit
        row = plan.homography[:, :, axis] * slope[..., None] + bottom * start[..., None]
        position = _plane(row, steps) / depth
        half, grain = length * slope / 2, plan.scale * slope
        off_middle = (position - _wide(start + half)).abs_()
        borders.append(torch.addcmul(_wide(half / grain + 0.5), off_middle, _wide(1 / grain), value=-1))
        # at least half a pixel inside of the border of its level: beyond it is another level
        position = torch.maximum(position, _wide(start + unit / 2))
        torch.minimum(position, _wide(start + extent - unit / 2), out=grid[..., axis])
    inside = torch.minimum(*borders).clamp_(0, 1)
    if plan.erase is not None:
        left, right, top, below = (side[..., None] for side in plan.erase.unbind(-1))
        hidden = ((steps > left) & (steps < right))[:, :, None, :] & ((steps > top) & (steps < below))[..., None]
        inside = inside.masked_fill_(hidden, 0)
    return grid.transpose(0, 1), inside.flatten(0, 1)[:, None]


def _plane(row: Tensor, steps: Tensor) -> Tensor:
    """row · [u v 1] on the cutout's pixels: [n,B,3] → [n,B,s,s]."""
    u, v, constant = (_wide(part) for part in row.unbind(-1))
    return u * steps + (v * steps[:, None] + constant)


def _wide(number: Tensor) -> Tensor:
    return number[..., None, None]
