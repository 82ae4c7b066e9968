"""A finished picture with all that made it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from PIL import Image

from clipgen.media.images import save_png


@dataclass(frozen=True)
class Picture:
    """A picture, its score and the metadata from which it can be made again.

        >>> picture.save("reef.png")
        >>> picture.metadata["seed"]
        7

    image: RGB; score: mean cosine to the words; metadata: JSON values (prompt, seed, settings, models, version …).
    """

    image: Image.Image
    score: float
    metadata: dict[str, Any]

    def save(self, path: str | Path) -> None:
        """Write a PNG that carries the metadata. Raises ImageError when that cannot be done."""
        save_png(path, self.image, self.metadata)


class GeneratedImage(Image.Image):
    """A PIL image whose `save` to a .png writes the settings too; they are also in `.info["clipgen"]`.

    >>> GeneratedImage.of(picture).save("reef.png")
    """

    @classmethod
    def of(cls, picture: Picture) -> Self:
        """Copy a picture into a PIL image that carries its metadata."""
        made = cls()
        made.__setstate__(picture.image.__getstate__())  # Pillow offers no other way to copy into a subclass
        made.info = {**picture.image.info, "clipgen": picture.metadata}
        return made

    def save(self, fp: Any, format: str | None = None, **params: Any) -> None:
        """As Pillow's; a plain `save("name.png")` writes the very bytes that the command line writes."""
        named_png = isinstance(fp, str | os.PathLike) and Path(fp).suffix.lower() == ".png"
        if named_png and (format or "png").lower() == "png" and not params:
            save_png(Path(fp), self, self.info["clipgen"])
        else:
            super().save(fp, format, **params)
