"""A finished picture with the settings that made it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NotRequired, Self, TypeAlias

from PIL import Image

from clipgen.jobs import JobJson
from clipgen.media.pictures import FORMATS, save_picture
from clipgen.values import Json

# what Pillow can save to
PathOrFile: TypeAlias = str | bytes | os.PathLike[str] | os.PathLike[bytes] | IO[bytes]


class PictureJson(JobJson):
    """The metadata of a picture: its job, and which of the job's pictures it is.

    score: mean cosine to the words; steps_done: after how many steps; index: in the job's batch; made_with: see
    `origin`; hidden: what was hidden in it: its words (text), and its left, top, right and bottom in pixels (box).
    """

    prompt: str
    seed: int
    score: float
    steps_done: int
    index: int
    made_with: NotRequired[dict[str, str]]  # not in pictures of 0.1
    hidden: NotRequired[dict[str, Json]]


@dataclass(frozen=True)
class Picture:
    """A picture, its score and the metadata from which it can be made again.

        >>> reef = Picture(picture, 0.3, {"prompt": "a reef", "seed": 7})
        >>> reef.save(folder / "reef.png")
        >>> reef.metadata["seed"]
        7

    image: RGB; score: mean cosine to the words; metadata: JSON values (prompt, seed, settings, models, version …).
    """

    image: Image.Image
    score: float
    metadata: PictureJson

    def save(self, path: str | Path) -> None:
        """Write a file that carries the metadata; raises what `save_picture` raises.

        >>> Picture(picture, 0.3, {"seed": 7}).save(folder / "reef.jpg")
        """
        save_picture(path, self.image, self.metadata)


class GeneratedImage(Image.Image):
    """A PIL image whose `save` to a .png, .jpg or .webp writes the settings too; they are also in `.info["clipgen"]`.

    >>> GeneratedImage.of(Picture(picture, 0.3, {"seed": 7})).save(folder / "reef.webp")
    """

    @classmethod
    def of(cls, picture: Picture) -> Self:
        """Copy a picture into a PIL image that carries its metadata."""
        made = cls()
        made.__setstate__(picture.image.__getstate__())  # Pillow offers no other way to copy into a subclass
        made.info = {**picture.image.info, "clipgen": picture.metadata}
        return made

    def save(self, fp: PathOrFile, format: str | None = None, **params: object) -> None:
        """As Pillow's; a plain `save("name.png")` writes the same bytes as the command line."""
        row = FORMATS.get(Path(fp).suffix.lower()) if isinstance(fp, str | Path) else None
        if row is not None and format in (None, row.name) and not params:
            save_picture(Path(str(fp)), self, self.info["clipgen"])
        else:
            super().save(fp, format, **params)
