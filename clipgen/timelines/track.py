"""Numbers that change over the seconds of a scene."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field, fields
from itertools import pairwise

from clipgen.errors import SettingsError, UnknownNameError

CURVES = ("linear", "ease", "cubic")


@dataclass(frozen=True)
class Key:
    """A value at a time.

    at: seconds from the start of the scene; value: at that time; curve: from the key before to this one.
    """

    at: float
    value: float
    curve: str = "linear"


@dataclass(frozen=True)
class Track:
    """A number over time: along its keys' curves between them, constant before the first and after the last.

        >>> Track((Key(0, 1.0), Key(2, 3.0, "ease"))).at(1.0)
        2.0

    keys: one or more, in order of time. Curves: linear; ease, which starts and ends at rest; cubic, which passes all
    keys without a corner (Catmull and Rom 1974).
    Raises SettingsError for keys out of order or numbers that are not finite, UnknownNameError for an unknown curve.
    """

    keys: tuple[Key, ...]

    def __post_init__(self) -> None:
        if not self.keys:
            raise SettingsError("there are no keyframes; give one or more, each {at = SECONDS, value = NUMBER}")
        for key in self.keys:
            if key.curve not in CURVES:
                raise UnknownNameError.of("curve", key.curve, CURVES)
            if not (math.isfinite(key.at) and math.isfinite(key.value)) or key.at < 0:
                raise SettingsError(f"a keyframe has {key.value} at {key.at} s; both must be finite, and the time >= 0")
        for before, after in pairwise(self.keys):
            if after.at <= before.at:
                raise SettingsError(f"the keyframe at {after.at:g} s follows one at {before.at:g} s; put them in order")

    @classmethod
    def constant(cls, value: float) -> Track:
        """A number that does not change."""
        return cls((Key(0.0, value),))

    def to_plain(self) -> float | list[dict[str, float | str]]:
        """The track as TOML has it: a number, or keyframes {at, value, curve}."""
        first = self.keys[0]
        if self.keys == (Key(0.0, first.value),):
            return first.value
        return [{"at": key.at, "value": key.value, "curve": key.curve} for key in self.keys]

    def at(self, seconds: float) -> float:
        """The value at a time."""
        after = bisect_right([key.at for key in self.keys], seconds)
        if after == 0 or after == len(self.keys):
            return self.keys[max(0, after - 1)].value
        a, b = self.keys[after - 1], self.keys[after]
        t = (seconds - a.at) / (b.at - a.at)
        if b.curve == "cubic":
            return self._cubic(after, t)
        return a.value + (b.value - a.value) * (ease(t) if b.curve == "ease" else t)

    def _cubic(self, after: int, t: float) -> float:
        a, b = self.keys[after - 1], self.keys[after]
        span = b.at - a.at
        rise, fall = (span * self._slope(i) for i in (after - 1, after))
        t2, t3 = t * t, t * t * t
        return (
            (2 * t3 - 3 * t2 + 1) * a.value + (t3 - 2 * t2 + t) * rise
            + (3 * t2 - 2 * t3) * b.value + (t3 - t2) * fall
        )  # fmt: skip

    def _slope(self, index: int) -> float:
        """Slope of the curve at a key: that of the line through its neighbours."""
        before, after = self.keys[max(0, index - 1)], self.keys[min(len(self.keys) - 1, index + 1)]
        return (after.value - before.value) / (after.at - before.at)


_POSITIVE = {"above": 0.0}


@dataclass(frozen=True)
class CameraTracks:
    """How the camera moves: zoom, movement and rotation per second.

    Raises SettingsError for a zoom of 0 or less.
    """

    zoom: Track = field(metadata=_POSITIVE)
    pan_x: Track
    pan_y: Track
    angle: Track

    def __post_init__(self) -> None:
        for spec in fields(self):
            track, above = getattr(self, spec.name), spec.metadata.get("above")
            if track is not None and above is not None and any(key.value <= above for key in track.keys):
                raise SettingsError(
                    f"{spec.name} has a value of {above:g} or less; it must be more than {above:g}",
                    settings=[spec.name],
                )

    @property
    def is_still(self) -> bool:
        """Whether the camera never moves."""
        moved = [key.value for track in (self.pan_x, self.pan_y, self.angle) for key in track.keys]
        return not any(moved) and all(key.value == 1 for key in self.zoom.keys)


@dataclass(frozen=True)
class Tracks(CameraTracks):
    """Everything that may change during a scene.

        >>> still = Track.constant(0.0)
        >>> Tracks(Track.constant(1.1), still, still, still, lr=Track.constant(1.0)).zoom.at(3.0)
        1.1

    lr: a factor; cut_pow: None for that of the settings. Raises SettingsError for a zoom, lr or cut_pow of 0 or less.
    """

    lr: Track = field(metadata=_POSITIVE)
    cut_pow: Track | None = field(default=None, metadata=_POSITIVE)


#: the names of the tracks, in a timeline and in `Scene.tracks`
CAMERA = tuple(spec.name for spec in fields(CameraTracks))
TRACKS = tuple(spec.name for spec in fields(Tracks))


def ease(t: float) -> float:
    """From 0 to 1, at rest at both ends.

    >>> ease(0.5)
    0.5
    """
    return t * t * (3 - 2 * t)
