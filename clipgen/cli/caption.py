"""`clipgen caption`: pictures to words."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.describe import Pictures, open_studio, recursive_option, verb_options, verb_settings
from clipgen.cli.files import InputFile, PictureFile, check_targets, shown, spool_of
from clipgen.cli.printing import as_line
from clipgen.cli.rows import RowFile
from clipgen.cli.sections import option
from clipgen.jobs import Inputs, Job

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clipgen.similarity import Match, Matcher
    from clipgen.studio import Studio
    from clipgen.tasks.events import Described, Traits

EXAMPLES = """\
\b
Without --candidates a caption is composed of phrase tables: what, where, how
made, in which light. Scores are cosines; z is the number of standard deviations
by which a caption fits better than unrelated captions and pictures do. A
picture marked (unsure) shows nothing that the CLIP model was taught, or something
else than its captions say, as far as it can tell: --abstain leaves them out.

\b
Examples:
  clipgen caption photo.jpg
  clipgen caption photo.jpg --candidates captions.txt --top 3
  curl -s https://example.org/photo.jpg | clipgen caption -
  clipgen caption holiday/ -r --jsonl captions.jsonl
  clipgen caption photo.jpg --mode slots
  clipgen caption photo.jpg --explain why.png
  clipgen caption summer/ --contrast winter/
