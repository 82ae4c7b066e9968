"""Check captions by pictures generated from them, compared with the picture that they describe."""

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
    """A caption, the picture generated from it, and how similar the two pictures are.

    likeness: cosine of the two pictures by the perceptor that found the caption; second_likeness: by another one;
    second_score: of the caption and the picture it describes, by that other one. None without another.
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
    generate: Callable[[Sequence[str]], Sequence[Image.Image]],
    perceptor: Perceptor,
    second: Perceptor | None = None,
) -> list[RoundTrip]:
    """Generate a picture from each caption and compare it with the one described [1, 3, H, W].

        >>> (trip,) = round_trip(image, ["a fox"], generate=lambda texts: [to_pil(image[0])], perceptor=perceptor)
        >>> round(trip.likeness, 2)
        1.0

    generate: gives a picture for each text.
    """
    generated = list(generate(captions))
    images = [image, *(from_pil(picture) for picture in generated)]
    first = _likeness(perceptor, images)
    other = _likeness(second, images) if second else [None] * len(generated)
    scores: list[float | None] = [None] * len(generated)
    if second:
        scores = (embed_texts(second, captions) @ embed_images(second, [image])[0]).tolist()
    rows = zip(captions, generated, first, other, scores, strict=True)
    return [RoundTrip(text, picture, near, far, score) for text, picture, near, far, score in rows]


def draw_round_trip(image: Tensor, trips: Sequence[RoundTrip]) -> Image.Image:
    """A sheet: the picture described, and those generated from its captions.

    >>> trip = RoundTrip("a fox", to_pil(image[0]), likeness=0.9)
    >>> draw_round_trip(image, [trip]).width > 2 * 64
    True
    """
    labels = ["the picture described"]
    labels += [f"{trip.caption} ({trip.likeness:.2f})" for trip in trips]
    size = trips[0].picture.size if trips else (256, 256)
    return contact_sheet([to_pil(image[0]).resize(size), *(trip.picture for trip in trips)], labels)


def _likeness(perceptor: Perceptor, images: Sequence[Tensor]) -> list[float]:
    vectors = embed_images(perceptor, images)
    likeness: list[float] = (vectors[1:] @ vectors[0]).tolist()
    return likeness
