"""`clipgen rerun picture.png`: the same bytes again, from the settings that the picture carries."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.outputs import Outputs
from clipgen.cli.progress import loading, open_progress
from clipgen.errors import ImageError
from clipgen.media.pictures import read_metadata

if TYPE_CHECKING:
    from clipgen.tasks.generate import Generation


@click.command()
@click.argument("picture", type=click.Path(path_type=Path), metavar="PICTURE")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="PATH", help="Folder, or name of the picture [outputs]"
)
@click.option(
    "--weights", type=click.Path(exists=True, path_type=Path), metavar="PATH", help="Where the generator's weights are."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print the name of the file only.")
def command(picture: Path, output: Path | None, weights: Path | None, as_json: bool, quiet: bool) -> None:
    """Make a picture again from the prompt and settings inside it, and compare the two files byte for byte.

    Bytes are the same on the same machine and versions; elsewhere the arithmetic may differ in the last digits. A
    picture of a batch is made again with its whole batch.
    """
    warnings.simplefilter("ignore")
    metadata = read_metadata(picture)
    if metadata.get("command") != "generate":
        raise ImageError(f"{picture} is no single picture of `clipgen generate`; rerun one of the pictures themselves")
    outputs = Outputs.at(output, ending=picture.suffix)
    with loading("loading the models", quiet=quiet):
        generation = begin_again(metadata, weights=weights)
    if not quiet:
        for note in generation.notes:
            click.echo(f"note: {note}", err=True)
    with open_progress(quiet=quiet) as progress:
        for step in generation:
            progress.show(step)
    path = outputs.save_pictures([generation.pictures()[metadata["index"]]])[0]
    same = path.read_bytes() == picture.read_bytes()
    if as_json:
        click.echo(json.dumps({"path": str(path), "same": same}, ensure_ascii=False))
        return
    click.echo(path)
    if not quiet:
        click.echo(f"the same bytes as {picture}" if same else f"differs from {picture}: {_why(metadata)}", err=True)


def begin_again(metadata: dict[str, Any], *, weights: Path | None) -> Generation:
    """The run that made a picture. Raises ImageError for metadata that cannot be read."""
    from clipgen.studio import Studio

    return Studio(weights=weights).again(metadata)


def _why(metadata: dict[str, Any]) -> str:
    import clipgen

    made = metadata.get("version")
    if made != clipgen.__version__:
        return f"it was made by clipgen {made}, this is {clipgen.__version__}"
    return "another machine, or other versions of its libraries"
