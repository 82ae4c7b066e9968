"""`clipgen tune`: a CLIP that knows your own things."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.files import InputFile
from clipgen.cli.options import json_option
from clipgen.cli.printing import as_line
from clipgen.cli.progress import loading
from clipgen.cli.sections import option

if TYPE_CHECKING:
    from clipgen.train.tune import Tuned

EXAMPLES = """\
\b
PICTURES is a folder of folders that are named by what their pictures show, or a
.csv or .jsonl with the columns picture and caption. A stopped run resumes when
the same command is given again.

\b
Examples:
  clipgen tune photos/ -o my-shop
  clipgen classify new.jpg --perceptor my-shop --by-folder photos/
  clipgen "my teapot on a beach" --perceptor my-shop
  clipgen tune photos/ --from vit-b-32 --last-blocks 2
  clipgen tune captions.csv -o holidays --guard what-it-must-not-forget/
"""


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Teach a CLIP your own things.")
@click.argument("pictures", type=InputFile(), metavar="PICTURES")
@option("-o", "--output", "name", metavar="NAME", section="Output",
        help="name of the new model  [that of the folder, and of --from]")  # fmt: skip
@option("--from", "base", metavar="NAME", section="Training",
        help="any CLIP model  [reader, which describes, and builtin, which then paints in its place]")  # fmt: skip
@option("--last-blocks", type=click.IntRange(min=0), metavar="N", section="Training",
        help="blocks of the picture tower that are trained after its head  [0]")  # fmt: skip
@option("--steps", type=click.IntRange(min=1), metavar="N", section="Training", help="most steps of each phase  [400]")
@option("--batch", type=click.IntRange(min=2), metavar="N", section="Training", help="your pictures in a step  [96]")
@option("--lr", type=click.FloatRange(0, 1, min_open=True), metavar="RATE", section="Training",
        help="peak learning rate of the last blocks  [1e-5]")  # fmt: skip
@option("--new-word", "new_words", multiple=True, metavar="WORD", section="Training",
        help="learn a token for a word of the captions; unknown words of a built-in CLIP have one; repeat for several")
@option("--guard", type=InputFile(), metavar="PICTURES", section="Training",
        help="further captioned pictures, of what must not be forgotten")  # fmt: skip
@option("--seed", type=click.IntRange(min=0), metavar="N", section="Training", help="seed of the training  [0]")
@option("--replace", is_flag=True, section="Output", help="replace a tuned model of this name")
@option("--resume/--no-resume", default=True, section="Training", help="continue a run that was stopped  [resume]")
@option("--device", metavar="NAME", section="Training", help="auto, cpu, cuda or mps  [auto]")
@json_option
def command(pictures: Path, as_json: bool, **options: Any) -> int:
    """Tune a CLIP model on your captioned PICTURES; every command then finds it by its name.

    Printed: how many held-out pictures get their caption, and how many other pictures get their name, before and after;
    for models that paint also under an attack. The model's card is in its folder.
    """
    from clipgen.train.tune import tune  # late: it imports torch

    given = {name: value for name, value in options.items() if value not in (None, ())}
    with loading("tuning", quiet=as_json) as update:

        def report(line: str) -> None:
            update(line)
            if not as_json and not sys.stderr.isatty():
                click.echo(line, err=True)

        tuned = tune(pictures, **given, report=report)
    problems = dict.fromkeys(line for one in tuned for line in one.problems)
    for line in problems:
        click.echo(f"skipped: {' '.join(line.split())}", err=True)
    for line in dict.fromkeys(line for one in tuned for line in one.notes):
        click.echo(f"note: {line}", err=True)
    for one in tuned:
        click.echo(as_line(_row(one)) if as_json else _line(one))
    if not as_json:
        click.echo(f"{tuned[0].folder}; use it with --perceptor {tuned[0].name}", err=True)
    return 1 if problems else 0


def _row(one: Tuned) -> dict[str, object]:
    figures = {name: round(value, 4) if isinstance(value, float) else value for name, value in
               vars(one.figures).items()}  # fmt: skip
    return {"name": one.name, "from": one.base, "folder": str(one.folder), "new_words": list(one.new_words), **figures}


def _line(one: Tuned) -> str:
    figures = one.figures
    learnt = "not measured" if figures.after is None else f"{_percent(figures.before)} → {_percent(figures.after)}"
    return (
        f"{one.name} (from {one.base})\theld-out pictures {learnt}\tother pictures "
        f"{_percent(figures.others_before)} → {_percent(figures.others_after)}\tunder an attack "
        f"{_percent(figures.attacked_before)} → {_percent(figures.attacked_after)}\t{one.seconds:.0f} s"
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"
