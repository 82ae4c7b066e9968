"""Styles of print and paper: pop art, woodblock, comic book, paper cutout, linocut."""

import cv2
import numpy as np

from clipgen.styles.noise import clouds, noise, stretched, warp
from clipgen.styles.patches import contours, lab
from clipgen.styles.primitives import (
    Picture,
    Plane,
    apart,
    blur,
    calm,
    edges,
    fineness,
    grey,
    kuwahara,
    posterise,
    saturate,
    saturation,
    screen,
    shuffle_hue,
    standard,
    step,
    to_bytes,
    to_float,
    tones,
    unit,
    wide,
)

_POP = ((255, 222, 40), (255, 90, 170), (40, 200, 230), (255, 130, 40), (150, 90, 220), (130, 220, 80))


def _warhol(picture: Picture, turn: float, ground: tuple[int, int, int], dots: float, angle: float) -> Picture:
    """Prints one flat panel: hard tones, vivid ground where the picture is grey, black key and halftone shade."""
    h, w = picture.shape[:2]
    u = unit(picture)
    image = to_float(calm(picture))
    colour = saturation(image)
    light = grey(image)
    # Grey parts have no hue to keep: the brighter take the ground's colour, the darker stay dark.
    flat = np.array(ground, np.float32) / np.float32(255) * wide(np.clip(light + np.float32(0.35), 0.2, 1))
    bland = wide(1 - step(colour, 0.1, 0.3))
    image = image + (flat - image) * bland
    image = shuffle_hue(saturate(image, 1.7), turn)
    image = to_float(posterise(to_bytes(image), 3))
    tone = 1 - np.clip(light, 0, 1)
    dot = step(screen(h, w, dots * u, angle) + tone * np.float32(0.7), 0.85, 0.95) * step(tone, 0.3, 0.5)
    image *= wide(1 - dot * np.float32(0.55))
    line = step(edges(calm(picture), 1.2), 0.25, 0.4)
    return to_bytes(image * wide(1 - line * np.float32(0.95)))


