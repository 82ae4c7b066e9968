"""Lines in a frame: a figure against another, drawn with Pillow alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from clipgen.files import write_whole
from clipgen.media.sheets import INK, PAPER

FAINT = (214, 214, 214)
COLOURS = ((30, 110, 180), (200, 80, 40), (40, 140, 80), (140, 80, 160))
LEFT, TOP, RIGHT, BOTTOM = 64, 28, 16, 44

Line = Sequence[tuple[float, float]]


def draw_curves(
    path: Path, curves: Mapping[str, Sequence[Line]], *, across: str, up: str, size: tuple[int, int] = (900, 480)
) -> None:
    """Draw the lines of each name in a colour of its own, the distance across on a logarithmic scale, as a PNG.

        >>> draw_curves(Path("score.png"), {"ours": [[(1.0, 0.2), (3.0, 0.5)]]}, across="seconds", up="score")

    curves: name → lines of points (x, y), every x above 0; across, up: what x and y are.
    """
    points = [point for lines in curves.values() for line in lines for point in line]
    (first, last), (low, high) = (_span([point[axis] for point in points]) for axis in (0, 1))
    image = Image.new("RGB", size, PAPER)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size=13)
    right, bottom = size[0] - RIGHT, size[1] - BOTTOM

    def place(x: float, y: float) -> tuple[float, float]:
        share = math.log(x / first) / math.log(last / first)
        return LEFT + share * (right - LEFT), bottom - (y - low) / (high - low) * (bottom - TOP)

    for mark in _decades(first, last):
        x, _ = place(mark, low)
        draw.line((x, TOP, x, bottom), fill=FAINT)
        draw.text((x, bottom + 4), f"{mark:g}", fill=INK, font=font, anchor="ma")
    for mark in (low, (low + high) / 2, high):
        draw.text((LEFT - 6, place(first, mark)[1]), f"{mark:.3g}", fill=INK, font=font, anchor="rm")
    draw.rectangle((LEFT, TOP, right, bottom), outline=FAINT)
    draw.text(((LEFT + right) / 2, size[1] - 4), across, fill=INK, font=font, anchor="ms")
    draw.text((4, 4), up, fill=INK, font=font)
    for number, (name, lines) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        for line in lines:
            # twice the first: a line of one point is drawn as a dot
            draw.line([place(x, y) for x, y in (line[0], *line)], fill=colour, width=2)
        draw.text((right - 8, bottom - 8 - 18 * number), name, fill=colour, font=font, anchor="rs")
    with write_whole(path) as part:
        image.save(part, format="PNG")


def _span(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low, low + max(abs(low), 1e-3))


def _decades(first: float, last: float) -> list[float]:
    powers = range(math.floor(math.log10(first)), math.ceil(math.log10(last)) + 1)
    return [mark for power in powers for step in (1, 2, 5) if first <= (mark := step * 10.0**power) <= last]
