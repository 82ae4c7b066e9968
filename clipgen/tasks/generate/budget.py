"""Budgets of memory and time: a plan and a budget give a plan that fits.

    >>> from dataclasses import replace
    >>> plan = replace(plan, deadline=time.monotonic() + 600)
    >>> fit_time(plan, parts).settings.search.steps      # at most those of the job
    2
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

# how many sizes are tried: the memory of a step is not quite proportional to its pixels
SHRINKS = 3
# steps that are timed after a first one to warm up, and the share of the time left after which timing stops
TIMED_STEPS = 3
TRIAL_SHARE = 0.1
# share of a budget that is planned for: pictures have to be written too, and steps differ a little
PLANNED = 0.95
# cutout batch size that is measured, besides 1, to find the memory of one cutout
PROBED = 4


def fit_memory(
    plan: Plan,
    parts: Parts,
    restart: Callable[[Plan], Plan],
    *,
    report: Callable[[str], None] = lambda line: None,
) -> Plan:
    """The plan with a cutout batch size, and a smaller picture if one cutout at once is too much, that fit into `vram`.

    restart: draws the latents of a plan again, at another size; report: called with a line before the measurement.
    Raises DeviceError if nothing fits, or memory cannot be measured.
    """
    requested = plan.requested.machine.vram or 0.0
    report("measuring the memory of a step")
    cutn, limit, least = plan.settings.cutouts.cutn or 1, 1000 * requested, 0.0
    for _ in range(SHRINKS):
        loaded = memory_now(plan.device)
        chunk, least = chunk_for(limit, partial(_of_batch, plan, parts), cutn)
        size = "{} x {} pixels".format(*plan.settings.canvas.size)
        if chunk:
            note = f"{chunk} of {cutn} cutouts at once, at {size}, fit into {requested:g} GB"
            return plan.changed(note, cut_chunk=None if chunk == cutn else chunk)
        share = shrink(limit, loaded, least)
        width, height = (int(side * share) for side in plan.settings.canvas.size)
        note = f"a step at {size} does not fit into {requested:g} GB: the size is reduced"
        plan = restart(plan.changed(note, size=(width, height)))
    raise too_large(requested, least)


def fit_time(plan: Plan, parts: Parts, *, report: Callable[[str], None] = lambda line: None) -> Plan:
    """The plan with as many steps, up to those that are set, as fit into `time_budget`, and one where nothing is left.

    The number of cutouts is chosen as well, if neither it nor the steps are set. report: called with a line before the
    measurement.
    """
    requested, cutn = plan.requested, plan.settings.cutouts.cutn or 1
    seconds = requested.search.time_budget or 0.0
    free = requested.cutouts.cutn is None and requested.search.steps is None
    if plan.seconds_left() <= 0:
        cutn = next(iter(QUALITIES.values())).cutn if free else cutn
        note = f"the time budget of {seconds:g} s is spent before the first step: one of {cutn} cutouts is taken"
        return plan.changed(note, steps=1, cutn=cutn)
    report("measuring the time of a step")
    step = pace(trial(plan, parts, steps=1 + TIMED_STEPS), plan.seconds_left())
    if free:
        paces, few = {cutn: step}, max(1, cutn // 4)
        paces[few] = pace(trial(plan, parts, steps=1 + TIMED_STEPS, cutn=few), plan.seconds_left())
        cutn = cutouts_for(PLANNED * plan.seconds_left() / plan.stages, paces)
        step = pace_of(cutn, paces)
    fit = max(1, int(PLANNED * plan.seconds_left() / plan.stages / step))
    steps = fit if requested.search.steps is None else min(fit, requested.search.steps)
    each = "a tile " if plan.stages > 1 else ""
    count = f"{steps} {'step' if steps == 1 else 'steps'} of {cutn} cutouts"
    return plan.changed(
        f"{count} {each}fit into the time budget of {seconds:g} s",
        steps=steps,
        cutn=cutn,
    )


def _of_batch(plan: Plan, parts: Parts, chunk: int) -> Synthesis:
    return trial(plan, parts, steps=1, chunk=chunk)


def pace(run: Synthesis, seconds: float) -> float:
    """Mean seconds of the first few steps of a run; seconds: time left, of which TRIAL_SHARE may be used."""
    began, taken = time.monotonic(), []
    for step in run:
        taken.append(step.seconds)
        if time.monotonic() > began + TRIAL_SHARE * seconds:
            break
    timed = taken[1:] or taken
    return sum(timed) / len(timed)


def pace_of(cutn: int, paces: dict[int, float]) -> float:
    """Seconds of a step of `cutn` cutouts, on the straight line through two measured numbers of cutouts.

        >>> pace_of(9, {3: 0.25, 11: 0.75})
        0.625

    paces: cutouts → seconds of a step, for two numbers of cutouts.
    """
    (few, low), (many, high) = sorted(paces.items())
    return low + max(0.0, high - low) / (many - few) * (cutn - few)


def cutouts_for(seconds: float, paces: dict[int, float]) -> int:
    """Cutouts per step of the highest quality whose steps fit into the seconds, or of the lowest if none do.

        >>> cutouts_for(60.0, {3: 0.1, 12: 0.2})    # 300 steps of 32 would take 127 s
        12

    paces: as for `pace_of`.
    """
    poorest, *better = QUALITIES.values()
    fitting = [preset for preset in better if preset.steps * pace_of(preset.cutn, paces) <= seconds]
    return (fitting or [poorest])[-1].cutn


def peak(run: Synthesis) -> float:
    """Peak memory of the process, or of the GPU, in a step of a run, in megabytes.

    Raises DeviceError where the system cannot measure it.
    """
    memory_now(run.generator.device)
    next(run)
    most = devices.peak_memory_mb(run.generator.device)
    assert most is not None  # a system that can reset it can measure it
    return most


def memory_now(device: torch.device) -> float:
    """Reset the peak and return the memory in use, in megabytes. Raises DeviceError where the system cannot."""
    devices.free_memory()
    if not devices.reset_peak_memory(device) or (now := devices.peak_memory_mb(device)) is None:
        raise DeviceError(
            "the memory of a step cannot be measured on this system; set cut_chunk instead of vram",
            settings=["cut_chunk", "vram"],
        )
    return now


def chunk_for(limit: float, begin: Callable[[int], Synthesis], cutn: int) -> tuple[int, float]:
    """The largest cutout batch size that fits into a limit, 0 if none does, and the megabytes of a batch of one.

        >>> chunk, megabytes = chunk_for(10**6, lambda chunk: trial(plan, parts, steps=1, chunk=chunk), cutn=2)
        >>> chunk
        2

    limit: megabytes; begin: makes a run with a cutout batch size; cutn: cutouts per step. Raises what `peak` raises.
    """
    one = peak(begin(1))
    if one > PLANNED * limit:
        return 0, one
    if cutn == 1:
        return 1, one
    probed = min(cutn, PROBED)
    each = max((peak(begin(probed)) - one) / (probed - 1), 1e-3)
    return min(cutn, 1 + int((PLANNED * limit - one) / each)), one


def shrink(limit: float, loaded: float, least: float) -> float:
    """The factor for width and height at which a picture fits into a limit.

        >>> round(shrink(2000, 1000, 3000), 2)
        0.64

    All in megabytes: limit; loaded: in use before a step; least: peak of a step with one cutout at once.
    Raises DeviceError if the models alone are too large.
    """
    room = PLANNED * limit - loaded
    if room <= 0:
        raise too_large(limit / 1000, loaded)
    return min(PLANNED, PLANNED * (room / (least - loaded)) ** 0.5)


def too_large(requested: float, least: float) -> DeviceError:
    """The error if nothing fits; requested: gigabytes, least: megabytes."""
    taken = f"{least / 1000:.1f} GB"
    return DeviceError(
        f"vram is {requested:g} GB, but the models and one step take {taken}; set a higher vram", settings=["vram"]
    )
