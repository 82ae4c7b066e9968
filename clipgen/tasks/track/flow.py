"""Boxes followed from frame to frame by the optical flow of the points in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Points = NDArray[np.float32]
#: left, top, right, bottom in pixels of the compared frames
Place = tuple[float, float, float, float]

_POINTS, _FEW = 48, 6  # points that are followed in a box, and the fewest that say where it is
_CENTRE = 0.38  # half axes of the ellipse that points are taken from, as shares of the box: corners show the ground
_BACK = 1.0  # pixels by which a point may miss its start when it is followed back
_APART = 3.0  # pixels by which a point may move unlike the others, at least; more in large boxes
_LEFT = 0.5  # share of the points that must be left: a thing that is half covered is not followed further
_WINDOW, _LEVELS = (15, 15), 3  # of Lucas and Kanade: points may move by about 60 pixels a frame
_GROWTH = 0.08  # by which a box may grow or shrink from one frame to the next


def follow(frames: Sequence[Grey], place: Place) -> list[Place]:
    """The place of a thing in each frame after the first, as far as it can be followed.

        >>> import cv2
        >>> rng = np.random.default_rng(0)
        >>> ground = cv2.GaussianBlur(rng.integers(0, 255, (80, 120), dtype=np.uint8), (0, 0), 2)
        >>> [[round(edge) for edge in one] for one in follow([ground, np.roll(ground, 3, 1)], (40, 20, 80, 60))]
        [[43, 20, 83, 60]]

    frames: grey, [H, W]; place: in the first of them. It ends where the thing is covered, leaves the picture, or moves
    too fast. Source: Median Flow (Kalal, Mikolajczyk and Matas 2010) on OpenCV's pyramidal Lucas-Kanade.
    """
    points, found = _points_in(frames[0], place), list[Place]()
    most = len(points)
    for before, after in zip(frames, frames[1:], strict=False):
        moved, good = _moved(before, after, points, place)
        if good.sum() < max(_FEW, _LEFT * most):
            break
        place = _carried(place, points[good], moved[good])
        if not _inside(place, after):
            break
        points = moved[good]
        found.append(place)
    return found


def _points_in(frame: Grey, place: Place) -> Points:
    """Corners in the middle of a box, or a grid where there are few."""
    import cv2  # an extra

    left, top, right, bottom = place
    x, y, width, height = (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
    mask = np.zeros_like(frame)
    axes = max(1, round(_CENTRE * width)), max(1, round(_CENTRE * height))
    cv2.ellipse(mask, (round(x), round(y)), axes, 0, 0, 360, 255, -1)
    corners = cv2.goodFeaturesToTrack(frame, _POINTS, 0.02, 2, mask=mask, blockSize=3)
    if corners is not None and len(corners) >= 2 * _FEW:
        return corners.reshape(-1, 2).astype(np.float32)
    steps = np.linspace(-_CENTRE, _CENTRE, 5, dtype=np.float32)
    return np.array([(x + right * width, y + down * height) for down in steps for right in steps], np.float32)


def _moved(before: Grey, after: Grey, points: Points, place: Place) -> tuple[Points, NDArray[np.bool_]]:
    """Where points are in the next frame, and which of them are surely there."""
    import cv2

    def flow(one: Grey, other: Grey, at: Points) -> tuple[Points, NDArray[np.bool_]]:
        start = at[:, None]
        there, status, _ = cv2.calcOpticalFlowPyrLK(one, other, start, start.copy(), winSize=_WINDOW, maxLevel=_LEVELS)
        return np.asarray(there, np.float32)[:, 0], np.asarray(status)[:, 0] == 1

    there, ahead = flow(before, after, points)
    again, back = flow(after, before, there)
    good = ahead & back & (np.linalg.norm(again - points, axis=1) < _BACK)
    if good.any():
        steps = there - points
        side = min(place[2] - place[0], place[3] - place[1])
        good &= np.linalg.norm(steps - np.median(steps[good], axis=0), axis=1) < max(_APART, 0.06 * side)
    return there, good


def _carried(place: Place, before: Points, after: Points) -> Place:
    """A box moved as its points moved, and grown as they moved apart."""
    right, down = np.median(after - before, axis=0).tolist()
    spread = [np.linalg.norm(some - np.median(some, axis=0), axis=1) for some in (before, after)]
    far = spread[0] > 2  # of points that lie close together a pixel is much
    growth = float(np.median(spread[1][far] / spread[0][far])) if far.sum() >= _FEW else 1.0
    growth = min(1 + _GROWTH, max(1 - _GROWTH, growth))
    left, top, end, bottom = place
    x, y = (left + end) / 2 + right, (top + bottom) / 2 + down
    wide, tall = growth * (end - left) / 2, growth * (bottom - top) / 2
    return x - wide, y - tall, x + wide, y + tall


def _inside(place: Place, frame: Grey) -> bool:
    x, y = (place[0] + place[2]) / 2, (place[1] + place[3]) / 2
    return 0 <= x < frame.shape[1] and 0 <= y < frame.shape[0]
