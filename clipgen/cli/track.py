"""`clipgen track`: follow things through films."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.describe import open_studio, verb_options, verb_settings
from clipgen.cli.files import check_folder, check_targets
from clipgen.cli.interrupt import Interruption
from clipgen.cli.library import name_skipped
from clipgen.cli.printing import as_line
from clipgen.cli.progress import loading
from clipgen.cli.sections import option
from clipgen.errors import PromptError
from clipgen.jobs import Inputs, Job

if TYPE_CHECKING:
    from clipgen.similarity import Skipped
    from clipgen.studio.studio import Event
    from clipgen.tasks.track import Passage, Tracked

EXAMPLES = """\
\b
Each PHRASE is looked for every half second (--every), and what is found is
followed in the frames between. A thing that is covered or leaves the picture
has no box, and has its number again when it is back.

\b
Examples:
  clipgen track film.mp4 "a red car" -o tracked.mp4
  clipgen track film.mp4 "a red car" "a dog" --json tracks.jsonl --every 0.25
"""


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Follow things through films.")
@click.argument("film", type=click.Path(path_type=Path), metavar="FILM")
@click.argument("phrases", nargs=-1, required=True, metavar="PHRASE…")
@option("-o", "--output", type=click.Path(path_type=Path), section="Output", metavar="PATH",
        help="also write the film with boxes and numbers: .mp4, .gif, .webp or .apng, or a folder")
@option("--json", "json_path", type=click.Path(path_type=Path, dir_okay=False), section="Output",
        metavar="FILE.jsonl", help="also write a JSON row for each frame")
@verb_options("track")
def command(
    film: Path, phrases: tuple[str, ...], output: Path | None, json_path: Path | None, **options: Any
) -> int:  # fmt: skip
    """Find what each PHRASE names in FILM, and follow it; each thing has a number that it keeps."""
    _check(film, phrases, output, json_path)
    job = Job("track", Inputs(pictures=(str(film),), texts=phrases), verb_settings("track", options))
    events = open_studio(job).run(job)
    from clipgen.tasks.track import draw_tracks, passages

    skipped: list[Skipped] = []
    with ExitStack() as stack:
        interruption = stack.enter_context(Interruption())
        rows: Iterator[Tracked] = _until(interruption, _found(events, skipped))
        if output is not None:
            rows = draw_tracks(film, rows, output)
        if json_path is not None:
            rows = _written(rows, json_path)
        things = passages(rows)
    for thing in things:
        click.echo(_line(thing))
    click.echo(f"{len(things):,} {'thing' if len(things) == 1 else 'things'}", err=True)
    if interruption.exit_code:
        click.echo("stopped: what is written ends here", err=True)
    name_skipped(skipped)
    return interruption.exit_code or (1 if skipped else 0)


def _check(film: Path, phrases: tuple[str, ...], output: Path | None, json_path: Path | None) -> None:
    """Find what is wrong before the models are loaded."""
    from clipgen.media.films import check_film
    from clipgen.media.footage import VideoFacts

    VideoFacts.of(film)
    if not any(phrase.strip() for phrase in phrases):
        raise PromptError("there is nothing to look for; give one phrase or more")
    for path in (output, json_path):
        if path is not None:
            check_folder(path.parent)
    check_targets([film], output=output, json=json_path)
    if output is not None:
        check_film(output)


def _found(events: Iterable[Event], skipped: list[Skipped]) -> Iterator[Tracked]:
    """The frames among the events, while a line shows how far the film is."""
    from clipgen.media.moments import clock
    from clipgen.similarity import Skipped
    from clipgen.tasks.track import Tracked

    with loading("looking") as update:
        for event in events:
            if isinstance(event, Tracked):
                update(f"following: {clock(event.seconds)} of {clock(event.total)}")
                yield event
            elif isinstance(event, Skipped):
                skipped.append(event)


def _until(interruption: Interruption, rows: Iterable[Tracked]) -> Iterator[Tracked]:
    """The frames before Ctrl-C: files of them are then written to their end, and none where there is no frame."""
    for done, row in enumerate(rows):
        if interruption.exit_code and not done:
            interruption.stop()
        if interruption.exit_code:
            return
        yield row


def _written(rows: Iterable[Tracked], path: Path) -> Iterator[Tracked]:
    """Write a JSON line for each frame, while they pass; the file appears whole, at the end."""
    from clipgen.files import write_whole

    with write_whole(path) as part, open(part, "w", encoding="utf-8") as file:
        for row in rows:
            file.write(as_line(row.to_dict()) + "\n")
            yield row


def _line(thing: Passage) -> str:
    from clipgen.media.moments import clock

    times = f"{clock(thing.start, decimals=3)} – {clock(thing.end, decimals=3)}"
    return f"{thing.number:4}  {times}  {thing.frames:6,} frames  {thing.text}"
