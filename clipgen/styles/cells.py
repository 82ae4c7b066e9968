"""The pieces that art styles lay a picture in: random cells, dabs of paint, and the lines between them."""

import cv2
import numpy as np

from clipgen.styles.noise import noise
from clipgen.styles.primitives import Plane, remap


def cells(
    rng: np.random.Generator, h: int, w: int, n: int, jitter: float = 0.9
) -> tuple[np.ndarray, Plane, np.ndarray]:
    """Scatters n x n seeds over the shorter square: gives each pixel's seed, the distance to it and all seeds' x, y."""
    shake = (rng.random((n, n, 2), dtype=np.float32) - 0.5) * jitter + 0.5
    m = min(h, w)
    ny, nx = -(-n * h // m), -(-n * w // m)
    iy, ix = np.arange(ny)[:, None], np.arange(nx)[None]
    shake = shake[iy % n, ix % n]
    sx = np.minimum(((shake[..., 0] + ix) * (m / n)).astype(np.intp), w - 1).ravel()
    sy = np.minimum(((shake[..., 1] + iy) * (m / n)).astype(np.intp), h - 1).ravel()
    holes = np.ones((h, w), np.uint8)
    holes[sy, sx] = 0
    distance, labels = cv2.distanceTransformWithLabels(holes, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    # OpenCV numbers seeds in raster order, which a size can change: renumber them in the order drawn.
    order = np.zeros(len(sx) + 1, np.intp)
    order[labels[sy, sx]] = np.arange(len(sx))
    return order[labels], distance, np.stack([sx, sy], 1)


def dabs(
    rng: np.random.Generator, h: int, w: int, n: int, long: float, lean: float, bend: float
) -> tuple[np.ndarray, Plane, np.ndarray, Plane]:
    """Covers the picture with bent oblong cells: gives the dab, its distance, the seeds and the place of each pixel.

    Places are along and across the dabs in 1/64; n dabs, `long` times as long as wide, span the diagonal.
    """
    u = min(h, w) / 64
    reach = int(np.ceil(np.hypot(h, w)))
    shake = (noise(rng, h, w, 5, 2) - np.float32(0.5)) * np.float32(2 * bend * u)
    ids, far, seeds = cells(rng, reach, round(reach / long), n, 1.0)
    c, s = np.float32(np.cos(lean)), np.float32(np.sin(lean))
    x = np.arange(w, dtype=np.float32)[None] - np.float32(w / 2) + shake[..., 0]
    y = np.arange(h, dtype=np.float32)[:, None] - np.float32(h / 2) + shake[..., 1]
    along, across = x * c + y * s, y * c - x * s
    half = np.float32(reach / 2)
    field = cv2.merge([(along + half) * np.float32(1 / long), across + half])
    edge = cv2.BORDER_REPLICATE
    found = remap(ids.astype(np.uint16), field, edge, cv2.INTER_NEAREST).astype(np.intp)
    far = remap(far, field, edge)
    dx, dy = seeds[:, 0] * long - reach / 2, seeds[:, 1] - reach / 2
    sx = np.clip(dx * c - dy * s + w / 2, 0, w - 1).astype(np.intp)
    sy = np.clip(dx * s + dy * c + h / 2, 0, h - 1).astype(np.intp)
    # The bend moves a seed's dab: its colour is sampled at the moved position.
    moved = shake[sy, sx]
    sx = np.clip(sx - moved[:, 0], 0, w - 1).astype(np.intp)
    sy = np.clip(sy - moved[:, 1], 0, h - 1).astype(np.intp)
    return found, far, np.stack([sx, sy], 1), cv2.merge([along, across]) * np.float32(1 / u)


def borders(ids: np.ndarray, width: float) -> Plane:
    """Gives lines of a width in pixels between differing ids, softened, 0..1."""
    out: Plane = np.zeros(ids.shape, np.float32)
    out[:, 1:] = ids[:, 1:] != ids[:, :-1]
    out[1:] = np.maximum(out[1:], ids[1:] != ids[:-1])
    k = max(1, round(width))
    if k > 1:
        out = cv2.dilate(out, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (k, k)))
        out = cv2.blur(out, (max(1, k // 2), max(1, k // 2)))
    return out
