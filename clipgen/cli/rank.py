"""`clipgen rank`: order pictures by how well they fit a phrase."""

from __future__ import annotations

import csv
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.describe import Pictures, open_studio, recursive_option, verb_options, verb_settings
from clipgen.cli.files import STDIN, PictureFile, check_targets, looks_like_file, shown, spooled
from clipgen.cli.printing import as_text
from clipgen.cli.sections import option
from clipgen.jobs import Inputs, Job

if TYPE_CHECKING:
    from clipgen.tasks.events import Ranked

EXAMPLES = """\
\b
Examples:
  clipgen rank "golden hour" photos/
  clipgen rank "a cat" photos/ -r --keep 0.2 -q > best.txt     names only
  clipgen rank "a castle" outputs/*.png --sheet best.png
"""

SHOWN = 100  # pictures on a sheet, at most: more would be too small to see


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Order pictures by how well they fit a phrase.")
@click.argument("words", nargs=-1, required=True, metavar="PHRASE PICTURE…")
@recursive_option
@option(
    "--sheet", type=PictureFile(), section="Output", metavar="FILE.png",
    help=f"also write a contact sheet of the first {SHOWN}, best first",
)  # fmt: skip
@option("--csv", "as_csv", is_flag=True, section="Output", help="print name, score and z as csv")
@option("--json", "as_json", is_flag=True, section="Output", help="print the list as JSON")
@option("-q", "--paths", "paths_only", is_flag=True, section="Output", help="print names only, best first")
@verb_options("rank")
def command(
    words: tuple[str, ...],
    recursive: bool,
    sheet: Path | None,
    as_csv: bool,
    as_json: bool,
    paths_only: bool,
    **options: Any,
) -> int:
    """Order each PICTURE, a file or a folder, by how well it fits PHRASE, best first."""
    phrase, names = _parted(words)
    ctx = click.get_current_context()
    pictures = [spooled(ctx) if name == STDIN else Path(name) for name in names]
    settings = verb_settings("rank", options)
    found = Pictures(pictures, recursive=recursive)
    check_targets(found.paths, sheet=sheet)
    job = Job("rank", Inputs(pictures=tuple(map(str, found.paths)), texts=(phrase,)), settings)
    from clipgen.tasks.events import Ranked  # late: torch takes seconds to import

    ranked = [one for one in found.good(open_studio(job).run(job)) if isinstance(one, Ranked)]
    if ranked:
        _print(ranked, as_csv=as_csv, as_json=as_json, paths_only=paths_only)
    if ranked and sheet is not None:
        _write_sheet(sheet, [one.path for one in ranked if one.path is not None])
    return found.exit_code()


def _parted(words: Sequence[str]) -> tuple[str, list[str]]:
    """The phrase and the pictures; a phrase without quotes ends where a file begins."""
    first = next((place for place, word in enumerate(words) if looks_like_file(word)), None)
    others = [word for word in words if not looks_like_file(word)]
    if first == 0 and others:
        files = " ".join(shlex.quote(word) for word in words if looks_like_file(word))
        raise click.UsageError(f'the phrase comes first: clipgen rank "{" ".join(others)}" {files}')
    place = first or 1
    if not words[place:]:
        raise click.UsageError("no pictures: write them, or their folder, after the phrase")
    return " ".join(words[:place]), list(words[place:])


def _print(ranked: list[Ranked], *, as_csv: bool, as_json: bool, paths_only: bool) -> None:
    if as_json:
        click.echo(as_text([{"name": shown(one.path), "score": one.score, "z": one.z} for one in ranked]))
    elif paths_only:
        click.echo("\n".join(shown(one.path) for one in ranked))
    elif as_csv:
        table = csv.writer(sys.stdout, lineterminator="\n")
        rows = [(shown(one.path), f"{one.score:.4f}", f"{one.z:.2f}") for one in ranked]
        table.writerows([("image", "score", "z"), *rows])
    else:
        for one in ranked:
            click.echo(f"{one.score:.3f}  z {one.z:4.1f}  {shown(one.path)}")


def _write_sheet(sheet: Path, paths: list[Path]) -> None:
    from clipgen.media.images import load_image, to_pil
    from clipgen.media.pictures import DRAWN, save_picture
    from clipgen.media.sheets import contact_sheet

    small = [to_pil(load_image(path, size=(192, 192))[0]) for path in paths[:SHOWN]]
    save_picture(sheet, contact_sheet(small, [path.name for path in paths[:SHOWN]]), DRAWN)
