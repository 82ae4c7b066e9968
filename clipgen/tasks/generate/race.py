"""A race: several starts of a picture are tried for a few steps, and the run continues with the best."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from clipgen.parts import Parts
from clipgen.settings import QUALITIES
from clipgen.tasks.generate.plan import Plan, with_start
from clipgen.tasks.generate.run import Run

# steps after which the scores of CPPNs from four seeds predict which one ends best; before the first step they do not
STEPS = 8
# distance of the seeds of two tries, because neighbouring seeds are those of other pictures (`count`); torch's random
# generator on the CPU uses 32 bits of a seed
APART, SEEDS = 2_654_435_761, 2**32
# share of the time left that a race may take
RACE_SHARE = 0.4


def race(plan: Plan, parts: Parts, tries: int, *, report: Callable[[str], None] = lambda line: None) -> Plan:
    """The plan whose pictures each start at the best of several starts.

        >>> from clipgen.tasks.generate.draft import draft
        >>> race(draft(job, parts), parts, tries=2).notes[-1]
        'the best of 2 starts after 8 steps is used (race)'

    plan: of `draft`; tries: number of starts; report: called with a line for each.
    With a deadline no try begins after RACE_SHARE of the time.
    """
    until = time.monotonic() + RACE_SHARE * plan.seconds_left()
    plans: list[Plan] = []
    scores: list[Tensor] = []
    while len(scores) < tries and (not scores or time.monotonic() < until):
        report(f"trying start {len(scores) + 1} of {tries}")
        plans.append(with_start(plan, parts, latent_seeds=_seeds(plan.seeds, len(scores))))
        scores.append(_score(plans[-1], parts))
    best = torch.stack(scores).argmax(0).tolist()
    seeds = [_seeds([seed], number)[0] for seed, number in zip(plan.seeds, best, strict=True)]
    # pictures of a batch may be best in different tries, which takes a new start
    won = plans[best[0]] if len({*best}) == 1 else with_start(plan, parts, latent_seeds=seeds)
    return won.changed(f"the best of {len(scores)} starts after {STEPS} steps is used (race)", race=len(scores))


def _score(plan: Plan, parts: Parts) -> Tensor:
    # by the course of the quality: steps and cutouts may be chosen after the race, to fit a time, and a picture that is
    # made again, with those, has to have the same winner
    usual = QUALITIES[plan.settings.search.quality]
    run = Run(plan.changed(steps=usual.steps, cutn=usual.cutn), parts)
    for step in run:
        if step.index + 1 == STEPS:
            break
    return run.synthesis.best_score


def _seeds(seeds: Sequence[int], number: int) -> list[int]:
    return [(seed + number * APART) % SEEDS if number else seed for seed in seeds]
