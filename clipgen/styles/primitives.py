"""Shared functions of the art styles: flow, light, edges, tones, all measured in 1/64 of the shorter side."""

from collections.abc import Sequence

import cv2
import numpy as np

# OpenCV's own annotations give nothing narrower than an array.
Picture = np.ndarray  # uint8 [H, W, 3] RGB
Plane = np.ndarray  # float32 [H, W] or [H, W, C], mostly 0..1
Colour = tuple[float, float, float]


def unit(picture: np.ndarray) -> float:
    """Gives the pixels in 1/64 of the shorter side."""
    return min(picture.shape[:2]) / 64


def fineness(picture: np.ndarray) -> float:
    """How many times as many pieces as a small picture a picture is laid in: 1 up to 128 pixels, 2 from 256 on.

    In few pieces no form can be known; of many, those of a small picture are too small to be seen.
    """
    return float(np.clip(min(picture.shape[:2]) / 128, 1, 2))


def detail(picture: np.ndarray) -> float:
    """Gives the pixels in 1/64 of the shorter side, and in less of a larger picture, whose forms can be finer."""
    return unit(picture) / fineness(picture)


def to_float(picture: Picture) -> Plane:
    """Turns bytes into floats in 0..1."""
    return np.multiply(picture, np.float32(1 / 255), dtype=np.float32)


def to_bytes(image: Plane) -> Picture:
    """Turns floats in 0..1 into bytes, clipping."""
    return (np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8)


def wide(plane: Plane) -> Plane:
    """Repeats a plane in three channels, since numpy is slow to broadcast over a last axis of three."""
    return cv2.cvtColor(plane, cv2.COLOR_GRAY2RGB)


def grey(image: Plane) -> Plane:
    """Gives the luminance plane of a float picture."""
    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


def axes(h: int, w: int) -> tuple[Plane, Plane]:
    """Gives x as a row and y as a column, in shorter sides."""
    m = np.float32(1 / min(h, w))
    return (
        (np.arange(w, dtype=np.float32)[None] + np.float32(0.5)) * m,
        (np.arange(h, dtype=np.float32)[:, None] + np.float32(0.5)) * m,
    )


def blur(image: Plane, sigma: float) -> Plane:
    """Blurs by a sigma in pixels."""
    if sigma < 2:
        return cv2.GaussianBlur(image, (0, 0), max(sigma, 0.3))
    # Two box blurs approximate a wide Gaussian, at a cost that does not depend on the width.
    k = round(sigma * 2.45) | 1
    return cv2.blur(cv2.blur(image, (k, k)), (k, k))


def box(image: Plane, size: float) -> Plane:
    """Blurs by a square of a size in pixels."""
    k = max(1, round(size))
    return cv2.blur(image, (k, k))


def remap(
    image: np.ndarray, field: Plane, edge: int = cv2.BORDER_REFLECT_101, how: int = cv2.INTER_LINEAR
) -> np.ndarray:
    """Samples the image at a field of pixel positions [H, W, 2]."""
    # One field of pairs needs no second map; OpenCV's annotations require an array.
    return cv2.remap(image, field, np.empty(0, np.float32), how, borderMode=edge)


def positions(h: int, w: int) -> Plane:
    """Gives each pixel's own position [H, W, 2] as x, y."""
    out = np.empty((h, w, 2), np.float32)
    out[..., 0] = np.arange(w, dtype=np.float32)[None]
    out[..., 1] = np.arange(h, dtype=np.float32)[:, None]
    return out


def streaks(image: Plane, flow: Plane, length: float) -> Plane:
    """Averages the image along the flow over a length in pixels, doubling the path at each turn."""
    h, w = image.shape[:2]
    # Steps of about two pixels leave no gaps.
    doublings = max(2, int(np.ceil(np.log2(length / 2.2))))
    path = positions(h, w) + flow * np.float32(length / 2**doublings)
    for k in range(doublings):
        image = cv2.addWeighted(image, 0.5, remap(image, path), 0.5, 0)
        if k < doublings - 1:
            path = remap(path, path, cv2.BORDER_REPLICATE)
    return image


def standard(plane: Plane, limit: float = 2.2) -> Plane:
    """Gives each channel mean 0 and standard deviation 1, clipped."""
    mean, spread = cv2.meanStdDev(plane)
    scaled = (plane - mean.ravel().astype(np.float32)) / (spread.ravel().astype(np.float32) + np.float32(1e-6))
    return np.clip(scaled, -limit, limit)


def relief(height: Plane, u: float) -> Plane:
    """Lights a height plane from the upper left; positive is bright."""
    d = max(1, round(0.8 * u))
    out = np.zeros_like(height)
    out[d:, d:] = height[d:, d:] - height[:-d, :-d]
    return out


def step(plane: Plane, low: float, high: float) -> Plane:
    """Rises straight from 0 at low to 1 at high."""
    return np.clip((plane - np.float32(low)) * np.float32(1 / (high - low)), 0, 1)


