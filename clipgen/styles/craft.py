"""Styles made of pieces: stained glass, mosaic, low poly, pixel art, embroidery, knitting."""

import cv2
import numpy as np

from clipgen.styles.cells import borders, cells
from clipgen.styles.noise import clouds, grain, noise
from clipgen.styles.primitives import (
    Picture,
    Plane,
    axes,
    box,
    calm,
    edges,
    fineness,
    grey,
    kuwahara,
    posterise,
    remap,
    saturate,
    step,
    to_bytes,
    to_float,
    unit,
    wide,
)


def stained_glass(rng: np.random.Generator, picture: Picture) -> Picture:
    """Sets glowing coloured panes in dark lead."""
    h, w = picture.shape[:2]
    u = unit(picture)
    n = int(rng.integers(6, 9))
    ids, far, seeds = cells(rng, h, w, n, 0.85)
    tones = rng.random((n * n, 1), dtype=np.float32) - np.float32(0.5)
    image = kuwahara(to_float(picture), 2.0 * u)
    panes = box(image, 5 * u)[seeds[:, 1], seeds[:, 0]] + tones[np.arange(len(seeds)) % (n * n)] * np.float32(0.3)
    image = image * np.float32(0.62) + panes[ids] * np.float32(0.38)
    image = saturate(image, rng.uniform(1.6, 2.0))
    # Light falls through the middle of a pane and fades towards the lead.
    glow = np.float32(1.28) - far * np.float32(n / (64 * u) * 0.62)
    streak = clouds(rng, h, w, 6)
    image = image * wide(glow + (streak - np.float32(0.5)) * np.float32(0.35)) + np.float32(0.03)
    width = rng.uniform(0.9, 1.5)
    lead = np.maximum(borders(ids, width * u), step(edges(calm(picture), width + 0.2), 0.25, 0.45))
    lead = wide(np.clip(lead, 0, 1)) * np.float32(0.94)
    return to_bytes(image * (1 - lead) + np.array([0.05, 0.05, 0.06], np.float32) * lead)


def mosaic(rng: np.random.Generator, picture: Picture) -> Picture:
    """Lays wavy rows of small glazed tiles in grout."""
    h, w = picture.shape[:2]
    u = unit(picture)
    m = min(h, w)
    n, gap = rng.uniform(14, 17.5), rng.uniform(0.3, 0.44)
    x, y = axes(h, w)
    wave = (noise(rng, h, w, 4, 2) - np.float32(0.5)) * np.float32(0.07)
    shade = rng.random((64, 64), dtype=np.float32)
    tint = (rng.random((64, 64, 3), dtype=np.float32) - np.float32(0.5)) * np.float32(0.09)
    gx, gy = (x + wave[..., 0]) * np.float32(n) + 4, (y + wave[..., 1]) * np.float32(n) + 4
    ix, iy = np.floor(gx), np.floor(gy)
    fx, fy = gx - ix - np.float32(0.5), gy - iy - np.float32(0.5)
    size = m / n
    # A tile has the colour at its middle, computed from the pixel's position.
    at = np.empty((h, w, 2), np.float32)
    at[..., 0] = np.arange(w, dtype=np.float32)[None] - fx * np.float32(size)
    at[..., 1] = np.arange(h, dtype=np.float32)[:, None] - fy * np.float32(size)
    soft = saturate(box(to_float(picture), 2.2 * u), 1.25)
    image = remap(soft, at, cv2.BORDER_REPLICATE, cv2.INTER_NEAREST)
    jx, jy = ix.astype(np.intp) & 63, iy.astype(np.intp) & 63
    image = image + tint[jy, jx] + wide((shade[jy, jx] - np.float32(0.5)) * np.float32(0.24))
    image += wide((-fx - fy) * np.float32(0.16))
    inner = (np.float32(0.5) - np.maximum(np.abs(fx), np.abs(fy))) * np.float32(size)
    grout = wide(1 - step(inner, (gap - 0.3) * u, (gap + 0.3) * u))
    bed = np.array([0.8, 0.77, 0.7] if rng.random() < 0.6 else [0.16, 0.15, 0.15], np.float32)
    return to_bytes(image + (bed - image) * grout)


def low_poly(rng: np.random.Generator, picture: Picture) -> Picture:
    """Fills a net of triangles, its corners drawn to the contours, with one flat shade each."""
    h, w = picture.shape[:2]
    u = unit(picture)
    n = int(rng.integers(9, 12))
    tries = (rng.random((n + 1, n + 1, 8, 2), dtype=np.float32) - np.float32(0.5)) * np.float32(0.85)
    shades = (rng.random((2 * n * n,), dtype=np.float32) - np.float32(0.5)) * np.float32(rng.uniform(0.12, 0.22))
    flip = rng.random((n, n)) < 0.5
    around = (np.arange(n + 1, dtype=np.float32)[None, :, None] + tries[..., 0]) * np.float32(w / n)
    down = (np.arange(n + 1, dtype=np.float32)[:, None, None] + tries[..., 1]) * np.float32(h / n)
    contour = edges(calm(picture), 1.5)
    at = contour[np.clip(down, 0, h - 1).astype(np.intp), np.clip(around, 0, w - 1).astype(np.intp)]
    best = at.argmax(2)[..., None]
    gx, gy = np.take_along_axis(around, best, 2)[..., 0], np.take_along_axis(down, best, 2)[..., 0]
    gx[:, 0], gx[:, -1], gy[0], gy[-1] = -2, w + 2, -2, h + 2
    p = np.stack([gx, gy], 2)
    a, b, c, d = p[:-1, :-1], p[:-1, 1:], p[1:, 1:], p[1:, :-1]
    f = flip[..., None, None]
    first = np.where(f, np.stack([a, b, d], 2), np.stack([a, b, c], 2))
    second = np.where(f, np.stack([b, c, d], 2), np.stack([a, c, d], 2))
    corners = np.concatenate([first.reshape(-1, 3, 2), second.reshape(-1, 3, 2)])
    middle = np.clip(corners.mean(1), 0, (w - 1, h - 1)).astype(np.intp)
    soft = saturate(box(to_float(picture), 2 * u), 1.25)
    colours = soft[middle[:, 1], middle[:, 0]] * (1 + shades[:, None]) + shades[:, None] * np.float32(0.35)
    out = np.empty_like(picture, order="C")
    for triangle, colour in zip(np.round(corners * 16).astype(np.int32), to_bytes(colours).tolist(), strict=True):
        cv2.fillConvexPoly(out, triangle, colour, cv2.LINE_8, 4)
    return out


