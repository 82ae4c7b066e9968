"""`clipgen search`: find pictures and moments of films by words and pictures."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.describe import verb_options, verb_settings
from clipgen.cli.library import browse, check_library_targets, short
from clipgen.cli.options import json_option
from clipgen.cli.printing import as_text
from clipgen.cli.sections import option
from clipgen.jobs import Inputs, Job
from clipgen.notation import notes_on

if TYPE_CHECKING:
    from clipgen.tasks.search import Found, Searched

EXAMPLES = """\
\b
Examples:
  clipgen search "a red car in the snow" photos/
  clipgen search --image sketch.png photos/
  clipgen search "a beach" --minus people --plus holiday.jpg:0.5 photos/
  clipgen search "sunset" photos/ --export found.csv --copy-to best/ --html found.html --open
  clipgen search "sunset"               everything that was ever indexed
"""

COLUMNS = ("path", "score", "z", "likely", "named", "copies", "seconds", "moments")


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Find pictures and films by words and pictures.")
@click.argument("words", nargs=-1, metavar="[TEXT] FOLDER…")
@option("--image", "images", multiple=True, section="Search", metavar="FILE[:WEIGHT]",
        help="a picture to search for; may be repeated")
@option("--plus", multiple=True, section="Search", metavar="TEXT|FILE[:WEIGHT]", help="also like this; may be repeated")
@option("--minus", multiple=True, section="Search", metavar="TEXT|FILE[:WEIGHT]", help="not like this; may be repeated")
@option("--export", type=click.Path(path_type=Path), section="Output", metavar="FILE.csv", help="also write a table")
@option("--copy-to", type=click.Path(path_type=Path), section="Output", metavar="FOLDER", help="also copy the pictures")
@option("--sheet", type=click.Path(path_type=Path), section="Output", metavar="FILE.png",
        help="also write a contact sheet")
@option("--html", type=click.Path(path_type=Path), section="Output", metavar="FILE.html",
        help="also write a page with thumbnails")
@option("--open", "opened", is_flag=True, section="Output", help="open the page of --html, else the sheet")
@json_option
@verb_options("search")
def command(words: tuple[str, ...], **options: Any) -> int:  # fmt: skip
    """Find the pictures and films in each FOLDER, and in the folders in it, that fit TEXT or --image, best first.

    New and changed files are indexed first. Only what fits better than chance is shown.
    """
    settings = verb_settings("search", options)
    if options["opened"] and not (options["html"] or options["sheet"]):
        raise click.UsageError("--open needs --html or --sheet: what to open")
    job = Job("search", _inputs(words, options), settings)
    check_library_targets(job, **{name: options[name] for name in ("export", "sheet", "html")})
    indexing, events = browse(job, quiet=options["as_json"])
    searched = next(events)
    found = list(events)
    _print(searched, found, as_json=options["as_json"])
    for note in dict.fromkeys(note for line in job.inputs.prompts for note in notes_on(line)):
        click.echo(f"note: {note}", err=True)
    if indexing.skipped:
        click.echo(f"{len(indexing.skipped)} files cannot be used; `clipgen index` names them", err=True)
    _write(_title(job), found, options)
    return 0


def _inputs(words: Sequence[str], options: dict[str, Any]) -> Inputs:
    """What is searched for, and where: the first word is the text, unless a picture is given and it is a folder."""
    pictures, texts = list(options["images"]), []
    places = list(words)
    if places and not (pictures and os.path.exists(places[0])):
        texts.append(places.pop(0))
    if len(words) == 1 and os.path.isdir(words[0]) and not pictures:
        raise click.UsageError(f"{words[0]} is a folder: write what to search for before it, or --image")
    for sign, given in ((1.0, options["plus"]), (-1.0, options["minus"])):
        for term in given:
            (pictures if _is_picture(term) else texts).append(_signed(term, sign))
    return Inputs(prompts=tuple(texts), pictures=tuple(pictures), folders=tuple(places))


def _is_picture(term: str) -> bool:
    from clipgen.prompts import parse_weighted_path

    return os.path.isfile(term) or os.path.isfile(parse_weighted_path(term)[0])


def _signed(term: str, sign: float) -> str:
    """A term with its weight written out."""
    from clipgen.prompts import parse_prompts, parse_weighted_path

    if os.path.isfile(term):
        return f"{term}:{sign}"
    if _is_picture(term):
        name, weight = parse_weighted_path(term)
        return f"{name}:{sign * weight}"
    return " | ".join(f"{one.text}:{sign * one.weight}" for one in parse_prompts(term))


def _title(job: Job) -> str:
    return ", ".join((*job.inputs.prompts, *job.inputs.pictures))


def _print(searched: Searched, found: Sequence[Found], *, as_json: bool) -> None:
    if as_json:
        click.echo(as_text([one.to_dict() for one in found]))
        return
    for one in found:
        click.echo(_line(one))
    if searched.unknown:
        click.echo(f"unknown words: {', '.join(searched.unknown)}", err=True)
    films = f" ({searched.frames:,} frames of films)" if searched.frames else ""
    count, named = f"{searched.files:,} files{films}", sum(one.named for one in found)
    if searched.likely:
        click.echo(f"{searched.likely:,} found among {count}, the rest unlikely", err=True)
    else:
        others = f"; {named} by name" if named else ""
        click.echo(f"nothing fits among {count}{others} (--unlikely shows the nearest)", err=True)


def _line(one: Found) -> str:
    notes = _notes(one)
    return f"{one.score:.3f}  z {one.z:4.1f}  {_place(one)}" + (f"  ({notes})" if notes else "")


def _place(one: Found) -> str:
    """Where it is, as printed: the file, and for a film the time."""
    from clipgen.media.moments import clock

    return short(one.path) + ("" if one.seconds is None else f" @ {clock(one.seconds)}")


def _notes(one: Found) -> str:
    notes = [] if one.likely or one.named else ["unlikely"]
    notes += ["by name"] if one.named else []
    notes += [f"+{len(one.copies)} like it"] if one.copies else []
    notes += [f"+{len(one.moments)} moments like it"] if one.moments else []
    return ", ".join(notes)


def _write(title: str, found: Sequence[Found], options: dict[str, Any]) -> None:
    from clipgen.files import write_whole
    from clipgen.media.gallery import Row, write_gallery

    if options["export"]:
        with write_whole(options["export"]) as part, open(part, "w", newline="", errors="surrogateescape") as file:
            table = csv.writer(file)
            table.writerow(COLUMNS)
            table.writerows(map(_cells, found))
    if options["copy_to"]:
        _copy(found, options["copy_to"])
    if options["sheet"] and found:
        _sheet(options["sheet"], found)
    elif options["sheet"]:
        click.echo(f"note: {options['sheet']} is not written: there is no picture to draw", err=True)
    if options["html"]:
        cards = [(one.shown, f"{one.score:.3f}  z {one.z:.1f}  {_notes(one)}") for one in found]
        write_gallery(options["html"], title, [Row("", cards)])
    if options["opened"] and (options["html"] or found):
        click.launch(str(options["html"] or options["sheet"]))


def _cells(one: Found) -> list[object]:
    """A row of the table; lists are joined."""
    return ["|".join(map(str, cell)) if isinstance(cell, list) else cell for cell in one.to_dict().values()]


def _sheet(path: Path, found: Sequence[Found]) -> None:
    from PIL import Image, ImageOps

    from clipgen.media.gallery import load_shown
    from clipgen.media.pictures import DRAWN, save_picture
    from clipgen.media.sheets import contact_sheet

    shown = [ImageOps.fit(load_shown(one.shown, 192), (192, 192), Image.Resampling.LANCZOS) for one in found]
    save_picture(path, contact_sheet(shown, [f"{one.shown.name} {one.score:.2f}" for one in found]), DRAWN)


def _copy(found: Sequence[Found], folder: Path) -> None:
    """Copy files under free names; of a film the frame that was found, as a picture."""
    from clipgen.files import free_path, write_whole
    from clipgen.media.footage import frame_at
    from clipgen.media.moments import clock
    from clipgen.media.pictures import save_picture

    for one in found:
        if one.seconds is None:
            with write_whole(free_path(folder, one.path.stem, one.path.suffix)) as part:
                shutil.copyfile(one.path, part)
        else:
            name = f"{one.path.stem}-{clock(one.seconds).replace(':', '-')}"
            save_picture(free_path(folder, name, ".png"), frame_at(one.path, one.seconds), {})
