"""`clipgen estimate`: a number for each picture, on a scale of worded steps."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.describe import Pictures, open_studio, recursive_option, verb_options, verb_settings
from clipgen.cli.files import STDIN, check_folder, looks_like_file, shown, spooled
from clipgen.cli.printing import as_line
from clipgen.cli.sections import option
from clipgen.jobs import Inputs, Job
from clipgen.settings import EstimateVerb

if TYPE_CHECKING:
    from clipgen.tasks.estimate import Calibrated, Estimated

EXAMPLES = """\
\b
The steps of a scale are texts with numbers: what a picture of that value shows.
Those that name what can be seen do better than those that count or compare. An
estimate is the mean over the steps by how well they fit; the interval holds 80 %
of that weight. "shows none of these": no step fits better than unrelated
captions. --calibrate LABELLED.csv, a table of picture and value, turns estimates
into values of your own, with intervals that hold 80 % of them.

\b
Examples:
  clipgen estimate photo.jpg --scale "a baby=1" "a child=8" "an adult=35" "an old person=75"
  clipgen estimate photos/ --scale "a white glass=0" --scale "a glass of red wine=100" --json
  clipgen estimate photos/ --scale "a baby=1" "an adult=35" --calibrate ages.csv
  clipgen estimate new/ --calibration ages.calibration.json
"""


class Stepped(SectionedCommand):
    """Takes several steps after one --scale, where click alone takes one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, with_steps(args))


def with_steps(args: Sequence[str]) -> list[str]:
    """Arguments in which each step of a scale has a --scale of its own.

    >>> with_steps(["a.jpg", "--scale", "a baby=1", "an adult=35", "b.jpg"])
    ['a.jpg', '--scale', 'a baby=1', '--scale', 'an adult=35', 'b.jpg']
    """
    end = list(args).index("--") if "--" in args else len(args)
    found: list[str] = []
    steps = value = False
    for word in args[:end]:
        if steps and not value and _is_step(word):
            found.append("--scale")
        elif not value:
            steps = word == "--scale" or word.startswith("--scale=")
        value = word == "--scale"
        found.append(word)
    return [*found, *args[end:]]


def _is_step(word: str) -> bool:
    return "=" in word and not word.startswith("-") and not os.path.exists(word)


@click.command(cls=Stepped, epilog=EXAMPLES, short_help="Estimate age, or any other number, on a scale of your own.")
@click.argument("pictures", nargs=-1, metavar="PICTURE…")
@recursive_option
@option("--scale", "steps", multiple=True, section="Search", metavar="TEXT=NUMBER…",
        help="the steps of the scale, two or more")
@option("--json", "as_json", is_flag=True, section="Output", help="print the rows as JSON, one a line")
@verb_options("estimate")
def command(
    pictures: tuple[str, ...], recursive: bool, steps: tuple[str, ...], as_json: bool, **options: Any
) -> int:  # fmt: skip
    """Print the place of each PICTURE, a file or a folder, on a scale of worded steps, with an 80 % interval."""
    settings = verb_settings("estimate", options)
    assert isinstance(settings, EstimateVerb)  # of this verb
    chosen = settings.estimate
    _check(pictures, steps, chosen.calibrate, chosen.calibration)
    if chosen.calibrate is not None and chosen.file is not None:
        check_folder(chosen.file.parent)
    ctx = click.get_current_context()
    names = [spooled(ctx) if name == STDIN else Path(name) for name in pictures]
    found = Pictures(names, recursive=recursive)
    job = Job("estimate", Inputs(pictures=tuple(map(str, found.paths)), texts=steps), settings)
    from clipgen.tasks.estimate import Calibrated, Estimated  # late: torch takes seconds to import

    for one in found.good(open_studio(job).run(job)):
        if isinstance(one, Calibrated):
            _report(one)
        elif isinstance(one, Estimated):
            click.echo(_json(one) if as_json else _line(one))
    return found.exit_code()


def _check(pictures: Sequence[str], steps: Sequence[str], calibrate: str | None, calibration: str | None) -> None:
    """Raise UsageError for a call that lacks something, PromptError for steps that are no scale."""
    if not pictures and calibrate is None:
        raise click.UsageError("no pictures: write them, or their folder")
    for word in pictures:
        if not looks_like_file(word):
            raise click.UsageError(f'{word!r} is no file; a step of a scale is written TEXT=NUMBER, "{word}=1"')
    if not steps and (calibrate is not None or calibration is None):
        raise click.UsageError('no scale: write for example --scale "a baby=1" "an adult=35"')


def _report(made: Calibrated) -> None:
    """Print on how many pictures a calibration stands, and how good it is."""
    fitted = made.calibration
    errors = f"mean error {fitted.error:.3g}, of a guess without the picture {fitted.blind:.3g}"
    click.echo(f"calibrated on {fitted.count} pictures: {errors}; written to {made.path}", err=True)
    if fitted.error >= fitted.blind:
        click.echo("this scale says nothing about these values: word its steps otherwise", err=True)


def _json(one: Estimated) -> str:
    steps = [{"text": share.text, "value": share.value, "probability": round(share.probability, 4)}
             for share in one.shares]  # fmt: skip
    ends = {"value": round(one.value, 4), "low": round(one.low, 4), "high": round(one.high, 4)}
    fit = {"fits": one.fits, "best": one.best, "z": round(one.z, 2)}
    return as_line({"image": shown(one.path), **ends, **fit, "steps": steps})


def _line(one: Estimated) -> str:
    width = one.high - one.low
    digits = max(0, 1 - math.floor(math.log10(width))) if width > 0 else 2
    value, low, high = (f"{number:,.{digits}f}" for number in (one.value, one.low, one.high))
    note = "" if one.fits else f"  shows none of these (z {one.z:.1f})"
    return f"{shown(one.path)}\t{value} ({low} to {high})  nearest: {one.best}{note}"
