"""Styles of lens and screen: neon, black-and-white photo, sepia photo, glitch, vaporwave, colour photo."""

import cv2
import numpy as np

from clipgen.styles.noise import clouds, noise
from clipgen.styles.primitives import (
    Picture,
    Plane,
    apart,
    axes,
    blur,
    box,
    calm,
    edges,
    grey,
    ramp,
    saturate,
    saturation,
    step,
    tint,
    to_bytes,
    to_float,
    unit,
    vignette,
    wide,
)

_TUBES = ((255, 40, 170), (40, 230, 255), (90, 255, 90), (255, 220, 50), (170, 80, 255), (255, 90, 40))
_DUOTONES = (
    ((30, 8, 70), (150, 30, 160), (255, 90, 190), (120, 215, 240), (225, 255, 250)),
    ((20, 14, 80), (70, 50, 190), (240, 80, 200), (255, 170, 190), (160, 250, 250)),
    ((40, 0, 70), (200, 30, 140), (255, 110, 150), (110, 200, 255), (200, 255, 255)),
)


def neon(rng: np.random.Generator, picture: Picture) -> Picture:
    """Bends glowing neon tubes along the outlines on a dark wall."""
    h, w = picture.shape[:2]
    u = unit(picture)
    order = rng.permutation(len(_TUBES))
    glow, width = rng.uniform(0.8, 1.3), rng.uniform(1.0, 1.5)
    mottle = noise(rng, h, w, 3)
    image = to_float(calm(picture))
    tube = np.array([_TUBES[int(order[0])], _TUBES[int(order[1])]], np.float32) / np.float32(255)
    split = wide(step(mottle, 0.35, 0.65))
    free = tube[0] * split + tube[1] * (1 - split)
    # A coloured outline keeps its hue at full brightness; a grey one takes a tube's colour.
    hue = box(cv2.merge([image * wide(saturation(image)), saturation(image)]), 3 * u)
    near = hue[..., :3]
    top = near.max(2, keepdims=True) + np.float32(1e-3)
    own = np.clip(saturate(near / top, 1.8), 0.05, 1)
    own = own + (free - own) * wide(1 - step(hue[..., 3], 0.08, 0.25))
    line = wide(step(edges(calm(picture), width), 0.1, 0.4))
    lit = own * line
    halo = blur(lit, 1.3 * u) * np.float32(0.9 * glow) + blur(lit, 4.0 * u) * np.float32(1.1 * glow)
    wall = np.array([0.03, 0.02, 0.07], np.float32) + image * np.float32(0.06)
    core = box(line, u) * np.float32(0.22)
    return to_bytes(wall + halo + lit * np.float32(0.75) + core)


def black_and_white(rng: np.random.Generator, picture: Picture) -> Picture:
    """Takes a contrasty black-and-white photograph with grain and dark corners."""
    h, w = picture.shape[:2]
    lens = rng.dirichlet((6.0, 7.0, 3.0)).astype(np.float32)
    contrast, grain = rng.uniform(1.1, 1.5), rng.uniform(0.07, 0.16)
    light = cv2.transform(to_float(picture), lens[None])
    light = np.clip((light - np.float32(0.5)) * np.float32(contrast) + np.float32(rng.uniform(0.44, 0.54)), 0, 1)
    light = light * light * (3 - 2 * light)
    light = light * vignette(h, w, rng.uniform(0.5, 1.3))[..., 0]
    light = light * np.float32(0.96) + np.float32(0.02) + (noise(rng, h, w, 128) - np.float32(0.5)) * np.float32(grain)
    return cv2.cvtColor(to_bytes(light), cv2.COLOR_GRAY2RGB)


