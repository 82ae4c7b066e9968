"""What is drawn over pictures: boxes with their labels, and light where something is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from clipgen.media.images import resize_area, to_pil

if TYPE_CHECKING:
    from torch import Tensor

# distinguished also without seeing red and green: Okabe and Ito 2008, Color Universal Design
_COLOURS = ((230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (0, 114, 178), (213, 94, 0), (204, 121, 167))
_DARK, _LIGHT = (0, 0, 0), (255, 255, 255)
_THUMBNAIL = 320  # pixels of the longer side

#: left, top, right, bottom in pixels; right and bottom are outside
Box = tuple[int, int, int, int]


def draw_boxes(
    picture: Image.Image, boxes: Sequence[Box], labels: Sequence[str], kinds: Sequence[int] | None = None
) -> Image.Image:
    """A copy of a picture with boxes, and the label of each on a plate inside the picture.

        >>> draw_boxes(picture, [(8, 8, 40, 40)], ["a fox"]).size == picture.size
        True

    labels: one a box; kinds: boxes of one kind have one colour, by default each has its own.
    """
    drawn = picture.convert("RGB")
    drawn = drawn.copy() if drawn is picture else drawn
    draw = ImageDraw.Draw(drawn)
    line = max(2, round(min(drawn.size) / 200))
    font = ImageFont.load_default(size=max(12, min(drawn.size) / 32))
    # plates after all frames, so that no frame crosses a label
    colours = [_COLOURS[kind % len(_COLOURS)] for kind in (kinds if kinds is not None else range(len(boxes)))]
    for (left, top, right, bottom), colour in zip(boxes, colours, strict=True):
        draw.rectangle((left - 1, top - 1, right, bottom), outline=_DARK, width=line + 2)
        draw.rectangle((left, top, right - 1, bottom - 1), outline=colour, width=line)
    for box, label, colour in zip(boxes, labels, colours, strict=True):
        _plate(draw, drawn.size, box, label, font, colour)
    return drawn


def _plate(
    draw: ImageDraw.ImageDraw,
    size: tuple[int, int],
    box: Box,
    label: str,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    colour: tuple[int, int, int],
) -> None:
    """A label above its box, or inside where there is no room above."""
    _, _, width, height = (round(edge) for edge in draw.textbbox((0, 0), label, font=font))
    left = max(0, min(box[0], size[0] - width - 8))
    top = box[1] - height - 6 if box[1] >= height + 6 else box[1]
    draw.rectangle((left, top, left + width + 8, top + height + 6), fill=colour)
    red, green, blue = colour
    ink = _DARK if 0.299 * red + 0.587 * green + 0.114 * blue > 110 else _LIGHT
    draw.text((left + 4, top + 2), label, fill=ink, font=font)


def lit(image: Tensor, place: Tensor) -> Image.Image:
    """A picture [1, 3, H, W] that is bright where a map [h, w] in [0, 1] is high, and dark elsewhere.

    >>> lit(image, torch.rand(4, 4)).size
    (64, 64)
    """
    import torch.nn.functional as F  # late: drawing boxes needs no torch

    light = F.interpolate(place[None, None], image.shape[-2:], mode="bicubic", align_corners=False).clamp(0, 1)
    return to_pil((image * (0.15 + 0.85 * light**2))[0])


def thumbnail(image: Tensor) -> Tensor:
    """A picture [1, 3, H, W], shrunk to 320 pixels of its longer side if it is larger.

    >>> thumbnail(torch.rand(1, 3, 320, 640)).shape
    torch.Size([1, 3, 160, 320])
    """
    scale = min(1.0, _THUMBNAIL / max(image.shape[-2:]))
    return resize_area(image, (max(1, round(scale * image.shape[-1])), max(1, round(scale * image.shape[-2]))))
