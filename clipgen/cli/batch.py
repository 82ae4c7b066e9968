"""`clipgen batch`: many files of prompts, each to its film, with one set of models."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.filming import Report, Request, film_options, make, print_made, stored_film
from clipgen.cli.printing import as_text
from clipgen.cli.progress import loading
from clipgen.cli.sections import option
from clipgen.errors import ClipgenError
from clipgen.media.films import DEFAULT_ENDING

if TYPE_CHECKING:
    from clipgen.studio import Studio

EXAMPLES = """\
\b
Examples:
  clipgen batch prompts/*.txt --out films/
  clipgen batch poems/*.txt --out films/ --style "oil painting:0.5" --captions
"""


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Make films from many files of prompts.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@option(
    "--out", type=click.Path(path_type=Path), required=True, section="Output", metavar="DIR",
    help="folder of the films, each named like its file; films that exist are skipped",
)  # fmt: skip
@film_options
def command(files: tuple[Path, ...], out: Path, **options: Any) -> int:
    """Make a film from each FILE, as `clipgen animate` does.

    Films that exist are skipped, and those that were stopped are resumed. A file that cannot become a film is reported,
    the others are made, and the exit code is 1.
    """
    warnings.simplefilter("ignore")
    report = Report.of(options)
    if len({file.stem for file in files}) < len(files):
        raise click.UsageError("two of the files have the same name, and so would their films; rename one")
    with loading("loading the models", quiet=report.quiet):
        from clipgen.studio import Studio

        studio = Studio()
    made, failed = 0, {}
    missing = [file for file in files if not _path(out, file).exists()]
    for file in missing:
        try:
            if code := _film(file, _path(out, file), options, studio, report):
                return code
            made += 1
        except ClipgenError as error:
            failed[str(file)] = str(error)
            click.echo(str(error) if str(file) in str(error) else f"{file}: {error}", err=True)
    _print(made, len(files) - len(missing), failed, report)
    return 1 if failed else 0


def _path(out: Path, file: Path) -> Path:
    return out / f"{file.stem}{DEFAULT_ENDING}"


def _print(made: int, skipped: int, failed: dict[str, str], report: Report) -> None:
    if report.as_json:
        counts = {"made": made, "skipped": skipped, "failed": failed}
        click.echo(as_text(counts))
    elif not report.quiet:
        click.echo(f"{made} made, {skipped} skipped, {len(failed)} failed", err=True)


def _film(file: Path, path: Path, options: dict[str, Any], studio: Studio, report: Report) -> int:
    request = Request.of(file, path, options, stored_film(path))
    request.check()
    film = request.load(studio)
    made = make(film, request, report)
    if not report.as_json:
        print_made(made, film, request, report)
    return made.exit_code
