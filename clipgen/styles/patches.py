"""The few flat areas that art styles divide a picture into, with smooth contours, and clean lines between them."""

from dataclasses import dataclass

import cv2
import numpy as np

from clipgen.styles.primitives import (
    Picture,
    Plane,
    blur,
    calm,
    edges,
    kuwahara,
    step,
    to_bytes,
    to_float,
    unit,
    wide,
)

# Lightness counts for less than hue: light and shade of a thing belong together.
_LIGHTNESS = 0.9
# Distance of colours that are one.
_ALIKE = 0.1


def lab(image: Plane) -> Plane:
    """Gives a float picture's lightness and colour, each about in hundredths."""
    return cv2.cvtColor(np.clip(image, 0, 1), cv2.COLOR_RGB2Lab) * np.float32(0.01)


def rgb(colours: Plane) -> Plane:
    """Gives the colours [N, 3] of lightness and colour as `lab` gives them."""
    return np.clip(cv2.cvtColor(colours[None] * np.float32(100), cv2.COLOR_Lab2RGB)[0], 0, 1)


@dataclass(frozen=True)
class Patches:
    """A picture's areas: the number of each pixel's, at twice its size, and the colour of each as `lab` gives it."""

    numbers: np.ndarray  # uint8 [2 H, 2 W]
    colours: Plane  # [N, 3]

    def filled(self, colours: Plane) -> Plane:
        """Fills each area with one of the colours [N, 3], with smooth steps between them."""
        h, w = self.numbers.shape
        return cv2.resize(colours.astype(np.float32)[self.numbers], (w // 2, h // 2), interpolation=cv2.INTER_AREA)

    def inside(self, h: int, w: int) -> np.ndarray:
        """The number of each pixel's area, at the size of the picture."""
        return cv2.resize(self.numbers, (w, h), interpolation=cv2.INTER_NEAREST)


def patches(image: Plane, n: int, soft: float) -> Patches:
    """Divides a float picture into areas of at most n colours, their contours smoothed by a sigma in pixels."""
    h, w = image.shape[:2]
    values = lab(image)
    centres = _centres(cv2.resize(values, (36, 36), interpolation=cv2.INTER_AREA).reshape(-1, 3), n)
    return Patches(smoothed(nearest(values, centres), len(centres), soft), centres)


def _scaled(values: Plane) -> Plane:
    """Weights lightness and colour so that their distances are as great as they look."""
    return values * np.array([_LIGHTNESS, 1, 1], np.float32)


def _centres(values: Plane, n: int) -> Plane:
    """Gives at most n colours that stand for the values [P, 3]: those farthest apart, the nearest merged."""
    points = _scaled(values)
    # A few stray pixels are no area: what many others are near to counts.
    apart = _apart(points, points)
    many = np.sqrt((apart < _ALIKE).sum(1))
    chosen = [int(many.argmax())]
    for _ in range(2 * n - 1):
        far = apart[:, chosen].min(1)
        best = int((far * many).argmax())
        if far[best] < 0.6 * _ALIKE:
            break
        chosen.append(best)
    found = points[chosen]
    for _ in range(6):
        found, counts = _means(points, found)
    while len(found) > 1:
        # Of the two that are least missed apart, the larger stands for both: a mean would be muddy.
        apart = _apart(found, found) + 9 * np.eye(len(found), dtype=np.float32)
        cost = apart * np.sqrt(np.minimum(counts[:, None], counts[None]))
        one, other = np.unravel_index(int(cost.argmin()), cost.shape)
        if len(found) <= n and apart[one, other] > 0.6 * _ALIKE:
            break
        kept, gone = (one, other) if counts[one] >= counts[other] else (other, one)
        counts[kept] += counts[gone]
        found, counts = np.delete(found, gone, 0), np.delete(counts, gone)
    return (found / np.array([_LIGHTNESS, 1, 1], np.float32)).astype(np.float32)


def _means(points: Plane, centres: Plane) -> tuple[Plane, np.ndarray]:
    """Gives the means of the points around each of the centres, and how many each stands for."""
    label = _apart(points, centres).argmin(1)
    numbers, counts = np.unique(label, return_counts=True)
    return np.stack([points[label == k].mean(0) for k in numbers]), counts


def _apart(one: Plane, other: Plane) -> Plane:
    """Gives the distances of colours [P, 3] from others [N, 3]."""
    squares = (one**2).sum(1)[:, None] + (other**2).sum(1)[None] - 2 * one @ other.T
    return np.sqrt(np.clip(squares, 0, None))


def nearest(values: Plane, centres: Plane) -> np.ndarray:
    """Gives each pixel's nearest centre, uint8 [H, W]."""
    scaled, wanted = _scaled(values), _scaled(centres)
    # Less the pixel's own square, which is the same for all.
    far = cv2.transform(scaled, np.hstack([-2 * wanted, (wanted**2).sum(1)[:, None]]))
    return far.reshape(*values.shape[:2], -1).argmin(2).astype(np.uint8)


def smoothed(label: np.ndarray, n: int, soft: float) -> np.ndarray:
    """Gives numbers of areas at twice the size, with contours rounded by a sigma in pixels."""
    h, w = label.shape
    best = np.full((2 * h, 2 * w), -1, np.int16)
    out = np.zeros((2 * h, 2 * w), np.uint8)
    for number in range(n):
        share = blur((label == number).astype(np.float32), soft) * np.float32(4000)
        here = cv2.resize(share, (2 * w, 2 * h), interpolation=cv2.INTER_LINEAR).astype(np.int16)
        out[here > best] = number
        best = cv2.max(best, here)
    return out


def simplified(picture: Picture, detail: float) -> Plane:
    """Gives a picture in floats of smooth areas with firm borders, without what is smaller than a detail in 1/64."""
    u = unit(picture)
    image = evened(to_float(calm(picture, detail)))
    firm = kuwahara(image, detail * u)
    # A soft change of tone would get ragged borders.
    change = step(edges(to_bytes(image), 1.5), 0.1, 0.2)
    k = max(3, round(2.5 * u) | 1)
    change = blur(cv2.dilate(change, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (k, k))), 0.6 * u)
    soft = blur(image, 2.0 * u)
    return soft + (firm - soft) * wide(change)


def evened(image: Plane) -> Plane:
    """Gives a float picture whose ground, if it is plain but for a fall of light across it, has one colour."""
    h, w = image.shape[:2]
    x, y = np.linspace(-1, 1, w, dtype=np.float32)[None], np.linspace(-1, 1, h, dtype=np.float32)[:, None]
    rim = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    across = np.concatenate([x[0], x[0], np.full(h, -1), np.full(h, 1)])
    down = np.concatenate([np.full(w, -1), np.full(w, 1), y[:, 0], y[:, 0]])
    terms = np.stack([np.ones_like(across), across, down], 1)
    fit = np.linalg.lstsq(terms, rim, rcond=None)[0].astype(np.float32)
    if np.abs(rim - terms @ fit).mean() > 0.02:
        return image
    ground = fit[0] + x[..., None] * fit[1] + y[..., None] * fit[2]
    off = cv2.transform(np.abs(image - ground), np.ones((1, 3), np.float32))
    return image + (fit[0] - ground) * wide(1 - step(off, 0.15, 0.3))


def contours(image: Plane, width: float, least: float, strength: float) -> Plane:
    """Draws clean lines of a width in 1/64 of the shorter side where lightness or colour changes, 0..1.

    image: the picture in floats, with little noise; least: shortest line, in 1/64; strength: the more, the more lines.
    """
    u = unit(image)
    values = lab(blur(image, 0.45 * u)) * np.array([1, 0.9, 0.9], np.float32)
    dx, dy = cv2.Sobel(values, cv2.CV_32F, 1, 0), cv2.Sobel(values, cv2.CV_32F, 0, 1)
    ones = np.ones((1, 3), np.float32)
    xx, yy, xy = (cv2.transform(product, ones) for product in (dx * dx, dy * dy, dx * dy))
    # The direction in which all three together change most, as the main axis of their products.
    angle = np.float32(0.5) * np.arctan2(2 * xy, xx - yy)
    rise = np.sqrt(np.clip((xx + yy + np.sqrt((xx - yy) ** 2 + 4 * xy * xy)) * np.float32(0.5), 0, None))
    mean, spread = cv2.meanStdDev(rise)
    top = max(float(mean[0, 0] + 2.5 * spread[0, 0]), 0.25 / u)
    rise = np.minimum(rise * np.float32(8000 / top), 16000)
    gx, gy = (rise * np.cos(angle)).astype(np.int16), (rise * np.sin(angle)).astype(np.int16)
    line = cv2.Canny(gx, gy, 1500 / strength, 4200 / strength, L2gradient=True)
    _, label, facts, _ = cv2.connectedComponentsWithStats(line, connectivity=8)
    long = facts[:, cv2.CC_STAT_AREA] >= least * u
    long[0] = False
    return _thick(long[label], max(width * u, 1.6))


def _thick(line: np.ndarray, width: float) -> Plane:
    """Widens lines of one pixel to a width in pixels, with smooth edges."""
    # Without a line the distances would be infinite.
    far = np.minimum(cv2.distanceTransform((~line).astype(np.uint8), cv2.DIST_L2, 5), np.float32(4 * width))
    return 1 - step(blur(far, min(0.7, 0.2 * width)), width / 2 - 0.5, width / 2 + 0.5)
