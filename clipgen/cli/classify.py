"""`clipgen classify`: sort pictures by labels of one's own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.describe import Pictures, open_studio, recursive_option, verb_options, verb_settings
from clipgen.cli.files import STDIN, InputFile, check_targets, looks_like_file, shown, spooled
from clipgen.cli.printing import as_line
from clipgen.cli.sections import option
from clipgen.jobs import Inputs, Job
from clipgen.settings import ClassifyVerb

if TYPE_CHECKING:
    from clipgen.tasks.events import Labelled

EXAMPLES = """\
\b
Files and folders are pictures, other words are labels. After -- everything is
a label, for those that are named like a file here. Several sentences about each
label ("a picture of a cat", …, or --templates) are embedded and averaged.

\b
Examples:
  clipgen classify photo.jpg cat dog rabbit
  clipgen classify photos/*.jpg cat dog
  clipgen classify photos/ -r -- cat dog
  clipgen classify photos/ -r --labels labels.txt --top 1
  clipgen classify animals/ --by-folder      accuracy, when folders name the labels
  clipgen classify --tune-templates animals/ --tuned animals.txt
  clipgen classify photos/*.jpg cat dog --templates animals.txt
"""

_AFTER = "clipgen.after"  # the words after --, in the context of the command


class Parted(SectionedCommand):
    """Remembers what follows `--`, which click alone would mix with what precedes it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--" in args:
            place = args.index("--")
            ctx.meta[_AFTER], args = tuple(args[place + 1 :]), args[:place]
        return super().parse_args(ctx, args)


@click.command(cls=Parted, epilog=EXAMPLES, short_help="Sort pictures by labels of your own.")
@click.argument("words", nargs=-1, metavar="PICTURE… [--] LABEL…")
@recursive_option
@option(
    "--labels", type=InputFile(), section="Pictures", metavar="FILE",
    help="more labels, one a line; - for standard input",
)  # fmt: skip
@option("--by-folder", is_flag=True, section="Pictures", help="labels are the names of the folders in PICTURE")
@option(
    "--templates", type=InputFile(), section="Search", metavar="FILE",
    help="sentences about a label, one a line, {} where the label goes",
)  # fmt: skip
@option(
    "--tune-templates", type=click.Path(exists=True, file_okay=False, path_type=Path), section="Search",
    metavar="FOLDER", help="instead: choose sentences (of --templates, or of a shipped list) by the pictures in "
    "FOLDER's folders, named by what they show",
)  # fmt: skip
@option(
    "--tuned", type=click.Path(path_type=Path), default="tuned-templates.txt", section="Search", metavar="FILE",
    help="where the chosen sentences are written, for --templates [tuned-templates.txt]",
)  # fmt: skip
@option("--json", "as_json", is_flag=True, section="Output", help="print the rows as JSON, one a line")
@verb_options("classify")
def command(
    words: tuple[str, ...],
    recursive: bool,
    labels: Path | None,
    by_folder: bool,
    templates: Path | None,
    tune_templates: Path | None,
    tuned: Path,
    as_json: bool,
    **options: Any,
) -> int:
    """Print which LABEL fits each PICTURE, a file or a folder, best."""
    from clipgen.prompts import read_prompt_file

    sentences = {"templates": tuple(read_prompt_file(templates))} if templates else {}
    settings = verb_settings("classify", options, **sentences)
    assert isinstance(settings, ClassifyVerb)  # of this verb
    if tune_templates is not None:
        check_targets([templates] if templates else [], tuned=tuned)
        return _tune(words, tune_templates, settings, sentences.get("templates", ()), tuned)
    if not words:
        raise click.UsageError("name pictures and labels, or --tune-templates FOLDER")
    ctx = click.get_current_context()
    pictures, typed = _sorted(words, ctx.meta.get(_AFTER))
    given = [*typed, *(read_prompt_file(labels) if labels else []), *(_folders(pictures) if by_folder else [])]
    if not given:
        raise click.UsageError("no labels: write them after the pictures, or give --labels FILE or --by-folder")
    names = [spooled(ctx) if name == STDIN else Path(name) for name in pictures]
    found = Pictures(names, recursive=recursive or by_folder)
    job = Job("classify", Inputs(pictures=tuple(map(str, found.paths)), texts=tuple(given)), settings)
    events = open_studio(job).run(job)
    from clipgen.tasks.events import Labelled  # late: torch takes seconds to import

    right = count = 0
    for one in found.good(events):
        assert isinstance(one, Labelled)  # of this verb
        click.echo(_json(one) if as_json else _line(one))
        count += 1
        right += one.path is not None and one.matches[0].text == one.path.parent.name
    if by_folder and count:
        click.echo(f"right: {right} of {count} ({100 * right / count:.1f} %)", err=True)
    return found.exit_code()


def _tune(words: Sequence[str], folder: Path, settings: ClassifyVerb, candidates: Sequence[str], out: Path) -> int:
    from clipgen.cli.tuning import tune

    if words:
        raise click.UsageError("--tune-templates takes a folder of labelled pictures, and no further PICTURE or LABEL")
    return tune(folder, settings, candidates, out)


def _sorted(words: Sequence[str], after: Sequence[str] | None) -> tuple[list[str], list[str]]:
    """Pictures and labels among the words of a command line; after: those that follow `--`."""
    if after is not None:
        return list(words), list(after)
    pictures = [word for word in words if looks_like_file(word)] or [words[0]]
    for word in pictures[1:]:
        if os.path.isdir(word) and Path(word).name == word:
            click.echo(f"note: the folder {word} is classified; a label of this name goes after --", err=True)
    return pictures, [word for word in words if word not in pictures]


def _folders(homes: Sequence[str]) -> list[str]:
    inner = (path for home in map(Path, homes) if os.path.isdir(home) for path in home.iterdir() if os.path.isdir(path))
    return sorted({path.name for path in inner})


def _json(one: Labelled) -> str:
    labels = [{"text": match.text, "probability": match.probability, "score": match.score} for match in one.matches]
    return as_line({"image": shown(one.path), "labels": labels})


def _line(one: Labelled) -> str:
    return f"{shown(one.path)}\t" + "  ".join(f"{match.text} {100 * match.probability:.1f} %" for match in one.matches)
