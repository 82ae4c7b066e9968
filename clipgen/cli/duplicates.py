"""`clipgen duplicates`: find pictures that are there more than once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.describe import verb_options, verb_settings
from clipgen.cli.library import browse, check_library_targets, compared, folder_argument, name_skipped, short
from clipgen.cli.options import json_option
from clipgen.cli.printing import as_text
from clipgen.cli.sections import option
from clipgen.jobs import Inputs, Job

if TYPE_CHECKING:
    from clipgen.similarity import Skipped
    from clipgen.tasks.duplicates import Group, Moved

EXAMPLES = """\
\b
Examples:
  clipgen duplicates photos/                                  changes nothing
  clipgen duplicates photos/ --html duplicates.html
  clipgen duplicates photos/ --move-to review/ --keep oldest  and, to take it back:
  clipgen duplicates --undo review/
  clipgen duplicates --different a.jpg b.jpg                  never ask about these two again
"""


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Find pictures that are there more than once.")
@folder_argument
@option("--move-to", type=click.Path(path_type=Path), section="Output", metavar="FOLDER",
        help="move all but the kept file of each group there; bursts stay")
@option("--undo", type=click.Path(path_type=Path), section="Output", metavar="FOLDER",
        help="move everything back that was moved to FOLDER")
@option("--different", is_flag=True, section="Output", help="the files that are named are not the same; remember it")
@option("--html", type=click.Path(path_type=Path), section="Output", metavar="FILE.html",
        help="also write a page with thumbnails")
@json_option
@verb_options("duplicates")
def command(
    folders: tuple[Path, ...], move_to: Path | None, undo: Path | None, different: bool, html: Path | None,
    as_json: bool, **options: Any,
) -> int:  # fmt: skip
    """Find files in each FOLDER, and in the folders in it, that are the same picture.

    "exact": the same pixels; "same": resized, recompressed, cropped, turned, or written over; "burst": shots of one
    scene, or files whose first frame or page alone is the same. Nothing is changed without --move-to, which leaves
    bursts and what has changed since it was indexed, and nothing is ever deleted.
    """
    settings = verb_settings("duplicates", options)
    job = Job("duplicates", Inputs(folders=tuple(map(str, folders))), settings)
    if undo is not None:
        return _undo(undo)
    if different:
        return _remember(job)
    check_library_targets(job, html=html)
    indexing, events = browse(job, quiet=as_json)
    groups: list[Group] = list(compared(events, quiet=as_json))
    _print(groups, as_json=as_json)
    if html is not None:
        _write_page(html, groups)
    if indexing.skipped:
        click.echo(f"{len(indexing.skipped)} files cannot be used; `clipgen index` names them", err=True)
    return _move(groups, move_to, folders) if move_to is not None else 0


def _print(groups: Sequence[Group], *, as_json: bool) -> None:
    if as_json:
        rows = [{"kind": group.kind, "files": [
            {"path": str(one.path), "bytes": one.bytes, "size": list(one.size), "relation": one.relation}
            for one in group.members]} for group in groups]  # fmt: skip
        click.echo(as_text(rows))
        return
    for group in groups:
        click.echo(group.kind)
        for one in group.members:
            click.echo(f"  {one.relation:5}  {one.size[0]} x {one.size[1]}  {one.bytes:,} bytes  {short(one.path)}")
    extra = [one.bytes for group in groups if group.kind != "burst" for one in group.members[1:]]
    bursts = sum(group.kind == "burst" for group in groups)
    click.echo(
        f"{len(groups) - bursts} groups with {len(extra)} files more than needed, {sum(extra) / 1e6:.1f} MB; "
        f"{bursts} bursts", err=True,
    )  # fmt: skip


def _write_page(html: Path, groups: Sequence[Group]) -> None:
    from clipgen.media.gallery import Row, write_gallery

    rows = [Row(group.kind, [(one.path, f"{one.relation}, {one.size[0]} x {one.size[1]}") for one in group.members])
            for group in groups]  # fmt: skip
    write_gallery(html, "Duplicates", rows)


def _move(groups: Sequence[Group], folder: Path, places: Sequence[Path]) -> int:
    from clipgen.tasks.duplicates import move_aside

    moves = move_aside(groups, folder, places)
    return _report(moves, f"moved to {folder}; `clipgen duplicates --undo {folder}` moves them back")


def _undo(folder: Path) -> int:
    from clipgen.tasks.duplicates import undo

    return _report(undo(folder), "moved back")


def _report(moves: Iterable[Moved | Skipped], what: str) -> int:
    """Print how many files were moved, and name those that were not."""
    from clipgen.similarity import Skipped

    done = list(moves)
    skipped = [one for one in done if isinstance(one, Skipped)]
    name_skipped(skipped)
    click.echo(f"{len(done) - len(skipped)} files {what}", err=True)
    return 1 if skipped else 0


def _remember(job: Job) -> int:
    from clipgen.library import Library
    from clipgen.tasks.browse import index_of
    from clipgen.tasks.duplicates import remember_different

    if len(job.inputs.folders) < 2:
        raise click.UsageError("--different needs two files or more")
    with Library(index_of(job)) as library:
        count = remember_different([Path(name) for name in job.inputs.folders], library)
    click.echo(f"{count} pairs are remembered as different")
    return 0
