"""Jobs of the verbs that stand on a library of pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from clipgen.cluster import Cluster
from clipgen.errors import SettingsError
from clipgen.jobs import Job
from clipgen.library import Library, Progress, Watching, index
from clipgen.library.remote import Batch, ClusterReaders
from clipgen.perceptors.base import Perceptor
from clipgen.settings import CurateVerb, DuplicatesVerb, IndexVerb, LibraryVerb, OrientVerb, SearchVerb
from clipgen.similarity import Matcher, Skipped
from clipgen.tasks.curate import Finding, curate
from clipgen.tasks.duplicates import Compared, Group, duplicates
from clipgen.tasks.orient import Head, Judged, Turn, orient, shipped_head
from clipgen.tasks.search import Found, Searched, search

Event = Progress | Watching | Skipped | Searched | Found | Compared | Group | Finding | Judged | Turn


def index_of(job: Job) -> Path | None:
    """The file of the index that a job names; None for the one in the user's data folder.

        >>> index_of(Job("search", settings=SearchVerb.from_dict({"index": "photos.sqlite"})))
        PosixPath('photos.sqlite')

    Raises SettingsError for a job of another verb.
    """
    if not isinstance(job.settings, LibraryVerb):
        raise SettingsError(f"a job of {job.verb} has no library of pictures")
    name = job.settings.library.index
    return None if name is None else Path(name)


def browse(job: Job, library: Library, matcher: Matcher) -> Iterator[Event]:
    """Index or search the folders of a job, or find duplicates, what is wrong, or what is not upright in them.

        >>> settings = SearchVerb.from_dict({"unlikely": True})
        >>> job = Job("search", Inputs(prompts=("a fox",), folders=(str(folder),)), settings)
        >>> with Library(folder / "library.sqlite") as library:
        ...     found = [event.path.name for event in browse(job, library, matcher) if isinstance(event, Found)]
        >>> sorted(found)
        ['a.png', 'b.png']

    library: opened at `index_of(job)`; matcher: of the job's perceptor.
    Yields what the verb yields. Raises SettingsError for a job of another verb, and what the verb raises.
    """
    settings, inputs = job.settings, job.inputs
    folders = [Path(folder) for folder in inputs.folders]
    if isinstance(settings, IndexVerb):
        return _index(folders, library, matcher.perceptor, settings)
    if isinstance(settings, SearchVerb):
        refresh = settings.library.refresh
        return search(inputs.prompts, inputs.pictures, folders, library, matcher, settings.query, refresh=refresh)
    if isinstance(settings, DuplicatesVerb):
        refresh = settings.library.refresh
        return duplicates(folders, library, matcher, settings.duplicates, refresh=refresh)
    if isinstance(settings, CurateVerb):
        refresh = settings.library.refresh
        return curate(folders, library, matcher, settings.curate, refresh=refresh)
    if isinstance(settings, OrientVerb):
        head = shipped_head() if settings.orient.head is None else Head.load(Path(settings.orient.head))
        refresh = settings.library.refresh
        return orient(folders, library, matcher.perceptor, head, settings.orient, refresh=refresh)
    raise SettingsError(f"a job of {job.verb} has no library of pictures")


def _index(folders: list[Path], library: Library, perceptor: Perceptor, settings: IndexVerb) -> Iterator[Event]:
    films, wanted = settings.content.films, settings.cluster
    if wanted.ray is None:
        yield from index(folders, library, perceptor, films=films)
        return
    describe = settings.describe
    with Cluster[Batch](wanted.ray, wanted.workers) as cluster:
        readers = ClusterReaders(
            cluster, folders, perceptors=describe.perceptors, device=describe.device, dtype=describe.dtype
        )
        yield from index(folders, library, perceptor, films=films, readers=readers)
