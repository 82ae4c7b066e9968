"""Masks: where a picture is to be painted, as shares from 0 (black: it stays) to 1 (white: it is painted)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps

from clipgen.errors import ImageError
from clipgen.media.images import open_picture, upright_rgb

if TYPE_CHECKING:
    from torch import Tensor


def load_mask(path: str | Path, size: tuple[int, int], *, of: str | Path = "the picture") -> Tensor:
    """Load the mask of a picture, rotated as its EXIF says.

        >>> Image.new("L", (48, 32), 255).save(folder / "mask.png")
        >>> load_mask(folder / "mask.png", (48, 32)).mean()
        tensor(1.)

    path: any picture, of which the lightness counts; size: (width, height) of the picture that it belongs to, upright;
    of: the name of that, for errors. Returns [1, 1, H, W] in [0, 1].
    Raises ImageError for another size, a mask that is black everywhere, and one that is transparent in places.
    """
    import torch  # late: the command line checks files before torch, which takes seconds to import

    with open_picture(path) as opened:
        _check_size(ImageOps.exif_transpose(opened), path, size, of)
        if opened.has_transparency_data and opened.convert("RGBA").getchannel("A").getextrema()[0] != 255:
            raise ImageError(
                f"the mask {path} is transparent in places, which may mean either; save it in black and white without "
                "transparency: white is painted",
                settings=["mask"],
            )
        grey = upright_rgb(opened, path).convert("L")
    if grey.getextrema()[1] == 0:
        raise ImageError(
            f"the mask {path} is black everywhere, so nothing would be painted; make white what is to be painted",
            settings=["mask"],
        )
    return torch.from_numpy(np.asarray(grey).copy())[None, None].float() / 255


def _check_size(mask: Image.Image, path: str | Path, size: tuple[int, int], of: str | Path) -> None:
    if mask.size != size:
        width, height = size
        turned = f", turned as its EXIF says ({width} x {height})" if mask.size == (height, width) else ""
        raise ImageError(
            f"the mask {path} is {mask.width} x {mask.height} pixels and {of} {width} x {height}{turned}; "
            "both must have the same size",
            settings=["mask", "init_image"],
        )


def feathered(mask: Tensor, width: int) -> Tensor:
    """A mask with a soft rim inside of its white, so that what is black stays 0.

        >>> import torch
        >>> feathered(torch.tensor([[[[0.0, 1, 1, 1, 1, 1]]]]), 2)[0, 0]
        tensor([[0.0000, 0.3333, 0.6667, 1.0000, 1.0000, 1.0000]])

    mask: [1, 1, H, W] in [0, 1]; width: of the rim in pixels, less where the white is thinner; there is none at the
    edges of the picture. Distances are those of an octagon.
    """
    import torch.nn.functional as F

    total, eroded, count = mask.clone(), mask, 1
    for step in range(width):
        if step % 2:
            eroded = -F.max_pool2d(-eroded, 3, stride=1, padding=1)
        else:  # a cross
            down = -F.max_pool2d(-eroded, (3, 1), stride=1, padding=(1, 0))
            eroded = down.minimum(-F.max_pool2d(-eroded, (1, 3), stride=1, padding=(0, 1)))
        if not bool((eroded >= mask.max()).any()):
            break
        total, count = total + eroded, count + 1
    return total / count
