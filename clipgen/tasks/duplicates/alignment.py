"""Whether two pictures are one, resized, cropped, turned or written over, or two of the same scene.

    >>> same = compare(Look.of(picture), Look.of(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)))
    >>> same.kind
    'same'

A copy of a picture lies on it, after a quarter turn and a mirror at most, by a shift and a scale of each axis; in most
places it is then equal to it but for light. Two pictures of one scene differ by a small turn, by perspective, and by
what moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clipgen.library.hashes import Hashes, perceptual_hashes

Floats = NDArray[np.float32]
Kind = Literal["same", "burst", "other"]

_LONG = 320  # pixels of the longer side on which local features are found
# pixels and blocks along a side in which aligned pictures are compared, and blocks in whose square texture counts once
_SIDE, _BLOCKS, _COARSE = 128, 16, 2
_TEXTURE = 4.0  # grey levels, standard deviation of a block: below that only noise is compared
# Chosen with benchmarks/duplicates.py --seed 0: of copies 0.4 to 1 of the blocks agree, also below a watermark or
# letters, of bursts 0.2 at most in 19 of 20, of unrelated pictures at most 0.14.
_AGREEMENT, _SHARE, _SURE = 0.95, 0.36, 0.9
# Of copies that are written over, the map along the axes misses the affine one by 0.1 pixels at a corner and one
# standard error (medians), of shots that agree as well by 1.7 and 6.6; these show 3 pixels beyond each other's edge.
_MOVED, _ERRORS, _BEYOND = 2.5, 5.0, 3.0
# share of blocks with texture below which a picture is a drawing; of that so much must agree, and no more than some
# blocks may be quite another thing, as the mouth of another smiley is: blocks of a lower correlation
_PLAIN, _DRAWN, _OTHER, _FEW = 0.7, 0.8, 0.5, 1
# hues around the circle, which are counted in copies of some pixels along the longer side, as chroma of Lab; below that
# mean chroma a picture is as good as grey; so much of the hues is in common, or it is another thing (of photographs and
# their copies, also with a border, with letters, in another light, 0.46 to 1; of a red and a blue heart 0)
_HUES, _SMALL, _GREY, _COMMON = 12, 64, 6.0, 0.45
_FEATURES, _RATIO, _PIXELS = 500, 0.8, 3.0  # Lowe's ratio test, and RANSAC's tolerance
_MATCHES = 12  # that fit one alignment, at least
_TURN = 3.0  # degrees by which an alignment may miss a quarter turn: what is left is measured by the blocks
_OVERLAP = 0.4  # of the smaller picture, at least


@dataclass(frozen=True)
class Comparison:
    """What two pictures are to each other; share: of the blocks that agree after alignment, 0 to 1."""

    kind: Kind
    share: float


class Look:
    """A picture as it is compared: grey, at most 320 pixels along its longer side, and how much there is of each hue.

    >>> Look.of(picture).grey.shape
    (320, 320)
    """

    def __init__(self, grey: NDArray[np.uint8], hashes: Hashes, hues: Floats) -> None:
        self.grey, self.hashes, self.hues = grey, hashes, hues

    @classmethod
    def of(cls, picture: Image.Image, hashes: Hashes | None = None) -> Look:
        """Of a picture of any size; hashes: its perceptual hashes, computed where they are not given."""
        grey = picture.convert("L")
        scale = _LONG / max(grey.size)
        width, height = (max(8, round(edge * scale)) for edge in grey.size)
        method = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
        pixels = np.asarray(grey.resize((width, height), method))
        return cls(pixels, perceptual_hashes(picture) if hashes is None else hashes, _hues(picture))

    @cached_property
    def mirrored(self) -> Look:
        """The same, left and right swapped."""
        return Look(np.ascontiguousarray(self.grey[:, ::-1]), self.hashes, self.hues)

    @cached_property
    def features(self) -> tuple[Floats, NDArray[np.uint8] | None]:
        """Places [N, 2] and descriptors [N, 32] of its local features; None without any.

        Source: Rublee et al. 2011, ORB: an efficient alternative to SIFT or SURF, as in OpenCV.
        """
        orb = cv2.ORB.create(nfeatures=_FEATURES, edgeThreshold=12, fastThreshold=7)
        points, found = orb.detectAndCompute(self.grey, None)
        descriptors = None if found is None else np.asarray(found, np.uint8)
        return np.array([point.pt for point in points], np.float32).reshape(-1, 2), descriptors


def compare(first: Look, second: Look) -> Comparison:
    """What two pictures are to each other; what has other colours is another one, unless either is as good as grey."""
    fewer = min(first.hues.sum(), second.hues.sum())
    if fewer > _GREY and np.minimum(first.hues, second.hues).sum() < _COMMON * fewer:
        return Comparison("other", 0.0)
    symmetry = int(np.bitwise_count(second.hashes ^ first.hashes[0]).argmin())
    share = agreement(square(first.grey), square(_turned(second.grey, symmetry)))
    if share >= _SURE:
        return Comparison("same", share)
    matched = False
    for other in (second, second.mirrored):
        if (found := _matched(first, other)) is None:
            continue
        matched, (affine, source, target) = True, found
        places = _along_axes(affine, source, target)
        if places is None:
            continue
        overlap = _overlap_agreement(first.grey, other.grey, places)
        shapes = first.grey.shape, other.grey.shape
        if max(share, overlap) >= _SHARE and _still(affine, places, source, target, shapes):
            return Comparison("same", max(share, overlap))
    if not matched:  # too few features to know better
        return Comparison("same" if share >= _SHARE else "other", share)
    return Comparison("burst", share)


def _hues(picture: Image.Image) -> Floats:
    """The chroma of each hue, where a pixel counts for the two nearest: [12]; their sum is the picture's."""
    small = picture.convert("RGB")
    small.thumbnail((_SMALL, _SMALL), Image.Resampling.BOX)
    lab = cv2.cvtColor(np.asarray(small, np.float32) / 255, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    place = np.arctan2(lab[:, 2], lab[:, 1]) % (2 * np.pi) * (_HUES / (2 * np.pi))
    low = np.floor(place).astype(int)
    sides = [(low, chroma * (low + 1 - place)), (low + 1, chroma * (place - low))]
    counts = [np.bincount(hue % _HUES, weight, _HUES) for hue, weight in sides]
    return np.asarray(np.sum(counts, axis=0) / len(chroma), np.float32)


def square(grey: NDArray[np.uint8]) -> Floats:
    """A picture as it is compared block by block: [128, 128]."""
    shrunk = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(shrunk.astype(np.float32), (0, 0), 0.8), np.float32)


