"""`clipgen rerun picture.png`: the same bytes again, from the metadata of the picture."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.options import json_option, output_option, quiet_option, weights_option
from clipgen.cli.outputs import Outputs
from clipgen.cli.printing import as_line
from clipgen.cli.progress import loading, open_progress
from clipgen.errors import ImageError
from clipgen.jobs import Job
from clipgen.media.pictures import read_metadata
from clipgen.values import number

if TYPE_CHECKING:
    from clipgen.tasks.generate import Picture, Run
    from clipgen.tasks.generate.picture import PictureJson


@click.command(cls=SectionedCommand)
@click.argument("picture", type=click.Path(path_type=Path), metavar="PICTURE")
@output_option
@json_option
@quiet_option
@weights_option
def command(picture: Path, output: Path | None, weights: Path | None, as_json: bool, quiet: bool) -> None:
    """Make a picture again from the prompt and settings inside it, and compare the two files byte for byte.

    Bytes are the same on the same machine and versions; elsewhere the arithmetic may differ in the last digits, and a
    note says so before the work. A picture of a batch is repeated with its whole batch.
    """
    warnings.simplefilter("ignore")
    metadata = read_metadata(picture)
    if not {"steps_done", "index"} <= metadata.keys():
        raise ImageError(f"{picture} is not a single picture of a run; rerun one of its pictures instead")
    outputs = Outputs.at(output, ending=picture.suffix)
    # late: it imports torch, which takes seconds
    from clipgen.studio import Studio

    with loading("loading the models", quiet=quiet):
        run = Studio(weights=weights).again(metadata)
    if not quiet:
        for note in run.notes:
            click.echo(f"note: {note}", err=True)
    with open_progress(quiet=quiet) as progress:
        for step in run:
            progress.show(step)
    path = outputs.save_pictures([_with_metadata(run.pictures()[number(metadata, "index")], metadata)])[0]
    same = path.read_bytes() == picture.read_bytes()
    if as_json:
        click.echo(as_line({"path": str(path), "same": same}))
        return
    click.echo(path)
    if not quiet:
        found = f"the same bytes as {picture}" if same else f"differs from {picture}: {_why(metadata, run)}"
        click.echo(found, err=True)


def _with_metadata(made: Picture, metadata: dict[str, Any]) -> Picture:
    """The picture with the metadata of the file, if they are true of it: other versions write another format."""
    facts = ("prompt", "seed", "score", "steps_done", "index")
    same_facts = all(dict(made.metadata)[name] == metadata.get(name) for name in facts)
    before, now = Job.from_json(metadata), Job.from_json(made.metadata)
    same = same_facts and (before.models, before.files) == (now.models, now.files)
    return replace(made, metadata=cast("PictureJson", metadata)) if same else made


def _why(metadata: dict[str, Any], run: Run) -> str:
    from clipgen.tasks.generate.origin import changed_since  # late: it imports torch

    changes = changed_since(metadata, run.plan.device)
    return f"it was made with {', '.join(changes) or 'another machine, or other versions of its libraries'}"
