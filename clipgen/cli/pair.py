"""`clipgen pair`: give each line of a poem a picture of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.describe import Pictures, note_unknown, open_studio, recursive_option, verb_options, verb_settings
from clipgen.cli.files import STDIN, check_folder, check_targets, shown, spooled
from clipgen.cli.options import json_option
from clipgen.cli.printing import as_text
from clipgen.cli.sections import option
from clipgen.jobs import Inputs, Job
from clipgen.settings import PairVerb

if TYPE_CHECKING:
    from clipgen.tasks.pair import Paired, Poem

EXAMPLES = """\
\b
Blank lines separate the sections of the poem. Lines that begin with # are
headings; so are a first line that stands alone (--no-title: it is a line, too)
and lines that only number a section.

\b
Examples:
  clipgen pair photos/ poem.txt
  clipgen pair photos/ poem.txt --html album.html
  clipgen pair a.jpg b.jpg c.jpg poem.txt --json
  cat poem.txt | clipgen pair photos/ -r -
"""


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Give each line of a poem a picture of its own.")
@click.argument("words", nargs=-1, required=True, metavar="PICTURE… POEM")
@recursive_option
@option("--html", type=click.Path(path_type=Path), section="Output", metavar="FILE.html",
        help="also write an album: a page with each line under its picture")
@json_option
@verb_options("pair")
def command(
    words: tuple[str, ...], recursive: bool, html: Path | None, as_json: bool, **options: Any
) -> int:  # fmt: skip
    """Give each line of POEM, a text file, one of the PICTUREs, files or folders, so that all fit best together.

    No picture is used twice. Where there are fewer pictures than lines, the lines that fit worst have none.
    """
    from clipgen.prompts import read_text_file

    names, text = _parted(words)
    if html is not None:
        check_folder(html.parent)
    settings = verb_settings("pair", options)
    assert isinstance(settings, PairVerb)
    file = spooled(click.get_current_context()) if text == STDIN else Path(text)
    lines = read_text_file(file).splitlines()
    found = Pictures(map(Path, names), recursive=recursive)
    check_targets([*found.paths, file], html=html)
    job = Job("pair", Inputs(pictures=tuple(map(str, found.paths)), text_file=str(file)), settings)
    from clipgen.tasks.pair import Paired, Poem  # late: torch takes seconds to import

    poem = Poem.of(lines, titled=settings.pair.titled)
    studio = open_studio(job)
    note_unknown([line.text for line in poem.lines], studio.perceptor(settings.describe))
    paired = [one for one in found.good(studio.run(job)) if isinstance(one, Paired)]
    if paired:
        (_print_json if as_json else _print)(poem, paired, _unused(found, paired))
    if paired and html is not None:
        _write_album(html, poem.title or Path(text).stem, paired)
    return found.exit_code()


def _parted(words: Sequence[str]) -> tuple[list[str], str]:
    """The pictures and the text, wherever it stands: the only word that is no picture and no folder."""
    from clipgen.media.endings import picture_endings  # late: --help does not need it

    endings = picture_endings()
    texts = [word for word in words if not os.path.isdir(word) and Path(word).suffix.lower() not in endings]
    names = [word for word in words if word not in texts]
    if len(texts) != 1:
        raise click.UsageError(f"name one text file{' of poetry' if not texts else ', not ' + ', '.join(texts)}")
    if not names:
        raise click.UsageError(f"no pictures: write them, or their folder, beside {texts[0]}")
    return names, texts[0]


def _unused(found: Pictures, paired: Sequence[Paired]) -> list[Path]:
    taken = {one.path for one in paired} | {one.path for one in found.skipped}
    return [path for path in found.paths if path not in taken]


def _print_json(poem: Poem, paired: Sequence[Paired], unused: Sequence[Path]) -> None:
    rows = [{"text": one.text, "section": one.line.section, "heading": one.line.heading,
             "image": None if one.path is None else shown(one.path),
             "score": None if one.score is None else round(one.score, 4),
             "z": None if one.z is None else round(one.z, 2)} for one in paired]  # fmt: skip
    click.echo(as_text({"title": poem.title, "lines": rows, "unused": [shown(path) for path in unused]}))


def _print(poem: Poem, paired: Sequence[Paired], unused: Sequence[Path]) -> None:
    width = max(len(_name(one)) for one in paired)
    blocks = [[poem.title]] if poem.title else []
    for _, lines in groupby(paired, key=lambda one: one.line.section):
        some = list(lines)
        heading = [some[0].line.heading] if some[0].line.heading else []
        blocks.append(heading + [f"{_z(one)}  {_name(one):{width}}  {one.text}" for one in some])
    click.echo("\n\n".join("\n".join(block) for block in blocks))
    if without := sum(one.path is None for one in paired):
        click.echo(f"{without} of {len(paired)} lines have no picture: there are fewer pictures than lines", err=True)
    if unused:
        click.echo(f"{len(unused)} pictures have no line", err=True)


def _name(one: Paired) -> str:
    return "-" if one.path is None else shown(one.path)


def _z(one: Paired) -> str:
    return " " * 6 if one.z is None else f"z {one.z:4.1f}"


def _write_album(html: Path, title: str, paired: Sequence[Paired]) -> None:
    from clipgen.media.gallery import Row, write_album

    sections = groupby(paired, key=lambda one: one.line.section)
    rows = [[*some] for _, some in sections]
    write_album(html, title, [Row(some[0].line.heading, [(one.path, one.text) for one in some]) for some in rows])
