"""Where one scene of a film ends and the next begins: cuts, without flashes, and fades through a flat colour."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from clipgen.settings import ScenesSettings

Embed = Callable[[Sequence[Image.Image]], Tensor]
Floats = NDArray[np.float64]

_LONG = 0.25  # seconds between frames from which on the first counts as standing still
_STILL = 4  # how often it is then given to the detector, which compares a change with the two on either side
# A flash is over when the film shows again what it showed before, and not what it showed at the flash: cosines of the
# reader. Seen on seed 0 of `python benchmarks/scenes.py`, November 2026: flashes .87 to 1.00, by .11 to .86 more than
# the frame at the flash; cuts -.02 to .81, always less than the frame at the cut.
_SAME, _CLEAR = 0.7, 0.05
_ALIKE = 0.98  # cosine from which on two frames show the same, as in an index of films
_FLAT = 14  # levels of 255 between the darkest and the brightest parts of a frame without a picture
_EVEN = 3  # levels by which the frames of one colour differ, as encoders leave them
_GRADUAL = 0.5  # share of its contrast that a picture has just before a cut, at least; in a fade it has less
_DIP = 4  # frames of a fade in which the contrast may be lower, as the picture moves


@dataclass(frozen=True)
class Boundary:
    """When a scene begins, in seconds from the first frame, and how: "cut" or "fade"."""

    seconds: float
    kind: str


@dataclass
class _Cluster:
    """Cuts that follow each other closely, and frames: before the first of them, and at each."""

    times: list[float]
    frames: list[Image.Image]


@dataclass
class Cuts:
    """Finds the boundaries of a film whose frames are added in order.

        >>> upright = Image.linear_gradient("L").convert("RGB").resize((64, 48))
        >>> cuts = Cuts(ScenesSettings(), lambda some: torch.eye(len(some)))
        >>> for number in range(40):
        ...     cuts.add(number / 10, upright if number < 20 else upright.rotate(180))
        >>> cuts.boundaries(4.0)
        [Boundary(seconds=2.0, kind='cut')]

    embed: frames → unit vectors [N, D], for the frames around a cut only.
    Source: AdaptiveDetector of PySceneDetect (github.com/Breakthrough/PySceneDetect); by default its settings.
    """

    settings: ScenesSettings
    embed: Embed
    found: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        from scenedetect.detectors import AdaptiveDetector  # an extra

        self._detector = AdaptiveDetector(adaptive_threshold=self.settings.threshold, min_scene_len=0)
        self._fed = 0
        self._recent: dict[int, tuple[float, Image.Image]] = {}  # the last frames by their number for the detector
        self._last: tuple[float, Image.Image] | None = None
        self._cluster: _Cluster | None = None
        self._times, self._contrasts = array("d"), array("d")

    def add(self, seconds: float, frame: Image.Image) -> None:
        """The next frame, and when it is shown."""
        if self._last is not None and seconds - self._last[0] >= _LONG:
            self._stand_still()
        self._feed(seconds, frame)
        self._settle(seconds, frame)
        self._times.append(seconds)
        self._contrasts.append(contrast(frame))
        self._last = (seconds, frame)

    def boundaries(self, end: float) -> list[Boundary]:
        """All boundaries, in order, once all frames are added; end: when the last of them is over."""
        if self._last is None:
            return []
        self._stand_still()
        self._settle(self._last[0] + self.settings.shortest, self._last[1])
        shortest, fades = self.settings.shortest, fades_of(np.array(self._times), np.array(self._contrasts))
        cuts = [one for one in self.found if shortest <= one <= end - shortest]
        cuts = [one for one in cuts if not any(fade.start <= one <= fade.end for fade in fades)]
        middles = [fade.middle for fade in fades if fade.middle is not None]
        middles = [one for one in middles if all(abs(one - cut) >= shortest for cut in cuts)]
        both = [*(Boundary(one, "cut") for one in cuts), *(Boundary(one, "fade") for one in middles)]
        return sorted(both, key=lambda one: one.seconds)

    def _stand_still(self) -> None:
        assert self._last is not None
        for _ in range(_STILL):
            self._feed(*self._last)

    def _feed(self, seconds: float, frame: Image.Image) -> None:
        """Give the detector a frame; it names the cut two frames later."""
        from scenedetect import FrameTimecode

        # it counts frames, not seconds: its own times would assume a constant rate
        number = FrameTimecode(self._fed, fps=1.0)
        self._recent[self._fed] = (seconds, frame)
        self._recent.pop(self._fed - 2 * _STILL, None)
        blue_first = np.ascontiguousarray(np.asarray(frame)[:, :, ::-1])
        for cut in self._detector.process_frame(number, blue_first):
            self._add_cut(cut.frame_num)
        self._fed += 1

    def _add_cut(self, number: int) -> None:
        seconds, frame = self._recent[number]
        if self._cluster is None:
            self._cluster = _Cluster([], [self._recent[number - 1][1]])
        self._cluster.times.append(seconds)
        self._cluster.frames.append(frame)

    def _settle(self, seconds: float, frame: Image.Image) -> None:
        """Decide on close cuts once nothing has followed them for as long as the shortest scene."""
        cluster = self._cluster
        if cluster is None or seconds < cluster.times[-1] + self.settings.shortest:
            return
        self._cluster = None
        rows = self.embed([*cluster.frames, frame])
        to_before, to_after = (rows @ rows[0]).tolist(), (rows @ rows[-1]).tolist()
        # the film shows again what it showed before: half a second later, or at once where a cut ends the flash
        again = to_before[-1] >= max(to_after[1] + _CLEAR, _SAME)
        at_once = len(cluster.times) > 1 and to_before[-2] >= max(to_before[1] + _CLEAR, _SAME)
        if again or at_once or min(to_before) >= _ALIKE:
            return
        # the frames at some of the cuts may still be of the scene before them
        is_after = [after > before for before, after in zip(to_before, to_after, strict=True)][1:-1]
        self.found.append(cluster.times[is_after.index(True) if True in is_after else -1])


@dataclass(frozen=True)
class Fade:
    """A fade out and in, in seconds: from where the picture fades to where the next one is whole, and its middle.

    middle: None at the begin and the end of a film.
    """

    start: float
    end: float
    middle: float | None


def fades_of(times: Floats, contrasts: Floats) -> list[Fade]:
    """The fades through one colour, of a film whose frames are shown at some times with some contrasts, [N] each.

    >>> out, back = [90] * 7 + [60, 30], [40] + [80] * 7
    >>> fades_of(np.arange(19) / 10, np.array([*out, 0, 0, *back], dtype=float))
    [Fade(start=0.6, end=1.2, middle=1.0)]
    """
    flat = np.concatenate([[False], contrasts < _FLAT, [False]])
    (changes,) = np.diff(flat.astype(np.int8)).nonzero()
    found = []
    for first, after in changes.reshape(-1, 2).tolist():
        start, whole = first - ramp(contrasts[:first][::-1]), after + ramp(contrasts[after:]) - 1
        edges = [*([(first - 1, start)] if first else []), *([(after, whole)] if after < len(times) else [])]
        if any(contrasts[near] > _GRADUAL * contrasts[far] for near, far in edges):
            continue  # a cut into the colour, or out of it
        # the colour itself: a picture of little contrast counts as flat before it is gone
        (core,) = np.nonzero(contrasts[first:after] <= contrasts[first:after].min() + _EVEN)
        inner = len(edges) == 2
        middle = float(times[first + core[0]] + times[first + core[-1] + 1]) / 2 if inner else None
        found.append(Fade(float(times[start]), float(times[whole]), middle))
    return found


def ramp(contrasts: Floats) -> int:
    """How many frames from the first on have more and more contrast, but for some that have a little less.

    >>> ramp(np.array([20.0, 50.0, 48.0, 90.0, 80.0, 85.0, 80.0, 80.0, 80.0]))
    4
    """
    highest = np.maximum.accumulate(contrasts)
    (risen,) = np.nonzero(highest[:-_DIP] >= highest[_DIP:])
    return int(risen[0]) + 1 if len(risen) else len(contrasts)


def contrast(frame: Image.Image) -> int:
    """Levels of 255 between the darkest and the brightest parts of a frame, in the colour where it is most.

    >>> contrast(Image.new("RGB", (64, 36), "navy")), contrast(Image.linear_gradient("L").convert("RGB")) > 200
    (0, True)
    """
    small = np.asarray(frame.resize((32, 18), Image.Resampling.BOX), np.int16)
    return int(np.ptp(small.reshape(-1, 3), axis=0).max())


def spans(times: Iterable[float], end: float) -> list[tuple[float, float]]:
    """Begin and end of each scene of a film.

    >>> spans([2.0, 5.0], 9.0)
    [(0.0, 2.0), (2.0, 5.0), (5.0, 9.0)]
    """
    starts = [0.0, *times]
    return list(zip(starts, [*starts[1:], end], strict=True))
