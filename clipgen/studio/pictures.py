"""The pictures that verbs of the library compare with words: files, or PIL images."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from PIL import Image
from torch import Tensor

from clipgen.media.images import find_images, from_pil, upright_rgb

Picture = str | Path | Image.Image


def loadable(pictures: Picture | Iterable[Picture]) -> list[Path | Tensor]:
    """One picture or several as the verbs load them: paths as they are, PIL images upright, transparency over
    white, as pixels [1, 3, H, W] in [0, 1].

    >>> loadable("photo.jpg")
    [PosixPath('photo.jpg')]
    >>> loadable([picture])[0].shape
    torch.Size([1, 3, 64, 64])
    """
    several = [pictures] if isinstance(pictures, str | Path | Image.Image) else pictures
    return [from_pil(upright_rgb(one)) if isinstance(one, Image.Image) else Path(one) for one in several]


def in_folders(pictures: Picture | Iterable[Picture]) -> list[Picture]:
    """One picture or several, with the files in a folder in its place.

        >>> in_folders(["a.jpg", "holiday"])
        ['a.jpg', PosixPath('holiday/beach.jpg')]

    Raises ImageError for a folder without a picture.
    """
    several = [pictures] if isinstance(pictures, str | Path | Image.Image) else pictures
    found: list[Picture] = []
    for one in several:
        found += find_images([one]) if isinstance(one, str | Path) and os.path.isdir(one) else [one]
    return found
