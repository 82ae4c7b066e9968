"""Progress displays: a bar with a live preview on a terminal, plain lines elsewhere, nothing with -q."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import click

if TYPE_CHECKING:
    from PIL import Image
    from rich.console import Console
    from rich.text import Text

    from clipgen.synthesis import Step

PREVIEW_COLUMNS = 32
PREVIEW_PICTURES = 4
PREVIEW_SECONDS = 0.7
LINES_PER_RUN = 10
LONG = 60.0  # seconds from which a run prints how long it will take as soon as its pace is known
FIRST_LINE, NEXT_LINE = 2.0, 5.0  # seconds after which a long count prints a line where there is no terminal


class Progress(Protocol):
    """A display that is updated after each step."""

    def show(self, step: Step) -> None: ...


@contextmanager
def open_progress(*, quiet: bool = False) -> Iterator[Progress]:
    """Open the progress display that fits stderr.

    >>> with open_progress(quiet=True) as progress:
    ...     for step in run:
    ...         progress.show(step)
    """
    if quiet:
        yield Silent()
        return
    # Late: importing rich takes longer than all of `clipgen --help` may.
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield Lines()
        return
    bar = Bar(console)
    with bar.live:
        yield bar


@contextmanager
def loading(line: str, *, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Show a line on a terminal while something takes a moment; yields a function that replaces the line.

    >>> with loading("loading the models") as update:
    ...     studio = Studio()
    ...     update("painting")
    """
    if quiet or not sys.stderr.isatty():
        yield lambda line: None
        return
    from rich.console import Console

    with Console(stderr=True).status(line) as status:
        yield status.update


@contextmanager
def counting(line: str, total: int, *, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """Show how many of a number of things are done, on a terminal always, elsewhere when it takes long.

    >>> with counting("writing seasons.mp4: frame", 2) as count:
    ...     for number in (1, 2):
    ...         count(number)
    """
    due = time.monotonic() + FIRST_LINE
    with loading(f"{line} 0/{total}", quiet=quiet) as update:

        def count(done: int) -> None:
            nonlocal due
            update(f"{line} {done}/{total}")
            if not quiet and not sys.stderr.isatty() and time.monotonic() >= due:
                click.echo(f"{line} {done}/{total}", err=True)
                due = time.monotonic() + NEXT_LINE

        yield count


class Silent:
    """Shows nothing."""

    def show(self, step: Step) -> None:
        pass


class Lines:
    """Ten plain lines per run, for log files and pipes, and one more at the start of a long run."""

    def __init__(self) -> None:
        self.pace = Pace()

    def show(self, step: Step) -> None:
        self.pace.count()
        if step.note:
            click.echo(f"note: {step.note}", err=True)
        done, total = step.index + 1, step.total
        rate, left = self.pace.rate(), self.pace.left(total - done)
        long = self.pace.steps == 2 and left is not None and left > LONG
        if long or done * LINES_PER_RUN // total > (done - 1) * LINES_PER_RUN // total:
            line = f"step {done}/{total}  score {score_text(step.score)}"
            if rate and done < total:
                line += f"  {rate_text(rate)}  {seconds_text(left)} left"
            click.echo(line, err=True)


class Bar:
    """Progress bar, score, it/s and time left, below a small preview if the terminal has the colours and the space."""

    def __init__(self, console: Console) -> None:
        from rich.live import Live
        from rich.progress import BarColumn, Progress, TextColumn

        self.pace = Pace()
        self.bar = Progress(
            BarColumn(bar_width=None),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TextColumn("score [bold]{task.fields[score]}"),
            TextColumn("{task.fields[rate]}"),
            TextColumn("{task.fields[left]} left"),
            console=console,
            expand=True,
        )
        self.task = self.bar.add_task("", total=1, score="–", rate="– it/s", left="–")
        self.live = Live(self.bar, console=console, refresh_per_second=8, transient=True)
        self.previews = console.color_system in ("256", "truecolor") and console.height >= PREVIEW_COLUMNS // 2 + 6
        self.width = console.width
        self.drawn = float("-inf")

    def show(self, step: Step) -> None:
        self.pace.count()
        if step.note:
            self.live.console.print(f"note: {step.note}")
        done = step.index + 1
        left = seconds_text(self.pace.left(step.total - done))
        self.bar.update(
            self.task,
            completed=done,
            total=step.total,
            score=score_text(step.score),
            rate=rate_text(self.pace.rate()),
            left=left,
        )
        if self.previews and time.monotonic() - self.drawn > PREVIEW_SECONDS:
            self._draw(step)

    def _draw(self, step: Step) -> None:
        from rich.console import Group

        from clipgen.media.images import to_pil

        columns = max(1, self.width // (PREVIEW_COLUMNS + 1))
        pictures = [to_pil(picture) for picture in step.image[: min(PREVIEW_PICTURES, columns)]]
        self.live.update(Group(half_blocks(pictures), self.bar))
        self.drawn = time.monotonic()


class Pace:
    """Steps per second after the first step, which includes the warm-up."""

    def __init__(self) -> None:
        self.steps = 0
        self.started = time.monotonic()

    def count(self) -> None:
        self.steps += 1
        if self.steps == 1:
            self.started = time.monotonic()

    def rate(self) -> float:
        seconds = time.monotonic() - self.started
        return (self.steps - 1) / seconds if seconds > 0 else 0.0

    def left(self, steps: int) -> float | None:
        rate = self.rate()
        return steps / rate if rate else None


def rate_text(rate: float) -> str:
    """Steps per second, or seconds per step where that is more; a dash for none.

    >>> rate_text(2.5), rate_text(0.25)
    ('2.5 it/s', '4.0 s/it')
    """
    if not rate:
        return "– it/s"
    return f"{rate:.1f} it/s" if rate >= 1 else f"{1 / rate:.1f} s/it"


def score_text(scores: tuple[float, ...]) -> str:
    """One score, or the lowest and highest of a batch.

    >>> score_text((0.31, 0.28))
    '0.280–0.310'
    """
    low, high = min(scores), max(scores)
    return f"{high:.3f}" if len(scores) == 1 else f"{low:.3f}–{high:.3f}"


def seconds_text(seconds: float | None) -> str:
    """Seconds in a readable form.

    >>> seconds_text(75)
    '1:15'
    """
    if seconds is None:
        return "–"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60}:{whole % 60:02d}"


def half_blocks(pictures: list[Image.Image], columns: int = PREVIEW_COLUMNS) -> Text:
    """Pictures side by side as text: each character shows two pixels, its upper and its lower half."""
    from rich.text import Text

    text = Text(no_wrap=True)
    small = []
    for picture in pictures:
        rows = max(2, 2 * round(columns * picture.height / picture.width / 2))
        small.append(picture.convert("RGB").resize((columns, rows)))
    for y in range(0, max(picture.height for picture in small), 2):
        for picture in small:
            _half_block_row(text, picture, y, columns)
            text.append(" ")
        text.append("\n")
    return text


def _half_block_row(text: Text, picture: Image.Image, y: int, columns: int) -> None:
    if y >= picture.height:
        text.append(" " * columns)
        return
    pixels = picture.crop((0, y, columns, y + 2)).tobytes()
    for x in range(columns):
        upper, lower = (pixels[3 * (x + row * columns) :][:3] for row in (0, 1))
        text.append("▀", style=f"#{upper.hex()} on #{lower.hex()}")
