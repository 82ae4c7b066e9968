"""`clipgen batch`: many jobs from files, or many files of prompts, each to its film."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.filming import Report, Request, film_options, make, print_made, stored_film
from clipgen.cli.interrupt import stop_code
from clipgen.cli.printing import as_text
from clipgen.cli.progress import loading, seconds_text
from clipgen.cli.sections import option
from clipgen.errors import ClipgenError, OutputError
from clipgen.files.addresses import place_of
from clipgen.media.films import DEFAULT_ENDING

if TYPE_CHECKING:
    from clipgen.batch import Crew, Ledger, Line, Tally
    from clipgen.files.addresses import Address
    from clipgen.studio import Studio

EXAMPLES = """\
\b
Examples:
  clipgen batch jobs.jsonl --out results/
  clipgen batch jobs.csv --out results/ --workers 2
  clipgen batch jobs.jsonl --out results/ --ray auto
  clipgen batch jobs.jsonl --out s3://bucket/results
  clipgen batch prompts/*.txt --out films/
  clipgen batch poems/*.txt --out films/ --style "oil painting:0.5" --captions

\b
A line of jobs.jsonl is one job: a verb, its inputs, and any of its settings.
  {"prompt": "a castle", "seed": 1, "quality": "draft"}
  {"verb": "caption", "picture": "photo.jpg", "top": 3}
  {"verb": "estimate", "picture": "photo.jpg", "scale": {"a baby": 1, "an adult": 35}}
  {"verb": "search", "text": "a red car", "folder": "photos", "top": 5}
  {"verb": "animate", "file": "prompts/seasons.txt", "seed": 7}
"""

JOBS = (".jsonl", ".ndjson", ".csv")
_SHOWN = 10  # failed jobs that are named
_LINES = 20  # of progress in a log file


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Do many jobs; make films from files of prompts.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@option(
    "--out", required=True, section="Output", metavar="PLACE",
    help="folder of the results, or an address such as s3://bucket/results; jobs and films that are done are skipped",
)  # fmt: skip
@option("--ledger", type=click.Path(path_type=Path), section="Output", metavar="DIR",
        help="folder of the ledger of what is done, by default that of the results, for an address in the data folder")
@option("--workers", type=click.IntRange(min=1), section="Jobs", metavar="N",
        help="processes that share this machine, by default 1; with --ray, actors, by default one a GPU")
@option("--retries", type=click.IntRange(min=0), section="Jobs", metavar="N",
        help="how often a job is tried again whose worker died, by default 2")
@option("--retry-failed", is_flag=True, section="Jobs", help="also try the jobs again that failed before")
@option("--group", type=click.IntRange(min=1), section="Jobs", metavar="N",
        help="paint up to N consecutive prompts of equal settings and seed in one batch, which a GPU does faster")
@option("--ray", metavar="ADDRESS", section="Jobs",
        help="do the jobs on a Ray cluster: auto, local, or HOST:PORT")
@film_options
def command(
    files: tuple[Path, ...], out: str, ledger: Path | None, workers: int | None, retries: int | None,
    retry_failed: bool, group: int | None, ray: str | None, **options: Any,
) -> int:  # fmt: skip
    """Do the jobs of each FILE.jsonl or FILE.csv, or make a film from each other FILE, as `clipgen animate` does.

    What is done is skipped when the same batch runs again, so that a batch that was stopped or killed continues. A job
    that fails is reported, the others are done, and the exit code is 1.
    """
    warnings.simplefilter("ignore")
    place, own = place_of(out), Own(workers, retries, retry_failed, group, ray, ledger)
    jobs = [file for file in files if file.suffix.lower() in JOBS]
    if not jobs:
        if own != Own():
            raise click.UsageError(
                "--workers, --retries, --retry-failed, --group, --ray and --ledger are for files of jobs"
            )
        if not isinstance(place, Path):
            raise click.UsageError(
                f"films of prompt files go to a folder of this machine, and --out is {out}; make them as lines of "
                'jobs: {"verb": "animate", "file": "prompts/seasons.txt"}'
            )
        return _films(files, place, options)
    report = Report.of(options)
    if len(jobs) < len(files) or any(value not in (None, (), False) for value in options.values()):
        raise click.UsageError("a file of jobs has all settings in its lines: leave out other files and their options")
    return _jobs(jobs, place, own, report)


@dataclass(frozen=True)
class Own:
    """The options that are for files of jobs only; see the command's help."""

    workers: int | None = None
    retries: int | None = None
    retry_failed: bool = False
    group: int | None = None
    ray: str | None = None
    ledger: Path | None = None


def _jobs(files: Iterable[Path], out: Path | Address, own: Own, report: Report) -> int:
    from clipgen.batch import Ledger, ledger_folder
    from clipgen.batch.run import RETRIES, run

    _check_inputs(files, out)
    retries = RETRIES if own.retries is None else own.retries
    with Ledger(own.ledger or ledger_folder(out), out) as ledger:
        if ledger.out != ledger.folder and not report.quiet:
            click.echo(f"results: {ledger.out}; the ledger of what is done: {ledger.folder}", err=True)
        with loading("looking at the jobs", quiet=report.quiet):
            ledger.add(_lines(files), group=own.group or 1)
        if own.retry_failed:
            ledger.retry_failed()
        stopped = 0
        try:
            if ledger.tally().open:
                with _crew(own) as crew:
                    _show(run(ledger, crew, retries=retries), report)
        except KeyboardInterrupt as error:
            stopped = stop_code(error)  # what was being done is done again when the batch continues
        results = ledger.write_results()
        _summary(ledger, results, report)
        return stopped or int(ledger.tally().failed > 0)


def _check_inputs(files: Iterable[Path], out: Path | Address) -> None:
    """Raise OutputError where the results would overwrite a file of jobs."""
    from clipgen.batch.ledger import RESULTS_FILE

    for file in files:
        if isinstance(out, Path) and file.exists() and (own := out / RESULTS_FILE).exists() and own.samefile(file):
            raise OutputError(f"{file} would be overwritten by the results; name another folder", settings=["out"])


def _lines(files: Iterable[Path]) -> Iterable[Line]:
    from clipgen.batch import read_jobs

    for file in files:
        yield from read_jobs(file)


def _crew(own: Own) -> AbstractContextManager[Crew]:
    if own.ray:
        from clipgen.batch.cluster import RayCrew

        return RayCrew(own.ray, own.workers)
    from clipgen.batch import LocalCrew

    return LocalCrew(own.workers or 1)


def _show(tallies: Iterable[Tally], report: Report) -> None:
    """Show how far a batch is, until it is done."""
    first, started, lines = None, time.monotonic(), 0
    with loading("loading the models", quiet=report.quiet) as update:
        for tally in tallies:
            done = tally.done + tally.failed
            first = done if first is None else first
            line = f"{done:,} of {tally.total:,} jobs"
            if done > first:
                pace = (time.monotonic() - started) / (done - first)
                line += f"  {3600 / pace:,.0f} an hour  {seconds_text(pace * tally.open)} left"
            update(line)
            if not report.quiet and not sys.stderr.isatty() and done * _LINES // tally.total > lines:
                lines = done * _LINES // tally.total
                click.echo(line, err=True)


def _summary(ledger: Ledger, results: Path | Address, report: Report) -> None:
    tally, failures = ledger.tally(), ledger.failures()
    for line, error in (failed for _, failed in zip(range(_SHOWN), failures, strict=False)):
        click.echo(f"line {line}: {error}", err=True)
    if tally.failed > _SHOWN:
        click.echo(f"… {tally.failed - _SHOWN:,} more", err=True)
    if report.as_json:
        counts = {"done": tally.done, "failed": tally.failed, "open": tally.open, "results": str(results),
                  "ledger": str(ledger.folder)}  # fmt: skip
        click.echo(as_text(counts))
    elif not report.quiet:
        click.echo(f"{tally.done:,} done, {tally.failed:,} failed, {tally.open:,} open: {results}", err=True)


def _films(files: tuple[Path, ...], out: Path, options: dict[str, Any]) -> int:
    report = Report.of(options)
    if len({file.stem for file in files}) < len(files):
        raise click.UsageError("two of the files have the same name, and so would their films; rename one")
    with loading("loading the models", quiet=report.quiet):
        from clipgen.studio import Studio

        studio = Studio()
    made, failed = 0, {}
    missing = [file for file in files if not _path(out, file).exists()]
    for file in missing:
        try:
            if code := _film(file, _path(out, file), options, studio, report):
                return code
            made += 1
        except ClipgenError as error:
            failed[str(file)] = str(error)
            click.echo(str(error) if str(file) in str(error) else f"{file}: {error}", err=True)
    _print(made, len(files) - len(missing), failed, report)
    return 1 if failed else 0


def _path(out: Path, file: Path) -> Path:
    return out / f"{file.stem}{DEFAULT_ENDING}"


def _print(made: int, skipped: int, failed: dict[str, str], report: Report) -> None:
    if report.as_json:
        counts = {"made": made, "skipped": skipped, "failed": failed}
        click.echo(as_text(counts))
    elif not report.quiet:
        click.echo(f"{made} made, {skipped} skipped, {len(failed)} failed", err=True)


def _film(file: Path, path: Path, options: dict[str, Any], studio: Studio, report: Report) -> int:
    request = Request.of(file, path, options, stored_film(path))
    request.check()
    for beside in request.output.extras().values():
        if request.stored is None and beside.exists():  # else it is the film's own
            raise OutputError(f"{beside} would be overwritten; rename it, or name another folder", settings=["out"])
    film = request.load(studio)
    made = make(film, request, report)
    if not report.as_json:
        print_made(made, film, request, report)
    return made.exit_code
