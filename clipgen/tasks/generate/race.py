"""Several starts of a picture, tried for a few steps: which one the run continues with."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from clipgen.parts import Parts
from clipgen.tasks.generate.plan import Plan, begun
from clipgen.tasks.generate.run import Run

# steps after which the scores of CPPNs from four seeds tell about which one ends best; before the first they do not
STEPS = 8
# between the seeds of two tries, so that they are not those of a neighbour, as `count` has them; torch's generator on
# the CPU reads 32 bits of a seed
APART, SEEDS = 2_654_435_761, 2**32
# share of the time left that a race may take
RACE_SHARE = 0.4


def race(plan: Plan, parts: Parts, tries: int, *, report: Callable[[str], None] = lambda line: None) -> Plan:
    """The plan whose pictures start where each did best in so many tries.

        >>> race(draft(job, parts), parts, 4).drawn
        (7, 1013904234)

    plan: of `draft`; report: gets a line for each try.
    With a deadline no try begins past a share of the time.
    """
    until = time.monotonic() + RACE_SHARE * plan.seconds_left()
    plans: list[Plan] = []
    scores: list[Tensor] = []
    while len(scores) < tries and (not scores or time.monotonic() < until):
        report(f"trying start {len(scores) + 1} of {tries}")
        plans.append(begun(plan, parts, drawn=_drawn(plan.seeds, len(scores))))
        scores.append(_score(plans[-1], parts))
    best = torch.stack(scores).argmax(0).tolist()
    drawn = [_drawn([seed], number)[0] for seed, number in zip(plan.seeds, best, strict=True)]
    # of a batch each picture may have won in another try: only one try whole needs no new start
    won = plans[best[0]] if len({*best}) == 1 else begun(plan, parts, drawn=drawn)
    return won.changed(f"the best of {len(scores)} starts after {STEPS} steps is used (race)", race=len(scores))


def _score(plan: Plan, parts: Parts) -> Tensor:
    run = Run(plan, parts)
    for step in run:
        if step.index + 1 == STEPS:
            break
    return run.synthesis.best_score


def _drawn(seeds: Sequence[int], number: int) -> list[int]:
    return [(seed + number * APART) % SEEDS if number else seed for seed in seeds]