def agreement(first: Floats, second: Floats) -> float:
    """The share of blocks in which two pictures [128, 128] are equal but for brightness and contrast.

        >>> grey = square(Look.of(picture).grey)
        >>> agreement(grey, 0.5 * grey + 20)
        1.0

    0 where there is too little to compare: fewer blocks with texture than a sixteenth; or a drawing on a plain ground,
    which may be one of several made of the same parts, such as smileys, unless nearly all of it agrees and hardly
    anything is something else.
    """
    a, b = _centred(first), _centred(second)
    deviations = a.std(1), b.std(1)
    textured = np.maximum(*deviations) > _TEXTURE
    if textured.mean() < 1 / 16:
        return 0.0
    correlation = (a * b).mean(1) / np.maximum(deviations[0] * deviations[1], 0.25)
    share, other = float((correlation[textured] > _AGREEMENT).mean()), int((correlation[textured] < _OTHER).sum())
    squares = textured.reshape(_BLOCKS // _COARSE, _COARSE, _BLOCKS // _COARSE, _COARSE).any((1, 3))
    differs = share < _DRAWN or other > _FEW
    return 0.0 if squares.mean() < _PLAIN and differs else share


def _centred(grey: Floats) -> Floats:
    """The blocks of a picture without their means: [256, 64]."""
    edge = _SIDE // _BLOCKS
    blocks = grey.reshape(_BLOCKS, edge, _BLOCKS, edge).transpose(0, 2, 1, 3).reshape(_BLOCKS**2, edge**2)
    return blocks - blocks.mean(1, keepdims=True)


def _turned(grey: NDArray[np.uint8], symmetry: int) -> NDArray[np.uint8]:
    """A picture in one of the eight symmetries, in the order of `perceptual_hashes`."""
    mirror, transposed = divmod(symmetry, 2)
    flipped = grey[:: -1 if mirror & 2 else 1, :: -1 if mirror & 1 else 1]
    return np.ascontiguousarray(flipped.T if transposed else flipped)


def _matched(first: Look, second: Look) -> tuple[Floats, Floats, Floats] | None:
    """An affine map [2, 3] of the second picture onto the first, and the places [M, 2] in both that agree on it.

    Source: Fischler and Bolles 1981, Random Sample Consensus (RANSAC), as in OpenCV. None without enough matches.
    """
    (places, descriptors), (others, rivals) = first.features, second.features
    if descriptors is None or rivals is None or min(len(places), len(others)) < _MATCHES:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(rivals, descriptors, k=2)
    good = [two[0] for two in pairs if len(two) == 2 and two[0].distance < _RATIO * two[1].distance]
    if len(good) < _MATCHES:
        return None
    source = np.array([others[match.queryIdx] for match in good])
    target = np.array([places[match.trainIdx] for match in good])
    found, inliers = cv2.estimateAffine2D(source, target, method=cv2.RANSAC, ransacReprojThreshold=_PIXELS)
    if found is None or inliers.sum() < _MATCHES or not 0.2 < abs(np.linalg.det(found[:, :2])) ** 0.5 < 5:
        return None
    source, target = source[inliers[:, 0] > 0], target[inliers[:, 0] > 0]
    return np.linalg.lstsq(_homogeneous(source), target, rcond=None)[0].T, source, target


def _homogeneous(places: Floats) -> Floats:
    return np.concatenate([places, np.ones((len(places), 1), np.float32)], axis=1)


def _still(affine: Floats, places: Floats, source: Floats, target: Floats, shapes: Sequence[tuple[int, int]]) -> bool:
    """Whether the camera did not move between two pictures.

    It did where the affine map misses the one along the axes at a corner by pixels, and by more than its own error; and
    where each picture shows something beyond the edge of the other, which no crop and no border does.
    """
    (height, width), (inner_height, inner_width) = shapes
    edges = [[0, 0], [inner_width, 0], [0, inner_height], [inner_width, inner_height]]
    corners = _homogeneous(np.array(edges, np.float32))
    moved = np.linalg.norm(corners @ (places - affine).T, axis=1)
    known = _homogeneous(source).astype(np.float64)
    variance = ((target - known @ affine.T) ** 2).sum() / max(1, 2 * (len(source) - 3))
    errors = np.sqrt(variance * np.einsum("ci,ij,cj->c", corners, np.linalg.pinv(known.T @ known), corners))
    low, high = (corners @ places.T).min(0), (corners @ places.T).max(0)
    beyond = max(*-low, high[0] - width, high[1] - height), max(*low, width - high[0], height - high[1])
    steady = moved.max() <= _MOVED and (moved <= _ERRORS * errors.clip(min=0.03)).all()
    return bool(steady and min(beyond) <= _BEYOND)


def _along_axes(found: Floats, source: Floats, target: Floats) -> Floats | None:
    """The map [2, 3] made of a quarter turn and a scale and shift of each axis; None for any other turn."""
    angle = np.degrees(np.arctan2(found[1, 0] - found[0, 1], found[0, 0] + found[1, 1]))
    quarters = round(angle / 90)
    if abs(angle - 90 * quarters) > _TURN:
        return None
    turn = np.rint([[np.cos(a := np.pi / 2 * quarters), -np.sin(a)], [np.sin(a), np.cos(a)]]).astype(np.float32)
    turned = source @ turn.T
    rows = []
    for axis in (0, 1):
        scale, shift = np.polyfit(turned[:, axis], target[:, axis], 1) if np.ptp(turned[:, axis]) > 1 else (0, 0)
        if scale <= 0:
            return None
        rows.append([*(scale * turn[axis]), shift])
    return np.array(rows, np.float32)


def _overlap_agreement(first: NDArray[np.uint8], second: NDArray[np.uint8], places: Floats) -> float:
    """The agreement of two pictures where one lies on the other; 0 for a small overlap."""
    height, width = second.shape
    corners = _homogeneous(np.array([[0, 0], [width, 0], [0, height], [width, height]], np.float32)) @ places.T
    low, high = corners.min(0), corners.max(0)
    left, top = np.maximum(low, 0)
    right, bottom = np.minimum(high, first.shape[::-1])
    smaller = min(float(np.prod(high - low)), float(first.size))
    if right <= left or bottom <= top or (right - left) * (bottom - top) < _OVERLAP * smaller:
        return 0.0
    fit = np.array([[_SIDE / (right - left), 0, 0], [0, _SIDE / (bottom - top), 0]], np.float32)
    fit[:, 2] = -fit[0, 0] * left, -fit[1, 1] * top
    onto = fit[:, :2] @ places
    onto[:, 2] += fit[:, 2]
    return agreement(_warped(first, fit), _warped(second, onto))


def _warped(grey: NDArray[np.uint8], places: Floats) -> Floats:
    """The part of a picture that a map [2, 3] puts into the square [128, 128]."""
    shrink = float(abs(np.linalg.det(places[:, :2])) ** -0.5)
    smooth = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), max(0.3, 0.5 * shrink))
    fitted = cv2.warpAffine(smooth, places, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(fitted, np.float32)
