"""Moods of scenes: the light, weather and season that a picture of a place is seen in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from clipgen.scenery import night, skies
from clipgen.scenery import primitives as p
from clipgen.scenery.primitives import Rng


@dataclass(frozen=True)
class Mood:
    """A mood: words before the name of a scene, phrases after it, and the function that gives it to a picture."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    apply: Callable[[Rng, np.ndarray], np.ndarray]


def _graded(img: np.ndarray, gain: tuple[float, float, float], grey: float = 0.0) -> np.ndarray:
    """Colours made greyer, then multiplied."""
    values = img.astype(np.float32)
    luma = values @ np.array((0.3, 0.59, 0.11), np.float32)
    values += grey * (luma[..., None] - values)
    return np.clip(values * np.array(gain, np.float32), 0, 255).astype(np.uint8)


def _level(img: np.ndarray, y: float, spread: float) -> np.ndarray:
    """A soft horizontal band around a height: 1 there, less above and below, [H, 1]."""
    ys = (np.arange(len(img), dtype=np.float32) + 0.5) / len(img)
    return np.exp(-(((ys - y) / spread) ** 2))[:, None]


def at_night(rng: Rng, img: np.ndarray) -> np.ndarray:
    """Darken a picture to moonlight, under stars and a moon; what glows goes on glowing."""
    values = img.astype(np.int16)
    glows = np.clip((values[..., 0] - values[..., 2] - 90) / 70, 0, 1) * (values[..., 0] > 200)
    warm = cv2.GaussianBlur(glows.astype(np.float32), (0, 0), max(1.0, p.side_of(img) / 96))[..., None]
    dark = _graded(img, (0.26, 0.32, 0.55), 0.45)
    sky = np.zeros_like(img)
    x, y = rng.uniform(0.15, 0.85), rng.uniform(0.1, 0.2)
    p.stars(sky, rng, 60, 0.42)
    p.disc(sky, x, y, 0.06, (250, 246, 220))
    dark = np.maximum(dark, (sky * _sky(img, 0.4)).astype(np.uint8))
    return np.clip(dark * (1 - warm) + img * warm, 0, 255).astype(np.uint8)


def aurora(rng: Rng, img: np.ndarray) -> np.ndarray:
    """Darken a picture to moonlight, under northern lights."""
    seen = _sky(img, 0.55)
    lights = night.aurora(rng, *img.shape[:2])
    return np.clip(_graded(img, (0.26, 0.36, 0.5), 0.4) * (1 - seen) + lights * seen, 0, 255).astype(np.uint8)


def _sky(img: np.ndarray, low: float) -> np.ndarray:
    """Where a picture shows sky, [H, W, 1]: what is blue or pale above a height, which fades out."""
    values = img.astype(np.int16)
    blue = np.clip((values[..., 2] - values[..., 0]) / 40, 0, 1)
    pale = np.clip((values.min(-1) - 150) / 60, 0, 1)
    above = np.clip((low - _rows(img)) * 4, 0, 1)
    soft = cv2.GaussianBlur((np.maximum(blue, pale) * above).astype(np.float32), (0, 0), 1)
    return soft[..., None]


def dusk(rng: Rng, img: np.ndarray) -> np.ndarray:
    """Give a picture the red and golden light of a low sun."""
    warm = _graded(img, (1.05, 0.78, 0.62), 0.15)
    horizon = rng.uniform(0.38, 0.5)
    p.blend(warm, np.broadcast_to(0.55 * _level(img, horizon, 0.2), img.shape[:2]), (255, 176, 84))
    top = np.clip(1 - np.arange(len(img), dtype=np.float32)[:, None] / (0.4 * len(img)), 0, 1) * 0.45
    p.blend(warm, np.broadcast_to(top, img.shape[:2]), (150, 70, 120))
    p.glow(warm, rng.uniform(0.15, 0.85), horizon - 0.06, 0.12, (255, 240, 180), 0.85)
    return warm


def fog(rng: Rng, img: np.ndarray) -> np.ndarray:
    """Veil a picture in fog, thickest in the distance."""
    veiled = _graded(img, (0.95, 0.97, 1.0), 0.45)
    depth = 0.3 + 0.55 * _level(img, rng.uniform(0.4, 0.5), 0.26)
    wisps = 0.75 + 0.5 * p.noise(rng, img.shape[0], img.shape[1], 5, 2)
    p.blend(veiled, np.clip(depth * wisps, 0, 0.93), (222, 227, 230))
    return veiled


