"""Initial pictures of which parts show words of their own: drawn apart and laid over the whole with soft rims."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from clipgen.settings import Box
from clipgen.tasks.generate.frame import Frame, soft_box
from clipgen.tasks.generate.regions import Region
from clipgen.tasks.generate.targets import Targets

# width of the rim in which the start of a region fades into its surroundings, as a share of its short side
RIM = 0.15

#: targets of B pictures, (width, height), and pictures [B, 3, H, W] onto which the things are to be put, if not onto a
#: ground of their own → pictures [B, 3, H, W] and shares of INIT_WEIGHT [B]
Drawn = Callable[[Targets, tuple[int, int], Tensor | None], tuple[Tensor, Tensor]]


def laid_out(
    draw: Drawn, targets: Targets, size: tuple[int, int], *, regions: Sequence[Region], frame: Frame | None
) -> tuple[Tensor, Tensor]:
    """Initial pictures for words and regions: pictures [B, 3, H, W] and shares of INIT_WEIGHT, [B] or [B, 1, H, W].

        >>> def draw(targets, size, grounds):
        ...     return torch.zeros(1, 3, size[1], size[0]), torch.ones(1)
        >>> laid_out(draw, targets, (64, 32), regions=[], frame=None)[0].shape
        torch.Size([1, 3, 32, 64])

    draw: makes pictures of words; targets: for the whole, or for what is painted in the frame; regions: parts of it.
    """
    if frame is None:
        pictures, share = draw(targets, size, None)
        if not regions:
            return pictures, share
        shares = share[:, None, None, None].expand(-1, 1, size[1], size[0])
    else:
        pictures = frame.start(size).to(targets.embeddings)
        shares = torch.zeros_like(pictures[:, :1])
        alpha = (frame.painted(size) > 0).to(pictures)
        pictures, shares = _laid(draw, targets, frame.box(size), alpha, pictures, shares, cut_out=frame.cut_out)
    for region in regions:
        box = region.box(size)
        rim = round(RIM * min(box[2] - box[0], box[3] - box[1]))
        grown = (
            max(0, box[0] - rim), max(0, box[1] - rim), min(size[0], box[2] + rim), min(size[1], box[3] + rim)
        )  # fmt: skip
        alpha = soft_box(size, box, rim).to(pictures)
        own = region.targets.repeated(len(targets.embeddings))
        pictures, shares = _laid(draw, own, grown, alpha, pictures, shares)
    return pictures, shares


def _laid(
    draw: Drawn,
    targets: Targets,
    box: Box,
    alpha: Tensor,
    pictures: Tensor,
    shares: Tensor,
    *,
    cut_out: bool = False,
) -> tuple[Tensor, Tensor]:
    """Pictures and shares with what is drawn for words in a box laid over them, as far as alpha [1, 1, H, W] says."""
    left, top, right, bottom = box
    laid = pictures.expand(len(targets.embeddings), -1, -1, -1).clone()
    under = laid[..., top:bottom, left:right].clone() if cut_out else None
    own, share = draw(targets, (right - left, bottom - top), under)
    laid[..., top:bottom, left:right] = own.to(laid)
    weights = torch.zeros_like(laid[:, :1])
    weights[..., top:bottom, left:right] = share.to(laid)[:, None, None, None]
    return torch.lerp(pictures, laid, alpha), torch.lerp(shares, weights, alpha)
