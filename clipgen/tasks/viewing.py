"""Jobs of the verbs that go through films."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from clipgen.errors import SettingsError
from clipgen.jobs import Job, job_of
from clipgen.settings import ScenesVerb, TrackVerb
from clipgen.similarity import Matcher, Skipped
from clipgen.tasks.detect import Detector, Others
from clipgen.tasks.scenes import Scene, Watched, scenes
from clipgen.tasks.track import Reader, Tracked, track

Event = Watched | Scene | Tracked | Skipped


def view(job: Job, matcher: Matcher) -> Iterator[Event]:
    """The scenes of the films of a job, or the things in their frames.

        >>> from clipgen.media.video import VideoWriter
        >>> with VideoWriter(folder / "walk.mp4", fps=10) as video:
        ...     for _ in range(20):
        ...         video.add(picture)
        >>> job = Job("scenes", Inputs(pictures=(str(folder / "walk.mp4"),)), ScenesVerb())
        >>> [event.index for event in view(job, matcher) if isinstance(event, Scene)]
        [1]

    Yields what `scenes` or `track` yields, film by film. Raises SettingsError for a job of another verb or without a
    film, PromptError where `track` has no phrase, and what these raise.
    """
    settings = job_of(job, "scenes", "track").settings
    if not job.inputs.pictures:
        raise SettingsError("there is no film; name one", settings=["pictures"])
    films = map(Path, job.inputs.pictures)
    if isinstance(settings, TrackVerb):
        reader = Reader(Detector(job.inputs.texts, matcher, settings.detect, others=Others.of(matcher)))
        return (event for film in films for event in track(film, reader, settings.track))
    assert isinstance(settings, ScenesVerb)  # as `Job` checks
    return (event for film in films for event in scenes(film, matcher, settings.scenes))
