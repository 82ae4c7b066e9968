"""Viewer: the verbs that go through films, as methods on loaded parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Unpack

from clipgen.jobs import Inputs, Job
from clipgen.settings import ScenesVerb, TrackVerb
from clipgen.settings.keywords import ScenesKeywords, TrackKeywords
from clipgen.studio.describer import Describer
from clipgen.tasks.scenes import Scene
from clipgen.tasks.track import Tracked, draw_tracks
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

    def track(
        self,
        film: str | Path,
        phrases: str | Sequence[str],
        *,
        output: str | Path | None = None,
        **settings: Unpack[TrackKeywords],
    ) -> list[Tracked]:
        """The things in each frame of a film, by words; the same thing has the same number in all frames.

            >>> rows = studio.track("film.mp4", "a red car", output="tracked.mp4")
            >>> [row.index for row in rows[:3]]
            [0, 1, 2]

        phrases: one or several, each looked for by itself; output: where a film with the boxes is written, too.
        A damaged film has the frames before the damage. Raises ClipgenError.
        """
        texts = (phrases,) if isinstance(phrases, str) else tuple(phrases)
        verb = TrackVerb.from_dict(self.defaults.describing(settings))
        job = Job("track", Inputs(pictures=(str(film),), texts=texts), verb)
        rows = (event for event in self.view(job) if isinstance(event, Tracked))
        return list(rows if output is None else draw_tracks(Path(film), rows, Path(output)))

    def view(self, job: Job) -> Iterator[Event]:
        """The events of a job that finds the scenes of films, or follows things through them.

        >>> job = Job("scenes", Inputs(pictures=("film.mp4",)), ScenesVerb.from_dict({"captions": False}))
        >>> [event.begins for event in studio.view(job) if isinstance(event, Scene)]
        ['start']
        """
        settings = self.describing(job)
        return self._in_turn(settings, view(job, self.matcher(settings)))
