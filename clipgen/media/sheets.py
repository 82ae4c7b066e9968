"""Contact sheets: many pictures in one, with their labels."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from clipgen.errors import SettingsError

GAP = 8
PAPER, INK = (255, 255, 255), (34, 34, 34)


def contact_sheet(
    images: Sequence[Image.Image], labels: Sequence[str] | None = None, columns: int | None = None
) -> Image.Image:
    """Lay pictures out in a grid, each in a cell of the largest one's size, with its label below.

        >>> contact_sheet([picture, picture.rotate(90)], columns=2).size
        (152, 80)

    images: one or more; labels: one per picture, broken into lines as wide as the cell; columns: default: as many as
    make the sheet nearly square.

    Raises SettingsError for no pictures, another number of labels or columns below 1.
    """
    if not images:
        raise SettingsError("a contact sheet needs one picture or more; none was given")
    if labels is not None and len(labels) != len(images):
        raise SettingsError(f"{len(images)} pictures and {len(labels)} labels were given; give one label per picture")
    if columns is not None and columns < 1:
        raise SettingsError(f"columns is {columns}; it must be 1 or more", settings=["columns"])
    across = min(len(images), columns or math.ceil(math.sqrt(len(images))))
    width, height = (max(image.size[axis] for image in images) for axis in (0, 1))
    font = ImageFont.load_default(size=max(11, width // 18))
    texts = [wrapped(label, font, width) for label in labels or []]
    line = sum(font.getmetrics()) if isinstance(font, ImageFont.FreeTypeFont) else 12
    below = max((len(lines) for lines in texts), default=0) * line
    rows = math.ceil(len(images) / across)
    sheet = Image.new("RGB", (across * (width + GAP) + GAP, rows * (height + below + GAP) + GAP), PAPER)
    draw = ImageDraw.Draw(sheet)
    for i, image in enumerate(images):
        left, top = GAP + i % across * (width + GAP), GAP + i // across * (height + below + GAP)
        sheet.paste(image.convert("RGB"), (left + (width - image.width) // 2, top + (height - image.height) // 2))
        for j, text in enumerate(texts[i] if texts else []):
            draw.text((left + width / 2, top + height + j * line), text, fill=INK, font=font, anchor="ma")
    return sheet


def wrapped(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> list[str]:
    """Break a text into lines of at most `width` pixels; a longer word gets a line of its own and is cut.

    >>> wrapped("a castle at sunset", ImageFont.load_default(size=12), 60)
    ['a castle at', 'sunset']
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
            continue
        while len(word) > 1 and font.getlength(word) > width:
            word = word.removesuffix("…")[:-1] + "…"
        lines.append(word)
    return lines
