"""`clipgen detect`: find where in a picture things are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.describe import Pictures, open_studio, recursive_option, verb_options, verb_settings
from clipgen.cli.files import STDIN, InputFile, PictureFile, check_targets, looks_like_file, shown, spooled
from clipgen.cli.printing import as_line
from clipgen.cli.progress import loading
from clipgen.cli.sections import option
from clipgen.jobs import Inputs, Job

if TYPE_CHECKING:
    from clipgen.studio import Studio
    from clipgen.tasks.detect import Detected, Detection

EXAMPLES = """\
\b
Files and folders are pictures, other words are phrases.

\b
Examples:
  clipgen detect street.jpg "a red car" "a traffic light" -o boxes.png
  clipgen detect street.jpg "a red car" --heat heat.png
  clipgen detect photos/ "a dog" --json > dogs.jsonl
  clipgen detect street.jpg --every-label labels.txt -o boxes.png
"""


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Find where in a picture things are.")
@click.argument("words", nargs=-1, required=True, metavar="PICTURE… PHRASE…")
@recursive_option
@option(
    "--every-label", type=InputFile(), section="Pictures", metavar="FILE",
    help="look for all labels of a file, one a line; a place gets the label that fits best",
)  # fmt: skip
@option(
    "-o", "--output", type=PictureFile(), section="Output", metavar="FILE.png", help="also write the picture with boxes"
)
@option(
    "--heat", type=PictureFile(), section="Output", metavar="FILE.png",
    help="also write a sheet of where each phrase fits",
)  # fmt: skip
@option("--json", "as_json", is_flag=True, section="Output", help="print the rows as JSON, one a picture")
@verb_options("detect")
def command(
    words: tuple[str, ...],
    recursive: bool,
    every_label: Path | None,
    output: Path | None,
    heat: Path | None,
    as_json: bool,
    **options: Any,
) -> int:
    """Print where each PHRASE is in each PICTURE, a file or a folder: left, top, right, bottom in upright pixels.

    A phrase of which nothing is there is "not here".
    """
    names, phrases = _sorted(words)
    if not phrases and every_label is None:
        raise click.UsageError("no phrases: write them after the pictures, or give --every-label FILE")
    pictures = [spooled(click.get_current_context()) if name == STDIN else Path(name) for name in names]
    settings = verb_settings("detect", options)
    found = Pictures(pictures, recursive=recursive)
    if (output or heat) and len(found.paths) > 1:
        raise click.UsageError(f"-o and --heat draw one picture, and {len(found.paths)} are given")
    check_targets([*found.paths, *([every_label] if every_label else [])], output=output, heat=heat)
    labels = None if every_label is None else str(every_label)
    job = Job("detect", Inputs(pictures=tuple(map(str, found.paths)), texts=tuple(phrases), text_file=labels), settings)
    studio = open_studio(job, quiet=as_json)
    from clipgen.tasks.detect import Detected  # late: torch takes seconds to import

    with loading("looking", quiet=as_json):
        for one in found.good(studio.run(job)):
            assert isinstance(one, Detected)  # of this verb
            _print(one, many=len(found.paths) > 1, as_json=as_json)
            _draw(studio, job, one, output, heat)
    return found.exit_code()


def _sorted(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Pictures and phrases among the words of a command line."""
    pictures = [word for word in words if looks_like_file(word)] or [words[0]]
    return pictures, [word for word in words if word not in pictures]


def _print(one: Detected, *, many: bool, as_json: bool) -> None:
    if as_json:
        boxes = [found.to_dict() for found in one.found]
        row = {"image": shown(one.path), "size": list(one.size), "found": boxes, "not_here": list(one.missing)}
        click.echo(as_line(row))
        return
    lines = [*map(_line, one.found), *(f"{phrase}: not here" for phrase in one.missing)]
    for line in lines or ["nothing of the labels is here"]:
        click.echo(f"{shown(one.path)}\t{line}" if many else line)


def _line(found: Detection) -> str:
    return f"{found.text}: {' '.join(map(str, found.box))}  score {found.score:.1f}"


def _draw(studio: Studio, job: Job, one: Detected, output: Path | None, heat: Path | None) -> None:
    if output is None and heat is None:
        return
    from clipgen.media.images import load_image
    from clipgen.media.pictures import save_picture
    from clipgen.tasks.detect import draw_detections, draw_heat

    assert one.path is not None  # pictures of a command are files
    image = load_image(one.path)
    if output is not None:
        save_picture(output, draw_detections(image, list(one.found)), {})
    if heat is not None:
        detector = studio.detector(job)
        save_picture(heat, draw_heat(image, detector, detector.look(image)), {})
