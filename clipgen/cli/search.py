"""`clipgen search`: find pictures by words and pictures."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.describe import verb_options, verb_settings
from clipgen.cli.library import browse, short
from clipgen.cli.options import json_option
from clipgen.cli.sections import option
from clipgen.jobs import Inputs, Job

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

COLUMNS = ("path", "score", "z", "likely", "named", "copies")


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Find pictures by words and pictures.")
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
    """Find the pictures in each FOLDER, and in the folders in it, that fit TEXT or --image, best first.

    New and changed pictures are indexed first. Only pictures that fit better than chance are shown.
    """
    settings = verb_settings("search", options)
    if options["opened"] and not (options["html"] or options["sheet"]):
        raise click.UsageError("--open needs --html or --sheet: what to open")
    job = Job("search", _inputs(words, options), settings)
    indexing, events = browse(job, quiet=options["as_json"])
    searched = next(events)
    found = list(events)
    _print(searched, found, as_json=options["as_json"])
    if indexing.skipped:
        click.echo(f"{len(indexing.skipped)} files cannot be used; `clipgen index` names them", err=True)
    if found:
        _write(_title(job), found, options)
    return 0


def _inputs(words: Sequence[str], options: dict[str, Any]) -> Inputs:
    """What is searched for, and where: the first word is the text, unless a picture is given and it is a folder."""
    pictures, texts = list(options["images"]), []
    places = list(words)
    if places and not (pictures and Path(places[0]).exists()):
        texts.append(places.pop(0))
    if len(words) == 1 and Path(words[0]).is_dir() and not pictures:
        raise click.UsageError(f"{words[0]} is a folder: write what to search for before it, or --image")
    for sign, given in ((1.0, options["plus"]), (-1.0, options["minus"])):
        for term in given:
            (pictures if _is_picture(term) else texts).append(_signed(term, sign))
    return Inputs(prompts=tuple(texts), pictures=tuple(pictures), folders=tuple(places))


def _is_picture(term: str) -> bool:
    from clipgen.prompts import parse_weighted_path

    return Path(term).is_file() or Path(parse_weighted_path(term)[0]).is_file()


def _signed(term: str, sign: float) -> str:
    """A term with its weight written out."""
    from clipgen.prompts import parse_prompts, parse_weighted_path

    if Path(term).is_file():
        return f"{term}:{sign}"
    if _is_picture(term):
        name, weight = parse_weighted_path(term)
        return f"{name}:{sign * weight}"
    return " | ".join(f"{one.text}:{sign * one.weight}" for one in parse_prompts(term))


def _title(job: Job) -> str:
    return ", ".join((*job.inputs.prompts, *job.inputs.pictures))


def _print(searched: Searched, found: Sequence[Found], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([one.to_dict() for one in found], indent=2, ensure_ascii=False))
        return
    for one in found:
        click.echo(_line(one))
    if searched.unknown:
        click.echo(f"unknown words: {', '.join(searched.unknown)}", err=True)
    count, named = f"{searched.files:,} files", sum(one.named for one in found)
    if searched.likely:
        click.echo(f"{searched.likely:,} found among {count}, the rest unlikely", err=True)
    else:
        others = f"; {named} by name" if named else ""
        click.echo(f"nothing fits among {count}{others} (--unlikely shows the nearest)", err=True)


def _line(one: Found) -> str:
    notes = _notes(one)
    return f"{one.score:.3f}  z {one.z:4.1f}  {short(one.path)}" + (f"  ({notes})" if notes else "")


def _notes(one: Found) -> str:
    notes = [] if one.likely or one.named else ["unlikely"]
    notes += ["by name"] if one.named else []
    notes += [f"+{len(one.copies)} like it"] if one.copies else []
    return ", ".join(notes)


def _write(title: str, found: Sequence[Found], options: dict[str, Any]) -> None:
    from clipgen.files import write_whole
    from clipgen.media.gallery import Row, write_gallery

    if options["export"]:
        with write_whole(options["export"]) as part, open(part, "w", newline="", errors="surrogateescape") as file:
            table = csv.writer(file)
            table.writerow(COLUMNS)
            table.writerows([*one.to_dict().values()][:-1] + ["|".join(map(str, one.copies))] for one in found)
    if options["copy_to"]:
        _copy([one.path for one in found], options["copy_to"])
    if options["sheet"]:
        _sheet(options["sheet"], found)
    if options["html"]:
        cards = [(one.path, f"{one.score:.3f}  z {one.z:.1f}  {_notes(one)}") for one in found]
        write_gallery(options["html"], title, [Row("", cards)])
    if options["opened"]:
        click.launch(str(options["html"] or options["sheet"]))


def _sheet(path: Path, found: Sequence[Found]) -> None:
    from clipgen.media.images import load_image, to_pil
    from clipgen.media.pictures import save_picture
    from clipgen.media.sheets import contact_sheet

    shown = [to_pil(load_image(one.path, size=(192, 192))[0]) for one in found]
    save_picture(path, contact_sheet(shown, [f"{one.path.name} {one.score:.2f}" for one in found]), {})


def _copy(paths: Sequence[Path], folder: Path) -> None:
    """Copy files under free names."""
    from clipgen.files import free_path, write_whole

    for path in paths:
        with write_whole(free_path(folder, path.stem, path.suffix)) as part:
            shutil.copyfile(path, part)