"""

COLUMNS = ("image", "text", "score", "z", "percentile", "probability", "margin", "unsure", "model", "seconds")
NOTHING = "nothing fits"


@dataclass(frozen=True)
class Outputs:
    """What a run prints and writes, and which set of pictures it analyses."""

    jsonl: Path | None
    csv_file: Path | None
    explain: Path | None
    round_trip: Path | None
    second: str | None
    negative: bool
    common: bool
    contrast: Path | None
    sidecar: bool
    embed: bool
    as_json: bool
    quiet: bool

    @property
    def traits(self) -> Literal["negative", "common", "contrast"] | None:
        """What is asked of the pictures instead of captions."""
        if self.contrast is not None:
            return "contrast"
        return "negative" if self.negative else "common" if self.common else None

    def check(self) -> None:
        """Raise UsageError for options that do not go together."""
        if self.second is not None and self.round_trip is None:
            raise click.UsageError("--second scores a round trip; give --round-trip FILE.png too")
        if self.jsonl and self.csv_file:
            raise click.UsageError("--jsonl and --csv are both given; a run writes one of them")
        files = (self.jsonl, self.csv_file, self.sidecar, self.embed, self.explain, self.round_trip)
        if self.negative + self.common + (self.contrast is not None) > 1 or (self.traits and any(files)):
            raise click.UsageError(
                "--negative, --common and --contrast exclude each other, and every other output but --json"
            )

    def check_count(self, pictures: int) -> None:
        """Raise UsageError where one picture is needed and several are given."""
        if (self.explain or self.round_trip) and pictures > 1:
            raise click.UsageError(f"--explain and --round-trip are for one picture, and {pictures} are given")

    def check_targets(self, pictures: Sequence[Path], candidates: Path | None) -> None:
        """Raise OutputError where a file would be written over one that is read."""
        texts = [candidates] if candidates else []
        check_targets([*pictures, *texts], explain=self.explain, round_trip=self.round_trip)
        for path in pictures if self.sidecar else []:
            check_targets(texts, sidecar=_sidecar(path))

    def row_file(self) -> AbstractContextManager[RowFile | None]:
        """The file that rows are written to, or nothing."""
        if self.jsonl is not None:
            return RowFile(self.jsonl, key="image")
        if self.csv_file is not None:
            return RowFile(self.csv_file, key="image", columns=COLUMNS)
        return nullcontext()


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Describe pictures in words.")
@click.argument("pictures", nargs=-1, required=True, type=InputFile(), metavar="PICTURE…")
@recursive_option
@option(
    "--candidates", type=InputFile(), section="Pictures", metavar="FILE",
    help="rank these captions: one a line, or a csv or jsonl with a column text, caption or prompt; - for standard "
    "input",
)  # fmt: skip
@option(
    "--jsonl", type=click.Path(path_type=Path), section="Output", metavar="FILE",
    help="append a row for each picture; pictures that have one are skipped",
)  # fmt: skip
@option(
    "--csv", "csv_file", type=click.Path(path_type=Path), section="Output", metavar="FILE",
    help="as --jsonl, a line for each picture with its best caption only",
)  # fmt: skip
@option(
    "--explain", type=PictureFile(), section="Output", metavar="FILE.png",
    help="draw which words of the best caption matter, and where they fit; for one picture",
)  # fmt: skip
@option(
    "--round-trip", type=PictureFile(), section="Output", metavar="FILE.png",
    help="generate a picture from each caption and draw them next to the one described; for one picture",
)  # fmt: skip
@option("--second", section="Search", metavar="NAME", help="another CLIP model, to score the round trip independently")
@option("--negative", is_flag=True, section="Search", help="print what each picture is not")
@option("--common", is_flag=True, section="Search", help="print what all the pictures share")
@option(
    "--contrast", type=click.Path(path_type=Path), section="Search", metavar="DIR",
    help="print what the pictures show and those in DIR do not; the score is the AUC on the second half of each",
)  # fmt: skip
@option("--sidecar", is_flag=True, section="Output", help="write the best caption to PICTURE.txt next to each picture")
@option("--embed", is_flag=True, section="Output", help="write the best caption into each PNG, as its Description")
@option("--json", "as_json", is_flag=True, section="Output", help="print the rows as JSON, one a line")
@option("-q", "--quiet", is_flag=True, section="Output", help="print the best caption of each picture only")
@verb_options("caption")
def command(pictures: tuple[Path, ...], recursive: bool, candidates: Path | None, **options: Any) -> int:
    """Describe each PICTURE, a file or a folder, in words, best caption first."""
    outputs = Outputs(**{spec.name: options.pop(spec.name) for spec in fields(Outputs)})
    if candidates is not None and options["mode"] is not None:
        raise click.UsageError("--mode composes captions and --candidates ranks given ones; leave one out")
    outputs.check()
    settings = verb_settings("caption", options)
    if (outputs.sidecar or outputs.embed) and spool_of(click.get_current_context()) in pictures:
        raise click.UsageError("--sidecar and --embed need a file, and the picture is on standard input")
    found = Pictures(pictures, recursive=recursive)
    outputs.check_count(len(found.paths))
    outputs.check_targets(found.paths, candidates)
    if candidates is not None:
        from clipgen.tasks.caption.candidates import check_candidates  # late: torch takes seconds to import

        check_candidates(candidates)
    inputs = Inputs(pictures=tuple(map(str, found.paths)), text_file=None if candidates is None else str(candidates))
    job = Job("caption", inputs, settings)
    if outputs.traits is not None:
        for line in _traits(found, job, outputs, recursive=recursive):
            click.echo(line)
    else:
        _caption(found, job, outputs)
    return found.exit_code()


def _caption(found: Pictures, job: Job, outputs: Outputs) -> None:
    """Describe the pictures that have no row yet; print, and write what is asked for."""
    with outputs.row_file() as rows:
        left = [name for name in job.inputs.pictures if rows is None or name not in rows]
        if rows is not None and len(left) < len(found.paths):
            found.processed = True
            done = len(found.paths) - len(left)
            click.echo(f"note: {done} of {len(found.paths)} are in {rows.path} already", err=True)
        if not left:
            return
        studio = open_studio(job, quiet=outputs.quiet)
        from clipgen.tasks.events import Described  # late: torch takes seconds to import

        name = studio.perceptor(studio.describing(job)).name
        todo, unsure = replace(job, inputs=replace(job.inputs, pictures=tuple(left))), 0
        for described in found.good(studio.run(todo)):
            assert isinstance(described, Described)  # of this verb
            row, unsure = to_row(described, model=name), unsure + described.unsure
            if described.matches and described.path is not None:
                _write_files(described.path, described.matches, studio, job, outputs)
            if rows is not None:  # last: a picture with a row is not described again
                rows.add(row if rows.columns is None else _flat(row, described))
            text = row_text(described, quiet=outputs.quiet)
            click.echo(as_line(row) if outputs.as_json else text)
        if unsure and not outputs.quiet:
            click.echo(
                f"note: {name} is unsure of {unsure} of {len(left)} pictures, which may show what it was not taught; "
                "for any photograph: clipgen models pull vit-b-32, then --perceptor vit-b-32",
                err=True,
            )


def _traits(found: Pictures, job: Job, outputs: Outputs, *, recursive: bool) -> Iterator[str]:
    """The lines that print what pictures are not, share, or show in contrast to others."""
    assert outputs.traits is not None
    others = Pictures([outputs.contrast], recursive=recursive).paths if outputs.contrast is not None else []
    for one in found.good(open_studio(job).traits(outputs.traits, job, others=others)):
        yield _traits_text(one, outputs)


def _traits_text(one: Traits, outputs: Outputs) -> str:
    name = outputs.traits if one.path is None else shown(one.path)
    if outputs.as_json:
        return as_line({"of": name, "traits": [vars(trait) for trait in one.traits]})
    return "\n".join([str(name), *(f"  {trait.score:6.2f}  {trait.text}" for trait in one.traits)])


def to_row(described: Described, *, model: str) -> dict[str, object]:
    """A picture's row of a jsonl file."""
    captions = [match.to_dict() for match in described.matches]
    seconds = round(described.seconds, 3)
    return {
        "image": shown(described.path), "captions": captions, "unsure": described.unsure, "model": model,
        "seconds": seconds,
    }  # fmt: skip


