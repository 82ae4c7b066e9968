"""Styles of the drawn line: pencil, ink, charcoal, crayon, chalk, blueprint."""

import numpy as np

from clipgen.styles.noise import clouds, grain, noise, stretched, warp
from clipgen.styles.primitives import (
    Picture,
    Plane,
    apart,
    axes,
    blur,
    calm,
    detail,
    edges,
    fineness,
    grey,
    saturate,
    standard,
    step,
    to_bytes,
    to_float,
    unit,
    wide,
)


def _tone(picture: Picture) -> Plane:
    """Gives the luminance stretched to the whole range."""
    light = grey(to_float(picture))
    low, high = float(light.min()), float(light.max())
    return (light - np.float32(low)) * np.float32(1 / max(high - low, 0.15))


def pencil(rng: np.random.Generator, picture: Picture) -> Picture:
    """Draws grey graphite outlines and slanted shading on white paper."""
    h, w = picture.shape[:2]
    u = unit(picture)
    angle, dark = rng.uniform(-1.1, -0.5), rng.uniform(0.4, 0.6)
    light = _tone(picture)
    hatch = stretched(rng, h, w, 84, 14, angle)
    tooth = grain(rng, h, w)
    line = warp(rng, step(edges(calm(picture), 1.0), 0.08, 0.45), 14, 0.5 * u)
    shade = (1 - light) * np.float32(dark) * (1 + hatch * np.float32(0.45) + tooth * np.float32(0.6))
    sheet = np.float32(rng.uniform(0.93, 0.98))
    out = sheet - np.clip(shade, 0, 0.7) * np.float32(0.85) - line * (np.float32(0.55) + tooth * np.float32(0.35))
    out += tooth * np.float32(0.05)
    return to_bytes(wide(np.clip(out, 0.12, 1)) * np.array([1.0, 0.995, 0.98], np.float32))


def ink(rng: np.random.Generator, picture: Picture) -> Picture:
    """Draws black pen lines with hatching and cross-hatching on cream paper."""
    h, w = picture.shape[:2]
    u = unit(picture)
    angle, pitch = rng.uniform(0.6, 0.95), rng.uniform(3.6, 4.8)
    light = np.clip(blur(_tone(picture), 0.6 * u), 0, 1)
    x, y = axes(h, w)
    wobble = standard(noise(rng, h, w, 8)) * np.float32(0.5)
    k = np.float32(2 * np.pi * 64 / pitch)
    c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    first = np.cos((x * c + y * s) * k + wobble) * np.float32(0.5) + np.float32(0.5)
    second = np.cos((x * c - y * s) * k + wobble) * np.float32(0.5) + np.float32(0.5)
    line = step(edges(calm(picture), rng.uniform(1.0, 1.5)), 0.14, 0.3)
    mark = step(first - (light * np.float32(0.75) + np.float32(0.5)), 0.0, 0.3)
    cross = step(second - (light * np.float32(1.3) + np.float32(0.6)), 0.0, 0.3)
    line = warp(rng, line, 12, 0.6 * u)
    dark = wide(np.clip(np.maximum(np.maximum(mark, cross) * np.float32(0.85), line), 0, 1))
    paper = np.array([0.97, 0.93, 0.83], np.float32) + wide((noise(rng, h, w, 24) - np.float32(0.5)) * np.float32(0.05))
    return to_bytes(paper * (1 - dark) + np.array([0.06, 0.06, 0.08], np.float32) * dark)


def charcoal(rng: np.random.Generator, picture: Picture) -> Picture:
    """Rubs broad black charcoal over rough paper."""
    h, w = picture.shape[:2]
    u = detail(picture)
    angle, dark = rng.uniform(-1.2, -0.4), rng.uniform(0.75, 0.95)
    tooth = grain(rng, h, w)
    smear = stretched(rng, h, w, 44, 8, angle)
    light = blur(warp(rng, _tone(picture), 10, 1.6 * u), 1.0 * u)
    light = np.clip(light, 0, 1)
    outline = edges(calm(picture), 2.4 / fineness(picture))
    line = blur(warp(rng, step(outline, 0.1, 0.4), 12, 1.2 * u), 0.5 * u)
    shade = (1 - light * light * (3 - 2 * light)) * np.float32(dark) + line * np.float32(0.65)
    # The grain of the paper is most visible in middle tones.
    shade = shade + (tooth * np.float32(0.4) + smear * np.float32(0.13)) * np.clip(shade * np.float32(2.2), 0.12, 1)
    out = np.float32(0.9) - np.clip(shade, 0, 1) * np.float32(0.83)
    return to_bytes(wide(out) * np.array([1.0, 0.985, 0.95], np.float32))


