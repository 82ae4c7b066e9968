"""The proof of a caption: a picture painted from it, compared with the one it describes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image
from torch import Tensor

from clipgen.media.images import from_pil, to_pil
from clipgen.media.sheets import contact_sheet
from clipgen.perceptors.base import Perceptor
from clipgen.similarity import embed_images, embed_texts


@dataclass(frozen=True)
class RoundTrip:
    """A caption, the picture painted from it, and how near the two pictures are.

    likeness: cosine of the two pictures by the perceptor that found the caption; second_likeness: by another one, that
    took no part; second_score: of the caption and the picture it describes, by that other one. None without another.
    """

    caption: str
    picture: Image.Image
    likeness: float
    second_likeness: float | None = None
    second_score: float | None = None


def round_trip(
    image: Tensor,
    captions: Sequence[str],
    *,
    paint: Callable[[Sequence[str]], Sequence[Image.Image]],
    perceptor: Perceptor,
    second: Perceptor | None = None,
) -> list[RoundTrip]:
    """Paint a picture from each caption and compare it with the one described [1, 3, H, W].

    >>> round_trip(image, ["a fox in the snow"], paint=studio.generate, perceptor=perceptor)[0].likeness
    """
    painted = list(paint(captions))
    images = [image, *(from_pil(picture) for picture in painted)]
    first = _likeness(perceptor, images)
    other = _likeness(second, images) if second else [None] * len(painted)
    scores: list[float | None] = [None] * len(painted)
    if second:
        scores = (embed_texts(second, captions) @ embed_images(second, [image])[0]).tolist()
    rows = zip(captions, painted, first, other, scores, strict=True)
    return [RoundTrip(text, picture, near, far, score) for text, picture, near, far, score in rows]


def draw_round_trip(image: Tensor, trips: Sequence[RoundTrip]) -> Image.Image:
    """A sheet: the picture described, and those painted from its captions.

    >>> draw_round_trip(image, trips).save("round-trip.png")
    """
    labels = ["the picture described"]
    labels += [f"{trip.caption} ({trip.likeness:.2f})" for trip in trips]
    size = trips[0].picture.size if trips else (256, 256)
    return contact_sheet([to_pil(image[0]).resize(size), *(trip.picture for trip in trips)], labels)


def _likeness(perceptor: Perceptor, images: Sequence[Tensor]) -> list[float]:
    seen = embed_images(perceptor, images)
    likeness: list[float] = (seen[1:] @ seen[0]).tolist()
    return likeness