def sepia(rng: np.random.Generator, picture: Picture) -> Picture:
    """Fades an old brown photograph with stains, scratches and worn edges."""
    h, w = picture.shape[:2]
    u = unit(picture)
    stain = clouds(rng, h, w, 5)
    grain = noise(rng, h, w, 64) - np.float32(0.5)
    spots = rng.random((6, 3))
    light = (grey(to_float(picture)) - np.float32(0.5)) * np.float32(1.05) + np.float32(0.53)
    light = light * vignette(h, w, rng.uniform(0.4, 1.0))[..., 0]
    light = light + (stain - np.float32(0.5)) * np.float32(0.16) + grain * np.float32(0.08)
    table = ramp(((38, 22, 12), (104, 68, 38), (176, 132, 84), (226, 194, 146), (250, 234, 200)))
    image = tint(light, table)
    for x, top, size in spots[: int(rng.integers(0, 4))]:
        a, b = int(top * h * 0.7), int((top * 0.7 + 0.1 + size * 0.3) * h)
        at = min(int(x * w), w - 1)
        image[a:b, at : at + max(1, round(0.5 * u))] += np.float32(0.13)
    if rng.random() < 0.4:
        edge = max(1, round(rng.uniform(2.0, 3.5) * u))
        sheet = np.array([0.96, 0.92, 0.82], np.float32)
        for side in (image[:edge], image[-edge:], image[:, :edge], image[:, -edge:]):
            side[:] = sheet
    return to_bytes(image)


