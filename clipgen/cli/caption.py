"""`clipgen caption`: pictures to words."""

from __future__ import annotations

import json
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.describe import (
    describe_options,
    embed_pictures,
    load_matcher,
    read_pictures,
    recursive_option,
    settings_of,
)
from clipgen.cli.options import SectionedCommand, option
from clipgen.cli.rows import RowFile
from clipgen.settings import DescribeSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clipgen.tasks.caption import Match, Matcher

EXAMPLES = """\
\b
Without --candidates a caption is composed of phrase tables: what, where, how
made, in which light. Scores are cosines; z tells by how many standard
deviations a caption fits better than unrelated captions and pictures do.

\b
Examples:
  clipgen caption photo.jpg
  clipgen caption photo.jpg --candidates captions.txt --top 3
  clipgen caption holiday/ -r --jsonl captions.jsonl
  clipgen caption photo.jpg --mode slots
  clipgen caption photo.jpg --explain why.png
  clipgen caption summer/ --contrast winter/
"""

COLUMNS = ("image", "text", "score", "z", "percentile", "probability", "margin", "model", "seconds")


@dataclass(frozen=True)
class Wanted:
    """What is asked for beside the captions that are printed."""

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
    def traits(self) -> int:
        """How many of the searches that tell no captions are asked for."""
        return self.negative + self.common + (self.contrast is not None)

    def check(self, pictures: int) -> None:
        """Raise UsageError for what does not go together."""
        if (self.explain or self.round_trip) and pictures > 1:
            raise click.UsageError(f"--explain and --round-trip are for one picture, and {pictures} are given")
        if self.second is not None and self.round_trip is None:
            raise click.UsageError("--second scores a round trip; give --round-trip FILE.png too")
        if self.jsonl and self.csv_file:
            raise click.UsageError("--jsonl and --csv are both given; a run writes one of them")
        files = (self.jsonl, self.csv_file, self.sidecar, self.embed, self.explain, self.round_trip)
        if self.traits > 1 or (self.traits and any(files)):
            raise click.UsageError(
                "--negative, --common and --contrast stand alone: one of them, and no other output than --json"
            )

    def row_file(self) -> AbstractContextManager[RowFile | None]:
        """The file that rows are written to, or nothing."""
        if self.jsonl is not None:
            return RowFile(self.jsonl, key="image")
        if self.csv_file is not None:
            return RowFile(self.csv_file, key="image", columns=COLUMNS)
        return nullcontext()


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Describe pictures in words.")
@click.argument("pictures", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PICTURE…")
@recursive_option
@option(
    "--candidates", type=click.Path(path_type=Path), section="Pictures", metavar="FILE",
    help="rank these captions: one a line, or a csv or jsonl with a column text, caption or prompt",
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
    "--explain", type=click.Path(path_type=Path), section="Output", metavar="FILE.png",
    help="draw which words of the best caption matter, and where they are seen; for one picture",
)  # fmt: skip
@option(
    "--round-trip", type=click.Path(path_type=Path), section="Output", metavar="FILE.png",
    help="paint a picture from each caption and draw them beside the one described; for one picture",
)  # fmt: skip
@option(
    "--second", section="Search", metavar="NAME", help="another CLIP, to score the round trip without having taken part"
)
@option("--negative", is_flag=True, section="Search", help="tell what each picture is not")
@option("--common", is_flag=True, section="Search", help="tell what all the pictures share")
@option(
    "--contrast", type=click.Path(path_type=Path), section="Search", metavar="DIR",
    help="tell what the pictures show and those in DIR do not; the score is the AUC on pictures held out",
)  # fmt: skip
@option("--sidecar", is_flag=True, section="Output", help="write the best caption to PICTURE.txt beside each picture")
@option("--embed", is_flag=True, section="Output", help="write the best caption into each PNG, as its Description")
@option("--json", "as_json", is_flag=True, section="Output", help="print the rows as JSON, one a line")
@option("-q", "--quiet", is_flag=True, section="Output", help="print the best caption of each picture only")
@describe_options(ranking=True)
def command(pictures: tuple[Path, ...], recursive: bool, candidates: Path | None, **options: Any) -> None:
    """Describe each PICTURE, a file or a folder, in words, best caption first."""
    wanted = Wanted(**{spec.name: options.pop(spec.name) for spec in fields(Wanted)})
    settings = settings_of(options)
    from clipgen.media.images import find_images  # late: it brings torch, which takes seconds to import

    if candidates is not None and options["mode"] is not None:
        raise click.UsageError("--mode composes captions and --candidates ranks given ones; leave one out")
    paths = find_images(pictures, recursive=recursive)
    wanted.check(len(paths))
    if candidates is not None:
        _first_block(candidates)
    if wanted.traits:
        other = find_images([wanted.contrast], recursive=recursive) if wanted.contrast is not None else []
        for line in _traits(paths, other, settings, candidates, wanted):
            click.echo(line)
        return
    with wanted.row_file() as rows:
        left = [path for path in paths if rows is None or str(path) not in rows.done]
        if rows is not None and len(left) < len(paths):
            click.echo(f"note: {len(paths) - len(left)} of {len(paths)} are in {rows.path} already", err=True)
        matcher = load_matcher(settings, quiet=wanted.quiet) if left else None
        for row in _rows(left, matcher, settings, candidates) if matcher else ():
            if rows is not None:
                rows.add(row if rows.columns is None else _flat(row))
            if matcher is not None and row["captions"]:
                _write_beside(row, matcher, settings, wanted)
            click.echo(json.dumps(row, ensure_ascii=False) if wanted.as_json else row_text(row, quiet=wanted.quiet))


def _write_beside(row: dict[str, Any], matcher: Matcher, settings: DescribeSettings, wanted: Wanted) -> None:
    """What is asked for of a picture beside its row."""
    from clipgen.media.pictures import add_text

    if wanted.sidecar:
        _write_sidecar(row)
    if wanted.embed:
        add_text(row["image"], "Description", row["captions"][0]["text"])
    if wanted.explain is not None:
        _explain(wanted.explain, row, matcher)
    if wanted.round_trip is not None:
        _round_trip(wanted.round_trip, row, matcher, settings, wanted.second)


def _first_block(candidates: Path) -> None:
    """Tell what is wrong with the candidates before anything is loaded."""
    from clipgen.errors import PromptError
    from clipgen.tasks.caption.candidates import read_candidates

    if not next(read_candidates(candidates), []):
        raise PromptError(f"{candidates} has no candidates; write one a line")


def _traits(
    paths: list[Path],
    other: list[Path],
    settings: DescribeSettings,
    candidates: Path | None,
    wanted: Wanted,
) -> Iterator[str]:
    """The lines that tell what pictures are not, share, or show beside others."""
    from clipgen.tasks.caption import Phrases, read_candidates, sets

    matcher = load_matcher(settings)
    if candidates is not None:
        phrases = [text for block in read_candidates(candidates) for text in block]
    else:
        phrases = Phrases.shipped().known_to(matcher.perceptor).plain()
    names, seen = embed_pictures(paths, matcher, settings)
    if wanted.negative:
        found = dict(zip(names, sets.negative(seen, phrases, matcher, top=settings.top), strict=True))
    elif other:
        beside = embed_pictures(other, matcher, settings)[1]
        found = {"contrast": sets.contrast(seen, beside, phrases, matcher, top=settings.top)}
    else:
        found = {"common": sets.common(seen, phrases, matcher, top=settings.top)}
    for name, traits in found.items():
        if wanted.as_json:
            yield json.dumps({"of": name, "traits": [vars(trait) for trait in traits]}, ensure_ascii=False)
        else:
            yield "\n".join([name, *(f"  {trait.score:6.2f}  {trait.text}" for trait in traits)])


def _rows(
    paths: list[Path], matcher: Matcher, settings: DescribeSettings, candidates: Path | None
) -> Iterator[dict[str, Any]]:
    from clipgen.tasks.caption import caption, read_candidates

    # a file of candidates is read once a batch
    for some, images in read_pictures(paths, batch=64 if candidates else 4):
        began = time.monotonic()
        blocks = read_candidates(candidates) if candidates else None
        found = caption(images, matcher, settings, candidates=blocks)
        seconds = round((time.monotonic() - began) / len(some), 3)
        for path, matches in zip(some, found, strict=True):
            yield to_row(path, matches, model=matcher.perceptor.name, seconds=seconds)


def to_row(path: Path, matches: list[Match], *, model: str, seconds: float) -> dict[str, Any]:
    """A picture's row of a jsonl file."""
    captions = [match.to_dict() for match in matches]
    return {"image": str(path), "captions": captions, "model": model, "seconds": seconds}


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A picture's line of a csv file."""
    from clipgen.tasks.caption.match import NOTHING

    return {**row, **(row["captions"] or [{"text": NOTHING}])[0]}


def row_text(row: dict[str, Any], *, quiet: bool) -> str:
    """A picture's captions for people."""
    from clipgen.tasks.caption.match import NOTHING

    if quiet:
        return f"{row['image']}\t{row['captions'][0]['text'] if row['captions'] else NOTHING}"
    lines = [row["image"]]
    for match in row["captions"]:
        figures = f"{match['score']:.3f}  z {match['z']:4.1f}  {100 * match['probability']:5.1f} %"
        lines.append(f"  {figures}  {match['text']}")
    return "\n".join(lines if row["captions"] else [*lines, f"  {NOTHING}"])


def _explain(sheet: Path, row: dict[str, Any], matcher: Matcher) -> None:
    from clipgen.media.images import load_image
    from clipgen.media.pictures import save_picture
    from clipgen.tasks.caption.explain import draw_evidence, explain

    image, text = load_image(row["image"]), row["captions"][0]["text"]
    evidence = explain(image, text, matcher)
    save_picture(sheet, draw_evidence(image, evidence), {"picture": row["image"], "caption": text})
    for one in sorted(evidence, key=lambda one: -one.delta):
        click.echo(f"{one.delta:+.3f}  {one.word}", err=True)


def _round_trip(
    sheet: Path, row: dict[str, Any], matcher: Matcher, settings: DescribeSettings, second: str | None
) -> None:
    from clipgen.media.images import load_image
    from clipgen.media.pictures import save_picture
    from clipgen.studio import Studio
    from clipgen.tasks.caption.round_trip import draw_round_trip, round_trip

    image, texts = load_image(row["image"]), [match["text"] for match in row["captions"]]
    # what only reads was never taught to guide: another one paints then
    painting = None if settings.perceptors == DescribeSettings().perceptors else settings.perceptors
    studio = Studio(device=settings.device, dtype=settings.dtype, perceptor=painting)
    other = studio.perceptor(replace(settings, perceptors=(second,))) if second else None
    trips = round_trip(image, texts, paint=partial(studio.generate, seed=0), perceptor=matcher.perceptor, second=other)
    save_picture(sheet, draw_round_trip(image, trips), {"picture": row["image"], "captions": texts})
    for trip in trips:
        line = f"likeness {trip.likeness:.3f}"
        if second:
            line += f"  by {second} {trip.second_likeness:.3f} (caption {trip.second_score:.3f})"
        click.echo(f"{line}  {trip.caption}", err=True)


def _write_sidecar(row: dict[str, Any]) -> None:
    from clipgen.files import write_whole

    if row["captions"]:
        with write_whole(Path(row["image"]).with_suffix(".txt")) as part:
            part.write_text(row["captions"][0]["text"] + "\n", encoding="utf-8")
