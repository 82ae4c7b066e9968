"""`clipgen index`: bring the library of pictures up to date, show or forget it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.describe import verb_options, verb_settings
from clipgen.cli.library import browse, folder_argument, name_skipped
from clipgen.cli.sections import option
from clipgen.jobs import Inputs, Job

EXAMPLES = """\
\b
Examples:
  clipgen index photos/                 new and changed pictures; `search` does so, too
  clipgen index --status
  clipgen index photos/ --forget        the files stay where they are
"""


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Index folders of pictures and films, for search.")
@folder_argument
@option("--status", is_flag=True, section="Output", help="print what is indexed, of all folders or of FOLDER")
@option("--forget", is_flag=True, section="Output", help="remove FOLDER from the index, without FOLDER everything")
@option("--yes", is_flag=True, section="Output", help="forget without asking")
@verb_options("index")
def command(folders: tuple[Path, ...], status: bool, forget: bool, yes: bool, **options: Any) -> int:
    """Index the pictures and films in each FOLDER and the folders in it; what is indexed already is skipped."""
    settings = verb_settings("index", options)
    job = Job("index", Inputs(folders=tuple(map(str, folders))), settings)
    if status or forget:
        return _forget(job, yes=yes) if forget else _status(job)
    if not folders:
        raise click.UsageError("name one or more folders to index, or --status")
    indexing, others = browse(job)
    for _ in others:
        pass
    name_skipped(indexing.skipped)
    frames = f", {indexing.frames:,} of them frames of films" if indexing.frames else ""
    click.echo(f"{indexing.embedded:,} new pictures indexed{frames}")
    return 1 if indexing.skipped else 0


def _status(job: Job) -> int:
    from clipgen.library import EVERYWHERE, Library, absolute
    from clipgen.tasks.browse import index_of

    with Library(index_of(job)) as library:
        for place in [absolute(Path(folder)) for folder in job.inputs.folders] or [EVERYWHERE]:
            found = library.status(place)
            click.echo(f"{library.path if place == EVERYWHERE else place}")
            click.echo(f"  files: {found.files:,}")
            click.echo(f"  pictures: {found.contents - found.films:,}, unusable: {found.broken:,}")
            if found.films:
                click.echo(f"  films: {found.films:,}, frames: {found.frames:,}")
            for fingerprint, count in found.vectors.items():
                click.echo(f"  embedded by {fingerprint[:12]}: {count:,}")
            click.echo(f"  size of the index: {found.bytes / 2**20:.1f} MB")
    return 0


def _forget(job: Job, *, yes: bool) -> int:
    from clipgen.library import Library, absolute
    from clipgen.tasks.browse import index_of

    with Library(index_of(job)) as library:
        places = [absolute(Path(folder)) for folder in job.inputs.folders]
        if not places and not yes:
            click.confirm(f"Forget the whole index {library.path}?", abort=True, err=True)
        count = sum(map(library.forget, places)) if places else library.clear()
    click.echo(f"{count:,} files forgotten")
    return 0
