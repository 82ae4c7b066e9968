"""Drawings as strokes: checked, bounded, and rendered, so that a picture is only what its strokes make it.

>>> drawing = Drawing.of([{"colour": "#d02020", "width": 12, "points": [[100, 100], [400, 380]]}])
>>> drawing.render(64).size
(64, 64)
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from PIL import Image, ImageChops, ImageDraw

from clipgen.errors import SettingsError
from clipgen.media.flood import flood
from clipgen.values import Json

#: side of the sheet, in the units of points and widths
SHEET = 512
PAPER = "#ffffff"
WIDTHS = (1.0, 96.0)
MOST_STROKES, MOST_FLOODS, MOST_POINTS = 1000, 32, 20_000
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_DIGITS = 1  # decimals of coordinates, a fifth of what a screen shows
_MARGIN = 0.07  # of a framed drawing: that of the drawings which the reader learns from
_FINE = 2  # lines are drawn at twice the size, since Pillow does not smooth them
_WORK = 448  # pixels at which a drawing is rendered before it is reduced


@dataclass(frozen=True)
class Stroke:
    """One movement of a pen.

    colour: "#rrggbb"; width: in sheet units; points: x, y and pressure in 0 to 1, in drawing order; fill: whether the
    area that the points enclose is filled, instead of a line along them; flood: whether the area of one colour around
    the only point is filled. An eraser is a stroke in the colour of paper.
    """

    colour: str
    width: float
    points: tuple[tuple[float, float, float], ...]
    fill: bool = False
    flood: bool = False

    def to_json(self) -> dict[str, Json]:
        """Plain values, of which `Drawing.of` makes the same stroke."""
        points: list[Json] = [[x, y, p] if p != 1 else [x, y] for x, y, p in self.points]
        flood: dict[str, Json] = {"flood": True} if self.flood else {}
        return {"colour": self.colour, "width": self.width, "points": points, "fill": self.fill, **flood}


@dataclass(frozen=True)
class Drawing:
    """The strokes on one sheet.

        >>> drawing = Drawing.of([{"points": [[0, 0], [512, 512]]}])
        >>> drawing.is_plain, Drawing(()).is_plain
        (False, True)

    Equal strokes are the same drawing: see `digest`.
    """

    strokes: tuple[Stroke, ...]

    @classmethod
    def of(cls, value: Json) -> Drawing:
        """A drawing from JSON: a list of strokes {"points": [[x, y] or [x, y, pressure]…], "colour", "width", "fill"}.

        Instead of "fill" a stroke of one point may have "flood". Raises SettingsError for anything else, and for more
        than MOST_STROKES strokes, MOST_FLOODS of them floods, and MOST_POINTS points.
        """
        if not isinstance(value, list) or len(value) > MOST_STROKES:
            raise _wrong(f"must be a list of at most {MOST_STROKES} strokes")
        strokes = tuple(_stroke(one) for one in value)
        if sum(len(stroke.points) for stroke in strokes) > MOST_POINTS:
            raise _wrong(f"have more than {MOST_POINTS} points in all")
        if sum(stroke.flood for stroke in strokes) > MOST_FLOODS:
            raise _wrong(f"fill more than {MOST_FLOODS} areas")
        return cls(strokes)

    def to_json(self) -> list[Json]:
        """Plain values, of which `of` makes an equal drawing."""
        return [stroke.to_json() for stroke in self.strokes]

    @cached_property
    def digest(self) -> str:
        """The sha256 of the strokes: the same for the same strokes, however their JSON was written."""
        return hashlib.sha256(json.dumps(self.to_json(), separators=(",", ":")).encode()).hexdigest()

    @cached_property
    def is_plain(self) -> bool:
        """Whether the sheet has one colour only: nothing is drawn, or all is painted over."""
        colours = self._sheet.getcolors(maxcolors=1)
        return colours is not None

    def render(self, side: int) -> Image.Image:
        """The whole sheet, side × side pixels, RGB."""
        return _reduced(self._sheet, side)

    def framed(self, side: int) -> Image.Image:
        """What is drawn, cut out with a margin, so that its place and size on the sheet do not count."""
        ground = self._sheet.getpixel((0, 0))
        box = ImageChops.difference(self._sheet, Image.new("RGB", self._sheet.size, ground)).getbbox()
        if box is None:
            return self.render(side)
        extent = max(box[2] - box[0], box[3] - box[1])
        edge = min(_WORK * _FINE, round(extent / (1 - 2 * _MARGIN)))
        left, top = ((low + high - edge) // 2 for low, high in ((box[0], box[2]), (box[1], box[3])))
        cut = Image.new("RGB", (edge, edge), ground)
        cut.paste(self._sheet, (-left, -top))
        return cut.resize((side, side), Image.Resampling.BOX)

    @cached_property
    def _sheet(self) -> Image.Image:
        sheet = _empty()
        for stroke in self.strokes:
            _draw(sheet, stroke)
        return sheet

    def stages(self, side: int, most: int) -> Iterator[Image.Image]:
        """The sheet while it is drawn, side × side pixels, at most so many times, at an even pace; the last is whole.

        >>> [picture.size for picture in Drawing.of([{"points": [[0, 0], [512, 512]]}]).stages(64, 40)]
        [(64, 64), (64, 64)]
        """
        total = sum(len(stroke.points) for stroke in self.strokes)
        stops = {-(-total * stage // most) for stage in range(1, most + 1)}
        sheet, drawn = _empty(), 0
        for stroke in self.strokes:
            for count in range(1, len(stroke.points)):
                if drawn + count in stops:
                    part = sheet.copy()
                    _draw(part, replace(stroke, points=stroke.points[:count]))
                    yield _reduced(part, side)
            _draw(sheet, stroke)
            drawn += len(stroke.points)
            if drawn in stops:
                yield _reduced(sheet, side)


def _empty() -> Image.Image:
    return Image.new("RGB", (_WORK * _FINE, _WORK * _FINE), PAPER)


def _reduced(sheet: Image.Image, side: int) -> Image.Image:
    return sheet.resize((side, side), Image.Resampling.BOX)


def _draw(sheet: Image.Image, stroke: Stroke) -> None:
    gain = _WORK * _FINE / SHEET
    points = [(x * gain, y * gain) for x, y, _ in stroke.points]
    if stroke.flood:
        ((x, y),) = points
        flood(sheet, (min(int(x), sheet.width - 1), min(int(y), sheet.height - 1)), stroke.colour)
        return
    pen = ImageDraw.Draw(sheet)
    if stroke.fill and len(points) > 2:
        pen.polygon(points, fill=stroke.colour)
        return
    widths = [max(1.0, stroke.width * pressure * gain) for _, _, pressure in stroke.points]
    for start, end, width in zip(points, points[1:], widths[1:], strict=False):
        pen.line([start, end], fill=stroke.colour, width=round(width))
    for (x, y), width in zip(points, widths, strict=True):  # round ends and joints
        half = width / 2
        pen.ellipse([x - half, y - half, x + half, y + half], fill=stroke.colour)


def _stroke(value: Json) -> Stroke:
    if not isinstance(value, dict) or not value.keys() <= {"colour", "width", "points", "fill", "flood"}:
        raise _wrong("must each be an object with points, colour, width, fill and flood")
    colour, width, points = value.get("colour", "#000000"), value.get("width", 8), value.get("points")
    fill, floods = value.get("fill", False), value.get("flood", False)
    if not isinstance(colour, str) or not _COLOUR.fullmatch(colour.lower()):
        raise _wrong(f"have the colour {str(colour)[:20]!r}; write it as #rrggbb")
    if not isinstance(fill, bool) or not isinstance(floods, bool):
        raise _wrong("have a fill or flood that is neither true nor false")
    if not isinstance(points, list) or not 0 < len(points) <= MOST_POINTS:
        raise _wrong("need a list of points each")
    if floods and (fill or len(points) != 1):
        raise _wrong("that flood have one point, and no fill")
    width = round(_number(width, *WIDTHS), _DIGITS)
    return Stroke(colour.lower(), width, tuple(_point(one) for one in points), fill, floods)


def _point(value: Json) -> tuple[float, float, float]:
    if not isinstance(value, list) or len(value) not in (2, 3):
        raise _wrong("have a point that is not [x, y] or [x, y, pressure]")
    x, y = (round(_number(one, 0, SHEET), _DIGITS) for one in value[:2])
    return x, y, round(_number(value[2], 0, 1), 2) if len(value) == 3 else 1.0


def _number(value: Json, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise _wrong(f"have a number outside {least:g} to {most:g}")
    return float(value)


def _wrong(why: str) -> SettingsError:
    return SettingsError(f"strokes {why}", settings=["strokes"])


def centred(lines: Sequence[Sequence[tuple[float, float]]], *, width: float = 8, colour: str = "#000000") -> Drawing:
    """Lines in any units, scaled to the sheet: how drawings of other programs become ours.

    >>> centred([[(0, 0), (255, 255)]]).strokes[0].points[0][:2]
    (35.8, 35.8)
    """
    xs, ys = ([point[axis] for line in lines for point in line] for axis in (0, 1))
    extent = max(max(xs) - min(xs), max(ys) - min(ys), 1e-6)
    gain = (1 - 2 * _MARGIN) * SHEET / extent
    left, top = (SHEET / 2 - gain * (min(some) + max(some)) / 2 for some in (xs, ys))
    return Drawing.of(
        [
            {
                "colour": colour,
                "width": width,
                "points": [[_placed(x, gain, left), _placed(y, gain, top)] for x, y in line],
            }
            for line in lines
        ]
    )


def _placed(value: float, gain: float, offset: float) -> float:
    return min(max(0.0, float(value) * gain + offset), float(SHEET))
