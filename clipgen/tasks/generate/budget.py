"""What a run may take: a plan and a budget of memory or time give a plan that keeps to it.

    >>> plan = fit_time(fit_memory(plan, parts, begin), parts)
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import torch

from clipgen import devices
from clipgen.errors import DeviceError
from clipgen.parts import Parts
from clipgen.settings import QUALITIES
from clipgen.synthesis import Synthesis
from clipgen.tasks.generate.plan import Plan
from clipgen.tasks.generate.run import trial

# a size that would fit the memory is tried so often: the memory of a step does not quite go by its pixels
SHRINKS = 3
# steps that are timed after one to warm up, unless they take a larger share of the time left than this
TIMED_STEPS = 3
TRIAL_SHARE = 0.1
# share of what is left that is promised: the last pictures have to be written too, and no two steps are quite alike
PROMISED = 0.95
# so many cutouts at once tell, beside one, what each costs
PROBED = 4


def fit_memory(
    plan: Plan,
    parts: Parts,
    begin: Callable[[Plan], Plan],
    *,
    report: Callable[[str], None] = lambda line: None,
) -> Plan:
    """The plan with a cutout batch size, and a smaller picture where one cutout is too much, that fit the memory asked.

    begin: draws the latents of a plan again, at another size; report: gets a line that something is tried.
    Raises DeviceError where nothing fits, or memory cannot be measured.
    """
    asked = plan.asked.machine.vram or 0.0
    report("finding what fits into the memory")
    cutn, limit, least = plan.settings.cutouts.cutn or 1, 1000 * asked, 0.0
    for _ in range(SHRINKS):
        loaded = memory_now(plan.device)
        chunk, least = chunk_for(limit, partial(_of_batch, plan, parts), cutn)
        size = "{} x {} pixels".format(*plan.settings.canvas.size)
        if chunk:
            note = f"{chunk} of {cutn} cutouts at once, at {size}, fit into {asked:g} GB"
            return plan.changed(note, cut_chunk=None if chunk == cutn else chunk)
        share = shrink(limit, loaded, least)
        width, height = (int(side * share) for side in plan.settings.canvas.size)
        note = f"a step at {size} does not fit into {asked:g} GB, so the picture gets smaller"
        plan = begin(plan.changed(note, size=(width, height)))
    raise too_little(asked, least)


def fit_time(plan: Plan, parts: Parts, *, report: Callable[[str], None] = lambda line: None) -> Plan:
    """The plan with as many steps, at most those asked for, and cutouts, where neither was asked for, as fit the time.

    report: gets a line that something is tried.
    """
    report("finding what fits into the time")
    asked, cutn = plan.asked, plan.settings.cutouts.cutn or 1
    step = pace(trial(plan, parts, steps=1 + TIMED_STEPS), plan.seconds_left())
    if asked.cutouts.cutn is None and asked.search.steps is None:
        paces, few = {cutn: step}, max(1, cutn // 4)
        paces[few] = pace(trial(plan, parts, steps=1 + TIMED_STEPS, cutn=few), plan.seconds_left())
        cutn = cutouts_for(PROMISED * plan.seconds_left(), paces)
        step = pace_of(cutn, paces)
    fit = max(1, int(PROMISED * plan.seconds_left() / step))
    steps = fit if asked.search.steps is None else min(fit, asked.search.steps)
    seconds = asked.search.time_budget or 0.0
    return plan.changed(
        f"{steps} steps of {cutn} cutouts fit into the time budget of {seconds:g} s", steps=steps, cutn=cutn
    )


def _of_batch(plan: Plan, parts: Parts, chunk: int) -> Synthesis:
    return trial(plan, parts, steps=1, chunk=chunk)


def pace(run: Synthesis, seconds: float) -> float:
    """Seconds that a step takes, found by a few of them; seconds: the time left, of which they take a share at most."""
    began, taken = time.monotonic(), []
    for step in run:
        taken.append(step.seconds)
        if time.monotonic() > began + TRIAL_SHARE * seconds:
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
    memory_now(run.generator.device)
    next(run)
    most = devices.peak_memory_mb(run.generator.device)
    assert most is not None  # what can be reset can be read
    return most


def memory_now(device: torch.device) -> float:
    """Megabytes in use now, from where `peak` counts. Raises DeviceError where the system does not report it."""
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


def shrink(limit: float, loaded: float, least: float) -> float:
    """The share of its sides at which a picture fits; all in megabytes, loaded: in use before a step; least: of a step with one cutout at once.

        >>> round(shrink(2000, 1000, 3000), 2)
        0.67

    Raises DeviceError where the models alone are too much.
    """
    room = PROMISED * limit - loaded
    if room <= 0:
        raise too_little(limit / 1000, loaded)
    return min(PROMISED, PROMISED * (room / (least - loaded)) ** 0.5)


def too_little(asked: float, least: float) -> DeviceError:
    """What is told when nothing fits; asked: gigabytes, least: megabytes."""
    return DeviceError(f"vram is {asked:g} GB, and what is loaded and made takes {least / 1000:.1f} GB; give more")
