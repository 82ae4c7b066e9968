"""Several starts of a picture, tried for a few steps: which one goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from clipgen.synthesis import Synthesis

# steps after which the scores of CPPNs from four seeds tell about which one ends best; before the first they do not
STEPS = 8
# between the seeds of two tries, so that they are not those of a neighbour, as `count` has them; torch's generator on
# the CPU reads 32 bits of a seed
APART, SEEDS = 2_654_435_761, 2**32
# share of the time left that a race may take
TIMED_SHARE = 0.4


def race(
    begin: Callable[[Sequence[int]], Synthesis],
    seeds: Sequence[int],
    tries: int,
    *,
    until: float | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> tuple[list[int], int]:
    """Seeds that the pictures are drawn from, each the best of its tries, and how many tries there were.

        >>> race(begin, [7, 8], 4)
        ([7, 1013904234], 4)

    begin: a run from such seeds, one per picture; seeds: of the first try; until: `time.monotonic()` at which no other
    try is begun; report: is told which is tried.
    """
    scores: list[Tensor] = []
    while len(scores) < tries and (not scores or until is None or time.monotonic() < until):
        report(f"trying start {len(scores) + 1} of {tries}")
        run = begin(_drawn(seeds, len(scores)))
        for step in run:
            if step.index + 1 == STEPS:
                break
        scores.append(run.best_score)
    best = torch.stack(scores).argmax(0).tolist()
    return [_drawn([seed], number)[0] for seed, number in zip(seeds, best, strict=True)], len(scores)


def _drawn(seeds: Sequence[int], number: int) -> list[int]:
    return [(seed + number * APART) % SEEDS if number else seed for seed in seeds]