def pop_art(rng: np.random.Generator, picture: Picture) -> Picture:
    """Prints flat vivid Warhol colours with halftone shade, at times as four panels."""
    h, w = picture.shape[:2]
    order = rng.permutation(len(_POP))
    turns = rng.uniform(0.8, 5.4, 3)
    dots, angle, panels = rng.uniform(3.4, 4.6), rng.uniform(0.3, 0.9), rng.random()
    if panels > 0.3:
        return _warhol(picture, 0.0, _POP[int(order[0])], dots, angle)
    half = cv2.resize(picture, ((w + 1) // 2, (h + 1) // 2), interpolation=cv2.INTER_AREA)
    shown = [_warhol(half, t, _POP[int(k)], 2 * dots, angle) for t, k in zip((0.0, *turns), order, strict=False)]
    return np.ascontiguousarray(np.vstack([np.hstack(shown[:2]), np.hstack(shown[2:])])[:h, :w])


def woodblock(rng: np.random.Generator, picture: Picture) -> Picture:
    """Prints flat muted colour, indigo outlines, wood grain and a red seal on Japanese paper."""
    h, w = picture.shape[:2]
    u = unit(picture)
    paper = np.array([0.95, 0.89, 0.75], np.float32)
    image = kuwahara(to_float(picture), 2.0 * u)
    image = tones(image, int(rng.integers(4, 6)))
    image = saturate(image, rng.uniform(0.85, 1.05))
    indigo = np.array([0.13, 0.2, 0.36], np.float32)
    # Ink lies between indigo and paper: no black, no white.
    image = indigo * np.float32(0.4) + image * (paper - indigo * np.float32(0.4))
    grain = stretched(rng, h, w, 96, 5, rng.uniform(-0.06, 0.06))
    image += wide(grain * np.float32(0.035))
    height = rng.uniform(0.18, 0.34)
    fade = np.clip(1 - (np.arange(h, dtype=np.float32) + np.float32(0.5)) / np.float32(h * height), 0, 1)[:, None, None]
    image = image + (np.array([0.16, 0.3, 0.5], np.float32) - image) * fade * np.float32(rng.uniform(0.35, 0.8))
    line = wide(step(edges(calm(picture), rng.uniform(1.0, 1.4)), 0.2, 0.35)) * np.float32(0.9)
    image = image + (indigo * np.float32(0.5) - image) * line
    fleck = noise(rng, h, w, 64)
    image += wide((fleck - np.float32(0.5)) * np.float32(0.06))
    seal, right, low = rng.random(), rng.random() < 0.5, rng.random() < 0.6
    if seal < 0.7:
        a, b = round(5 * u), round(9 * u)
        x0, y0 = (w - a - round(4 * u) if right else round(4 * u)), (h - b - round(4 * u) if low else round(4 * u))
        patch = image[y0 : y0 + b, x0 : x0 + a]
        mark = wide(np.pad((fleck[: b - 2, : a - 2] > 0.62).astype(np.float32) * np.float32(0.85), 1))
        patch[:] = np.array([0.78, 0.16, 0.12], np.float32) * (1 - mark) + paper * mark
    return to_bytes(image)


def comic(rng: np.random.Generator, picture: Picture) -> Picture:
    """Inks bold black outlines over flat bright colour with halftone dots."""
    h, w = picture.shape[:2]
    u = unit(picture)
    pitch, angle, levels = rng.uniform(3.3, 4.6), rng.uniform(0.4, 0.8), int(rng.integers(4, 6))
    soft = kuwahara(to_float(picture), 1.3 * u)
    light = grey(soft)
    image = np.clip(tones(saturate(soft, 1.45), levels), 0, 1)
    dots = screen(h, w, pitch * u, angle)
    # Dots grow with the darkness and have the same hue, only deeper.
    dot = step(dots - (light * np.float32(0.75) + np.float32(0.12)), 0.0, 0.14)
    image = np.minimum(image * np.float32(1.06) + np.float32(0.05), 1) * wide(1 - dot * np.float32(0.38))
    line = step(edges(calm(picture), rng.uniform(1.2, 1.8)), 0.2, 0.34)
    image *= wide(1 - line * np.float32(0.96))
    border = max(1, round(1.2 * u))
    out = to_bytes(image)
    if rng.random() < 0.5:
        cv2.rectangle(out, (0, 0), (w - 1, h - 1), (255, 255, 255), 2 * border)
        cv2.rectangle(out, (2 * border, 2 * border), (w - 1 - 2 * border, h - 1 - 2 * border), (12, 12, 12), border)
    return out


def paper_cutout(rng: np.random.Generator, picture: Picture) -> Picture:
    """Stacks flat sheets of coloured paper that throw soft shadows."""
    h, w = picture.shape[:2]
    u = unit(picture)
    levels, deep, lift = int(rng.integers(4, 6)), rng.uniform(0.55, 0.8), rng.uniform(1.3, 2.2)
    soft = calm(picture, 5.0 / fineness(picture))
    smooth = to_float(soft)
    smooth = warp(rng, smooth, 10, 1.0 * u)
    # Sheets with less of the border's colour are higher: the subject is on top.
    far = apart(smooth) + grey(smooth) * np.float32(0.3)
    height = np.round(np.clip(far * np.float32(levels), 0, levels)) * np.float32(1 / levels)
    image = tones(saturate(smooth, 1.2), levels)
    image = image * np.float32(0.86) + np.float32(0.1)
    d = max(1, round(lift * u))
    thrown = np.zeros_like(height)
    thrown[d:, d:] = height[:-d, :-d]
    shadow = step(blur(thrown, 0.8 * u) - height, 0.02, 0.35)
    d = max(1, round(0.7 * u))
    lit = np.zeros_like(height)
    lit[:-d, :-d] = height[:-d, :-d] - height[d:, d:]
    lit[d:, d:] = np.maximum(lit[d:, d:], height[d:, d:] - height[:-d, :-d])
    image *= wide(1 - shadow * np.float32(deep))
    fibre = clouds(rng, h, w, 16) - np.float32(0.5)
    image += wide(step(lit, 0.05, 0.3) * np.float32(0.22) + fibre * np.float32(0.12))
    return to_bytes(image)


def linocut(rng: np.random.Generator, picture: Picture) -> Picture:
    """Prints black from a carved block on cream paper: solid patches, and white lines along the forms."""
    h, w = picture.shape[:2]
    u = unit(picture)
    # Lines that are too fine for a small picture would be one grey.
    pitch, width = max(rng.uniform(2.0, 2.5), 4.2 / u), rng.uniform(0.7, 0.95)
    shake = noise(rng, h, w, 12) - np.float32(0.5)
    rough = noise(rng, h, w, 96) - np.float32(0.5)
    gaps = standard(noise(rng, h, w, 26))
    image = kuwahara(to_float(calm(picture, 0.8)), 0.6 * u)
    light = _carved(image)
    line = contours(to_float(calm(picture, 0.8)), width, 5, 1.2)
    # Lines echo the contours: they run at equal distances from them, where there is room for them.
    far = cv2.distanceTransform((line < np.float32(0.5)).astype(np.uint8), cv2.DIST_L2, 5)
    far = blur(np.minimum(far, h + w), 0.6 * u) * np.float32(1 / u)
    room = step(far, 1.0, 2.6)
    wave = np.cos((far + shake * np.float32(1.2)) * np.float32(2 * np.pi / pitch))
    white = (light - np.float32(0.5)) * (3 - 2 * room) - (wave * np.float32(0.42) + gaps * np.float32(0.09)) * room
    # A line parts what is alike: black in the light, white in the dark, and none between the two.
    around = blur(light, 1.5 * u) - np.float32(0.5)
    line *= step(np.abs(around), 0.06, 0.16)
    white = white * (1 - line) - np.sign(around) * np.float32(0.4) * line + rough * np.float32(0.1)
    return _inked(white)


def _inked(white: Plane) -> Picture:
    """Prints black on cream paper where the block is not carved away: where a plane is below 0."""
    u = unit(white)
    block: Picture = (white < 0).astype(np.uint8) * np.uint8(255)
    if u >= 2:  # specks would be too thin to carve
        block = cv2.medianBlur(block, max(3, round(0.7 * u) | 1))
    ink = step(blur(to_float(block), min(0.8, 0.4 * u)), 0.35, 0.65)
    cream, dark = np.array([0.95, 0.91, 0.81], np.float32), np.array([0.07, 0.065, 0.06], np.float32)
    return to_bytes(cream + (dark - cream) * wide(ink))


def _carved(image: Plane) -> Plane:
    """Gives how much of the block is carved away, 0..1: all where it is light, nothing where it is dark.

    Colours of equal lightness part too: one end of their range counts as lighter, that which mostly is.
    """
    values = lab(image)
    some = values[::4, ::4].reshape(-1, 3)
    some = some - some.mean(0)
    _, axes = np.linalg.eigh(some[:, 1:].T @ some[:, 1:])
    main = axes[:, 1]
    # Yellow and red are the lighter where lightness tells nothing.
    along = float((some[:, 0] * (some[:, 1:] @ main)).mean()) + 1e-4 * float(main.sum())
    tone = values[..., 0] + values[..., 1:] @ (main * np.sign(along)).astype(np.float32) * np.float32(0.45)
    middle = np.quantile(values[::3, ::3, 0], 0.5)
    tone += (tone - blur(tone, 4 * unit(image))) * np.float32(0.8)
    stops = [float(q) for q in np.quantile(tone[::3, ::3], (0.08, 0.5, 0.94))]
    shown = 0.3 + 0.4 * float(np.clip((middle - 0.4) / 0.4, 0, 1))
    return np.interp(tone, stops, (0.0, shown, 1.0)).astype(np.float32)
