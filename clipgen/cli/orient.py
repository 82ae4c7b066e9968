"""`clipgen orient`: find pictures that lie on their side or stand on their head."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.describe import verb_options, verb_settings
from clipgen.cli.library import browse, check_library_targets, folder_argument, name_skipped, short
from clipgen.cli.options import json_option
from clipgen.cli.printing import as_text
from clipgen.cli.progress import loading
from clipgen.cli.sections import option
from clipgen.jobs import Inputs, Job

if TYPE_CHECKING:
    from clipgen.similarity import Skipped
    from clipgen.tasks.orient import Fixed, Judged, Turn

EXAMPLES = """\
\b
Examples:
  clipgen orient photos/                       changes nothing
  clipgen orient photos/ --html turned.html    how the pictures would be shown
  clipgen orient photos/ --fix                 and, to take it back:
  clipgen orient photos/ --undo
"""
_SIDES = {90: "lies on its left side", 180: "stands on its head", 270: "lies on its right side"}


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Find pictures that are not upright.")
@folder_argument
@option("--fix", is_flag=True, section="Output", help="write the EXIF orientation of what is listed; pixels stay")
@option("--undo", is_flag=True, section="Output", help="take back every --fix in the folders")
@option("--html", type=click.Path(path_type=Path), section="Output", metavar="FILE.html",
        help="also write a page with thumbnails, turned upright")
@json_option
@verb_options("orient")
def command(
    folders: tuple[Path, ...], fix: bool, undo: bool, html: Path | None, as_json: bool, **options: Any
) -> int:  # fmt: skip
    """Find files in each FOLDER, and in the folders in it, that lie on their side or stand on their head.

    What has no top, or none that is seen for sure, is not listed. Nothing is changed without --fix, which writes the
    EXIF orientation of JPEG, PNG, WebP and TIFF files, and nothing else.
    """
    if fix and undo:
        raise click.UsageError("--fix and --undo exclude each other")
    if (fix or undo) and not folders:
        raise click.UsageError("--fix and --undo need a FOLDER: there the journal is kept")
    if undo:
        return _undo(folders)
    settings = verb_settings("orient", options)
    job = Job("orient", Inputs(folders=tuple(map(str, folders))), settings)
    check_library_targets(job, html=html)
    indexing, events = browse(job, quiet=as_json)
    turns = sorted(_turns(events, quiet=as_json), key=lambda turn: turn.path)
    _print(turns, as_json=as_json)
    if indexing.skipped:
        click.echo(f"{len(indexing.skipped)} files cannot be used; `clipgen index` names them", err=True)
    if html is not None:
        _write_page(html, turns)
    return _fix(turns, folders) if fix else 0


def _turns(events: Iterable[Judged | Turn], *, quiet: bool) -> Iterator[Turn]:
    from clipgen.tasks.orient import Judged

    with loading("judging", quiet=quiet) as update:
        for event in events:
            if isinstance(event, Judged):
                update(f"judging {event.done:,} of {event.total:,} pictures")
            else:
                yield event


def _print(turns: Sequence[Turn], *, as_json: bool) -> None:
    if as_json:
        rows = [{"path": str(one.path), "degrees": one.degrees, "confidence": round(one.confidence, 4),
                 "orientation": one.orientation, "upright": one.upright} for one in turns]  # fmt: skip
        click.echo(as_text(rows))
        return
    for one in turns:
        click.echo(f"turn {one.degrees:3}° clockwise  {100 * one.confidence:.1f} %  {short(one.path)}")
    click.echo(f"{len(turns)} pictures are not upright", err=True)


def _write_page(html: Path, turns: Sequence[Turn]) -> None:
    from clipgen.media.gallery import Row, write_gallery

    rows = []
    for degrees, side in _SIDES.items():
        some = [one for one in turns if one.degrees == degrees]
        pictures = [(one.path, f"{100 * one.confidence:.1f} %") for one in some]
        if some:
            rows.append(Row(f"{side}; shown turned by {degrees}° clockwise", pictures, degrees // 90))
    write_gallery(html, "Pictures that are not upright", rows)


def _fix(turns: Sequence[Turn], folders: Sequence[Path]) -> int:
    from clipgen.tasks.orient import fix

    places = shlex.join(map(str, folders))
    what = f"turned by their EXIF orientation; `clipgen orient {places} --undo` takes it back"
    return _report(fix(turns, folders), what)


def _undo(folders: Sequence[Path]) -> int:
    from clipgen.tasks.orient import undo

    return _report(undo(folders), "put back")


def _report(events: Iterable[Fixed | Skipped], what: str) -> int:
    """Print how many files were changed, and name those that were not."""
    from clipgen.similarity import Skipped

    done = list(events)
    skipped = [one for one in done if isinstance(one, Skipped)]
    name_skipped(skipped)
    click.echo(f"{len(done) - len(skipped)} files {what}", err=True)
    return 1 if skipped else 0
