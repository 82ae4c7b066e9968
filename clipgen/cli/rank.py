"""`clipgen rank`: order pictures by how well they fit a phrase."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import click

from clipgen.cli.describe import describe_options, load_matcher, read_pictures, recursive_option, settings_of
from clipgen.cli.options import SectionedCommand, option

EXAMPLES = """\
\b
Examples:
  clipgen rank "golden hour" photos/
  clipgen rank "a cat" photos/ -r --keep 0.2 > best.txt
  clipgen rank "a castle" outputs/*.png --sheet best.png
"""


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Order pictures by how well they fit a phrase.")
@click.argument("phrase", metavar="PHRASE")
@click.argument("pictures", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PICTURE…")
@recursive_option
@option("--keep", type=float, section="Output", metavar="X", help="only the best: a share up to 1, or so many")
@option(
    "--sheet", type=click.Path(path_type=Path), section="Output", metavar="FILE.png",
    help="also a contact sheet of those that are kept, best first",
)  # fmt: skip
@option("--csv", "as_csv", is_flag=True, section="Output", help="print name, score and z as csv")
@option("--json", "as_json", is_flag=True, section="Output", help="print the list as JSON")
@describe_options(ranking=False)
def command(
    phrase: str,
    pictures: tuple[Path, ...],
    recursive: bool,
    keep: float | None,
    sheet: Path | None,
    as_csv: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Order each PICTURE, a file or a folder, by how well it fits PHRASE, best first."""
    settings = settings_of(options)
    # Late: they bring torch, which takes seconds to import.
    from clipgen.media.images import find_images
    from clipgen.tasks.rank import keep as keep_best
    from clipgen.tasks.rank import rank

    paths = find_images(pictures, recursive=recursive)
    matcher = load_matcher(settings)
    batches = (([str(path) for path in some], images) for some, images in read_pictures(paths, batch=32))
    ranked = rank(phrase, batches, matcher, views=settings.views)
    if keep is not None:
        ranked = keep_best(ranked, keep)
    if sheet is not None:
        _write_sheet(sheet, [Path(one.name) for one in ranked])
    if as_json:
        click.echo(json.dumps([vars(one) for one in ranked], indent=2, ensure_ascii=False))
        return
    if as_csv:
        table = csv.writer(sys.stdout, lineterminator="\n")
        table.writerows([("image", "score", "z"), *((one.name, f"{one.score:.4f}", f"{one.z:.2f}") for one in ranked)])
        return
    for one in ranked:
        click.echo(f"{one.score:.3f}  z {one.z:4.1f}  {one.name}")


def _write_sheet(sheet: Path, paths: list[Path]) -> None:
    from clipgen.media.images import load_image, to_pil
    from clipgen.media.pictures import save_picture
    from clipgen.media.sheets import contact_sheet

    shown = [to_pil(load_image(path, size=(192, 192))[0]) for path in paths[:100]]
    save_picture(sheet, contact_sheet(shown, [path.name for path in paths[:100]]), {})
