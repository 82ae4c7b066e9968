"""`clipgen rank`: order pictures by how well they fit a phrase."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.describe import Pictures, open_studio, recursive_option, verb_options, verb_settings
from clipgen.cli.options import SectionedCommand, option
from clipgen.jobs import Inputs, Job

if TYPE_CHECKING:
    from clipgen.tasks.events import Ranked

EXAMPLES = """\
\b
Examples:
  clipgen rank "golden hour" photos/
  clipgen rank "a cat" photos/ -r --keep 0.2 > best.txt
  clipgen rank "a castle" outputs/*.png --sheet best.png
"""

SHOWN = 100  # pictures on a sheet, at most: more would be too small to see


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Order pictures by how well they fit a phrase.")
@click.argument("phrase", metavar="PHRASE")
@click.argument("pictures", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PICTURE…")
@recursive_option
@option(
    "--sheet", type=click.Path(path_type=Path), section="Output", metavar="FILE.png",
    help=f"also write a contact sheet of the first {SHOWN}, best first",
)  # fmt: skip
@option("--csv", "as_csv", is_flag=True, section="Output", help="print name, score and z as csv")
@option("--json", "as_json", is_flag=True, section="Output", help="print the list as JSON")
@verb_options("rank")
def command(
    phrase: str,
    pictures: tuple[Path, ...],
    recursive: bool,
    sheet: Path | None,
    as_csv: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Order each PICTURE, a file or a folder, by how well it fits PHRASE, best first."""
    settings = verb_settings("rank", options)
    found = Pictures(pictures, recursive=recursive)
    job = Job("rank", Inputs(pictures=tuple(map(str, found.paths)), texts=(phrase,)), settings)
    from clipgen.tasks.events import Ranked  # late: torch takes seconds to import

    ranked = [one for one in found.good(open_studio(job).describe(job)) if isinstance(one, Ranked)]
    if ranked:
        _print(ranked, as_csv=as_csv, as_json=as_json)
    if ranked and sheet is not None:
        _write_sheet(sheet, [one.path for one in ranked if one.path is not None])
    return found.exit_code()


def _print(ranked: list[Ranked], *, as_csv: bool, as_json: bool) -> None:
    if as_json:
        rows = [{"name": str(one.path), "score": one.score, "z": one.z} for one in ranked]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif as_csv:
        table = csv.writer(sys.stdout, lineterminator="\n")
        table.writerows([("image", "score", "z"), *((one.path, f"{one.score:.4f}", f"{one.z:.2f}") for one in ranked)])
    else:
        for one in ranked:
            click.echo(f"{one.score:.3f}  z {one.z:4.1f}  {one.path}")


def _write_sheet(sheet: Path, paths: list[Path]) -> None:
    from clipgen.media.images import load_image, to_pil
    from clipgen.media.pictures import save_picture
    from clipgen.media.sheets import contact_sheet

    shown = [to_pil(load_image(path, size=(192, 192))[0]) for path in paths[:SHOWN]]
    save_picture(sheet, contact_sheet(shown, [path.name for path in paths[:SHOWN]]), {})
