"""Styles of the brush: Van Gogh, oil, Monet, pointillism, watercolour, fresco, cubism."""

import cv2
import numpy as np

from clipgen.styles.cells import borders, cells, dabs
from clipgen.styles.noise import clouds, grain, noise, stretched, warp
from clipgen.styles.primitives import (
    Picture,
    Plane,
    apart,
    axes,
    blur,
    box,
    calm,
    detail,
    edges,
    fineness,
    grey,
    kuwahara,
    positions,
    ramp,
    relief,
    remap,
    saturate,
    saturation,
    standard,
    step,
    streaks,
    tint,
    to_bytes,
    to_float,
    unit,
    vignette,
    wide,
)

_VAN_GOGH = (
    ((10, 16, 52), (26, 52, 128), (48, 104, 176), (120, 172, 186), (240, 200, 72), (255, 240, 170)),
    ((24, 28, 70), (30, 74, 140), (44, 140, 150), (196, 160, 50), (246, 190, 40), (255, 236, 140)),
    ((18, 30, 60), (40, 70, 130), (60, 120, 110), (130, 170, 110), (230, 196, 90), (250, 238, 190)),
)

_CUBIST = (
    ((196, 150, 92), (120, 92, 66), (226, 200, 152), (92, 104, 110), (160, 124, 84)),
    ((96, 130, 176), (52, 76, 126), (190, 204, 214), (140, 150, 160), (110, 160, 180)),
    ((226, 120, 90), (240, 200, 120), (70, 130, 150), (200, 150, 160), (250, 235, 210)),
)


