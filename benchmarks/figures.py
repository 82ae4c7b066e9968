"""Figures of two sides over several rounds: medians, spreads, ratios, and their table."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

SIDES = ("ours", "reference")

Figures = dict[str, Any]
Pair = dict[str, Figures]
Line = list[tuple[float, float]]


@dataclass(frozen=True)
class Course:
    """Two runs of one prompt and seed: judge's scores over seconds, of ours and of the reference."""

    prompt: str
    seed: int
    ours: Line
    reference: Line

    def times(self) -> Figures:
        """When each first reached the score that the reference ends with; None for ours where it never did."""
        target = self.reference[-1][1]
        return {
            "prompt": self.prompt,
            "seed": self.seed,
            "target": target,
            "ours": reached(self.ours, target),
            "reference": reached(self.reference, target),
            "reference_whole": self.reference[-1][0],
            "ours_whole": self.ours[-1][0],
            "ours_final": self.ours[-1][1],
        }


def reached(line: Line, target: float) -> float | None:
    """The first seconds at which a score is at least the target.

    >>> reached([(1.0, 0.2), (2.0, 0.5)], 0.4)
    2.0
    """
    return next((seconds for seconds, score in line if score >= target), None)


def middle(values: Sequence[float | None]) -> float | None:
    """The median, None counting as later than all; None where it falls on such a one.

    >>> middle([2.0, None, 1.0])
    2.0
    """
    found = statistics.median(math.inf if value is None else value for value in values)
    return found if math.isfinite(found) else None


def over(ours: float | None, reference: float | None) -> float | None:
    """Ours over the reference's, None where either is missing."""
    return None if ours is None or not reference else ours / reference


def summary(rows: Sequence[Figures]) -> Figures:
    """Medians of the numbers of several rounds, each with its spread; what is no number as in the first round.

    >>> summary([{"it_per_s": 2.0, "dtype": "bf16"}, {"it_per_s": 3.0, "dtype": "bf16"}])
    {'it_per_s': 2.5, 'it_per_s_spread': [2.0, 3.0], 'dtype': 'bf16'}
    """
    figures: Figures = {}
    for name, value in rows[0].items():
        values = [row[name] for row in rows]
        if isinstance(value, Mapping):
            figures[name] = summary(values)
        elif isinstance(value, float):
            figures[name], figures[f"{name}_spread"] = statistics.median(values), [min(values), max(values)]
        else:
            figures[name] = value
    return figures


def ratios(pairs: Sequence[Pair], courses: Sequence[Figures] = ()) -> dict[str, float | None]:
    """Ours over the reference's, round by round and prompt by prompt; the median of each."""

    def of(name: str) -> float | None:
        return middle([over(*(pair[side].get(name) for side in SIDES)) for pair in pairs])

    figures = {"time_to_score": None, "it_per_s": of("it_per_s"), "peak_memory": of("peak_memory_mb")}
    if courses:
        figures["time_to_score"] = middle([over(row["ours"], row["reference"]) for row in courses])
        figures["time_to_score_of_whole_run"] = middle([over(row["ours"], row["reference_whole"]) for row in courses])
    return figures


def print_table(found: Figures) -> None:
    """Print what a report holds: a row a figure, ours beside the reference's."""
    click.echo(f"{found['workload']} on {found['device']}: {found['machine']}; {found['rounds']} rounds")
    for name, value in found["ratio"].items():
        click.echo(f"{name + ', ours over reference':48} {_shown(value)}")
    click.echo(" " * 48 + "".join(f"{side:>14}" for side in SIDES))
    for part, rows in (("", {side: found[side] for side in SIDES}), ("roofline ", found["roofline"])):
        columns = {side: _flat(rows[side] or {}) for side in SIDES}
        for name in dict.fromkeys([*columns["ours"], *columns["reference"]]):
            cells = "".join(f"{_shown(columns[side].get(name)):>14}" for side in SIDES)
            click.echo(f"{part + name:48}{cells}")


def _flat(figures: Mapping[str, Any], before: str = "") -> dict[str, float | None]:
    """Numbers by their dotted names, less the spreads."""
    found: dict[str, float | None] = {}
    for name, value in figures.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{before}{name}.")
        elif value is None or isinstance(value, float):
            found[before + name] = value
    return found


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"
