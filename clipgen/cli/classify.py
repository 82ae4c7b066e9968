"""`clipgen classify`: sort pictures by labels of one's own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.describe import describe_options, load_matcher, read_pictures, recursive_option, settings_of
from clipgen.cli.options import SectionedCommand, option

if TYPE_CHECKING:
    from clipgen.tasks.classify import Label

EXAMPLES = """\
\b
Labels are words after the picture or a file of them; each is said in several
ways ("a picture of a cat", …), or as --templates tells, and the mean compared.

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
    help="labels, one a line, beside those that are typed",
)  # fmt: skip
@option("--by-folder", is_flag=True, section="Pictures", help="labels are the names of the folders in PICTURE")
@option(
    "--templates", type=click.Path(path_type=Path), section="Search", metavar="FILE",
    help="how labels are said, one way a line, {} where the label goes",
)  # fmt: skip
@option("--top", type=click.IntRange(1), default=5, section="Search", metavar="N", help="labels per picture [5]")
@option("--json", "as_json", is_flag=True, section="Output", help="print the rows as JSON, one a line")
@describe_options(ranking=False)
def command(
    picture: Path,
    words: tuple[str, ...],
    recursive: bool,
    labels: Path | None,
    by_folder: bool,
    templates: Path | None,
    top: int,
    as_json: bool,
    **options: Any,
) -> None:
    """Tell which LABEL fits PICTURE, a file or a folder, best."""
    settings = settings_of(options)
    # Late: they bring torch, which takes seconds to import.
    from clipgen.media.images import find_images
    from clipgen.prompts import read_prompt_file
    from clipgen.tasks.classify import TEMPLATES, Classifier

    paths = find_images([picture], recursive=recursive or by_folder)
    given = [*words, *(read_prompt_file(labels) if labels else []), *(_folders(picture) if by_folder else [])]
    if not given:
        raise click.UsageError("no labels: write them after the picture, or give --labels FILE or --by-folder")
    matcher = load_matcher(settings)
    said = read_prompt_file(templates) if templates else TEMPLATES
    classifier = Classifier(given, matcher, templates=said)
    right = count = 0
    for some, images in read_pictures(paths, batch=32):
        found = classifier.classify(images, top=top, views=settings.views)
        for path, row in zip(some, found, strict=True):
            click.echo(_json(path, row) if as_json else _line(path, row))
            count += 1
            right += row[0].text == path.parent.name
    if by_folder and count:
        click.echo(f"right: {right} of {count} ({100 * right / count:.1f} %)", err=True)


def _folders(home: Path) -> list[str]:
    return sorted(path.name for path in home.iterdir() if path.is_dir()) if home.is_dir() else []


def _json(path: Path, row: Sequence[Label]) -> str:
    return json.dumps({"image": str(path), "labels": [vars(label) for label in row]}, ensure_ascii=False)


def _line(path: Path, row: Sequence[Label]) -> str:
    return f"{path}\t" + "  ".join(f"{label.text} {100 * label.probability:.1f} %" for label in row)
