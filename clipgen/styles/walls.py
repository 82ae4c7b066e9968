"""Styles of a wall: graffiti."""

import cv2
import numpy as np

from clipgen.styles.noise import clouds, grain, noise
from clipgen.styles.patches import contours, patches, rgb, simplified
from clipgen.styles.primitives import Picture, Plane, axes, blur, calm, step, to_bytes, to_float, unit, wide

_BRICKS = ((0.62, 0.33, 0.25), (0.55, 0.4, 0.34), (0.6, 0.58, 0.55))


def graffiti(rng: np.random.Generator, picture: Picture) -> Picture:
    """Sprays the picture in vivid paint on a brick wall, with outlines, overspray and drips."""
    h, w = picture.shape[:2]
    u = unit(picture)
    wall, mortar = _bricks(rng, h, w)
    image = simplified(picture, 0.9)
    found = patches(image, 8, 0.5 * u)
    line = contours(to_float(calm(picture, 0.8)), rng.uniform(1.0, 1.3), 6, 0.9)
    paint = found.filled(_vivid(found.colours))
    dust = noise(rng, h, w, 192)
    mist = blur(line, 1.6 * u)
    paint = blur(paint, 0.4 * u)
    black = np.clip(blur(line, 0.25 * u) + mist * np.float32(0.5) * (np.float32(0.5) + dust * np.float32(0.5)), 0, 1)
    paint = paint + (1 - paint) * wide(_gleams(rng, line) * np.float32(0.85))
    cover = _sprayed(rng, h, w, dust)
    dark = np.maximum(black, _drips(rng, line))
    paint = paint + (np.array([0.06, 0.05, 0.09], np.float32) - paint) * wide(dark)
    cover = np.maximum(cover, dark * step(cover, 0.02, 0.2))
    # Paint takes on the form of the wall: the joints lie deeper, and less of it gets there.
    paint = paint * wide(1 - mortar * np.float32(0.25)) + wide(grain(rng, h, w) * np.float32(0.05))
    return to_bytes(wall + (paint - wall) * wide(cover * (1 - mortar * np.float32(0.25))))


def _vivid(colours: Plane) -> Plane:
    """Gives colours as they come out of spray cans."""
    out = colours.copy()
    strong = np.linalg.norm(out[:, 1:], axis=1, keepdims=True)
    out[:, 1:] *= 1 + np.float32(0.35) / np.maximum(strong, 0.12)
    out[:, 0] = np.clip((out[:, 0] - np.float32(0.5)) * np.float32(1.15) + np.float32(0.54), 0.1, 0.95)
    return rgb(out)


def _bricks(rng: np.random.Generator, h: int, w: int) -> tuple[Plane, Plane]:
    """Lays a wall of bricks in mortar: gives its picture, and where the mortar is, 0..1."""
    rows = rng.uniform(13, 16)
    columns = rows / 2.6
    tone = rng.random((32, 32), dtype=np.float32)
    x, y = axes(h, w)
    shake = (noise(rng, h, w, 24, 2) - np.float32(0.5)) * np.float32(0.006)
    gy = (y + shake[..., 1]) * np.float32(rows)
    iy = np.floor(gy)
    gx = (x + shake[..., 0]) * np.float32(columns) + (iy % 2) * np.float32(0.5)
    ix = np.floor(gx)
    m = min(h, w)
    inside = np.minimum(
        (np.float32(0.5) - np.abs(gy - iy - np.float32(0.5))) * np.float32(m / rows),
        (np.float32(0.5) - np.abs(gx - ix - np.float32(0.5))) * np.float32(m / columns),
    )
    u = m / 64
    mortar = 1 - step(inside, 0.12 * u, 0.45 * u)
    colour = np.array(_BRICKS[int(rng.integers(len(_BRICKS)))], np.float32)
    shade = tone[iy.astype(np.intp) & 31, ix.astype(np.intp) & 31] * np.float32(0.35) + np.float32(0.8)
    rough = clouds(rng, h, w, 24) - np.float32(0.5)
    wall = wide(shade + rough * np.float32(0.3)) * colour
    lime = np.array([0.74, 0.71, 0.66], np.float32) * wide(1 + rough * np.float32(0.2))
    return wall + (lime - wall) * wide(mortar), mortar


def _sprayed(rng: np.random.Generator, h: int, w: int, dust: Plane) -> Plane:
    """Gives where there is paint, 0..1: all but a ragged rim, into which it fades as dust."""
    x, y = axes(h, w)
    m = np.float32(min(h, w))
    inside = np.minimum(np.minimum(x, w / m - x), np.minimum(y, h / m - y)) * np.float32(64)
    ragged = inside + (clouds(rng, h, w, 5) - np.float32(0.5)) * np.float32(14)
    return np.clip(step(ragged, 2.0, 7.0) * np.float32(1.9) - (1 - dust) * np.float32(0.9), 0, 0.97)


def _drips(rng: np.random.Generator, line: Plane) -> Plane:
    """Lets paint run down in a few places of the lines, 0..1."""
    h, w = line.shape
    u = min(h, w) / 64
    out = np.zeros((h, w), np.float32)
    tries = rng.random((7, 4))
    for across, down, length, width in tries:
        column = min(int((0.1 + 0.8 * across) * w), w - 1)
        rows = np.flatnonzero(line[: round(0.8 * h), column] > 0.6)
        if len(rows):
            top = int(rows[int(down * len(rows))])
            low = top + round((3 + 9 * length) * u)
            thickness = max(1, round((0.5 + 0.6 * width) * u))
            cv2.line(out, (column, top), (column, low), 1.0, thickness, cv2.LINE_AA)
            if thickness > 1:
                cv2.circle(out, (column, low), round(0.7 * thickness), 1.0, -1, cv2.LINE_AA)
    return out


def _gleams(rng: np.random.Generator, line: Plane) -> Plane:
    """Sets thin white strokes to the lower right of some of the lines, 0..1."""
    h, w = line.shape
    u = min(h, w) / 64
    d = 1.6 * u
    moved = cv2.warpAffine(line, np.array([[1, 0, d], [0, 1, d]]), (w, h))
    thin = step(blur(moved, 0.5 * u), 0.62, 0.8)
    return blur(thin * step(noise(rng, h, w, 9), 0.55, 0.7) * (1 - line), 0.2 * u)