def edges(picture: Picture, width: float) -> Plane:
    """Gives contrast lines of a width in 1/64 of the shorter side, 0..1."""
    k = max(2, round(width * unit(picture)) + 1)
    rise = cv2.morphologyEx(picture, cv2.MORPH_GRADIENT, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (k, k)))
    line = to_float(cv2.max(cv2.max(rise[..., 0], rise[..., 1]), rise[..., 2]))
    # The outlines of a dark picture are amplified to the level of a bright one.
    mean, spread = cv2.meanStdDev(line)
    top = float(mean[0, 0] + 2.5 * spread[0, 0])
    return line * np.float32(min(max(0.5 / max(top, 1e-3), 1.0), 2.5))


def calm(picture: Picture, size: float = 2.0) -> Picture:
    """Removes specks by a median of a size in 1/64 of the shorter side."""
    k = max(3, round(size * unit(picture)) | 1)
    return cv2.medianBlur(picture, k)


def kuwahara(image: Plane, radius: float) -> Plane:
    """Takes at each pixel the mean of the most uniform of four neighbouring squares: flat patches with firm borders."""
    r = max(1, round(radius))
    room = cv2.copyMakeBorder(image, r, r, r, r, cv2.BORDER_REFLECT_101)
    mean = cv2.blur(room, (r + 1, r + 1), anchor=(0, 0))
    light = grey(room)
    spread = (
        cv2.blur(light * light, (r + 1, r + 1), anchor=(0, 0)) - cv2.blur(light, (r + 1, r + 1), anchor=(0, 0)) ** 2
    )
    h, w = image.shape[:2]
    out, best = mean[:h, :w].copy(), spread[:h, :w].copy()
    for dy, dx in ((0, r), (r, 0), (r, r)):
        here = spread[dy : dy + h, dx : dx + w]
        mask = (here < best).view(np.uint8)
        cv2.copyTo(mean[dy : dy + h, dx : dx + w], mask, out)
        best = cv2.min(best, here)
    return out


def posterise(picture: Picture, levels: int) -> Picture:
    """Rounds every channel to a number of levels."""
    values = np.arange(256, dtype=np.float32) * np.float32((levels - 1) / 255)
    return cv2.LUT(picture, (np.round(values) * np.float32(255 / (levels - 1))).astype(np.uint8))


def tones(image: Plane, levels: int) -> Plane:
    """Rounds the luminance to a number of levels and leaves the hue."""
    g = grey(image)
    k = np.float32(levels - 1)
    return image + wide(np.round(g * k) / k - g)


def apart(image: Plane) -> Plane:
    """Gives how far each pixel is from the colour of the picture's rim: low on the ground, high on the subject."""
    rim = (image[0].mean(0) + image[-1].mean(0) + image[:, 0].mean(0) + image[:, -1].mean(0)) * np.float32(0.25)
    off = image - rim
    return np.sqrt(grey(off * off) * np.float32(3))


def saturate(image: Plane, amount: float) -> Plane:
    """Multiplies the distance from grey."""
    weights = np.array([[0.299, 0.587, 0.114]], np.float32)
    return cv2.transform(image, np.eye(3, dtype=np.float32) * np.float32(amount) + weights * np.float32(1 - amount))


def saturation(image: Plane) -> Plane:
    """Gives the largest less the smallest channel."""
    r, g, b = cv2.split(image)
    return cv2.max(cv2.max(r, g), b) - cv2.min(cv2.min(r, g), b)


def ramp(colours: Sequence[Colour]) -> Plane:
    """Makes a table [256, 3] that runs through colours given in 0..255."""
    stops = np.array(colours, np.float32) / np.float32(255)
    n = len(colours)
    at = np.linspace(0, n - 1, 256, dtype=np.float32)
    low = np.minimum(at.astype(np.int32), n - 2)
    part = (at - low.astype(np.float32))[:, None]
    return stops[low] * (1 - part) + stops[low + 1] * part


def tint(plane: Plane, table: Plane) -> Plane:
    """Looks a plane in 0..1 up in a table of colours."""
    return table[(np.clip(plane, 0, 1) * np.float32(255)).astype(np.uint8)]


def vignette(h: int, w: int, strength: float) -> Plane:
    """Gives a factor that falls from 1 in the middle to the corners."""
    x, y = axes(h, w)
    m = min(h, w)
    far = (x * m / w - 0.5) ** 2 + (y * m / h - 0.5) ** 2
    return (1 - np.float32(2 * strength) * far * np.sqrt(far + 0.02))[..., None].astype(np.float32)


def screen(h: int, w: int, pitch: float, angle: float) -> Plane:
    """Gives a halftone screen of dots 0..1 at a pitch in pixels."""
    x, y = axes(h, w)
    k = np.float32(2 * np.pi * min(h, w) / pitch)
    c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return np.float32(0.5) + np.float32(0.25) * (np.cos((x * c + y * s) * k) + np.cos((y * c - x * s) * k))


def shuffle_hue(image: Plane, turn: float) -> Plane:
    """Turns every hue by an angle in radians about the grey axis."""
    c, s = np.cos(turn), np.sin(turn) / np.sqrt(3)
    k = (1 - c) / 3
    matrix = np.array([[c + k, k - s, k + s], [k + s, c + k, k - s], [k - s, k + s, c + k]], np.float32)
    return cv2.transform(image, matrix)
