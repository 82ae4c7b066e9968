"""What the commands that compare pictures with words share: options, the matcher, and how bad pictures are reported."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from clipgen.cli.defaults import default_settings
from clipgen.cli.files import check_folder
from clipgen.cli.options import given_settings, setting_options, settings_in_verb
from clipgen.cli.presence import check_presence
from clipgen.cli.sections import option
from clipgen.errors import ImageError, OutputError
from clipgen.extras import check_extra
from clipgen.jobs import VERBS, Job
from clipgen.settings import DescribeSettings, Settings

if TYPE_CHECKING:
    from clipgen.perceptors.base import Perceptor
    from clipgen.similarity import Skipped
    from clipgen.studio import Studio

T = TypeVar("T")


def verb_options(verb: str) -> Callable[..., Any]:
    """The options of one of these verbs."""
    return setting_options(settings_in_verb(VERBS[verb], verb))


def recursive_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`-r`."""
    add = option("-r", "--recursive", is_flag=True, section="Pictures", help="search folders in folders, too")
    return add(function)


def verb_settings(verb: str, options: dict[str, Any], **more: Any) -> Settings:
    """The settings that were given, checked, with their models on this machine; more: settings without an option."""
    given = {**default_settings(), **given_settings(options, settings_in_verb(VERBS[verb], verb))}
    settings = VERBS[verb].from_dict({**given, **more})
    described = getattr(settings, "describe", None)
    assert isinstance(described, DescribeSettings)  # all these verbs have them
    check_presence(described)
    return settings


def open_studio(job: Job, *, quiet: bool = False) -> Studio:
    """A studio with the job's perceptor loaded and calibrated; a status line says so where that takes long."""
    from clipgen.cli.progress import loading

    check_extra(job.verb)  # reported before the models are loaded
    with loading("loading the models", quiet=quiet):
        from clipgen.studio import Studio

        studio = Studio()
        studio.perceptor(settings := studio.describing(job))
    with loading("calibrating on unrelated pictures (once for each perceptor)", quiet=quiet):
        studio.matcher(settings)
    if not quiet:
        _note_cache()
        note_unknown(job.inputs.texts, studio.perceptor(settings))
    return studio


def _note_cache() -> None:
    """Print a note where embeddings cannot be stored, so that the next run has to embed again."""
    from clipgen.models.weights import cache_folder

    try:
        check_folder(cache_folder())
    except OutputError as error:
        click.echo(f"note: embeddings are not stored: {error}", err=True)


def note_unknown(texts: Iterable[str], perceptor: Perceptor) -> None:
    """Print one note on the words of texts that a CLIP does not know."""
    if explained := perceptor.explain_unknown(texts):
        click.echo(f"note: new to {perceptor.name}: {explained}", err=True)


class Pictures:
    """The pictures of a command: the good ones are processed, each bad one is named, and the exit code is then 1.

        >>> pictures = Pictures([folder, folder / "missing.png"])
        >>> [path.name for path in pictures.paths]
        ['a.png', 'b.png']
        >>> list(pictures.good(["a result"])), pictures.exit_code()
        (['a result'], 1)

    names: files and folders. Raises ImageError, for all of them in one line, where none of them gives a picture.
    """

    def __init__(self, names: Iterable[Path], *, recursive: bool = False) -> None:
        from clipgen.similarity import find_pictures  # late: torch takes seconds to import

        self.paths, self._skipped = find_pictures(names, recursive=recursive)
        self._named = 0
        self.processed = False
        if self._skipped and not self.paths:
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

    @property
    def skipped(self) -> Sequence[Skipped]:
        """What could not be used, so far."""
        return self._skipped

    def _name(self) -> None:
        for one in self._skipped[self._named :]:
            click.echo(f"skipped: {' '.join(one.reason.split())}", err=True)
        self._named = len(self._skipped)

    def _nothing(self) -> ImageError:
        first = self._skipped[0].reason
        count = len(self._skipped)
        message = first if count == 1 else f"none of {count} pictures can be used; the first: {first}"
        return ImageError(message, settings=["recursive"] if os.path.isdir(self._skipped[0].path) else [])
