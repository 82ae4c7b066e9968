"""What the commands on a library of pictures share: options, the studio, and how indexing is shown."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from clipgen.cli.describe import open_studio
from clipgen.cli.files import check_targets
from clipgen.cli.progress import loading, seconds_text
from clipgen.jobs import Job

if TYPE_CHECKING:
    from clipgen.library import Progress, Watching
    from clipgen.similarity import Skipped
    from clipgen.tasks.duplicates import Compared

T = TypeVar("T")
_LINES = 10  # about an index, in a log file

folder_argument = click.argument("folders", nargs=-1, type=click.Path(path_type=Path), metavar="FOLDER…")


class Indexing:
    """Shows how far an index is, and passes on all other events.

        >>> from clipgen.library import Progress
        >>> indexing = Indexing()
        >>> list(indexing.others([Progress(0, 2, 0), Progress(2, 2, 2), "found"]))
        ['found']

    skipped: the files that cannot be used; embedded: pictures that were embedded; frames: those of them in films.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet, self.skipped, self.embedded, self.frames = quiet, list["Skipped"](), 0, 0
        self._films: dict[Path, int] = {}
        self._started, self._lines = time.monotonic(), 0

    def others(self, events: Iterable[T | Progress | Watching | Skipped]) -> Iterator[T]:
        """The events that are not about indexing."""
        from clipgen.library import Progress, Watching
        from clipgen.similarity import Skipped

        waiting: list[T] = []
        with loading("looking for new pictures", quiet=self.quiet) as update:
            events = iter(events)
            for event in events:
                if isinstance(event, Progress):
                    self._show(event, update)
                elif isinstance(event, Watching):
                    self._show_film(event, update)
                elif isinstance(event, Skipped):
                    self.skipped.append(event)
                else:
                    waiting.append(event)
                    break
        yield from waiting
        yield from (event for event in events if not isinstance(event, Progress | Watching | Skipped))

    def _show_film(self, film: Watching, update: Callable[[str], None]) -> None:
        from clipgen.media.moments import clock

        self._films[film.path] = film.kept
        self.frames = sum(self._films.values())
        update(f"indexing {short(film.path)}: {clock(film.seconds)} of {clock(film.total)}, {film.kept:,} frames")

    def _show(self, progress: Progress, update: Callable[[str], None]) -> None:
        done, total, self.embedded = progress.done, progress.total, progress.embedded
        if not total or not done:
            self._started = time.monotonic()
            return
        rate = done / max(1e-6, time.monotonic() - self._started)
        line = f"indexing {done:,} of {total:,}  {rate:.1f} files/s  {seconds_text((total - done) / rate)} left"
        update(line)
        if not self.quiet and not sys.stderr.isatty() and done * _LINES // total > self._lines:
            self._lines = done * _LINES // total
            click.echo(line, err=True)


def browse(job: Job, *, quiet: bool = False) -> tuple[Indexing, Iterator]:
    """The display of a job's indexing, and its other events."""
    indexing = Indexing(quiet=quiet)
    return indexing, indexing.others(open_studio(job, quiet=quiet).run(job))


def check_library_targets(job: Job, **written: Path | None) -> None:
    """Raise what `check_targets` raises for the pictures and films that a job searches, before anything is indexed.

    written: by the name of the option.
    """
    from clipgen.library import Library, absolute  # late: torch takes seconds to import
    from clipgen.library.scan import FILMS
    from clipgen.media.endings import picture_endings
    from clipgen.prompts import parse_weighted_path
    from clipgen.tasks.browse import index_of

    endings = picture_endings() | FILMS
    some = [path for path in written.values() if path is not None and path.suffix.lower() in endings and path.exists()]
    read: list[Path] = []
    if some and not job.inputs.folders:
        with Library(index_of(job)) as library:
            read = [file.path for path in some for file in library.database.files(absolute(path))]
    for place in map(Path, job.inputs.folders):
        read += [path for path in some if path.resolve().is_relative_to(place.resolve())]
    pictures = [Path(name) for name in job.inputs.pictures]
    weighted = [Path(parse_weighted_path(name)[0]) for name in job.inputs.pictures]
    check_targets([*read, *pictures, *weighted], **written)


def compared(events: Iterable[T | Compared], *, quiet: bool = False) -> Iterator[T]:
    """The events that are not about how far the comparison of pairs is, which is shown."""
    from clipgen.tasks.duplicates import Compared

    with loading("comparing", quiet=quiet) as update:
        for event in events:
            if isinstance(event, Compared):
                update(f"comparing {event.done:,} of {event.total:,} pairs")
            else:
                yield event


def name_skipped(skipped: Iterable[Skipped]) -> None:
    """Name files that cannot be used on stderr."""
    for one in skipped:
        click.echo(f"skipped: {' '.join(one.reason.split())}", err=True)


def short(path: Path) -> str:
    """A path as it is printed: relative to the working folder where it is in there, on one line.

    >>> short(Path("holiday/beach.jpg").absolute())
    'holiday/beach.jpg'
    """
    here = Path.cwd()
    name = str(path.relative_to(here) if path.is_relative_to(here) else path)
    return "".join(c if c.isprintable() or not c.isascii() else repr(c)[1:-1] for c in name)