def _flat(row: dict[str, object], described: Described) -> dict[str, object]:
    """A picture's line of a csv file."""
    return {**row, **(described.matches[0].to_dict() if described.matches else {"text": NOTHING})}


def row_text(described: Described, *, quiet: bool) -> str:
    """A picture's captions for people."""
    if quiet:
        return f"{shown(described.path)}\t{described.matches[0].text if described.matches else NOTHING}"
    lines = [
        f"  {_kind(match)}{match.score:.3f}  z {match.z:4.1f}  {100 * match.probability:5.1f} %  {match.text}"
        for match in described.matches
    ]
    name = shown(described.path) + ("  (unsure)" if described.unsure else "")
    return "\n".join([name, *(lines or [f"  {NOTHING}"])])


def _kind(match: Match) -> str:
    """What kind of phrase it is, in mode slots."""
    from clipgen.tasks.events import Slot  # late: torch takes seconds to import

    return f"{match.kind:10}  " if isinstance(match, Slot) else ""


def _write_files(path: Path, matches: Sequence[Match], studio: Studio, job: Job, outputs: Outputs) -> None:
    """Write the files that the options name for a picture with captions."""
    from clipgen.files import write_whole
    from clipgen.media.pictures import add_text

    if outputs.sidecar:
        with write_whole(_sidecar(path)) as part:
            part.write_text(matches[0].text + "\n", encoding="utf-8")
    if outputs.embed:
        add_text(path, "Description", matches[0].text)
    if outputs.explain is not None:
        _explain(outputs.explain, path, matches[0].text, studio.matcher(studio.describing(job)))
    if outputs.round_trip is not None:
        _round_trip(outputs.round_trip, path, [match.text for match in matches], studio, job, outputs.second)


def _sidecar(path: Path) -> Path:
    return path.with_suffix(".txt")


def _explain(sheet: Path, path: Path, text: str, matcher: Matcher) -> None:
    from clipgen.media.images import load_image
    from clipgen.media.pictures import save_picture
    from clipgen.tasks.caption.explain import draw_evidence, explain

    image = load_image(path)
    evidence = explain(image, text, matcher)
    save_picture(sheet, draw_evidence(image, evidence), {"picture": str(path), "caption": text})
    for one in sorted(evidence, key=lambda one: -one.delta):
        click.echo(f"{one.delta:+.3f}  {one.word}", err=True)


def _round_trip(
    sheet: Path, path: Path, texts: list[str], studio: Studio, job: Job, second: str | None
) -> None:
    from clipgen.media.images import load_image
    from clipgen.media.pictures import save_picture
    from clipgen.tasks.caption.round_trip import draw_round_trip

    image = load_image(path)
    trips = studio.round_trip(image, texts, studio.describing(job), second=second)
    save_picture(sheet, draw_round_trip(image, trips), {"picture": str(path), "captions": texts})
    for trip in trips:
        line = f"likeness {trip.likeness:.3f}"
        if second:
            line += f"  by {second} {trip.second_likeness:.3f} (caption {trip.second_score:.3f})"
        click.echo(f"{line}  {trip.caption}", err=True)