def _swirl(rng: np.random.Generator, image: Plane, quiet: Plane, vortices: int, base: float) -> tuple[Plane, Plane]:
    """Makes a unit flow [H, W, 2] that eddies about vortices and runs along the picture's edges, and its rings."""
    h, w = image.shape[:2]
    m = min(h, w)
    # The flow is smooth: it is made at 40 cells a side and scaled up.
    gh, gw = round(40 * h / m), round(40 * w / m)
    small = cv2.resize(image, (gw, gh), interpolation=cv2.INTER_AREA)
    x, y = axes(gh, gw)
    place = rng.random((6, 2, 1, 1), dtype=np.float32)
    radius = rng.uniform(0.1, 0.26, (6, 1, 1)).astype(np.float32)
    spin = np.where(rng.random((6, 1, 1)) < 0.5, -1, 1).astype(np.float32)
    frequency = rng.uniform(55, 80)
    angle = np.float32(base) + standard(noise(rng, gh, gw, 4)) * np.float32(0.5)
    dx = x - place[:vortices, 0] * np.float32(w / m)
    dy = y - place[:vortices, 1] * np.float32(h / m)
    far = np.sqrt(dx * dx + dy * dy + np.float32(1e-4))
    # No eddies on the subject: its own shape directs the strokes there.
    free = 1 - np.float32(0.85) * step(cv2.blur(apart(small), (5, 5)), 0.15, 0.5)
    calmer = cv2.resize(quiet, (gw, gh), interpolation=cv2.INTER_LINEAR)
    free = free * calmer * calmer
    pull = np.exp(-((far / radius[:vortices]) ** 2)) * free * np.float32(2.2)
    turn = pull * spin[:vortices] / far
    vx = np.cos(angle) * np.float32(0.45) - (dy * turn).sum(0)
    vy = np.sin(angle) * np.float32(0.45) + (dx * turn).sum(0)
    rings = (pull * np.cos(far * np.float32(frequency))).sum(0)
    soft = cv2.GaussianBlur(grey(small), (0, 0), 1.0)
    ex, ey = cv2.Sobel(soft, cv2.CV_32F, 0, 1), -cv2.Sobel(soft, cv2.CV_32F, 1, 0)
    # A tangent has no direction of its own: it takes the swirl's, so that the two never cancel.
    along = np.sign(ex * vx + ey * vy) * np.float32(12)
    vx, vy = cv2.blur(vx + ex * along, (3, 3)), cv2.blur(vy + ey * along, (3, 3))
    size = np.sqrt(vx * vx + vy * vy) + np.float32(1e-3)
    field = cv2.resize(cv2.merge([vx / size, vy / size, rings]), (w, h), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(field[..., :2]), np.ascontiguousarray(field[..., 2])


def van_gogh(rng: np.random.Generator, picture: Picture) -> Picture:
    """Paints in thick swirling strokes of blue and yellow with dark contours."""
    h, w = picture.shape[:2]
    u = unit(picture)
    table = ramp(_VAN_GOGH[int(rng.integers(3))])
    strength, length, mix = rng.uniform(0.8, 1.25), rng.uniform(10, 17), rng.uniform(0.5, 0.8)
    contour = rng.uniform(0.5, 0.85)
    clean = calm(picture)
    outline = edges(clean, 1.1)
    # Weaker strokes in detailed areas: they would hide towns and trees.
    quiet = 1 - np.float32(0.75) * step(box(box(outline, 7 * u), 7 * u), 0.05, 0.22)
    flow, rings = _swirl(rng, to_float(clean), quiet, int(rng.integers(3, 7)), rng.uniform(-0.5, 0.5))
    strokes = cv2.merge([noise(rng, h, w, int(rng.integers(28, 40)), 3), noise(rng, h, w, 128)])
    body, hue, drift, bristle = cv2.split(standard(streaks(strokes, flow, length * u)))
    # Partial rounding gives strokes sharp sides; plain noise would look like silk.
    body = np.float32(0.45) * body + np.float32(0.55) * np.round(body * np.float32(1.4)) / np.float32(1.4)
    hue = np.float32(0.45) * hue + np.float32(0.55) * np.round(hue * np.float32(1.4)) / np.float32(1.4)
    height = body + bristle * np.float32(0.6)
    body, hue, drift = body * quiet, hue * quiet, drift * quiet
    # Each stroke takes its colour from somewhere along itself: ragged ends, no blur.
    image = remap(to_float(clean), positions(h, w) + flow * cv2.merge([drift, drift]) * np.float32(0.95 * u))
    colour = saturation(image)
    light = grey(image)
    # The palette needs the whole range of brightness: stretch dark and flat pictures towards it.
    mean, spread = cv2.meanStdDev(light)
    gain = min(max(0.2 / max(float(spread[0, 0]), 1e-3), 0.85), 1.7)
    light = (light - np.float32(mean[0, 0])) * np.float32(gain) + np.float32(0.65 * float(mean[0, 0]) + 0.16)
    tone = tint(light + body * np.float32(0.08 * strength) + rings * np.float32(0.05) + hue * np.float32(0.06), table)
    part = np.float32(mix) * (1 - np.float32(0.75) * colour)
    image = saturate(image + (tone - image) * wide(part), 1.35)
    warm = hue * np.float32(0.06 * strength) + rings * np.float32(0.03)
    thick = height * np.float32(0.05 * strength) + relief(height, u) * np.float32(0.07 * strength)
    image += wide(thick) + wide(warm) * np.array([1.0, 0.55, -1.1], np.float32)
    line = blur(step(outline, 0.2, 0.6), 0.3 * u) * np.float32(contour)
    line *= np.clip(1 + body * np.float32(0.25), 0, 1.3)
    image += (np.array([0.04, 0.06, 0.2], np.float32) - image) * wide(np.clip(line, 0, 0.95))
    return to_bytes(image)


def oil_painting(rng: np.random.Generator, picture: Picture) -> Picture:
    """Lays oblong brush marks, each of one colour and with its own bristle lines, in warm varnished colour."""
    h, w = picture.shape[:2]
    u = detail(picture)
    strength, warmth, whole = rng.uniform(0.8, 1.3), rng.uniform(0.01, 0.05), rng.uniform(0.35, 0.5)
    n, long, lean = int(rng.integers(11, 15)), rng.uniform(2.2, 3.0), rng.uniform(0.2, 2.9)
    n = round(n * fineness(picture))
    bristles = rng.random((64, 64), dtype=np.float32)
    ids, far, seeds, place = dabs(rng, h, w, n, long, lean, 4.0)
    which = np.arange(len(seeds)).astype(np.float32)
    # All marks sample their bristles from one sheet, slowly along the mark and quickly across it.
    skip = (which * 7 % 61)[ids]
    sheet = place * np.array([0.08, 0.66], np.float32) + cv2.merge([skip, skip])
    body: Plane = (remap(bristles, sheet, cv2.BORDER_WRAP) - np.float32(0.5)) * 2
    image = kuwahara(to_float(picture), rng.uniform(1.2, 1.8) * u)
    slide = body * np.float32(1.3 * u)
    drift = cv2.merge([slide * np.float32(np.cos(lean)), slide * np.float32(np.sin(lean))])
    image = remap(image, positions(h, w) + drift)
    marks = box(image, 2 * u)[seeds[:, 1], seeds[:, 0]]
    marks = marks + (np.sin(which * np.float32(12.9)) * np.float32(0.06 * strength))[:, None]
    image = cv2.addWeighted(image, 1 - whole, marks[ids], whole, 0)
    image = (saturate(image, rng.uniform(1.2, 1.45)) - np.float32(0.5)) * np.float32(0.95) + np.float32(0.47)
    height = body - far * np.float32(0.18 / u)
    image += wide(relief(height, u) * np.float32(0.07 * strength) + body * np.float32(0.045 * strength))
    image += np.array([warmth, warmth * 0.5, -1.5 * warmth], np.float32)
    return to_bytes(image * vignette(h, w, rng.uniform(0.2, 0.6)))


def impressionist(rng: np.random.Generator, picture: Picture) -> Picture:
    """Covers the picture with short dabs of pale broken colour, violet in the shade."""
    h, w = picture.shape[:2]
    u = detail(picture)
    pale, shake = rng.uniform(0.08, 0.22), rng.uniform(0.05, 0.085)
    n, long, lean = int(rng.integers(24, 31)), rng.uniform(1.7, 2.3), rng.uniform(-0.5, 0.5)
    n = round(n * fineness(picture))
    hue = rng.standard_normal((512, 3), dtype=np.float32) * np.float32(shake)
    hue += (rng.random((512, 1), dtype=np.float32) - np.float32(0.5)) * np.float32(0.1)
    ids, far, seeds, _ = dabs(rng, h, w, n, long, lean, 3.0)
    soft = saturate(box(to_float(picture), 1.6 * u), 1.2)
    colours = soft[seeds[:, 1], seeds[:, 0]]
    # The colour is computed once per dab, not once per pixel.
    light = colours @ np.array([[0.299], [0.587], [0.114]], np.float32)
    colours = colours + hue[np.arange(len(colours)) * 37 % 512]
    colours = colours + (np.array([0.42, 0.42, 0.72], np.float32) - colours) * np.float32(0.22) * (1 - light)
    colours = colours + (np.array([1.0, 0.97, 0.9], np.float32) - colours) * np.float32(pale)
    body = stretched(rng, h, w, 60, 22, lean)
    rim = step(far, 0.3 * u, 2.4 * u)
    return to_bytes(colours[ids] - wide(rim * np.float32(0.06) - body * np.float32(0.025)))


def pointillism(rng: np.random.Generator, picture: Picture) -> Picture:
    """Sets round dots of pure colour on a light ground over broken under-dots."""
    h, w = picture.shape[:2]
    u = unit(picture)
    n, shake = round(rng.integers(17, 23) * fineness(picture)), rng.uniform(0.1, 0.17)
    ids, far, seeds = cells(rng, h, w, n, 0.5)
    under, _, seeds_under = cells(rng, h, w, n + 3, 0.9)
    hue = rng.standard_normal(((n + 3) ** 2, 3), dtype=np.float32) * np.float32(shake)
    soft = saturate(box(to_float(picture), 2 * detail(picture)), rng.uniform(1.2, 1.5))
    top = soft[seeds[:, 1], seeds[:, 0]]
    top = top + hue[np.arange(len(top)) % len(hue)] * np.float32(0.8)
    low = soft[seeds_under[:, 1], seeds_under[:, 0]] * np.float32(0.55) + np.float32(0.42)
    low = low + hue[np.arange(len(low)) % len(hue)] * np.float32(0.7)
    radius = 32 / n * rng.uniform(0.78, 0.92) * u
    dot = wide(step(-far, -radius - 0.5, -radius + 0.5))
    return to_bytes(low[under] * (1 - dot) + top[ids] * dot)


def watercolour(rng: np.random.Generator, picture: Picture) -> Picture:
    """Washes pale bleeding colour with dark wet rims on white paper."""
    h, w = picture.shape[:2]
    u = detail(picture)
    bleed, pale, rim = rng.uniform(1.0, 1.8), rng.uniform(0.22, 0.38), rng.uniform(0.5, 0.9)
    image = kuwahara(to_float(picture), 1.6 * u)
    image = warp(rng, warp(rng, image, 9, 0.8 * bleed * u), 26, 0.5 * u)
    wash = clouds(rng, h, w, 6)
    paper = noise(rng, h, w, 72)
    soft = blur(image, 1.6 * u)
    # Pigment gathers on the darker side of every border.
    image = saturate(image + np.minimum(image - soft, 0) * np.float32(rim), 1.25)
    veil = np.float32(pale) + (wash - np.float32(0.5)) * np.float32(0.75)
    x, y = axes(h, w)
    m = min(h, w)
    inside = np.minimum(np.minimum(x, w / m - x), np.minimum(y, h / m - y))
    margin = inside + (wash - np.float32(0.5)) * np.float32(0.22) - np.float32(rng.uniform(0.02, 0.06))
    pool = np.exp(-(((margin - np.float32(0.02)) / np.float32(0.016)) ** 2)) * np.float32(0.16)
    veil = np.clip(veil - pool, 0.02, 0.9)
    veil = veil + (1 - veil) * (1 - step(margin, -0.012, 0.018))
    sheet = np.array([0.985, 0.975, 0.95], np.float32)
    image = image + (sheet - image) * wide(veil)
    return to_bytes(image + wide((paper - np.float32(0.5)) * np.float32(0.07)))


def fresco(rng: np.random.Generator, picture: Picture) -> Picture:
    """Fades the picture into old plaster with cracks and lost patches."""
    h, w = picture.shape[:2]
    u = unit(picture)
    image = kuwahara(to_float(picture), 1.4 * u)
    plaster = np.array([0.86, 0.78, 0.66], np.float32)
    image = saturate(image, rng.uniform(0.8, 1.05))
    image = plaster * (np.float32(0.34) + np.float32(0.68) * image) * np.float32(1.12)
    wear = clouds(rng, h, w, 7)
    ids, _, _ = cells(rng, h, w, int(rng.integers(3, 5)), 1.0)
    crack = warp(rng, borders(ids, 0.5 * u), 18, 1.8 * u)
    lost = wide(step(wear, rng.uniform(0.62, 0.68), 0.72))
    image = image + (plaster * np.float32(1.02) - image) * (lost * np.float32(0.85))
    image += wide((wear - np.float32(0.5)) * np.float32(0.25) + relief(wear, u) * np.float32(0.35))
    image *= wide(1 - crack * np.float32(0.5))
    return to_bytes(image + wide(grain(rng, h, w) * np.float32(0.09)))


def cubist(rng: np.random.Generator, picture: Picture) -> Picture:
    """Breaks the picture along straight cuts into turned, shifted and shaded planes in the manner of Picasso."""
    h, w = picture.shape[:2]
    u = unit(picture)
    m = min(h, w)
    x, y = axes(h, w)
    lines = int(rng.integers(5, 8))
    lean = rng.uniform(0, np.pi)
    # Evenly spread angles, since nearly parallel cuts make slivers.
    angles = lean + (np.arange(7) * 3 % 7 + rng.uniform(-0.35, 0.35, 7)) * (np.pi / 7)
    offsets = rng.uniform(-0.33, 0.33, 7)
    sides = np.where(rng.random(7) < 0.5, -1, 1)
    shift = (rng.random((128, 2), dtype=np.float32) - np.float32(0.5)) * np.float32(rng.uniform(5, 9))
    turn = (rng.random((128, 2), dtype=np.float32) - np.float32(0.5)) * np.array([0.5, 0.3], np.float32)
    palette = np.array(_CUBIST[int(rng.integers(len(_CUBIST)))], np.float32) / np.float32(255)
    plane = palette[rng.integers(0, len(palette), 128)]
    ids = np.zeros((h, w), np.int32)
    shade = np.zeros((h, w), np.float32)
    near = np.full((h, w), 9, np.float32)
    cx, cy = x - np.float32(w / m / 2), y - np.float32(h / m / 2)
    for k in range(lines):
        c, s = np.float32(np.cos(angles[k])), np.float32(np.sin(angles[k]))
        d = cx * c + cy * s - np.float32(offsets[k])
        over = d > 0
        ids |= over.astype(np.int32) << k
        near = np.minimum(near, np.abs(d))
        # One side of a cut is lit and the other shaded, each dying away from it.
        shade += np.float32(sides[k]) * d / (d * d + np.float32(0.012))
    image = to_float(calm(picture))
    bend = turn[ids]
    at = positions(h, w)
    at[..., 0] += (shift[ids, 0] + (cx * bend[..., 1] - cy * bend[..., 0]) * np.float32(64)) * np.float32(u)
    at[..., 1] += (shift[ids, 1] + (cx * bend[..., 0] + cy * bend[..., 1]) * np.float32(64)) * np.float32(u)
    image = remap(image, at)
    ink = step(edges(to_bytes(image), 1.1), 0.3, 0.6)
    part = np.float32(rng.uniform(0.34, 0.5))
    image = image * (1 - part) + plane[ids] * (part * (np.float32(0.45) + np.float32(0.75) * wide(grey(image))))
    image = (saturate(image, 1.25) - np.float32(0.5)) * np.float32(1.1) + np.float32(0.5)
    image += wide(np.clip(shade, -7, 7) * np.float32(0.048))
    cut = (1 - step(near * np.float32(m), 0.2 * u, 0.6 * u)) * np.float32(0.3)
    image *= wide(1 - np.maximum(cut, ink * np.float32(0.8)))
    body = stretched(rng, h, w, 60, 20, float(lean))
    return to_bytes(image + wide(body * np.float32(0.022)))
