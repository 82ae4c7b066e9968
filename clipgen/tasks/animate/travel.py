"""Pictures between the keyframes of a moving camera."""

from __future__ import annotations

import math
from collections.abc import Iterator

from torch import Tensor

from clipgen.tasks.animate.camera import Motion, warp
from clipgen.tasks.animate.outline import Outline
from clipgen.tasks.animate.reel import Reel
from clipgen.tasks.animate.takes import Take

_REACH = 2  # keyframes on each side that a frame is blended from


def motion_into(outline: Outline, number: int) -> Motion:
    """How the camera moves from the keyframe before to this one.

    >>> film = clipgen.animate("prompts/seasons.txt", zoom=4.0, keyframes=2)
    >>> motion_into(film.outline, 1).zoom
    2.0
    """
    take, rate = outline.take_at(number), outline.settings.keyframes
    return Motion.of(take.tracks, (number - take.first) / rate, 1 / rate)


def motion_between(outline: Outline, number: int, place: float) -> Motion:
    """How the camera moves from a keyframe to a place before or after it; place 1.5 is midway between 1 and 2."""
    low, high = sorted((float(number), place))
    total = Motion()
    for into in range(int(low) + 1, math.ceil(high) + 1):
        total = total.then(motion_into(outline, into).times(min(into, high) - max(into - 1, low)))
    return total if place >= number else total.times(-1)


def blended(reel: Reel, take: Take, place: float) -> Tensor:
    """The picture [1, 3, H, W] at a place among the keyframes of a scene.

    A cubic B-spline over time, every keyframe moved to where the camera is: it flickers less than a blend of two, and
    is as sharp between keyframes as on them.
    """
    low, high = reel.unbroken(take)
    total: Tensor | None = None
    for number, share in _shares(place):
        number = min(max(number, low), high)
        picture = warp(reel.keyframe(number), motion_between(reel.outline, number, place))
        total = share * picture if total is None else total.add(picture, alpha=share)
    assert total is not None  # the shares of a spline add up to one
    return total


def _shares(place: float) -> Iterator[tuple[int, float]]:
    for number in range(int(place) - _REACH + 1, int(place) + _REACH + 1):
        share = _spline(abs(place - number))
        if share > 0:
            yield number, share


def _spline(distance: float) -> float:
    """The uniform cubic B-spline."""
    if distance < 1:
        return (4 - 6 * distance**2 + 3 * distance**3) / 6
    return float(max(0.0, 2 - distance) ** 3 / 6)
