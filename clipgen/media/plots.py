"""Plots: loss and score of a run as curves, what mixed weights are worth, and a table of numbers as a heat map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from clipgen.errors import SettingsError
from clipgen.media.pictures import save_picture
from clipgen.media.sheets import INK, PAPER, wrapped

CELL, WIDEST = 56, 240  # sides of a square of a heat map, in pixels: it is as wide as the longest word above it
FAINT = (214, 214, 214)
LOSS_COLOUR, SCORE_COLOUR = (200, 80, 40), (30, 110, 180)


class Scored(Protocol):
    """What a curve needs of a step: one loss and one score per picture."""

    @property
    def loss(self) -> Sequence[float]: ...

    @property
    def score(self) -> Sequence[float]: ...


def plot_curve(history: Sequence[Scored], path: str | Path, size: tuple[int, int] = (800, 400)) -> None:
    """Draw loss and score over the steps, one line per picture, each on its own scale, and save the plot.

        >>> from types import SimpleNamespace
        >>> steps = [SimpleNamespace(loss=(1 / number,), score=(number / 10,)) for number in range(1, 9)]
        >>> plot_curve(steps, folder / "curve.png")

    history: the steps, from the first; path: with the ending of a picture format; size: (width, height) in pixels.

    Raises SettingsError for an empty history, OutputError when it cannot be written.
    """
    if not history:
        raise SettingsError("a curve needs one step or more; the history is empty")
    plot = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(plot)
    font = ImageFont.load_default(size=13)
    width, height = size
    frame = (60, 24, width - 60, height - 28)
    draw.rectangle(frame, outline=FAINT)
    for name, colour, x, anchor in (
        ("loss", LOSS_COLOUR, frame[0] - 4, "rm"),
        ("score", SCORE_COLOUR, frame[2] + 4, "lm"),
    ):
        values = np.array([getattr(step, name) for step in history], dtype=np.float64)
        _draw_lines(draw, values, frame, colour)
        draw.text((x, frame[3]), f"{np.nanmin(values):.3f}", fill=colour, font=font, anchor=anchor)
        draw.text((x, frame[1]), f"{np.nanmax(values):.3f}", fill=colour, font=font, anchor=anchor)
        draw.text((x, (frame[1] + frame[3]) / 2), name, fill=colour, font=font, anchor=anchor)
    draw.text((frame[0], frame[3] + 4), "1", fill=INK, font=font, anchor="ma")
    draw.text((frame[2], frame[3] + 4), f"{len(history)} steps", fill=INK, font=font, anchor="ma")
    save_picture(path, plot, {})


def _draw_lines(
    draw: ImageDraw.ImageDraw, values: np.ndarray, frame: tuple[int, int, int, int], colour: tuple[int, int, int]
) -> None:
    left, top, right, bottom = frame
    low, high = np.nanmin(values), np.nanmax(values)
    x = np.linspace(left, right, len(values))
    y = bottom - (values - low) / max(high - low, 1e-12) * (bottom - top)
    for column in y.T:
        points = [(float(a), float(b)) for a, b in zip(x, column, strict=True) if math.isfinite(b)]
        if len(points) == 1:
            points *= 2  # a line of one point is drawn as a dot
        draw.line(points, fill=colour, width=2)


def plot_sweep(points: Sequence[tuple[float, float, float]], chosen: float, path: str | Path) -> None:
    """Draw what mixtures of old and new weights are worth, and save the plot.

        >>> plot_sweep([(0.0, 0.4, 0.9), (0.5, 0.8, 0.9), (1.0, 0.9, 0.7)], 0.5, folder / "sweep.png")

    points: share of the new weights, of new pictures that are right, and of other pictures that are kept, all in
    [0, 1]; chosen: the share that was taken; path: with the ending of a picture format.
    Raises OutputError when it cannot be written.
    """
    plot = Image.new("RGB", (640, 400), PAPER)
    draw, font = ImageDraw.Draw(plot), ImageFont.load_default(size=13)
    left, top, right, bottom = 56, 40, 620, 350

    def at(x: float, y: float) -> tuple[float, float]:
        return left + x * (right - left), bottom - y * (bottom - top)

    for tenth in range(0, 11, 2):
        (x, _), (_, y) = at(tenth / 10, 0), at(0, tenth / 10)
        draw.line([(left, y), (right, y)], fill=FAINT)
        draw.text((left - 6, y), f"{10 * tenth} %", fill=INK, font=font, anchor="rm")
        draw.text((x, bottom + 6), f"{tenth / 10:g}", fill=INK, font=font, anchor="ma")
    draw.line([at(chosen, 0), at(chosen, 1)], fill=INK)
    beside, anchor = (4, "ls") if chosen < 0.5 else (-4, "rs")
    draw.text((at(chosen, 0)[0] + beside, bottom - 4), f"chosen: {chosen:g}", fill=INK, font=font, anchor=anchor)
    heads = (("new pictures with their caption", LOSS_COLOUR), ("other pictures with their name", SCORE_COLOUR))
    for place, (head, colour) in enumerate(heads):
        line = [at(point[0], point[1 + place]) for point in points]
        draw.line(line, fill=colour, width=3)
        for x, y in line:
            draw.ellipse((x - 4, y - 4, x + 4, y + 4), fill=colour)
        draw.text((left + place * 280, 12), head, fill=colour, font=font)
    draw.text(((left + right) / 2, 388), "share of the new weights (alpha)", fill=INK, font=font, anchor="ms")
    save_picture(path, plot, {})


def heat_map(values: Sequence[Sequence[float]], rows: Sequence[str], columns: Sequence[str]) -> Image.Image:
    """Draw a table of numbers as squares, dark for low and bright for high, with labels and values.

        >>> heat_map([[0.3, 0.1]], rows=["fox.png"], columns=["a fox", "a castle"]).mode
        'RGB'

    values: [rows][columns]. Raises SettingsError where the labels do not fit the values.
    """
    if len(values) != len(rows) or any(len(row) != len(columns) for row in values):
        raise SettingsError(
            f"{len(rows)} x {len(columns)} labels do not fit the table; give one for each row and column"
        )
    cell, font = CELL, ImageFont.load_default(size=12)
    words = [word for label in columns for word in label.split()]
    wide = min(max([CELL, *(round(font.getlength(word)) + 8 for word in words)]), WIDEST)
    left_margin = 12 + max(round(font.getlength(label)) for label in rows)
    heads = [wrapped(label, font, wide - 4) for label in columns]
    above = 8 + 15 * max(len(lines) for lines in heads)
    image = Image.new("RGB", (left_margin + wide * len(columns), above + cell * len(rows)), "white")
    draw = ImageDraw.Draw(image)
    low, high = (end(value for row in values for value in row) for end in (min, max))
    for x, lines in enumerate(heads):
        draw.multiline_text((left_margin + wide * x + 2, 4), "\n".join(lines), fill="black", font=font)
    for y, row in enumerate(values):
        draw.text((6, above + cell * y + 20), rows[y], fill="black", font=font)
        for x, value in enumerate(row):
            share = (value - low) / max(high - low, 1e-9)
            left, top = left_margin + wide * x, above + cell * y
            draw.rectangle((left, top, left + wide - 2, top + cell - 2), fill=_heat(share))
            draw.text((left + 12, top + 20), f"{value:.2f}", fill="white" if share < 0.6 else "black", font=font)
    return image


def _heat(share: float) -> tuple[int, int, int]:
    """From dark blue through orange to pale yellow; share: from 0 to 1."""
    stops = ((20, 24, 70), (190, 60, 90), (250, 160, 60), (252, 250, 200))
    place = min(max(share, 0.0), 1.0) * (len(stops) - 1)
    first = min(int(place), len(stops) - 2)
    a, b, t = stops[first], stops[first + 1], place - first
    return round(a[0] + t * (b[0] - a[0])), round(a[1] + t * (b[1] - a[1])), round(a[2] + t * (b[2] - a[2]))
