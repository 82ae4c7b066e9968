"""What was found, drawn: boxes over the picture, and heat maps of where each phrase fits."""

from __future__ import annotations

from PIL import Image
from torch import Tensor

from clipgen.media.images import to_pil
from clipgen.media.overlays import draw_boxes, lit, thumbnail
from clipgen.media.sheets import contact_sheet
from clipgen.similarity import heat
from clipgen.tasks.detect.detector import Detection, Detector, Seen

_MOST = 12  # maps on a sheet


def draw_detections(image: Tensor, found: list[Detection]) -> Image.Image:
    """The picture [1, 3, H, W] with a box around each thing, a colour for each phrase.

    >>> draw_detections(image, [Detection("a fox", (8, 8, 40, 40), 4.2, 0.1)]).size
    (64, 64)
    """
    texts = list(dict.fromkeys(one.text for one in found))
    labels = [f"{one.text} {one.score:.1f}" for one in found]
    return draw_boxes(to_pil(image[0]), [one.box for one in found], labels, [texts.index(one.text) for one in found])


def draw_heat(image: Tensor, detector: Detector, seen: Seen) -> Image.Image:
    """A sheet: the picture, and for each phrase the picture lit where it fits; labels, where there is no phrase.

        >>> detector = Detector(["a fox"], matcher)
        >>> draw_heat(image, detector, detector.look(image)).width > 2 * 64
        True

    A place is dark where the phrase fits as unrelated captions do (0), and fully lit from the threshold on, so
    that a phrase of something that is not there leaves its picture dark.
    """
    shrunk = thumbnail(image)
    size = image.shape[-2], image.shape[-1]
    count = min(_MOST, len(detector.phrases) or len(detector.texts))
    maps = heat(seen.squares, seen.fits[:, :count], size) / detector.settings.threshold
    pictures = [to_pil(shrunk[0]), *(lit(shrunk, place) for place in maps)]
    return contact_sheet(pictures, ["the picture", *detector.texts[:count]], columns=min(3, len(pictures)))
