"""Captions inside pictures."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

from clipgen.media.sheets import wrapped


def with_caption(image: Image.Image, words: str) -> Image.Image:
    """The picture with words at its lower border, white with a dark outline; unchanged when there are none.

    >>> with_caption(picture, "a fox in the snow").size == picture.size
    True
    """
    if not words:
        return image
    drawn = image.copy()
    size = max(10, image.height // 16)
    font = ImageFont.load_default(size=size)
    lines = wrapped(words, font, round(0.92 * image.width))
    draw, rim = ImageDraw.Draw(drawn), max(1, size // 10)
    for i, line in enumerate(reversed(lines)):
        place = (image.width / 2, image.height - 0.5 * size - 1.2 * size * i)
        draw.text(place, line, fill="white", font=font, anchor="ms", stroke_width=rim, stroke_fill=(0, 0, 0))
    return drawn
