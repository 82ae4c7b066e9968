"""`clipgen animate`: prompt files, long texts and timelines to films."""

from __future__ import annotations

import os
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.files import InputFile
from clipgen.cli.filming import WORK, Report, Request, film_options, make, print_made, stored_film
from clipgen.cli.outputs import DEFAULT_FOLDER
from clipgen.cli.presence import check_presence
from clipgen.cli.printing import as_text
from clipgen.cli.progress import loading, seconds_text
from clipgen.cli.sections import option
from clipgen.cli.trial import trial
from clipgen.errors import ClipgenError
from clipgen.media.films import DEFAULT_ENDING

if TYPE_CHECKING:
    from clipgen.tasks.animate import Outline, Output

EXAMPLES = """\
\b
FILE is a text, one prompt a line (each sentence of a line is a scene,
--- is a hard cut), subtitles (.srt), or a timeline (.toml) with
keyframes for camera and weights. Each scene grows out of the one before.

\b
Examples:
  clipgen animate prompts/seasons.txt
  clipgen animate prompts/voyage.txt --style "watercolour:0.5" --captions
  clipgen animate prompts/story.toml --dry-run
  clipgen animate prompts/story.toml -o outputs/story.mp4 --resume
  clipgen animate prompts/seasons.txt -o seasons.gif --fps 12 --loop
  clipgen animate prompts/seasons.txt -o seasons.html --as-network --generator cppn
"""


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Make a film from a file of prompts.")
@click.argument("file", type=InputFile(), metavar="FILE")
@option(
    "-o", "--output", type=click.Path(path_type=Path), section="Output", metavar="PATH",
    help="film ending in .mp4, .gif, .webp or .apng, a page (.html, with --as-network), or a folder "
    "[outputs/FILE.mp4]",
)  # fmt: skip
@option(
    "--dry-run", is_flag=True, section="Output",
    help="print the timeline, its length, and how long painting takes, then stop",
)  # fmt: skip
@option(
    "--resume", is_flag=True, section="Output",
    help="resume a film that was stopped, or whose FILE was edited, with its own settings; options given change them",
)  # fmt: skip
@film_options
def command(file: Path, output: Path | None, dry_run: bool, resume: bool, **options: Any) -> int:
    """Make a film from FILE: every line a scene that grows out of the last.

    Keyframes are kept beside the film, in a folder ending in .film: Ctrl-C, a power cut or a full disk loses nothing.
    """
    warnings.simplefilter("ignore")
    if " " in str(file) and not os.path.exists(file):
        raise click.UsageError(f'FILE is a file of prompts, and there is none of this name; for words: echo "{file}" | '
                               "clipgen animate -")  # fmt: skip
    report = Report.of(options)
    asked = output or DEFAULT_FOLDER / f"{file.stem}{DEFAULT_ENDING}"
    request = Request.of(file, asked, options, stored_film(asked) if resume else None, need_models=not dry_run)
    if dry_run:
        outline = request.outline()
        for line in plan_lines(outline):
            click.echo(line)
        with loading("timing a step", quiet=report.quiet):
            click.echo(time_line(outline, request.weights))
        return 0
    if resume and request.stored is None:
        report.note(f"{asked.with_suffix(WORK)} does not exist: nothing to resume, a new film is started")
    request.check()
    if not resume:
        path = _free(request.output, report)
        request = replace(request, output=replace(request.output, path=path))
    with loading("loading the models", quiet=report.quiet):
        from clipgen.studio import Studio  # late: it imports the models, which takes seconds

        film = request.load(Studio())
    made = make(film, request, report)
    if report.as_json:
        files = {name: str(path) for name, path in made.files.items()}
        result = {**files, "frames": made.frames, "seconds": round(made.seconds, 2), "stopped": made.exit_code != 0}
        click.echo(as_text({**result, "reused": film.reused}))
    else:
        print_made(made, film, request, report)
    return made.exit_code


def plan_lines(outline: Outline) -> list[str]:
    """The plan of a film for people: when each scene is, how it follows the one before, and what all of it costs."""
    settings, rate = outline.settings, outline.settings.keyframes
    lines = ["  start  seconds  transition  prompt"]
    for take in outline.takes:
        by = take.transition if take.index else "–"
        lines.append(f"{take.first / rate:7.2f}  {take.count / rate:7.2f}  {by:10}  {take.scene.prompt}")
    painted = "one network" if settings.as_network else f"{outline.keyframes} keyframes"
    lines.append(
        f"{len(outline.takes)} scenes, {outline.seconds:.2f} s, {outline.frames(outline.keyframes)} frames at "
        f"{settings.fps} a second; {painted}, {outline.steps} optimisation steps"
    )
    return lines


def time_line(outline: Outline, weights: Path | None) -> str:
    """How long painting a film takes on this machine, by timing a step of its first picture; or why that is unknown."""
    try:
        check_presence(outline.picture, weights)
        found = trial(outline.picture, weights)
    except ClipgenError as error:
        return f"how long it takes is unknown: {error}"
    seconds = found.load_seconds + outline.steps * found.seconds
    step = f"{found.seconds:.2f} s a step"
    return f"about {seconds_text(seconds)} on this machine, at {step}; writing the frames comes on top"


def _free(output: Output, report: Report) -> Path:
    """A name that neither a film nor an unfinished one has, nor a file beside it; a folder may have it."""
    from clipgen.files import free_path

    asked = output.path
    in_folder = not asked.suffix
    if not in_folder and not asked.exists() and asked.with_suffix(WORK).exists():
        report.note(f"{asked.with_suffix(WORK)} has an unfinished film; --resume resumes it")
    path, number = asked, 1
    while True:
        taken = [] if in_folder else [path, path.with_suffix(WORK)]
        if not any(one.exists() for one in (*taken, *replace(output, path=path).extras().values())):
            return path if in_folder else free_path(path.parent, path.stem, path.suffix)
        number += 1
        path = asked.with_stem(f"{asked.stem}-{number}")
