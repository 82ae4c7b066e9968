"""What the commands that compare pictures with words share: options, the matcher, and how bad pictures are reported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from clipgen.cli.options import Flag, given_settings, option, setting_options
from clipgen.cli.presence import check_presence
from clipgen.errors import ImageError
from clipgen.settings import DescribeSettings

if TYPE_CHECKING:
    from clipgen.similarity import Matcher, Skipped

T = TypeVar("T")

MACHINE = (Flag("device", "NAME"), Flag("dtype", "NAME"))
PERCEPTION = (Flag("perceptors", "NAME", ("--perceptor",)), Flag("views", "NAME"))
HUBNESS = Flag("hubness", "", ("--hubness/--no-hubness",))


def describe_options(*first: Flag) -> Callable[..., Any]:
    """The options of DescribeSettings that all these commands have, after those of one command."""
    sections: dict[str, Sequence[Flag]] = {"Search": (*first, *PERCEPTION), "Machine": MACHINE}
    return setting_options(DescribeSettings, sections)


def recursive_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`-r`."""
    add = option("-r", "--recursive", is_flag=True, section="Pictures", help="search folders in folders, too")
    return add(function)


def settings_of(options: dict[str, Any]) -> DescribeSettings:
    """The settings that were given, checked, with their models on this machine."""
    settings = DescribeSettings.from_dict(given_settings(options, DescribeSettings))
    check_presence(settings)
    return settings


def load_matcher(settings: DescribeSettings, *, quiet: bool = False) -> Matcher:
    """Load the perceptor, its background and the store; shows that it calibrates where it has to."""
    from clipgen.cli.progress import loading

    with loading("loading the models", quiet=quiet):
        from clipgen.studio import Studio

        studio = Studio()
        studio.perceptor(settings)
    with loading("calibrating on unrelated pictures (once for each perceptor)", quiet=quiet):
        return studio.matcher(settings)


class Pictures:
    """The pictures of a command: the good ones are processed, each bad one is named, and the exit code is then 1.

        >>> pictures = Pictures([folder, folder / "missing.png"])
        >>> [path.name for path in pictures.paths]
        ['a.png', 'b.png']
        >>> list(pictures.good(["a result"])), pictures.exit_code()
        (['a result'], 1)

    names: files and folders. Raises ImageError, for all of them in one line, where no name gives a picture.
    """

    def __init__(self, names: Iterable[Path], *, recursive: bool = False) -> None:
        from clipgen.similarity import find_pictures  # late: torch takes seconds to import

        self.paths, self._skipped = find_pictures(names, recursive=recursive)
        self._named = 0
        self.processed = False
        if not self.paths:
            raise self._nothing()

    def good(self, events: Iterable[T | Skipped]) -> Iterator[T]:
        """The events of good pictures. Bad ones are named on stderr, from the first good one on."""
        from clipgen.similarity import Skipped  # late: torch takes seconds to import

        for event in events:
            if isinstance(event, Skipped):
                self._skipped.append(event)
            else:
                self.processed = True
            if self.processed:
                self._name()
            if not isinstance(event, Skipped):
                yield event

    def exit_code(self) -> int:
        """0, or 1 when some pictures were skipped. Raises ImageError, in one line, when no picture was good."""
        if not self.processed and self._skipped[self._named :]:
            raise self._nothing()
        self._name()
        return 1 if self._skipped else 0

    def _name(self) -> None:
        for one in self._skipped[self._named :]:
            click.echo(f"skipped: {' '.join(one.reason.split())}", err=True)
        self._named = len(self._skipped)

    def _nothing(self) -> ImageError:
        first = self._skipped[0].reason
        count = len(self._skipped)
        return ImageError(first if count == 1 else f"none of {count} pictures can be used; the first: {first}")
