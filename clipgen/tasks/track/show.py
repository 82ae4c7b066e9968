"""A film with the boxes and numbers of the things in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from PIL import Image

from clipgen.media.films import film_format
from clipgen.media.footage import VideoFacts, video_frames
from clipgen.media.overlays import draw_boxes
from clipgen.media.video import open_film
from clipgen.tasks.track.rows import Tracked

_MOST = 120  # frames a second: files state more where their average is wrong


def draw_tracks(film: Path, rows: Iterable[Tracked], output: Path) -> Iterator[Tracked]:
    """Write a film with the boxes of its frames, a colour for each number, and yield the frames as they come.

        >>> from clipgen.media.video import VideoWriter
        >>> with VideoWriter(folder / "walk.mp4", fps=10) as video:
        ...     video.add(picture)
        >>> from clipgen.tasks.track import Thing
        >>> rows = [Tracked(folder / "walk.mp4", 0, 0.0, 0.1, (Thing(1, "a fox", (8, 8, 40, 40)),))]
        >>> [row.index for row in draw_tracks(folder / "walk.mp4", rows, folder / "tracked.mp4")]
        [0]

    output: a film, or a folder of frames; an .mp4 has the film's sound. At a constant rate, the film's own: frames with
    times of their own are repeated or dropped. When the rows end early, or are broken off, the film ends there, whole.
    Raises OutputError where it cannot be written.
    """
    facts, kind = VideoFacts.of(film), film_format(output)
    rate = min(float(facts.rate), _MOST, kind.most_fps)
    with open_film(output, rate, audio=film if facts.sound and kind.sound else None) as written:
        shown: Image.Image | None = None
        for row, (_, frame) in zip(rows, video_frames(film), strict=False):
            due = round(row.seconds * rate)
            while shown is not None and written.frames < due:
                written.add(shown)
            shown = draw_boxes(
                frame,
                [thing.box for thing in row.things],
                [f"{thing.number} {thing.text}" for thing in row.things],
                [thing.number - 1 for thing in row.things],
            )
            yield row
        if shown is not None:
            written.add(shown)
