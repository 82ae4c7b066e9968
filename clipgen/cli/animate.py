"""`clipgen animate`: prompt files, long texts and timelines to films."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.filming import WORK, Wanted, film_options, film_settings, make
from clipgen.cli.options import SectionedCommand, option
from clipgen.cli.presence import check_presence
from clipgen.cli.progress import loading
from clipgen.settings import FilmSettings
from clipgen.timelines import read_timeline

if TYPE_CHECKING:
    from clipgen.tasks.animate import Take

EXAMPLES = """\
\b
FILE is a text, one prompt a line (a line of several sentences is as many
scenes, --- is a hard cut), subtitles (.srt), or a timeline (.toml) with
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
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@option(
    "-o", "--output", type=click.Path(path_type=Path), section="Output", metavar="PATH",
    help="film ending in .mp4, .gif, .webp or .apng, a page (.html, with --as-network), or a folder [outputs/FILE.mp4]",
)  # fmt: skip
@option("--dry-run", is_flag=True, section="Output", help="print the timeline, its length and its cost, and stop")
@option(
    "--resume", is_flag=True, section="Output",
    help="go on with a film that was stopped or whose file was edited: what did not change is used again",
)  # fmt: skip
@film_options
def command(file: Path, output: Path | None, dry_run: bool, resume: bool, weights: Path | None, **options: Any) -> int:
    """Make a film from FILE: every line a scene that grows out of the last.

    Keyframes lie beside the film, in a folder ending in .film: nothing is lost by Ctrl-C, a power cut or a full disk.
    """
    warnings.simplefilter("ignore")
    wanted = Wanted.of(options)
    timeline = read_timeline(file)
    settings, picture = film_settings(timeline, file, options)
    if dry_run:
        from clipgen.tasks.animate import kind_of

        kind = kind_of(settings)
        takes = kind.outline(timeline, settings, picture)
        for line in plan_lines(takes, settings, kind.cost(takes, settings)):
            click.echo(line)
        return 0
    check_presence(picture, weights)
    # Late: the rest brings the models, which take seconds to import.
    from clipgen.tasks.animate.record import check_place

    path = _place(output, file, resume=resume)
    check_place(path, audio=wanted.audio, settings=settings)
    with loading("loading the models", quiet=wanted.quiet):
        from clipgen.studio import Studio
        from clipgen.tasks.animate import make_film

        perceptor = Studio().perceptor(picture)
        work = path.with_suffix(WORK)
        film = make_film(timeline, settings, picture, perceptor=perceptor, weights=weights, folder=work)
    return make(film, path, file, wanted)


def plan_lines(takes: list[Take], settings: FilmSettings, steps: int) -> list[str]:
    """The plan of a film for people: when each scene is, how it comes, and what all of it costs."""
    rate, lines = settings.keyframes, ["  start  seconds  comes by   prompt"]
    for take in takes:
        by = take.transition if take.index else "–"
        lines.append(f"{take.first / rate:7.2f}  {take.count / rate:7.2f}  {by:9}  {take.scene.prompt}")
    seconds = (takes[-1].first + takes[-1].count) / rate
    made = "one network" if settings.as_network else f"{takes[-1].first + takes[-1].count} keyframes"
    lines.append(
        f"{len(takes)} scenes, {seconds:.2f} s, {round(seconds * settings.fps)} frames at {settings.fps} a second; "
        f"{made}, {steps} optimisation steps"
    )
    return lines


def _place(output: Path | None, file: Path, *, resume: bool) -> Path:
    """Where the film goes: a free name, or with --resume the very one."""
    from clipgen.cli.outputs import DEFAULT_FOLDER
    from clipgen.files import free_path
    from clipgen.media.films import DEFAULT_ENDING

    asked = output or DEFAULT_FOLDER / f"{file.stem}{DEFAULT_ENDING}"
    if resume or not asked.suffix:
        return asked
    if not asked.exists() and asked.with_suffix(WORK).exists():
        click.echo(f"note: {asked.with_suffix(WORK)} holds an unfinished film; --resume goes on with it", err=True)
    path, number = asked, 1
    while path.with_suffix(WORK).exists() or path.exists():
        number += 1
        path = asked.with_stem(f"{asked.stem}-{number}")
    return free_path(path.parent, path.stem, path.suffix)