def pixel_art(rng: np.random.Generator, picture: Picture) -> Picture:
    """Shows the picture in a few big square pixels of a small palette."""
    h, w = picture.shape[:2]
    n, levels, line = rng.uniform(13, 21), int(rng.integers(5, 8)), rng.uniform(0.1, 0.5)
    n *= fineness(picture)
    side = max(1, round(min(h, w) / n))
    gh, gw = -(-h // side), -(-w // side)
    small = to_float(cv2.resize(picture, (gw, gh), interpolation=cv2.INTER_AREA))
    small = (saturate(small, 1.3) - np.float32(0.5)) * np.float32(1.12) + np.float32(0.5)
    dark = step(edges(to_bytes(small), 64 / min(gh, gw) * 0.5), 0.35, 0.6) * np.float32(line)
    small = to_float(posterise(to_bytes(small), levels)) * wide(1 - dark * grey(np.clip(small, 0, 1)))
    out = np.repeat(np.repeat(to_bytes(small), side, 0), side, 1)
    return np.ascontiguousarray(out[:h, :w])


def _stitched(picture: Picture, soft: Plane, fx: Plane, fy: Plane, sx: float, sy: float) -> Plane:
    """Gives each pixel the colour at the middle of its stitch."""
    h, w = picture.shape[:2]
    at = np.empty((h, w, 2), np.float32)
    at[..., 0] = np.arange(w, dtype=np.float32)[None] - fx * np.float32(sx)
    at[..., 1] = np.arange(h, dtype=np.float32)[:, None] - fy * np.float32(sy)
    return remap(soft, at, cv2.BORDER_REPLICATE, cv2.INTER_NEAREST)


def embroidery(rng: np.random.Generator, picture: Picture) -> Picture:
    """Works the picture in cross-stitches of thread on linen."""
    h, w = picture.shape[:2]
    u = unit(picture)
    m = min(h, w)
    n, shine = 12.8 if rng.random() < 0.4 else 16.0, rng.uniform(0.8, 1.2)
    x, y = axes(h, w)
    gx, gy = x * np.float32(n), y * np.float32(n)
    fx, fy = gx - np.floor(gx) - np.float32(0.5), gy - np.floor(gy) - np.float32(0.5)
    soft = saturate(box(to_float(picture), 1.8 * u), 1.25)
    image = _stitched(picture, soft, fx, fy, m / n, m / n)
    one, two = np.abs(fx - fy), np.abs(fx + fy)
    over = one < np.float32(0.3)
    across = np.where(over, one, two)
    thread = step(-across, -0.36, -0.24) * (1 - step(np.maximum(np.abs(fx), np.abs(fy)), 0.42, 0.5))
    round_ = (np.float32(0.28) - across) * np.float32(1.3 * shine)
    image = image * wide(np.float32(0.82) + round_ + np.where(over, np.float32(0.08), np.float32(-0.08)))
    weave = grain(rng, h, w)
    linen = np.array([0.88, 0.83, 0.72], np.float32) * np.float32(rng.uniform(0.7, 1.05))
    ground = linen * wide(np.float32(0.82) + weave * np.float32(0.25))
    return to_bytes(ground + (image + wide(weave) * np.float32(0.08) - ground) * wide(thread))


def knitted(rng: np.random.Generator, picture: Picture) -> Picture:
    """Knits the picture in columns of V-shaped woollen stitches."""
    h, w = picture.shape[:2]
    u = unit(picture)
    m = min(h, w)
    n, fuzz = rng.uniform(11.5, 14.5), rng.uniform(0.08, 0.16)
    x, y = axes(h, w)
    gx = x * np.float32(n)
    fx = gx - np.floor(gx) - np.float32(0.5)
    rows = n * 1.25
    gy = y * np.float32(rows) + np.abs(fx) * np.float32(1.3)
    fy = gy - np.floor(gy) - np.float32(0.5)
    soft = saturate(box(to_float(picture), 2 * u), 1.15)
    image = _stitched(picture, soft, fx, fy, m / n, m / rows)
    strand = np.abs(np.abs(fx) - np.float32(0.25)) * np.float32(2)
    light = np.float32(1.14) - np.abs(fy) ** 2 * np.float32(1.9) - strand**2 * np.float32(1.5)
    wool = grain(rng, h, w)
    image = image * wide(np.clip(light, 0.25, 1.2)) + wide(wool * np.float32(fuzz))
    return to_bytes(image)
