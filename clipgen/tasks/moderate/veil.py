"""Veiled copies of pictures: blurred beyond recovery; originals are never altered."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageFilter

from clipgen.errors import OutputError
from clipgen.media.images import load_image, to_pil
from clipgen.media.pictures import FORMATS, save_picture

_CELLS = 12  # along the short side: colours remain, and no shape of a person


def veil(picture: Image.Image) -> Image.Image:
    """A picture of the same size of which only the colours are left.

    >>> veil(picture).size == picture.size
    True
    """
    scale = _CELLS / min(picture.size)
    width, height = (max(1, round(edge * scale)) for edge in picture.size)
    coarse = picture.convert("RGB").resize((width, height), Image.Resampling.BOX)
    return coarse.filter(ImageFilter.GaussianBlur(1.0)).resize(picture.size, Image.Resampling.BICUBIC)


def veiled_copy(path: Path, folder: Path, *, home: Path) -> Path:
    """Write a veiled copy of a picture file, without its metadata, and return its path.

        >>> veiled_copy(folder / "a.png", folder / "safe", home=folder).relative_to(folder).as_posix()
        'safe/a.png'

    folder: for the copies; home: the folder of the original, below which names stay as they are. The ending becomes
    .png where the original's format is not written.
    Raises OutputError for a copy that would replace the original, and where it cannot be written; ImageError for a file
    that cannot be loaded.
    """
    inside = path.relative_to(home) if path.is_relative_to(home) else Path(path.name)
    target = folder / (inside if path.suffix.lower() in FORMATS else inside.with_name(f"{inside.name}.png"))
    if target.exists() and target.samefile(path):
        raise OutputError(f"{target} is the original; name another folder for veiled copies", settings=["veil_to"])
    # an EXIF thumbnail would show the original: nothing of the old file is copied
    save_picture(target, veil(to_pil(load_image(path)[0])), {})
    return target
