"""What the commands that make films share: their options, what they ask for, and what they print."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.defaults import default_settings, over_defaults
from clipgen.cli.files import shown
from clipgen.cli.interrupt import Interruption
from clipgen.cli.options import (
    given_settings,
    json_option,
    over_file,
    quiet_option,
    setting_options,
    settings_of,
    weights_option,
)
from clipgen.cli.presence import check_presence
from clipgen.cli.progress import counting, open_progress, seconds_text
from clipgen.cli.sections import option
from clipgen.errors import ClipgenError, OutputError
from clipgen.jobs import Inputs, Job
from clipgen.settings import AnimateSettings, FilmSettings, GenerateSettings, settings_in
from clipgen.timelines import Timeline, read_timeline

if TYPE_CHECKING:
    from clipgen.studio import Studio
    from clipgen.tasks.animate import Film, FilmRecord, Outline, Output

WORK = ".film"
FILM = list(settings_in(FilmSettings))
PICTURE = settings_of("animate")

_OPTIONS = (
    option("--captions", is_flag=True, section="Output", help="burn in the words of each scene"),
    option("--subtitles", is_flag=True, section="Output", help="also write the words as a .srt file"),
    option("--audio", type=click.Path(path_type=Path), section="Output", metavar="FILE", help="sound file, for an mp4"),
    option("--sheet", is_flag=True, section="Output", help="also write a contact sheet of the scenes"),
    option("--timing", is_flag=True, section="Output", help="also write when scenes are, and what they took, as .json"),
    json_option,
    quiet_option,
    weights_option,
    setting_options(FILM),
    setting_options(PICTURE),
)  # fmt: skip


def film_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """All options of films and of their pictures, for `Request.of` and `Report.of`."""
    for add in reversed(_OPTIONS):
        function = add(function)
    return function


@dataclass(frozen=True)
class Report:
    """How a command prints its results; printed: the notes that were printed."""

    as_json: bool
    quiet: bool
    printed: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, options: dict[str, Any]) -> Report:
        """Take its own out of the options of a command."""
        return cls(options.pop("as_json"), options.pop("quiet"))

    def note(self, line: str) -> None:
        """Print a line that only a person needs, once."""
        if not self.quiet and self.new([line]):
            click.echo(f"note: {line}", err=True)

    def new(self, lines: Iterable[str]) -> list[str]:
        """Those of some notes that were not printed yet, and count as printed now."""
        found = [line for line in lines if line not in self.printed]
        self.printed.update(found)
        return found


@dataclass(frozen=True)
class Request:
    """A film as a command asks for it: scenes, settings, files; stored: the record of the film that it resumes."""

    timeline: Timeline
    film: FilmSettings
    picture: GenerateSettings
    weights: Path | None
    output: Output
    stored: FilmRecord | None

    @classmethod
    def of(
        cls,
        file: Path,
        path: Path,
        options: dict[str, Any],
        stored: FilmRecord | None = None,
        *,
        need_models: bool = True,
    ) -> Request:
        """Read a timeline and all settings: of the options, before those of the stored film, before the file's.

        Raises WeightsError for models that are not on this machine, unless they are not needed.
        """
        timeline = read_timeline(file)
        weights = options["weights"] or (stored.job.weights if stored else None)
        film, picture = film_settings(timeline, file, options, stored)
        if need_models:
            check_presence(picture, weights)
        return cls(timeline, film, picture, weights, _output(path, options, stored), stored)

    def outline(self) -> Outline:
        """The film laid out, without any model; raises what `outline_film` raises."""
        from clipgen.tasks.animate import outline_film

        return outline_film(self.timeline, self.film, self.picture)

    def check(self) -> None:
        """Find out before models are loaded what would fail with them, or after the work."""
        from clipgen.tasks.animate import projector_to

        for path in self.output.extras().values():
            if self.timeline.source is not None and path.resolve() == Path(self.timeline.source).resolve():
                raise OutputError(
                    f"{path} is what the film is made from, and would be overwritten; choose another output",
                    settings=["output"],
                )
        projector_to(self.output).check(self.outline())

    def load(self, studio: Studio) -> Film:
        """The film, with its models, over what is painted of it already."""
        job = Job("animate", Inputs(timeline=self.timeline), AnimateSettings(self.film, self.picture), self.weights)
        return studio.film(job, folder=self.output.path.with_suffix(WORK))

    @property
    def resume_command(self) -> str:
        """The command that resumes the film: its record has all the rest; `-` needs the same text once more."""
        return shlex.join(["clipgen", "animate", shown(self.timeline.source), "-o", str(self.output.path), "--resume"])


def stored_film(path: Path) -> FilmRecord | None:
    """The record of the film that is on its way to a path, None where there is none."""
    from clipgen.tasks.animate import read_record

    return read_record(path.with_suffix(WORK))


def film_settings(
    timeline: Timeline, file: Path, options: dict[str, Any], stored: FilmRecord | None = None
) -> tuple[FilmSettings, GenerateSettings]:
    """The settings that a file and options ask for, over those of a stored film."""
    if stored:
        base_film, base_picture = stored.resumed(timeline)
    else:
        user = default_settings()
        film_names = {spec.name for _, spec in FILM}
        base_film = {**{name: user[name] for name in user.keys() & film_names}, **timeline.film}
        own = {**timeline.picture, **given_settings(options, PICTURE)}
        base_picture = {name: value for name, value in over_defaults(own).items() if name not in film_names}
    film = over_file(FilmSettings, file, base_film, given_settings(options, FILM))
    own = given_settings(options, PICTURE)
    if stored and stored.film.video_in != film.video_in:  # a size that was taken from the other video
        base_picture = {name: value for name, value in base_picture.items() if name != "size"}
    if film.video_in is not None and "size" not in {**base_picture, **own}:
        from clipgen.media.footage import VideoFacts  # late: it imports torch

        own["size"] = VideoFacts.of(film.video_in).painted_size()
    return film, over_file(GenerateSettings, file, base_picture, own)


def _output(path: Path, options: dict[str, Any], stored: FilmRecord | None) -> Output:
    from clipgen.tasks.animate import Output

    before = (stored.output if stored else None) or Output(path)
    return Output(
        path,
        captions=options["captions"] or before.captions,
        audio=options["audio"] or before.audio,
        subtitles=options["subtitles"] or before.subtitles,
        sheet=options["sheet"] or before.sheet,
        timing=options["timing"] or before.timing,
    )


@dataclass(frozen=True)
class Made:
    """What came of a request: files by kind, frames of the film, seconds of work, and the exit code."""

    files: dict[str, Path]
    frames: int
    seconds: float
    exit_code: int


def make(film: Film, request: Request, report: Report) -> Made:
    """Paint and write a film; what is painted becomes a film when it is stopped."""
    report.printed.clear()  # of the film before, in a batch
    _tell_resumed(film, request, report)
    began = time.monotonic()
    try:
        code = _paint(film, request, report)
        painted = time.monotonic()
        if code and not film.painted and not film.outline.page:
            return Made({}, 0, painted - began, code)
        frames = _write(film, request, quiet=report.quiet)
    except KeyboardInterrupt:
        click.echo(f"stopped while the film was written; resume with: {request.resume_command}", err=True)
        raise
    except ClipgenError as error:
        if stored_film(request.output.path) is not None:
            raise error.in_context(after=f" (the keyframes are safe: {request.resume_command})") from error
        raise
    from clipgen.tasks.animate import write_extras

    spent = {"shoot": painted - began, "record": time.monotonic() - painted}
    files = {"path": request.output.path, **write_extras(film, request.output, spent)}
    return Made(files, frames, time.monotonic() - began, code)


def print_made(made: Made, film: Film, request: Request, report: Report) -> None:
    """Print the files of a film, and for people what it is like and how to resume it."""
    for path in made.files.values():
        click.echo(path)
    for note in film.notes:
        report.note(note)
    frames = f"{made.frames / film.settings.fps:.1f} s, {made.frames} frames"
    length = frames if made.frames else f"{film.seconds:.1f} s, one network" if made.files else "nothing to show yet"
    if not report.quiet:
        click.echo(f"{length}; {'stopped' if made.exit_code else 'done'} after {seconds_text(made.seconds)}", err=True)
        if made.exit_code:
            click.echo(f"resume with: {request.resume_command}", err=True)


def _tell_resumed(film: Film, request: Request, report: Report) -> None:
    if request.stored is not None:
        changes = request.stored.changes(replace(film.record, output=request.output))
        if changes:
            report.note(f"changed since the film was started: {'; '.join(changes)}")
    if film.reused:
        numbers = ", ".join(str(index + 1) for index in film.reused)
        report.note(f"unchanged and used again: {len(film.reused)} of {len(film.takes)} scenes ({numbers})")


def _paint(film: Film, request: Request, report: Report) -> int:
    """Take every step, with new notes of the film; the exit code that a signal asks for, or 0."""
    with Interruption() as interruption, open_progress(quiet=report.quiet) as progress:
        for step in film.shoot(request.output):
            notes = [*([step.note] if step.note else []), *report.new(film.notes)]
            progress.show(replace(step, note="; ".join(notes) or None))
            if interruption.exit_code:
                break
    return interruption.exit_code


def _write(film: Film, request: Request, *, quiet: bool) -> int:
    """Write the film and return its number of frames."""
    done = 0
    with counting(f"writing {request.output.path}: frame", film.painted, quiet=quiet) as count:
        for frame in film.project(request.output):
            done = frame.index + 1
            count(done)
    return done
