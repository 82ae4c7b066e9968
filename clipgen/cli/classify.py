"""`clipgen classify`: sort pictures by labels of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.describe import Pictures, open_studio, recursive_option, verb_options, verb_settings
from clipgen.cli.options import SectionedCommand, option
from clipgen.jobs import Inputs, Job

if TYPE_CHECKING:
    from clipgen.tasks.events import Labelled

EXAMPLES = """\
\b
Labels are words after the picture, or a file of them. Several sentences about
each label ("a picture of a cat", …, or --templates) are embedded and averaged.

\b
Examples:
  clipgen classify photo.jpg cat dog rabbit
  clipgen classify photos/ -r --labels labels.txt --top 1
  clipgen classify animals/ --by-folder      accuracy, when folders name the labels
"""


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Sort pictures by labels of your own.")
@click.argument("picture", type=click.Path(path_type=Path), metavar="PICTURE")
@click.argument("words", nargs=-1, metavar="LABEL…")
@recursive_option
@option(
    "--labels", type=click.Path(path_type=Path), section="Pictures", metavar="FILE",
    help="more labels, one a line",
)  # fmt: skip
@option("--by-folder", is_flag=True, section="Pictures", help="labels are the names of the folders in PICTURE")
@option(
    "--templates", type=click.Path(path_type=Path), section="Search", metavar="FILE",
    help="sentences about a label, one a line, {} where the label goes",
)  # fmt: skip
@option("--json", "as_json", is_flag=True, section="Output", help="print the rows as JSON, one a line")
@verb_options("classify")
def command(
    picture: Path,
    words: tuple[str, ...],
    recursive: bool,
    labels: Path | None,
    by_folder: bool,
    templates: Path | None,
    as_json: bool,
    **options: Any,
) -> int:
    """Print which LABEL fits PICTURE, a file or a folder, best."""
    from clipgen.prompts import read_prompt_file

    given = [*words, *(read_prompt_file(labels) if labels else []), *(_folders(picture) if by_folder else [])]
    if not given:
        raise click.UsageError("no labels: write them after the picture, or give --labels FILE or --by-folder")
    sentences = {"templates": tuple(read_prompt_file(templates))} if templates else {}
    settings = verb_settings("classify", options, **sentences)
    found = Pictures([picture], recursive=recursive or by_folder)
    job = Job("classify", Inputs(pictures=tuple(map(str, found.paths)), texts=tuple(given)), settings)
    events = open_studio(job).describe(job)
    from clipgen.tasks.events import Labelled  # late: torch takes seconds to import

    right = count = 0
    for one in found.good(events):
        assert isinstance(one, Labelled)  # of this verb
        click.echo(_json(one) if as_json else _line(one))
        count += 1
        right += one.path is not None and one.matches[0].text == one.path.parent.name
    if by_folder and count:
        click.echo(f"right: {right} of {count} ({100 * right / count:.1f} %)", err=True)
    return found.exit_code()


def _folders(home: Path) -> list[str]:
    return sorted(path.name for path in home.iterdir() if path.is_dir()) if home.is_dir() else []


def _json(one: Labelled) -> str:
    labels = [{"text": match.text, "probability": match.probability, "score": match.score} for match in one.matches]
    return json.dumps({"image": str(one.path), "labels": labels}, ensure_ascii=False)


def _line(one: Labelled) -> str:
    return f"{one.path}\t" + "  ".join(f"{match.text} {100 * match.probability:.1f} %" for match in one.matches)
