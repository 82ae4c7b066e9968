"""What is wrong with single files: format, exposure, sharpness, contrast, size and shape."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from statistics import median

from PIL import Image

from clipgen.media.measures import Measures
from clipgen.tasks.curate.dataset import Entry
from clipgen.tasks.curate.finding import Finding, below, beyond

# Lines that photographs (four sets), drawings by hand and art on flat ground keep to, and planted faults pass: chosen
# on seed 0 of benchmarks/curate.py; `_DARK` is cleanvision's.
_DARK, _LIGHT, _WASHED_OUT, _BLURRED, _EMPTY = 0.32, 0.8, 0.3, 0.42, 0.08
_SIZES, _SHAPES = 3.0, 2.85  # times the usual side, and the longer side in shorter ones
_SPREAD = 3.5  # standard deviations, robustly estimated, within which sizes and shapes are usual in their set
_FEW = 8  # pictures, from which on there is a usual size

#: Formats that other programs open under each other's endings: a JPEG with a preview is an MPO for Pillow
_SAME = {"MPO": "JPEG", "JPEG2000": "JPEG", "PPM": "PNM", "DIB": "BMP"}


def wrong_suffixes(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Files of another format than their name says."""
    endings = Image.registered_extensions()
    for entry in entries:
        ending = entry.path.suffix.lower()
        named, real = (_SAME.get(one, one) for one in (endings.get(ending, ""), entry.content.format))
        if named and real and named != real:
            reason = f"the file is {entry.content.format}, and its name ends in {ending}"
            yield Finding(entry.path, "wrong suffix", 1.0, reason)


def bad_pictures(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Pictures that are dark, light, blurred or empty."""
    for entry in entries:
        measures = Measures.unpacked(entry.content.measures)
        for kind, (score, reason) in _judged(measures).items():
            if score >= 0.5:
                yield Finding(entry.path, kind, score, reason)


def _judged(measures: Measures) -> dict[str, tuple[float, str]]:
    """Score and reason by kind."""
    bright, dim = _percent(measures.high), _percent(measures.low)
    light = below(1 - measures.low, 1 - _LIGHT) if measures.contrast < _WASHED_OUT else 0.0
    widths = 1 / max(measures.sharpness, 0.01)
    return {
        "dark": (below(measures.high, _DARK), f"99 % of the pixels are darker than {bright} of full brightness"),
        "light": (light, f"95 % of the pixels are brighter than {dim} of full brightness"),
        "blurred": (below(measures.sharpness, _BLURRED), f"the sharpest edges are {widths:.1f} pixels wide"),
        "low information": (
            below(measures.contrast, _EMPTY),
            f"nearly one colour: values differ by {_percent(measures.contrast)} of their range",
        ),
    }


def odd_sizes(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Pictures that are much smaller or larger than most, or of another shape."""
    sides = [math.sqrt(entry.content.width * entry.content.height) for entry in entries]
    yield from _odd(entries, "odd size", sides, _SIZES, _size_reason)
    shapes = [max(one.width, one.height) / min(one.width, one.height) for one in (entry.content for entry in entries)]
    yield from _odd(entries, "odd aspect", shapes, _SHAPES, _shape_reason, usual=1.0)


def _odd(
    entries: Sequence[Entry],
    kind: str,
    values: Sequence[float],
    line: float,
    reason: Callable[[Entry, float, float], str],
    *,
    usual: float | None = None,
) -> Iterator[Finding]:
    """Values that differ by more than a factor from the usual one, where the set does not do so itself."""
    if len(values) < _FEW and usual is None:
        return
    middle = median(values)
    distances = [abs(math.log(value / middle)) for value in values]
    limit = _SPREAD * 1.4826 * median(distances)
    for entry, value, distance in zip(entries, values, distances, strict=True):
        far = abs(math.log(value / (usual or middle)))
        if far >= math.log(line) and distance > limit:
            yield Finding(entry.path, kind, beyond(math.exp(far), line), reason(entry, value, middle))


def _size_reason(entry: Entry, side: float, usual: float) -> str:
    times = f"{usual / side:.1f} times smaller" if side < usual else f"{side / usual:.1f} times larger"
    return f"{entry.content.width} x {entry.content.height} pixels, {times} than most ({usual:.0f} squared)"


def _shape_reason(entry: Entry, shape: float, usual: float) -> str:
    return f"{entry.content.width} x {entry.content.height} pixels: one side is {shape:.1f} times the other"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
