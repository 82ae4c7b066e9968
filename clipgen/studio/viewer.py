"""Viewer: the verbs that go through films, as methods on loaded parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Unpack

from clipgen.jobs import Inputs, Job
from clipgen.settings import ScenesVerb
from clipgen.settings.keywords import ScenesKeywords
from clipgen.studio.describer import Describer
from clipgen.tasks.scenes import Scene
from clipgen.tasks.viewing import Event, view


class Viewer(Describer):
    """Finds what is in films with parts that are loaded once: one part of a `Studio`."""

    def scenes(self, film: str | Path, **settings: Unpack[ScenesKeywords]) -> list[Scene]:
        """The scenes of a film, in order, each with a caption.

            >>> [(scene.start, scene.end) for scene in studio.scenes("film.mp4", captions=False)]
            [(0.0, 2.0)]

        A damaged film has the scenes before the damage. Raises ClipgenError.
        """
        verb = ScenesVerb.from_dict(self.defaults.describing(settings))
        job = Job("scenes", Inputs(pictures=(str(film),)), verb)
        return [event for event in self.view(job) if isinstance(event, Scene)]

    def view(self, job: Job) -> Iterator[Event]:
        """The events of a job that finds the scenes of films.

        >>> job = Job("scenes", Inputs(pictures=("film.mp4",)), ScenesVerb.from_dict({"captions": False}))
        >>> [event.begins for event in studio.view(job) if isinstance(event, Scene)]
        ['start']
        """
        settings = self.describing(job)
        return self._in_turn(settings, view(job, self.matcher(settings)))
