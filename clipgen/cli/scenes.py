"""`clipgen scenes`: cuts of films, with a picture and a caption for each scene."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.describe import open_studio, verb_options, verb_settings
from clipgen.cli.files import check_targets
from clipgen.cli.library import name_skipped
from clipgen.cli.options import json_option
from clipgen.cli.printing import as_text
from clipgen.cli.progress import loading
from clipgen.cli.sections import option
from clipgen.files import write_text
from clipgen.jobs import Inputs, Job

if TYPE_CHECKING:
    from clipgen.similarity import Skipped
    from clipgen.studio.studio import Event
    from clipgen.tasks.scenes import Scene

EXAMPLES = """\
\b
Examples:
  clipgen scenes film.mp4
  clipgen scenes film.mp4 --html scenes.html --no-captions
  clipgen scenes film.mp4 --chapters chapters.txt
  ffmpeg -i film.mp4 -i chapters.txt -map_chapters 1 -c copy chaptered.mp4
"""

_OUTPUTS = ("html", "srt", "chapters", "edl")
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Find the scenes of films.")
@click.argument("film", type=click.Path(path_type=Path), metavar="FILM")
@option("--html", type=_FILE, section="Output", metavar="FILE.html", help="also write a page with thumbnails")
@option("--srt", type=_FILE, section="Output", metavar="FILE.srt", help="also write the captions as subtitles")
@option("--chapters", type=_FILE, section="Output", metavar="FILE.txt",
        help="also write chapters in FFmpeg's metadata format")
@option("--edl", type=_FILE, section="Output", metavar="FILE.edl", help="also write an edit decision list (CMX 3600)")
@json_option
@verb_options("scenes")
def command(film: Path, as_json: bool, **options: Any) -> int:  # fmt: skip
    """Find the scenes of FILM: cuts and fades through a colour; a flash is none."""
    from clipgen.media.footage import VideoFacts

    VideoFacts.of(film)  # a wrong name is reported before the models are loaded
    check_targets([film], **{name: options[name] for name in _OUTPUTS})
    job = Job("scenes", Inputs(pictures=(str(film),)), verb_settings("scenes", options))
    skipped: list[Skipped] = []
    scenes = list(_found(open_studio(job, quiet=as_json).run(job), skipped, quiet=as_json))
    if as_json:
        click.echo(as_text([scene.to_dict() for scene in scenes]))
    else:
        for scene in scenes:
            click.echo(_line(scene))
        click.echo(f"{len(scenes):,} {'scene' if len(scenes) == 1 else 'scenes'}", err=True)
    _write(film, scenes, options)
    name_skipped(skipped)
    return 1 if skipped else 0


def _found(events: Iterable[Event], skipped: list[Skipped], *, quiet: bool) -> Iterator[Scene]:
    """The scenes among the events, while a line shows how far the film is."""
    from clipgen.media.moments import clock
    from clipgen.similarity import Skipped
    from clipgen.tasks.scenes import Scene, Watched

    with loading("decoding", quiet=quiet) as update:
        for event in events:
            if isinstance(event, Watched):
                update(f"decoding: {clock(event.seconds)} of {clock(event.total)}")
            elif isinstance(event, Skipped):
                skipped.append(event)
            elif isinstance(event, Scene):
                update(f"describing: scene {event.index}")
                yield event


def _line(scene: Scene) -> str:
    from clipgen.media.moments import clock
    from clipgen.tasks.scenes import title

    times = f"{clock(scene.start, decimals=3)} – {clock(scene.end, decimals=3)}"
    text = title(scene) if scene.caption else ""
    return f"{scene.index:4}  {times}  {scene.begins:5}  {text}".rstrip()


def _write(film: Path, scenes: Sequence[Scene], options: dict[str, Any]) -> None:
    from clipgen.media.footage import VideoFacts
    from clipgen.tasks.scenes import as_chapters, as_edl, as_srt

    ways = {"srt": as_srt, "chapters": as_chapters, "edl": lambda scenes: as_edl(scenes, VideoFacts.of(film).rate)}
    for name, text_of in ways.items():
        if options[name]:
            write_text(options[name], text_of(scenes))
    if options["html"]:
        _write_page(options["html"], film, scenes)


def _write_page(path: Path, film: Path, scenes: Sequence[Scene]) -> None:
    from clipgen.media.gallery import Row, write_gallery
    from clipgen.media.moments import Moment
    from clipgen.tasks.scenes import title

    cards = [(Moment(film, scene.middle), f"{scene.index}: {scene.end - scene.start:.1f} s, {title(scene)}")
             for scene in scenes]  # fmt: skip
    write_gallery(path, film.name, [Row("", cards)])
