"""`clipgen compare`: the cosines of pictures and texts."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.describe import Pictures, open_studio, recursive_option, verb_options, verb_settings
from clipgen.cli.files import InputFile, PictureFile, check_targets, shown
from clipgen.cli.sections import option
from clipgen.jobs import Inputs, Job

EXAMPLES = """\
\b
Examples:
  clipgen compare *.jpg --text "a cat" --text "a dog"
  clipgen compare photos/ --texts captions.txt --plot matrix.png
  clipgen compare photos/                 every picture with every other
"""


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Compare pictures and texts with each other.")
@click.argument("pictures", nargs=-1, required=True, type=InputFile(), metavar="PICTURE…")
@recursive_option
@option("--text", "typed", multiple=True, section="Pictures", metavar="TEXT", help="a text to compare with; repeatable")
@option(
    "--texts", type=InputFile(), section="Pictures", metavar="FILE", help="texts, one a line; - for standard input"
)
@option("--plot", type=PictureFile(), section="Output", metavar="FILE.png", help="also write a heat map")
@verb_options("compare")
def command(
    pictures: tuple[Path, ...],
    recursive: bool,
    typed: tuple[str, ...],
    texts: Path | None,
    plot: Path | None,
    **options: Any,
) -> int:
    """Print the cosines of each PICTURE with each text as csv; without texts, of the pictures with each other."""
    from clipgen.prompts import read_prompt_file

    settings = verb_settings("compare", options)
    found = Pictures(pictures, recursive=recursive)
    words = [*typed, *(read_prompt_file(texts) if texts else [])]
    if len(found.paths) == 1 and not words:
        raise click.UsageError("one picture and no text: name more pictures, or give --text TEXT")
    check_targets([*found.paths, *([texts] if texts else [])], plot=plot)
    job = Job("compare", Inputs(pictures=tuple(map(str, found.paths)), texts=tuple(words)), settings)
    from clipgen.tasks.events import Compared  # late: torch takes seconds to import

    compared = [one for one in found.good(open_studio(job).run(job)) if isinstance(one, Compared)]
    names, scores = [shown(one.path) for one in compared], [one.scores for one in compared]
    if compared:
        _print(names, words or names, scores)
    if compared and plot is not None:
        from clipgen.media.pictures import DRAWN, save_picture
        from clipgen.media.plots import heat_map

        save_picture(plot, heat_map([list(row) for row in scores], names, words or names), DRAWN)
    return found.exit_code()


def _print(names: list[str], columns: list[str], scores: list[tuple[float, ...]]) -> None:
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(["image", *columns])
    for name, row in zip(names, scores, strict=True):
        table.writerow([name, *(f"{value:.4f}" for value in row)])
