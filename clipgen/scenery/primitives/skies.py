"""Sun, moon, stars and clouds."""

from __future__ import annotations

import numpy as np

from clipgen.scenery.primitives.colour import WHITE, Colour, Rng, mix, pick, vary
from clipgen.scenery.primitives.drawing import (
    cols,
    disc,
    dots,
    gradient,
    rows,
    shape,
    shapes,
    side_of,
    steps,
)
from clipgen.scenery.primitives.leaves import foliage
from clipgen.scenery.primitives.light import blend, glow, noise

_CLOUDS = foliage(
    ((-0.72, 0.04), (-0.36, -0.14), (0.05, -0.24), (0.4, -0.12), (0.74, 0.04), (0.0, 0.0)), 0.3, 0.16, 0.18
)


def sun(img: np.ndarray, x: float, y: float, r: float, colour: Colour, halo: Colour, strength: float = 0.7) -> None:
    """Draw a sun with its glow."""
    glow(img, x, y, r * 4, halo, strength)
    disc(img, x, y, r * 1.15, mix(halo, colour, 0.6))
    disc(img, x, y, r, colour)


def moon(img: np.ndarray, rng: Rng, x: float, y: float, r: float, sky: Colour) -> None:
    """Draw a full moon with its seas, or a crescent."""
    crescent, flip = rng.random() < 0.45, pick(rng, (-1, 1))
    spots = rng.random((4, 3)) - 0.5
    glow(img, x, y, r * 2.6, (170, 185, 230), 0.45)
    if crescent:
        a = steps(18) * 3.9 - 1.95
        b = steps(12) * -np.pi + np.pi / 2
        outer, inner = cols(np.cos(a) * flip, np.sin(a)), cols((-0.37 + 0.72 * np.cos(b)) * flip, 0.93 * np.sin(b))
        shape(img, x, y, r, np.concatenate([outer, inner]), (250, 245, 215))
        return
    disc(img, x, y, r, (240, 238, 222))
    for dx, dy, s in spots:
        u = side_of(img)
        disc(
            img,
            x + dx * r * 1.1 * u / img.shape[1],
            y + dy * r * 1.1 * u / img.shape[0],
            r * (0.2 + 0.2 * s),
            (205, 203, 196),
        )


def stars(img: np.ndarray, rng: Rng, count: int, y1: float = 1.0) -> None:
    """Scatter small and a few large stars above the height y1."""
    place = rng.random((count, 3))
    shades = (np.array((150, 165, 210)) + place[:, 2:] * (105, 90, 45)).astype(np.uint8)
    large = count // 12
    dots(img, place[large:, 0], place[large:, 1] * y1, shades[large:], 0.009)
    for x, y, s in place[:large].tolist():
        disc(img, x, y * y1, 0.008 + 0.006 * s, WHITE)


def clouds(
    img: np.ndarray,
    rng: Rng,
    y0: float,
    y1: float,
    light: Colour,
    shade: Colour,
    cover: float = 0.5,
    cells: tuple[int, int] = (4, 4),
    gain: float = 5.0,
) -> None:
    """Blend a band of soft clouds into the sky between two heights."""
    h, w = img.shape[:2]
    a, b = int(y0 * h), max(int(y1 * h), int(y0 * h) + 2)
    n = (noise(rng, b - a, w, *cells) - (1 - cover)) * gain
    t = (np.arange(b - a, dtype=np.float32) * (2 / (b - a)) - 1)[:, None]
    fade = 1 - np.clip(t * t * 1.4 - 0.4, 0, 1) if y0 > 0 else 1 - np.clip(t * 2 - 1, 0, 1)
    # the thick parts look darker: an index into a short ramp of colours costs less than mixing every pixel
    inner = np.clip(n * (0.45 * 15) + (0.25 * 15 * t - 3), 0, 15).astype(np.uint8)
    ramp = rows(16, ((0, light), (1, shade)))
    blend(img[a:b], np.clip(n, 0, 1) * fade, ramp[inner, 0])


def puff(
    img: np.ndarray, rng: Rng, x: float, y: float, size: float, light: Colour = WHITE, shade: Colour = (200, 214, 230)
) -> None:
    """Draw one heaped cloud with a shaded base."""
    shapes(img, x, y, size, pick(rng, _CLOUDS)[0], (shade, light))


def fair_sky(rng: Rng, h: int, w: int, horizon: float, warm: bool | None = None) -> np.ndarray:
    """Return a daytime sky with clouds, and with a sun now and then."""
    r = rng.random(8).tolist()
    warm = r[0] < 0.2 if warm is None else warm
    top = vary(rng, (70, 130, 215) if not warm else (110, 140, 205))
    low = vary(rng, (190, 225, 248) if not warm else (252, 220, 180))
    img = gradient(h, w, ((0, top), (horizon, low), (1, low)))
    if r[1] < 0.4:
        sun(
            img, 0.12 + 0.76 * r[2], horizon * (0.2 + 0.3 * r[3]), 0.045 + 0.03 * r[4], (255, 252, 220), (255, 240, 180)
        )
    if r[5] < 0.45:
        clouds(img, rng, 0, horizon, WHITE, (196, 208, 226), 0.42 + 0.16 * r[6], (3, 2), 4.5)
    elif r[5] < 0.9:
        for _k in range(1 + int(r[6] * 3)):
            puff(img, rng, rng.random(), horizon * (0.15 + 0.5 * rng.random()), 0.1 + 0.12 * rng.random())
    return img
