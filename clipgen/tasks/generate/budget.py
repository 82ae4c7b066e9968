"""What a run may take: cutouts at once for the memory that it is given, cutouts and steps for the time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

from clipgen import devices
from clipgen.errors import DeviceError
from clipgen.settings import QUALITIES
from clipgen.synthesis import Synthesis

# steps that are timed after one to warm up, unless they take a larger share of the time left than this
TIMED_STEPS = 3
TIMED_SHARE = 0.1
# share of what is left that is promised: the last pictures have to be written too, and no two steps are quite alike
PROMISED = 0.95
# so many cutouts at once tell, beside one, what each costs
PROBED = 4


@contextmanager
def undone(run: Synthesis) -> Iterator[Synthesis]:
    """Take steps of a run on trial: its generator and its cutouts are afterwards as they were.

    >>> with undone(synthesis) as trial:
    ...     next(trial)
    """
    generator, drawn = run.generator.state(), run.cutouts.generator.get_state()
    try:
        yield run
    finally:
        run.generator.load_state(generator)
        run.cutouts.generator.set_state(drawn)


def pace(run: Synthesis, seconds: float) -> float:
    """Seconds that a step takes, found by a few of them; seconds: the time left, of which they take a share at most."""
    began, taken = time.monotonic(), []
    with undone(run):
        for step in run:
            taken.append(step.seconds)
            if time.monotonic() > began + TIMED_SHARE * seconds:
                break
    timed = taken[1:] or taken
    return sum(timed) / len(timed)


def pace_of(cutn: int, paces: dict[int, float]) -> float:
    """Seconds of a step of so many cutouts, on the straight line through those of few and of many.

    >>> pace_of(9, {3: 0.1, 12: 0.4})
    0.3
    """
    (few, low), (many, high) = sorted(paces.items())
    return low + max(0.0, high - low) / (many - few) * (cutn - few)


def cutouts_for(seconds: float, paces: dict[int, float]) -> int:
    """Cutouts a step of the richest quality whose steps fit into the seconds, of the poorest where none do.

        >>> cutouts_for(60.0, {3: 0.1, 12: 0.2})    # 300 steps of 32 would take 127 s
        12

    paces: as of `pace_of`.
    """
    poorest, *better = QUALITIES.values()
    fitting = [preset for preset in better if preset.steps * pace_of(preset.cutn, paces) <= seconds]
    return (fitting or [poorest])[-1].cutn


def peak(run: Synthesis) -> float:
    """Megabytes that the process or the GPU holds at most in a step of a run.

    Raises DeviceError where the system does not tell.
    """
    held(run.generator.device)
    with undone(run):
        next(run)
    most = devices.peak_memory_mb(run.generator.device)
    assert most is not None  # what can be reset can be read
    return most


def held(device: torch.device) -> float:
    """Megabytes that are held now, from where `peak` counts. Raises DeviceError where the system does not tell."""
    devices.free_memory()
    if not devices.reset_peak_memory(device) or (now := devices.peak_memory_mb(device)) is None:
        raise DeviceError(
            "the memory of a step cannot be measured on this system; set cut_chunk instead of vram",
            settings=["cut_chunk", "vram"],
        )
    return now


def chunk_for(limit: float, begin: Callable[[int], Synthesis], cutn: int) -> tuple[int, float]:
    """Cutouts at once that fit into so many megabytes, 0 for not even one, and the megabytes of one at a time.

    >>> chunk_for(5000, lambda chunk: synthesis(steps=1, chunk=chunk), cutn=32)
    (17, 2730.5)

    begin: a run of so many cutouts at once.
    """
    one = peak(begin(1))
    if one > PROMISED * limit:
        return 0, one
    if cutn == 1:
        return 1, one
    probed = min(cutn, PROBED)
    each = max((peak(begin(probed)) - one) / (probed - 1), 1e-3)
    return min(cutn, 1 + int((PROMISED * limit - one) / each)), one


def shrink(limit: float, held: float, least: float) -> float:
    """The share of its sides at which a picture fits; all in megabytes, least: of a step with one cutout at once.

        >>> round(shrink(2000, 1000, 3000), 2)
        0.67

    Raises DeviceError where the models alone are too much.
    """
    room = PROMISED * limit - held
    if room <= 0:
        raise too_little(limit / 1000, held)
    return min(PROMISED, PROMISED * (room / (least - held)) ** 0.5)


def too_little(asked: float, least: float) -> DeviceError:
    """What is told when nothing fits; asked: gigabytes, least: megabytes."""
    return DeviceError(f"vram is {asked:g} GB, and what is loaded and made takes {least / 1000:.1f} GB; give more")
