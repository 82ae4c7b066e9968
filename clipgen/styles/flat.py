"""Styles of flat colour: flat design, cartoon."""

import cv2
import numpy as np

from clipgen.styles.patches import Patches, contours, lab, patches, rgb, simplified
from clipgen.styles.primitives import (
    Picture,
    Plane,
    apart,
    blur,
    calm,
    saturate,
    step,
    to_bytes,
    to_float,
    unit,
    wide,
)


def flat_design(rng: np.random.Generator, picture: Picture) -> Picture:
    """Reduces the picture to large clean shapes in six or seven colours that go together."""
    n = int(rng.integers(6, 8))
    warm, light = rng.uniform(-0.06, 0.08), rng.uniform(0.0, 0.06)
    found = patches(simplified(picture, 1.2), n, 0.55 * unit(picture))
    return to_bytes(found.filled(_harmonious(found.colours, warm, light)))


def _harmonious(colours: Plane, warm: float, light: float) -> Plane:
    """Gives colours that go together: as colourful as one another, further apart in lightness, of a common tint."""
    out = colours.copy()
    order = np.argsort(colours[:, 0])
    spread = np.linspace(0.24, 0.93, len(colours), dtype=np.float32)
    out[order, 0] = out[order, 0] * np.float32(0.6) + spread * np.float32(0.4) + np.float32(light)
    strong = np.linalg.norm(out[:, 1:], axis=1, keepdims=True)
    # Greys stay grey; the dull gain, the loud lose.
    wanted = (np.float32(0.16) + strong * np.float32(0.72)) * np.minimum(strong / 0.08, 1)
    out[:, 1:] *= wanted / np.maximum(strong, 0.08)
    out[:, 1:] += np.array([0.2, 0.8], np.float32) * np.float32(warm)
    return rgb(out)


def cartoon(rng: np.random.Generator, picture: Picture) -> Picture:
    """Fills bold clean outlines with vivid flat colours, each in two tones of light and shade."""
    u = unit(picture)
    width, vivid, dark = rng.uniform(0.75, 1.05), rng.uniform(1.35, 1.6), rng.uniform(0.68, 0.78)
    image = simplified(picture, 0.8)
    found = patches(image, 10, 0.4 * u)
    out = _shaded(found, image, vivid, dark)
    line = contours(to_float(calm(picture, 0.8)), width, 5, 1.0)
    ink = np.array([0.09, 0.06, 0.12], np.float32)
    return to_bytes(out + (ink - out) * wide(line))


def _shaded(found: Patches, image: Plane, vivid: float, dark: float) -> Plane:
    """Fills each area with its colour, and what is darker than its mean with its shade."""
    bright = saturate(rgb(found.colours)[None], vivid)[0] * np.float32(1.08) + np.float32(0.04)
    shade = bright * np.array([dark * 0.96, dark * 0.96, dark * 1.08], np.float32)
    low = _in_shade(found, image)
    numbers = found.numbers + low.astype(np.uint8) * np.uint8(len(bright))
    return Patches(numbers, found.colours).filled(np.clip(np.vstack([bright, shade]), 0, 1))


def _in_shade(found: Patches, image: Plane) -> np.ndarray:
    """Gives what is darker than its area is around there, and the lower right of a thing before a plain ground."""
    h, w = image.shape[:2]
    u = unit(image)
    inside = found.inside(h, w)
    off = lab(image)[..., 0] - found.colours[inside, 0]
    off = blur(off, 0.6 * u) - blur(off, 9 * u)
    rim = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    if rim.std(0).mean() < 0.07:
        thing = step(apart(image), 0.18, 0.2)
        d = 3.2 * u
        beyond = cv2.warpAffine(thing, np.array([[1, 0, -d], [0, 1, -d]]), (w, h), borderMode=cv2.BORDER_REPLICATE)
        off -= blur(thing * (1 - beyond), 0.5 * u) * np.float32(0.12)
    return cv2.resize(off, (2 * w, 2 * h), interpolation=cv2.INTER_LINEAR) < np.float32(-0.05)