def glitch(rng: np.random.Generator, picture: Picture) -> Picture:
    """Tears the picture into shifted bands with parted colour channels."""
    h, w = picture.shape[:2]
    u = unit(picture)
    part = int(round(rng.uniform(1.6, 3.2) * u)) * (1 if rng.random() < 0.5 else -1)
    shift = np.zeros(64)
    bands = rng.random((9, 3))
    for at, size, move in bands[: int(rng.integers(5, 10))]:
        top = int(at * 60)
        shift[top : top + 1 + int(size * 7)] = (move - 0.5) * 17
    rows = np.round(shift[(np.arange(h) * 64 // h)] * u).astype(np.intp)[:, None]
    columns = np.arange(w)[None] + rows
    lines = np.arange(h)[:, None]
    out = np.empty((h, w, 3), np.uint8)
    for channel, move in enumerate((part, 0, -part)):
        out[..., channel] = picture[lines, (columns + move) % w, channel]
    scan = np.where((np.arange(h) / u % 4) < 2, 1.0, 0.8).astype(np.float32)[:, None, None]
    grain = noise(rng, h, w, 64, crisp=True) - np.float32(0.5)
    hot = (np.abs(rows) > 6 * u)[..., None] * np.array([0.12, -0.05, 0.16], np.float32)
    return to_bytes(saturate(to_float(out), 1.3) * scan + hot + wide(grain * np.float32(0.08)))


def vaporwave(rng: np.random.Generator, picture: Picture) -> Picture:
    """Bathes the picture in pink and cyan with scan lines and a soft glow."""
    h, w = picture.shape[:2]
    u = unit(picture)
    table = ramp(_DUOTONES[int(rng.integers(len(_DUOTONES)))])
    keep, glow = rng.uniform(0.12, 0.3), rng.uniform(0.15, 0.35)
    image = to_float(picture)
    light = grey(image)
    low, high = float(light.min()), float(light.max())
    x, y = axes(h, w)
    fall = (y * np.float32(min(h, w) / h) - np.float32(0.5)) * np.float32(rng.uniform(0.1, 0.3))
    light = (light - np.float32(low)) * np.float32(1 / max(high - low, 0.3)) * np.float32(0.9) + np.float32(0.05) - fall
    image = tint(light, table) * np.float32(1 - keep) + image * np.float32(keep)
    move = max(1, round(1.0 * u))
    image[:, move:, 0] = image[:, :-move, 0].copy()
    image = image + blur(image, 2.5 * u) * np.float32(glow) - np.float32(0.45 * glow)
    scan = np.where((y * 64) % 3 < 1, np.float32(0.88), np.float32(1.0))[..., None]
    return to_bytes(image * scan)


def photo(rng: np.random.Generator, picture: Picture) -> Picture:
    """Takes a colour photograph: soft light from one side, a ground out of focus, calm colours, fine grain."""
    h, w = picture.shape[:2]
    u = unit(picture)
    angle, side = rng.uniform(np.pi / 6, np.pi / 3), rng.choice((-1.0, 1.0))
    lamp = (float(side * np.cos(angle)), float(-np.sin(angle)))  # as seen from the middle
    image = to_float(picture)
    near, sharp = _near(image)
    image = _focused(image, sharp, rng.uniform(0.9, 1.5) * u)
    image = _developed(rng, _lit(rng, image, near, lamp))
    glow = blur(image, 3 * u)
    image = blur(image + glow * glow * np.float32(0.1), 0.25 * u) * vignette(h, w, rng.uniform(0.2, 0.6))
    grain = (noise(rng, h, w, 192) - np.float32(0.5)) * np.float32(rng.uniform(0.03, 0.06))
    return to_bytes(image + wide(grain))


def _near(image: Plane) -> tuple[Plane, Plane]:
    """Gives what is near to the lens, 0..1, and what is in focus: what differs from a plain rim, or else the middle."""
    h, w = image.shape[:2]
    x, y = axes(h, w)
    m = np.float32(min(h, w))
    rim = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    mixed = np.float32(np.clip(rim.std(0).mean() / (rim.mean() + 0.1) * 6 - 0.5, 0, 1))
    middle = np.exp(-((x * m / w - np.float32(0.5)) ** 2 + (y * m / h - np.float32(0.58)) ** 2) * np.float32(7))
    subject = step(blur(apart(image), 0.35 * unit(image)), 0.08, 0.25)
    near = subject * (1 - mixed * (1 - middle))
    return near, np.maximum(near, mixed * (np.float32(0.7) + np.float32(0.3) * middle))


def _focused(image: Plane, sharp: Plane, reach: float) -> Plane:
    """Blurs what is out of focus by a reach in pixels; what is in focus does not bleed into it."""
    far = 1 - sharp
    weight = far + np.float32(0.02)
    ground = blur(image * wide(weight), reach) / wide(blur(weight, reach))
    return image + (ground - image) * wide(far)


def _lit(rng: np.random.Generator, image: Plane, near: Plane, lamp: tuple[float, float]) -> Plane:
    """Lights what is near as a body that throws a soft shadow, and lets the light fall off from the lamp (x, y)."""
    h, w = image.shape[:2]
    u = unit(image)
    x, y = axes(h, w)
    right, down = np.float32(lamp[0]), np.float32(lamp[1])
    # a body is thickest in its middle; its own lights stand out a little, and its skin is rough
    body = (blur(near, 2 * u) + blur(near, 4 * u) + blur(near, 8 * u)) * near + blur(grey(image), u) * np.float32(0.4)
    skin = clouds(rng, h, w, 20) + clouds(rng, h, w, 48) * np.float32(0.5) - np.float32(0.75)
    body = blur(body + skin * np.float32(0.08), 0.5 * u)
    slope = cv2.Sobel(body, cv2.CV_32F, 1, 0) * right + cv2.Sobel(body, cv2.CV_32F, 0, 1) * down
    shade = np.clip(blur(slope, 0.8 * u) * np.float32(-0.3 * u), -0.4, 0.3) * (np.float32(0.2) + near * np.float32(0.8))
    away = np.array([[1, 0, -lamp[0] * 4 * u], [0, 1, -lamp[1] * 4 * u]])
    shadow = cv2.warpAffine(blur(near, 2.5 * u), away, (w, h), borderMode=cv2.BORDER_REPLICATE) * (1 - near)
    fall = (x - np.float32(w / min(h, w) / 2)) * right + (y - np.float32(h / min(h, w) / 2)) * down
    gain = (1 + shade) * (1 - np.float32(0.4) * shadow) * (1 + fall * np.float32(rng.uniform(0.25, 0.45)))
    gain = gain * (1 + (clouds(rng, h, w, 6) - np.float32(0.5)) * np.float32(0.08) + skin * np.float32(0.12))
    gloss = step(shade, 0.12, 0.3) * near * np.float32(rng.uniform(0.06, 0.14))
    return image * wide(gain) + wide(gloss)


def _developed(rng: np.random.Generator, image: Plane) -> Plane:
    """Renders colours as a film does: calmer, darks lifted and lights rolled off, by a slightly warm or cool white."""
    warm = np.float32(rng.uniform(-0.03, 0.05))
    # a dark picture is exposed for longer
    exposed = np.clip((0.45 / (float(grey(image).mean()) + 1e-3)) ** 0.4, 0.9, 1.6) * rng.uniform(0.92, 1.02)
    white = np.array([1 + warm, 1, 1 - warm], np.float32) * np.float32(exposed)
    # the loudest colours are calmed most
    loud = wide(step(saturation(image), 0.3, 1.0)) * np.float32(rng.uniform(0.25, 0.4))
    calmer = saturate(image, rng.uniform(0.78, 0.9))
    image = np.clip((calmer + (wide(grey(calmer)) - calmer) * loud) * white, 0, 1)
    curve = image * image * (3 - 2 * image)
    return (image + curve) * np.float32(0.465) + np.float32(0.03)
