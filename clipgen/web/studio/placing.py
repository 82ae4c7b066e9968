"""Admitted jobs as workers run them: with the real places of the files that they name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path

from clipgen.errors import SettingsError
from clipgen.jobs import Job
from clipgen.settings import SearchVerb, Settings
from clipgen.timelines import Timeline
from clipgen.web.messages import Places

#: how jobs name the folders that may be searched: libraries by name, and the visitor's own pictures
LIBRARY, GALLERY = "library/", "gallery"
#: settings of single scenes that name a file of the visitor
STARTS = ("init_image",)
_INDEX = "gallery.index"


def placed(job: Job, places: Places, device: str, pictures: Callable[[], Sequence[Path]] = tuple) -> Job:
    """An admitted job as a worker runs it: its files in the folder of the server, its libraries, and a device.

        >>> admitted = Job("generate", settings=GenerateSettings.of(init_image="uploads/1.png"))
        >>> placed(admitted, Places(Path("/srv"), {}), "auto").settings.init.init_image
        '/srv/uploads/1.png'

    pictures: the files in the gallery of the visitor. Raises SettingsError for a search of an empty gallery.
    """
    inputs, settings = job.placed(places.folder).inputs, on_device(job.settings.placed(places.folder), device)
    if searches_gallery(job) and isinstance(settings, SearchVerb):
        # an index of its own: that of the server's owner is not searched, and knows of no visitor's pictures
        settings = replace(settings, library=replace(settings.library, index=str(places.folder / _INDEX)))
        folders = _found(pictures())
    else:
        folders = tuple(str(places.libraries[name.removeprefix(LIBRARY)]) for name in inputs.folders)
    timeline = None if inputs.timeline is None else _placed_scenes(inputs.timeline, places.folder)
    return replace(job, inputs=replace(inputs, folders=folders, timeline=timeline), settings=settings)


def searches_gallery(job: Job) -> bool:
    """Whether a job searches the visitor's own pictures.

    >>> searches_gallery(Job("search", Inputs(folders=("gallery",)), SearchVerb()))
    True
    """
    return job.verb == "search" and job.inputs.folders == (GALLERY,)


def _found(pictures: Sequence[Path]) -> tuple[str, ...]:
    if not pictures:  # a search without folders is one of everything
        raise SettingsError("there is no picture in the gallery yet", settings=["folders"])
    return tuple(map(str, pictures))


def _placed_scenes(timeline: Timeline, folder: Path) -> Timeline:
    """A timeline whose scenes start from files in a folder."""
    scenes = []
    for scene in timeline.scenes:
        files = {name: str(folder / str(value)) for name, value in scene.settings.items() if name in STARTS}
        scenes.append(replace(scene, settings={**scene.settings, **files}))
    return replace(timeline, scenes=tuple(scenes))


def on_device(settings: Settings, device: str) -> Settings:
    """The same settings on a device, in whatever group they name it.

    >>> on_device(GenerateSettings(), "cpu").machine.device
    'cpu'
    """
    changes: dict[str, object] = {}
    for spec in fields(settings):
        value = getattr(settings, spec.name)
        if isinstance(value, Settings):
            changes[spec.name] = on_device(value, device)
        elif spec.name == "device":
            changes[spec.name] = device
    return replace(settings, **changes)
