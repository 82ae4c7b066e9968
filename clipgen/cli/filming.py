"""What the commands that make films share: options, settings, and the way from a plan to a file."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.interrupt import Interruption
from clipgen.cli.options import SECTIONS, Flag, given_settings, option, setting_options
from clipgen.cli.progress import loading, open_progress, seconds_text
from clipgen.errors import ClipgenError
from clipgen.settings import FilmSettings, GenerateSettings
from clipgen.timelines import Timeline, write_subtitles

if TYPE_CHECKING:
    from clipgen.tasks.animate import Film

WORK = ".film"
FILM = {
    "Film": (
        Flag("seconds_per_scene", "X"),
        Flag("fps", "N"),
        Flag("style", "TEXT"),
        Flag("transition", "NAME"),
        Flag("transition_seconds", "X"),
        Flag("zoom", "X"),
        Flag("pan", "X Y"),
        Flag("angle", "X"),
        Flag("loop", "", ("--loop",)),
        Flag("as_network", "", ("--as-network",)),
        Flag("keyframes", "X"),
        Flag("keyframe_steps", "N"),
        Flag("hold", "X"),
        Flag("video_in", "FILE"),
        Flag("video_weight", "X"),
    )
}
#: what says how many pictures there are, or has to try or compile a run of its own, is not for films
_NOT = ("count", "time_budget", "vram", "compile", "race", "save_every", "render_size")
PICTURE = {section: tuple(flag for flag in flags if flag.setting not in _NOT) for section, flags in SECTIONS.items()}

_OPTIONS = (
    option("--captions", is_flag=True, section="Output", help="burn in the words of each scene"),
    option("--subtitles", is_flag=True, section="Output", help="also a .srt file of them beside the film"),
    option("--audio", type=click.Path(path_type=Path), section="Output", metavar="FILE", help="sound for an mp4"),
    option("--sheet", is_flag=True, section="Output", help="also a contact sheet of the scenes"),
    option("--timing", is_flag=True, section="Output", help="also a .json file of when scenes are and what they took"),
    option("--json", "as_json", is_flag=True, section="Output", help="print the results as JSON"),
    option("-q", "--quiet", is_flag=True, section="Output", help="print the names of the files only"),
    option(
        "--weights", type=click.Path(exists=True, path_type=Path), section="Machine", metavar="PATH",
        help="file or folder of the generator's weights; unset: the built-in ones",
    ),
    setting_options(FilmSettings, FILM),
    setting_options(GenerateSettings, PICTURE),
)  # fmt: skip


def film_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """All options of films and of their pictures; a command gets `wanted` out of them with `Wanted.of`."""
    for add in reversed(_OPTIONS):
        function = add(function)
    return function


@dataclass(frozen=True)
class Wanted:
    """What is asked for beside the film."""

    captions: bool
    subtitles: bool
    audio: Path | None
    sheet: bool
    timing: bool
    as_json: bool
    quiet: bool

    @classmethod
    def of(cls, options: dict[str, Any]) -> Wanted:
        """Take its own out of the options of a command."""
        return cls(**{spec.name: options.pop(spec.name) for spec in fields(cls)})


def film_settings(timeline: Timeline, file: Path, options: dict[str, Any]) -> tuple[FilmSettings, GenerateSettings]:
    """What the file sets, and over it what is given on the command line."""
    try:
        FilmSettings.from_dict(timeline.film)
        GenerateSettings.from_dict(timeline.picture)
    except ClipgenError as error:
        raise error.in_context(before=f"{file}: ") from error
    film = FilmSettings.from_dict({**timeline.film, **given_settings(options, FilmSettings)})
    asked = {**timeline.picture, **given_settings(options, GenerateSettings)}
    if film.video_in is not None and "size" not in asked:
        from clipgen.media.footage import VideoFacts  # late: only films over a video need it

        asked["size"] = VideoFacts.of(film.video_in).painted_size()
    return film, GenerateSettings.from_dict(asked)


def make(film: Film, path: Path, file: Path, wanted: Wanted) -> int:
    """Shoot and record a film; what there is becomes a film when it is stopped."""
    if film.reused and not wanted.quiet:
        told = ", ".join(str(index + 1) for index in film.reused)
        click.echo(f"note: unchanged and used again: scene {told} of {len(film.takes)}", err=True)
    began = time.monotonic()
    again = f"clipgen animate {file} -o {path} --resume"
    try:
        code = _shoot(film, quiet=wanted.quiet)
        shot = time.monotonic()
        frames = _record(film, path, file, wanted)
    except ClipgenError as error:
        if film.store.noted():
            raise error.in_context(after=f" (the keyframes are safe: {again})") from error
        raise
    files = {
        "path": str(path),
        **_extras(film, path, wanted, {"shoot": shot - began, "record": time.monotonic() - shot}),
    }
    if wanted.as_json:
        result = {**files, "frames": frames, "seconds": round(time.monotonic() - began, 2), "stopped": code != 0}
        click.echo(json.dumps({**result, "reused": film.reused}, indent=2, ensure_ascii=False))
        return code
    for written in files.values():
        click.echo(written)
    if not wanted.quiet:
        for note in film.notes:
            click.echo(f"note: {note}", err=True)
        length = (
            f"{frames / film.settings.fps:.1f} s, {frames} frames" if frames else f"{film.seconds:.1f} s, one network"
        )
        word = "stopped" if code else "done"
        click.echo(f"{length}; {word} after {seconds_text(time.monotonic() - began)}", err=True)
        if code:
            click.echo(f"go on with: {again}", err=True)
    return code


def _shoot(film: Film, *, quiet: bool) -> int:
    """Take every step; the exit code that a signal asks for, or 0."""
    with Interruption() as interruption, open_progress(quiet=quiet) as progress:
        for step in film.shoot():
            progress.show(step)
            if interruption.exit_code:
                break
    return interruption.exit_code


def _record(film: Film, path: Path, file: Path, wanted: Wanted) -> int:
    from clipgen.tasks.animate.record import record

    frames = 0
    with loading(f"writing {path}", quiet=wanted.quiet):
        for _ in record(film, path, captions=wanted.captions, audio=wanted.audio, about={"file": str(file)}):
            frames += 1
    return frames


def _extras(film: Film, path: Path, wanted: Wanted, spent: dict[str, float]) -> dict[str, str]:
    from clipgen.files import write_whole
    from clipgen.media.pictures import save_picture
    from clipgen.media.sheets import contact_sheet

    files = {}
    if wanted.subtitles:
        files["subtitles"] = str(path.with_suffix(".srt"))
        with write_whole(path.with_suffix(".srt")) as part:
            part.write_text(write_subtitles(film.spans()), encoding="utf-8")
    if wanted.sheet:
        place = path.with_name(f"{path.stem}-scenes.png")
        files["sheet"] = str(place)
        save_picture(place, contact_sheet(film.middles(), [take.scene.words for take in film.takes]), film.about())
    if wanted.timing:
        files["timing"] = str(path.with_suffix(".json"))
        scenes = [{"start": start, "end": end, "words": words} for start, end, words in film.spans()]
        rounded = {name: round(value, 2) for name, value in spent.items()}
        with write_whole(path.with_suffix(".json")) as part:
            part.write_text(json.dumps({"scenes": scenes, "spent": rounded}, indent=2, ensure_ascii=False) + "\n")
    return files