def snow(rng: Rng, img: np.ndarray) -> np.ndarray:
    """Cover the ground and the plants of a picture with snow, under a pale sky with falling flakes."""
    values = img.astype(np.float32)
    red, green, blue = (values[..., k] for k in range(3))
    luma = values @ np.array((0.3, 0.59, 0.11), np.float32)
    planted = np.clip((green - blue - 4) / 24, 0, 1) * np.clip((green - red + 45) / 40, 0, 1)
    covered = 0.9 * cv2.GaussianBlur(planted, (0, 0), max(0.6, p.side_of(img) / 300))
    shaded = np.clip(190 + 0.55 * (luma - 90), 120, 255)[..., None] * np.array((0.97, 0.985, 1.0), np.float32)
    white = values + covered[..., None] * (shaded - values)
    cold = _graded(np.clip(white, 0, 255).astype(np.uint8), (0.98, 1.0, 1.02), 0.3)
    p.blend(cold, np.broadcast_to(0.45 * np.clip(1 - _rows(img) / 0.55, 0, 1), img.shape[:2]), (214, 222, 232))
    for x, y, size in rng.random((90, 3)).tolist():
        p.disc(cold, x, y, 0.004 + 0.006 * size, (252, 253, 255))
    return cold


def autumn(rng: Rng, img: np.ndarray) -> np.ndarray:
    """Turn the green of a picture to the colours of autumn leaves."""
    hsv = cv2.cvtColor(img, cv2.COLOR_RGB2HSV).astype(np.float32)
    green = np.clip(1 - np.abs(hsv[..., 0] - 52) / 30, 0, 1) > 0.05
    patches = p.noise(rng, img.shape[0], img.shape[1], 6, 6)
    hsv[..., 0] = np.where(green, 6 + 20 * patches, hsv[..., 0])
    hsv[..., 1] = np.where(green, np.clip(hsv[..., 1] * 1.15 + 30, 0, 255), hsv[..., 1])
    hsv[..., 2] = np.where(green, np.clip(hsv[..., 2] * 1.2 + 20, 0, 255), hsv[..., 2])
    return cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB)


def rain(rng: Rng, img: np.ndarray) -> np.ndarray:
    """Darken a picture under grey clouds and let rain fall over it."""
    grey = _graded(img, (0.66, 0.7, 0.76), 0.5)
    clouded = np.clip(1 - _rows(img) / 0.5, 0, 1) * (0.5 + 0.5 * p.noise(rng, img.shape[0], img.shape[1], 4, 3))
    p.blend(grey, np.broadcast_to(0.8 * clouded, img.shape[:2]), (104, 110, 122))
    slant = rng.uniform(-0.03, 0.03)
    for x, y, size in rng.random((110, 3)).tolist():
        p.stroke(grey, np.array([(x, y), (x + slant, y + 0.05 + 0.06 * size)]), (196, 208, 222), 0.004)
    return grey


def storm(rng: Rng, img: np.ndarray) -> np.ndarray:
    """Darken a picture under thunderclouds, with lightning and rain."""
    dark = _graded(img, (0.5, 0.55, 0.62), 0.5)
    height, width = dark.shape[:2]
    above = np.clip((0.5 - _rows(img)) * 3.5, 0, 1) * (0.7 + 0.3 * p.noise(rng, height, width, 4, 3))
    p.blend(dark, np.clip(above, 0, 0.92), p.vary(rng, (62, 66, 84), 8))
    x = rng.uniform(0.2, 0.8)
    p.glow(dark, x, 0.2, 0.26, (196, 198, 240), 0.6)
    p.clouds(dark, rng, 0, 0.34, (92, 96, 116), (30, 32, 46), 0.66, (5, 4), 3.0)
    skies.lightning(dark, rng, x, rng.uniform(0.37, 0.41), 0.018)
    wet = dark.copy()
    for a, b, size in rng.random((60, 3)).tolist():
        p.stroke(wet, np.array([(a * 1.1, b), (a * 1.1 - 0.03, b + 0.06 + 0.06 * size)]), (196, 206, 222), 0.004)
    return cv2.addWeighted(wet, 0.4, dark, 0.6, 0)


def _rows(img: np.ndarray) -> np.ndarray:
    """The height of each row, [H, 1], from 0 at the upper edge to 1."""
    return ((np.arange(len(img), dtype=np.float32) + 0.5) / len(img))[:, None]


MOODS: dict[str, Mood] = {
    "night": Mood((), ("at night",), at_night),
    "aurora": Mood((), ("under the northern lights",), aurora),
    "dusk": Mood(("sunset over the",), ("at sunset", "at dawn", "in the evening"), dusk),
    "fog": Mood(("foggy", "misty"), ("in fog",), fog),
    "snow": Mood(("snowy",), ("in winter", "in the snow"), snow),
    "autumn": Mood((), ("in autumn",), autumn),
    "rain": Mood(("rainy",), ("in the rain",), rain),
    "storm": Mood(("stormy",), ("in a storm",), storm),
}
