"""What is wrong with single files: format, exposure, sharpness, contrast, size and shape."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from statistics import median

from PIL import Image

from clipgen.media.measures import Measures
from clipgen.tasks.curate.dataset import Entry
from clipgen.tasks.curate.finding import Finding, below, beyond

# Lines that photographs (four sets), drawings by hand and art on flat ground keep to, and planted faults pass: chosen
# on seed 0 of benchmarks/curate.py; `_DARK` is cleanvision's.
_DARK, _LIGHT, _WASHED_OUT, _BLURRED, _EMPTY = 0.32, 0.8, 0.3, 0.42, 0.08
_SIZES, _SHAPES = 3.0, 2.85  # times the usual side, and the longer side in shorter ones
_RARE = 0.1  # share of a set up to which a size or shape is odd in it
_FEW = 8  # pictures, from which on there is a usual size

#: formats that go under the ending of another: a JPEG of several pictures, and a BMP without its head
_SAME = {"MPO": "JPEG", "DIB": "BMP"}


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
        "blurred": (
            below(measures.sharpness, _BLURRED),
            f"even its sharpest edges are {widths:.1f} pixels wide when it is reduced to 256",
        ),
        "low information": (
            below(measures.contrast, _EMPTY),
            f"nearly one colour: values differ by {_percent(measures.contrast)} of their range",
        ),
    }


def odd_sizes(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Pictures that are much smaller or larger than most, or very long; not where a tenth of the set is so."""
    if not entries:
        return
    sides = [math.sqrt(entry.content.width * entry.content.height) for entry in entries]
    usual = median(sides)
    times = [max(side / usual, usual / side) if len(sides) >= _FEW else 1.0 for side in sides]
    yield from _rare(Finding(entry.path, "odd size", beyond(far, _SIZES), _size_reason(entry, side, usual))
                     for entry, side, far in zip(entries, sides, times, strict=True))  # fmt: skip
    yield from _rare(Finding(entry.path, "odd aspect", beyond(_shape(entry), _SHAPES), _shape_reason(entry))
                     for entry in entries)  # fmt: skip


def _rare(findings: Iterable[Finding]) -> list[Finding]:
    """Those with a score of 0.5 or more, where they are few."""
    judged = list(findings)
    found = [finding for finding in judged if finding.score >= 0.5]
    return found if len(found) <= max(1, _RARE * len(judged)) else []


def _size_reason(entry: Entry, side: float, usual: float) -> str:
    times = f"{usual / side:.1f} times smaller" if side < usual else f"{side / usual:.1f} times larger"
    return f"{entry.content.width} x {entry.content.height} pixels, {times} than most ({usual:.0f} squared)"


def _shape(entry: Entry) -> float:
    """The longer side in shorter ones."""
    sides = sorted((entry.content.width, entry.content.height))
    return sides[1] / sides[0]


def _shape_reason(entry: Entry) -> str:
    return f"{entry.content.width} x {entry.content.height} pixels: one side is {_shape(entry):.1f} times the other"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