def crayon(rng: np.random.Generator, picture: Picture) -> Picture:
    """Scribbles bright wax strokes that leave white paper between them."""
    h, w = picture.shape[:2]
    u = unit(picture)
    angle, gaps = rng.uniform(-1.0, -0.5), rng.uniform(0.25, 0.5)
    strokes = stretched(rng, h, w, 56, 7, angle)
    tooth = grain(rng, h, w)
    image = saturate(to_float(calm(picture)), 1.35)
    image = warp(rng, image, 12, 1.3 * u)
    line = warp(rng, step(edges(calm(picture), 1.4), 0.15, 0.5), 12, 1.3 * u)
    image = image * wide(1 - line * np.float32(0.5))
    cover = np.float32(0.95 - gaps * 0.55) + strokes * np.float32(0.28) + tooth * np.float32(0.65)
    cover = wide(np.clip(np.maximum(cover, line * (np.float32(0.85) + tooth * np.float32(0.5))), 0.08, 1))
    sheet = np.array([0.99, 0.985, 0.965], np.float32)
    return to_bytes(sheet + (image - sheet) * cover)


def chalk(rng: np.random.Generator, picture: Picture) -> Picture:
    """Draws dusty pale chalk on a blackboard."""
    h, w = picture.shape[:2]
    u = unit(picture)
    angle, fill, green = rng.uniform(-1.0, -0.5), rng.uniform(0.75, 1.1), rng.random()
    tooth = grain(rng, h, w)
    strokes = stretched(rng, h, w, 80, 9, angle)
    dust = clouds(rng, h, w, 4)
    image = to_float(calm(picture))
    image = saturate(image, 1.2) * np.float32(0.72) + np.float32(0.28)
    line = warp(rng, step(edges(calm(picture), 1.5), 0.1, 0.4), 14, 0.8 * u)
    board = np.array([0.13, 0.22, 0.18] if green < 0.5 else [0.13, 0.14, 0.15], np.float32)
    # Only the subject is filled in: the background stays board.
    body = np.clip(apart(image) * np.float32(1.6) - np.float32(0.04), 0.02, 1) * (grey(image) + np.float32(0.25))
    cover = np.float32(fill) * body * (1 + strokes * np.float32(0.5) + tooth * np.float32(0.5)) + tooth * np.float32(
        0.08
    )
    cover = wide(np.clip(np.maximum(cover, line * (np.float32(0.9) + tooth * np.float32(0.8))), 0, 1))
    pale = image + (1 - image) * wide(line * np.float32(0.55))
    ground = board + wide((dust - np.float32(0.45)) * np.float32(0.12))
    return to_bytes(ground + (pale - ground) * cover)


def blueprint(rng: np.random.Generator, picture: Picture) -> Picture:
    """Traces white lines on a blue sheet with a fine grid."""
    h, w = picture.shape[:2]
    u = unit(picture)
    pitch, deep = rng.uniform(7, 10.5), rng.uniform(0.75, 1.1)
    phase = rng.random(2)
    m = min(h, w)
    x, y = axes(h, w)
    gx = np.abs((x * np.float32(64 / pitch) + np.float32(phase[0])) % 1 - np.float32(0.5)) * np.float32(pitch * u)
    gy = np.abs((y * np.float32(64 / pitch) + np.float32(phase[1])) % 1 - np.float32(0.5)) * np.float32(pitch * u)
    grid = np.maximum(1 - step(gx, 0.3 * u, 0.6 * u + 0.2), 1 - step(gy, 0.3 * u, 0.6 * u + 0.2)) * np.float32(0.2)
    line = step(edges(calm(picture), 1.0), 0.08, 0.35)
    light = _tone(picture)
    wear = clouds(rng, h, w, 4)
    inside = np.minimum(np.minimum(x, w / m - x), np.minimum(y, h / m - y)) * m
    frame = (1 - step(np.abs(inside - 2.5 * u), 0.3 * u, 0.5 * u + 0.2)) * np.float32(0.6)
    mark = wide(np.maximum(np.maximum(line, grid), np.maximum(frame, light * np.float32(0.16))))
    sheet = np.array([0.07, 0.25, 0.6], np.float32) * np.float32(deep)
    sheet = sheet + wide((wear - np.float32(0.5)) * np.float32(0.12))
    return to_bytes(sheet + (np.array([0.93, 0.97, 1.0], np.float32) - sheet) * mark)
