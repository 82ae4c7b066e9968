"""`clipgen curate`: find what is wrong with the pictures of a data set."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.describe import verb_options, verb_settings
from clipgen.cli.files import check_folder
from clipgen.cli.library import browse, compared, folder_argument, short
from clipgen.cli.options import json_option
from clipgen.cli.printing import as_line, as_text
from clipgen.cli.sections import option
from clipgen.jobs import Inputs, Job

if TYPE_CHECKING:
    from clipgen.tasks.curate import Finding

EXAMPLES = """\
\b
Examples:
  clipgen curate photos/
  clipgen curate dataset/ --by-folder --report report.jsonl --html report.html
  clipgen curate train/ test/ --report report.csv             copies between them are leaks
"""

COLUMNS = ("path", "kind", "score", "reason", "others")
_LINES = 10  # of each kind that are printed
_CARDS = 200  # of each kind in a page, which contains its thumbnails


class ReportFile(click.ParamType):
    """The name of a report to write: its ending and its folder are checked before the work."""

    name = "report"

    def __init__(self, *endings: str) -> None:
        self.endings = endings

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(value)
        if path.suffix.lower() not in self.endings:
            self.fail(f"{path} does not end in {' or '.join(self.endings)}", param, ctx)
        check_folder(path.parent)
        return path


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Find what is wrong with the pictures of a data set.")
@folder_argument
@option(
    "--report",
    type=ReportFile(".jsonl", ".csv"),
    section="Output",
    metavar="FILE.jsonl|.csv",
    help="write all findings, one a line",
)
@option(
    "--html",
    type=ReportFile(".html", ".htm"),
    section="Output",
    metavar="FILE.html",
    help="write a page with thumbnails",
)
@json_option
@verb_options("curate")
def command(folders: tuple[Path, ...], report: Path | None, html: Path | None, as_json: bool, **options: Any) -> int:
    """Find pictures in each FOLDER, and in the folders in it, that do not belong in a data set.

    Broken files and wrong suffixes; dark, light, blurred and empty pictures; odd sizes and shapes; duplicates; pictures
    of `train` that are also in `test` or `val`; outliers; with --by-folder labels that do not fit. Nothing is changed.
    """
    settings = verb_settings("curate", options)
    job = Job("curate", Inputs(folders=tuple(map(str, folders))), settings)
    _, events = browse(job, quiet=as_json)
    findings = list(compared(events, quiet=as_json))
    if report is not None:
        _write_report(report, findings)
    if html is not None:
        _write_page(html, findings)
    _print(findings, as_json=as_json, complete=report is not None)
    return 0


def _print(findings: Sequence[Finding], *, as_json: bool, complete: bool) -> None:
    if as_json:
        click.echo(as_text([one.to_dict() for one in findings]))
        return
    for kind, group in groupby(findings, lambda one: one.kind):
        some = list(group)
        click.echo(f"{kind}: {len(some):,}")
        for one in some[:_LINES]:
            click.echo(f"  {one.score:.2f}  {short(one.path)}  {one.reason}")
        if len(some) > _LINES:
            click.echo(f"  and {len(some) - _LINES:,} more" + ("" if complete else "; --report writes all"))
    files = len({one.path for one in findings})
    click.echo(f"{len(findings):,} findings in {files:,} files; nothing was changed", err=True)


def _write_report(path: Path, findings: Sequence[Finding]) -> None:
    from clipgen.files import write_whole

    write = _write_csv if path.suffix.lower() == ".csv" else _write_jsonl
    with write_whole(path) as part:
        write(part, findings)


def _write_jsonl(path: Path, findings: Sequence[Finding]) -> None:
    path.write_text("".join(as_line(one.to_dict()) + "\n" for one in findings), encoding="utf-8", newline="\n")


def _write_csv(path: Path, findings: Sequence[Finding]) -> None:
    with open(path, "w", newline="", encoding="utf-8", errors="surrogateescape") as file:
        table = csv.DictWriter(file, COLUMNS)
        table.writeheader()
        table.writerows({**one.to_dict(), "others": "|".join(map(str, one.others))} for one in findings)


def _write_page(path: Path, findings: Sequence[Finding]) -> None:
    from clipgen.media.gallery import Row, write_gallery

    rows = []
    for kind, group in groupby(findings, lambda one: one.kind):
        some = list(group)
        note = f", the {_CARDS} clearest of them" if len(some) > _CARDS else ""
        rows.append(Row(f"{kind}: {len(some):,}{note}", [card for one in some[:_CARDS] for card in _cards(one)]))
    root = Path(os.path.commonpath([one.path.parent for one in findings])) if findings else None
    write_gallery(path, f"{len(findings):,} findings", rows, root=root)


def _cards(finding: Finding) -> list[tuple[Path, str]]:
    """The picture, and beside it the one that it is a copy of."""
    card = (finding.path, f"{finding.score:.2f} {finding.reason}")
    compared = finding.others[:1] if finding.kind != "outlier" else ()
    return [card, *((other, "for comparison") for other in compared)]
