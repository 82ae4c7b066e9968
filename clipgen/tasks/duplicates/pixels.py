"""What a picture file shows, to the last bit: of exact duplicates it is equal."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from clipgen.media.images import open_picture

_MOST = 256_000_000  # pixels of all frames of a file that are decoded: some seconds
_LOSSLESS = ("1", "L", "P", "RGBX")  # modes that become RGB without a loss


def pixel_hash(path: Path) -> bytes | None:
    """The sha256 of all pixels of a file, upright; None where not all of them are decoded.

        >>> Image.open(folder / "a.png").save(folder / "c.bmp")
        >>> pixel_hash(folder / "a.png") == pixel_hash(folder / "c.bmp")
        True

    Every frame or page counts, with its duration, and so do transparency and 16 bits. How pixels are stored does not:
    with a palette, with an opaque alpha channel, or compressed. Not decoded are very many frames, and colours in 16
    bits, of which Pillow returns 8. Raises ImageError for a file that cannot be loaded.
    """
    total, found = 0, hashlib.sha256()
    with open_picture(path) as picture:
        count = frames(picture)
        for number in range(count):
            picture.seek(number)
            total += picture.width * picture.height
            if total > _MOST or _is_reduced(picture):
                return None
            upright = ImageOps.exif_transpose(picture)
            mode, pixels = _plain(upright)
            seconds = upright.info.get("duration") if count > 1 else None
            found.update(f"{mode} {upright.size} {seconds};".encode())
            found.update(pixels)
    return found.digest()


def frames(picture: Image.Image) -> int:
    """The number of frames or pages of a picture that is open.

    >>> frames(Image.open(folder / "a.png"))
    1
    """
    return int(getattr(picture, "n_frames", 1))


def _is_reduced(picture: Image.Image) -> bool:
    """Whether Pillow decodes fewer bits than a picture has, which is not decoded yet."""
    tiles = getattr(picture, "tile", [])
    return not picture.mode.startswith("I") and any(";16" in str(tile) for tile in tiles)


def _plain(picture: Image.Image) -> tuple[str, bytes]:
    """The pixels in one way of those in which they may be stored."""
    if picture.mode.startswith("I"):  # in either order of bytes
        return f"I {picture.info.get('transparency')}", np.asarray(picture).astype("<i4").tobytes()
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        if picture.getchannel("A").getextrema() == (255, 255):
            picture = picture.convert("RGB")
    elif picture.mode in _LOSSLESS:
        picture = picture.convert("RGB")
    return picture.mode, picture.tobytes()
