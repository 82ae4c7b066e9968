"""Detection in picture files and pixels, one after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from torch import Tensor

from clipgen.errors import ImageError
from clipgen.media.images import load_image
from clipgen.similarity import Picture, Skipped
from clipgen.tasks.detect.detector import Detected, Detector


def detect(pictures: Iterable[Picture], detector: Detector) -> Iterator[Detected | Skipped]:
    """What a detector finds in each picture.

        >>> for one in detect([folder / "a.png"], Detector(["a fox"], matcher)):
        ...     print(one.path.name, one.size, len(one.found) + len(one.missing))
        a.png (48, 32) 1

    pictures: files, and pixels [1, 3, H, W] in [0, 1]. Yields Skipped for a file that cannot be loaded.
    """
    for index, picture in enumerate(pictures):
        try:
            image = picture if isinstance(picture, Tensor) else load_image(picture)
        except ImageError as error:
            assert not isinstance(picture, Tensor)  # pixels are not loaded
            yield Skipped(picture, str(error))
            continue
        found = detector.find(image)
        names = {one.text for one in found}
        missing = tuple(phrase for phrase in detector.phrases if phrase not in names)
        path = None if isinstance(picture, Tensor) else picture
        yield Detected(index, path, (image.shape[-1], image.shape[-2]), tuple(found), missing)
