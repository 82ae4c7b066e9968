"""Flood fill, against Pillow's own, which is the same a pixel at a time."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from clipgen.media.flood import flood


@pytest.mark.parametrize("size", [(1, 1), (2, 5), (17, 23), (60, 60)])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.6, 0.7])
def test_it_fills_what_pillow_fills(size: tuple[int, int], share: float) -> None:
    rng = np.random.default_rng(0)
    for _ in range(5):
        pixels = np.where(rng.random((*size, 1)) < share, np.uint8([255] * 3), np.uint8([20, 0, 0]))
        ours, theirs = Image.fromarray(pixels), Image.fromarray(pixels)
        point = int(rng.integers(size[1])), int(rng.integers(size[0]))
        flood(ours, point, "#d02020")
        ImageDraw.floodfill(theirs, point, (208, 32, 32))
        assert ours.tobytes() == theirs.tobytes()


def test_it_fills_along_a_spiral() -> None:
    sheet = Image.new("RGB", (201, 201), "white")
    pen = ImageDraw.Draw(sheet)
    corners = [(100, 100)]
    for turn in range(1, 48):
        x, y = corners[-1]
        step = 2 * turn
        corners.append([(x + step, y), (x, y + step), (x - step, y), (x, y - step)][turn % 4])
    pen.line(corners, fill="black")
    theirs = sheet.copy()
    flood(sheet, (0, 0), "#d02020")
    ImageDraw.floodfill(theirs, (0, 0), (208, 32, 32))
    assert sheet.tobytes() == theirs.tobytes()
