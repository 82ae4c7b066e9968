"""Exposure, contrast and sharpness of photographs' like and of flat graphics."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from clipgen.media.measures import Measures


def photograph(seed: int = 0) -> Image.Image:
    """Shapes of all sizes over a smooth ground, with edges in all directions."""
    rng = np.random.default_rng(seed)
    ground = Image.fromarray(rng.integers(60, 200, (6, 8, 3), dtype=np.uint8))
    picture = ground.resize((320, 240), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for _ in range(60):
        x, y, r = rng.uniform(0, 320), rng.uniform(0, 240), rng.uniform(5, 30)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=tuple(rng.integers(0, 255, 3).tolist()))
    return picture


def drawing() -> Image.Image:
    """A circle of one thin line on white."""
    picture = Image.new("RGB", (256, 256), "white")
    ImageDraw.Draw(picture).ellipse((40, 40, 216, 216), outline="black", width=2)
    return picture


def shaken(picture: Image.Image, *, down: int, across: int) -> Image.Image:
    pixels = np.asarray(picture, np.float32)
    moved = [np.roll(pixels, (i * down, i * across), (0, 1)) for i in range(9)]
    return Image.fromarray(np.mean(moved, 0).astype(np.uint8))


def test_sharp_pictures_and_flat_graphics_are_sharp() -> None:
    assert Measures.of(photograph()).sharpness > 0.8
    assert Measures.of(drawing()).sharpness > 0.8
    assert Measures.of(Image.new("RGB", (256, 256))).sharpness == 1


def test_ramps_have_no_edges() -> None:
    for side in (32, 64, 200):
        assert Measures.of(Image.linear_gradient("L").resize((side, side)).convert("RGB")).sharpness == 1


def test_blur_is_measured_in_any_direction() -> None:
    for picture in (photograph(), drawing()):
        assert Measures.of(picture.filter(ImageFilter.GaussianBlur(3))).sharpness < 0.3
    for down, across in ((0, 1), (1, 0), (1, 1), (1, -1)):
        assert Measures.of(shaken(photograph(), down=down, across=across)).sharpness < 0.3


def test_a_sharp_subject_before_a_blurred_ground_is_sharp() -> None:
    picture = photograph().filter(ImageFilter.GaussianBlur(5))
    picture.paste(photograph().crop((100, 70, 220, 170)), (100, 70))
    assert Measures.of(picture).sharpness > 0.6


def test_exposure_and_contrast() -> None:
    dark = Measures.of(photograph().point(lambda value: value * 0.1))
    light = Measures.of(photograph().point(lambda value: 255 - (255 - value) * 0.1))
    assert dark.high < 0.11 and light.low > 0.89 and dark.contrast < 0.11
    noise = np.random.default_rng(0).normal(120, 4, (240, 320, 3)).clip(0, 255).astype(np.uint8)
    assert Measures.of(Image.fromarray(noise)).contrast < 0.06
    assert Measures.of(drawing()).contrast > 0.4
    assert Measures.of(Image.new("RGB", (1, 5000), "red")).contrast == 0


def test_bytes_keep_them() -> None:
    found = Measures.of(photograph())
    assert Measures.unpacked(found.packed()).sharpness == pytest.approx(found.sharpness)
    assert len(found.packed()) == 16
