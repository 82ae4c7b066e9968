"""Jobs of the verbs that go through films."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from clipgen.errors import SettingsError
from clipgen.jobs import Job, job_of
from clipgen.settings import ScenesVerb
from clipgen.similarity import Matcher, Skipped
from clipgen.tasks.scenes import Scene, Watched, scenes

Event = Watched | Scene | Skipped


def view(job: Job, matcher: Matcher) -> Iterator[Event]:
    """The scenes of the films of a job.

        >>> from clipgen.media.video import VideoWriter
        >>> with VideoWriter(folder / "walk.mp4", fps=10) as video:
        ...     for _ in range(20):
        ...         video.add(picture)
        >>> job = Job("scenes", Inputs(pictures=(str(folder / "walk.mp4"),)), ScenesVerb())
        >>> [event.index for event in view(job, matcher) if isinstance(event, Scene)]
        [1]

    Yields what `scenes` yields, film by film. Raises SettingsError for a job of another verb or without a film, and
    what `scenes` raises.
    """
    settings = job_of(job, "scenes").settings
    assert isinstance(settings, ScenesVerb)  # as `Job` checks
    if not job.inputs.pictures:
        raise SettingsError("there is no film; name one", settings=["pictures"])
    return (event for film in job.inputs.pictures for event in scenes(Path(film), matcher, settings.scenes))
