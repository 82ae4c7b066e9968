"""`clipgen batch`: many files of prompts, each to its film, with one set of models."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from clipgen.cli.filming import WORK, Wanted, film_options, film_settings, make
from clipgen.cli.options import SectionedCommand, option
from clipgen.cli.progress import loading
from clipgen.errors import ClipgenError
from clipgen.media.films import DEFAULT_ENDING
from clipgen.timelines import read_timeline

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
    help="folder of the films, each called as its file; those that are there are skipped",
)  # fmt: skip
@film_options
def command(files: tuple[Path, ...], out: Path, weights: Path | None, **options: Any) -> int:
    """Make a film from each FILE, as `clipgen animate` does.

    Films that are there are skipped, those that were stopped go on, and a file that cannot become a film is told at the
    end: the exit code is 1 then.
    """
    warnings.simplefilter("ignore")
    wanted = Wanted.of(options)
    if len({file.stem for file in files}) < len(files):
        raise click.UsageError("two of the files have one name, and so would their films; rename one")
    with loading("loading the models", quiet=wanted.quiet):
        from clipgen.studio import Studio
        from clipgen.tasks.animate import make_film
        from clipgen.tasks.animate.record import check_place

        studio = Studio()
    counts, failed = {"made": 0, "skipped": 0}, {}
    for file in files:
        path = out / f"{file.stem}{DEFAULT_ENDING}"
        if path.exists():
            counts["skipped"] += 1
            continue
        try:
            timeline = read_timeline(file)
            settings, picture = film_settings(timeline, file, options)
            check_place(path, audio=wanted.audio, settings=settings)
            work, perceptor = path.with_suffix(WORK), studio.perceptor(picture)
            film = make_film(timeline, settings, picture, perceptor=perceptor, weights=weights, folder=work)
            if code := make(film, path, file, replace(wanted, as_json=False)):
                return code
            counts["made"] += 1
        except ClipgenError as error:
            failed[str(file)] = str(error)
            click.echo(f"{file}: {error}", err=True)
    if wanted.as_json:
        click.echo(json.dumps({**counts, "failed": failed}, indent=2, ensure_ascii=False))
    elif not wanted.quiet:
        click.echo(f"{counts['made']} made, {counts['skipped']} skipped, {len(failed)} failed", err=True)
    return 1 if failed else 0
