"""Librarian: the verbs of a library of pictures, as methods on loaded parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Unpack

from clipgen.jobs import Inputs, Job
from clipgen.library import Library
from clipgen.settings import CurateVerb, DuplicatesVerb, IndexVerb, OrientVerb, SearchVerb
from clipgen.settings.keywords import (
    CurateKeywords,
    DuplicatesKeywords,
    LibraryKeywords,
    OrientKeywords,
    QueryKeywords,
)
from clipgen.studio.describer import Describer
from clipgen.tasks.browse import Event, browse, index_of
from clipgen.tasks.curate import Finding
from clipgen.tasks.duplicates import Group
from clipgen.tasks.orient import Turn
from clipgen.tasks.search import Found

Folders = str | Path | Sequence[str | Path]


class Librarian(Describer):
    """Indexes and searches folders of pictures with parts that are loaded once: one part of a `Studio`."""

    def index(self, folders: Folders, **settings: Unpack[LibraryKeywords]) -> Iterator[Event]:
        """Bring the library up to date with some folders, while what is returned is iterated over.

        >>> for event in studio.index("holiday"):
        ...     print(event)
        Progress(done=0, total=1, embedded=0)
        Progress(done=1, total=1, embedded=1)
        """
        return self.browse(Job("index", _inputs(folders), IndexVerb.from_dict(self.defaults.describing(settings))))

    def search(
        self,
        texts: str | Sequence[str] = (),
        folders: Folders = (),
        *,
        pictures: str | Path | Sequence[str | Path] = (),
        **settings: Unpack[QueryKeywords],
    ) -> list[Found]:
        """Find the pictures and films in some folders that fit words and pictures, best first.

            >>> found = studio.search("a red fox", "holiday", unlikely=True)
            >>> found[0].path.name
            'beach.jpg'

        texts: "text", "text:weight" or several; pictures: files, as FILE or FILE:weight; a negative weight avoids;
        folders: with those in them; none: all that the library knows. Files that cannot be loaded are left out.
        Returns nothing where nothing fits better than chance, unless `unlikely` is set. Raises ClipgenError.
        """
        inputs = _inputs(folders, texts, pictures)
        job = Job("search", inputs, SearchVerb.from_dict(self.defaults.describing(settings)))
        return [event for event in self.browse(job) if isinstance(event, Found)]

    def duplicates(self, folders: Folders = (), **settings: Unpack[DuplicatesKeywords]) -> list[Group]:
        """Groups of files in some folders that are one picture, or shots of one scene; nothing is changed.

        >>> studio.duplicates("holiday")
        []
        """
        job = Job("duplicates", _inputs(folders), DuplicatesVerb.from_dict(self.defaults.describing(settings)))
        return [event for event in self.browse(job) if isinstance(event, Group)]

    def curate(self, folders: Folders = (), **settings: Unpack[CurateKeywords]) -> list[Finding]:
        """What is wrong with the pictures in some folders; nothing is changed.

            >>> [(finding.path.name, finding.kind) for finding in studio.curate("holiday")]
            []

        by_folder: folders are labels. See `Finding` for what is found. Raises ClipgenError.
        """
        job = Job("curate", _inputs(folders), CurateVerb.from_dict(self.defaults.describing(settings)))
        return [event for event in self.browse(job) if isinstance(event, Finding)]

    def orient(self, folders: Folders = (), **settings: Unpack[OrientKeywords]) -> list[Turn]:
        """The pictures in some folders that surely lie on their side or stand on their head; nothing is changed.

            >>> for turn in studio.orient("holiday", head="my/orient.safetensors"):
            ...     print(turn.path, turn.degrees)

        `clipgen.tasks.orient.fix` writes their EXIF orientation. Raises WeightsError for a head that was fitted for
        another CLIP.
        """
        job = Job("orient", _inputs(folders), OrientVerb.from_dict(self.defaults.describing(settings)))
        return [event for event in self.browse(job) if isinstance(event, Turn)]

    def browse(self, job: Job) -> Iterator[Event]:
        """The events of a job of a verb of a library: index, search, duplicates, curate, orient.

        >>> job = Job("index", Inputs(folders=("holiday",)), IndexVerb())
        >>> [event.done for event in studio.browse(job)]
        [0, 1]
        """
        settings = self.describing(job)
        return self._in_turn(settings, browse(job, self.library(index_of(job)), self.matcher(settings)))

    def library(self, path: Path | None = None) -> Library:
        """The library at a path, by default that of the user; opened at the first call."""
        return self.parts.shared(("library", path), lambda: Library(path))


def _inputs(
    folders: Folders, texts: str | Sequence[str] = (), pictures: str | Path | Sequence[str | Path] = ()
) -> Inputs:
    several = [(one,) if isinstance(one, str | Path) else one for one in (texts, pictures, folders)]
    prompts, files, places = (tuple(map(str, some)) for some in several)
    return Inputs(prompts=prompts, pictures=files, folders=places)
