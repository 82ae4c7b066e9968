"""`clipgen moderate`: judge pictures and texts by what should not be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.describe import Pictures, open_studio, recursive_option, verb_options, verb_settings
from clipgen.cli.files import check_folder, shown
from clipgen.cli.printing import as_line
from clipgen.cli.progress import counting
from clipgen.cli.rows import RowFile
from clipgen.cli.sections import option
from clipgen.jobs import Inputs, Job

if TYPE_CHECKING:
    from clipgen.similarity import Skipped
    from clipgen.studio.studio import Event
    from clipgen.tasks.moderate import Moderated, Moderator, Verdict

EXAMPLES = """\
\b
Examples:
  clipgen moderate uploads/ --report veil.jsonl
  clipgen moderate uploads/ -r --veil-to safe/            blurred copies of what is veiled
  clipgen moderate uploads/ --perceptor ViT-L-14/openai --head head.safetensors
  clipgen moderate uploads/ --prompts my-prompts/         CATEGORY.txt, safe.txt, words/CATEGORY.txt
  clipgen moderate --text "a castle" --text "p0rn"
"""


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Judge pictures: clear, check or veil, and why.")
@click.argument("names", nargs=-1, type=click.Path(path_type=Path), metavar="[PICTURE…]")
@recursive_option
@option("--text", "texts", multiple=True, section="Pictures", metavar="TEXT", help="judge a text; may be repeated")
@option(
    "--report", type=click.Path(path_type=Path), section="Output", metavar="FILE.jsonl",
    help="append a row a picture; pictures in it are not judged again",
)  # fmt: skip
@option(
    "--veil-to", type=click.Path(path_type=Path), section="Output", metavar="FOLDER",
    help="write blurred copies of what is veiled; only such copies are replaced",
)  # fmt: skip
@option("--json", "as_json", is_flag=True, section="Output", help="print all rows as JSON, one a line")
@verb_options("moderate")
def command(
    names: tuple[Path, ...],
    recursive: bool,
    texts: tuple[str, ...],
    report: Path | None,
    veil_to: Path | None,
    as_json: bool,
    **options: Any,
) -> int:
    """Judge each PICTURE, a file or a folder: clear, check (a person should look) or veil, with the reason.

    An animation is judged by its worst frame, of five that are spread over it. Originals are never altered.

    The built-in CLIPs were never shown anything indecent and know few of the prompts: for real uploads, name a
    full-size CLIP with --perceptor, and its head with --head.
    """
    if not names and not texts:
        raise click.UsageError("name pictures or a folder, or --text")
    _judge_texts(texts, options["prompts"], as_json=as_json)
    if not names:
        return 0
    settings = verb_settings("moderate", options)
    if veil_to is not None:
        check_folder(veil_to)
    found = Pictures(names, recursive=recursive)
    from clipgen.tasks.moderate import check_target, veiled_paths  # late: torch takes seconds to import

    targets = None if veil_to is None else veiled_paths(found.paths, names, veil_to)
    with ExitStack() as opened:
        rows = None if report is None else opened.enter_context(RowFile(report, key="image"))
        todo = [path for path in found.paths if rows is None or shown(path) not in rows]
        if targets is not None:
            for path in todo:
                check_target(path, targets[path])
        job = Job("moderate", Inputs(pictures=tuple(map(str, todo))), settings)
        studio = open_studio(job, quiet=as_json)
        moderator = studio.moderator(job)
        if not as_json:
            _note_knowledge(moderator)
        counts: Counter[str] = Counter()
        events = _counted(studio.run(job), len(todo), quiet=as_json)
        if targets is not None:
            events = _veiled(events, targets)
        for one in found.good(_written(events, rows)):
            counts[one.verdict.band] += 1
            _print(shown(one.path), one.verdict, as_json=as_json)
    if not as_json:
        _summarise(counts, moderator, already=len(found.paths) - len(todo))
    return found.exit_code() if todo else 0


def _judge_texts(texts: Iterable[str], prompts: str | None, *, as_json: bool) -> None:
    if not texts:
        return
    from clipgen.tasks.moderate import judge_text
    from clipgen.tasks.moderate.recipe import recipe_of

    recipe = recipe_of(prompts)
    for text in texts:
        _print(text, judge_text(text, recipe), as_json=as_json, key="text", always=True)


def _print(name: str, verdict: Verdict, *, as_json: bool, key: str = "image", always: bool = False) -> None:
    """A row; without JSON, clear pictures are only counted."""
    if as_json:
        click.echo(as_line({key: name, **verdict.to_dict()}))
    elif always or verdict.band != "clear":
        why = f"{verdict.category}: {verdict.reason}" if verdict.reason else ""
        score = f"{verdict.score:.2f} (veiled from {verdict.veil_from:.2f})" if verdict.veil_from else ""
        click.echo("\t".join(part for part in (verdict.band, name, why, score) if part))


def _counted(events: Iterable[Event], total: int, *, quiet: bool) -> Iterator[Event]:
    with counting("judging", total, quiet=quiet) as count:
        for done, event in enumerate(events, start=1):
            yield event
            count(done)


def _written(events: Iterable[Event], rows: RowFile | None) -> Iterator[Moderated | Skipped]:
    """The same events, each in the report; a file that cannot be loaded is to be checked: nobody knows what it is."""
    from clipgen.similarity import Skipped
    from clipgen.tasks.moderate import Moderated

    for event in events:
        assert isinstance(event, Moderated | Skipped)  # of this verb
        if rows is not None and isinstance(event, Moderated):
            rows.add({"image": shown(event.path), **event.verdict.to_dict()})
        elif rows is not None and isinstance(event, Skipped):
            rows.add({"image": shown(event.path), "band": "check", "error": " ".join(event.reason.split())})
        yield event


def _veiled(events: Iterable[Event], targets: Mapping[Path, Path]) -> Iterator[Event]:
    """The same events, each after its copy: a killed run has no row in the report whose copy is missing."""
    from clipgen.tasks.moderate import Moderated, veiled_copy

    for one in events:
        if isinstance(one, Moderated) and one.verdict.band == "veil":
            assert one.path is not None  # pictures of a command are files
            veiled_copy(one.path, targets[one.path])
        yield one


def _note_knowledge(moderator: Moderator) -> None:
    """What a CLIP of few words cannot find."""
    perceptor = moderator.matcher.perceptor
    if not perceptor.words():
        return
    total = sum(len(prompts) for _, prompts in moderator.recipe.prompts)
    unknown = f"; of {', '.join(moderator.unknown)} it knows nothing" if moderator.unknown else ""
    click.echo(
        f"note: {perceptor.name} was never shown anything indecent: it knows {moderator.asked} of {total} "
        f"prompts{unknown}. Name a full-size CLIP with --perceptor for real uploads.", err=True,
    )  # fmt: skip


def _summarise(counts: Counter[str], moderator: Moderator, *, already: int) -> None:
    chosen, parts = moderator.settings, [f"{counts[band]} {band}" for band in ("clear", "check", "veil")]
    done = f"; {already} were in the report" if already else ""
    click.echo(
        f"{', '.join(parts)}{done}. Thresholds: of safe pictures {100 * chosen.false_veil:g} % are veiled and "
        f"{100 * chosen.false_check:g} % checked, as estimated from {moderator.thresholds.pictures}", err=True,
    )  # fmt: skip
