"""Things in films: found by words in key frames, followed between them, each with a number that it keeps.

>>> from clipgen.media.video import VideoWriter
>>> from clipgen.tasks.detect import Detector
>>> with VideoWriter(folder / "walk.mp4", fps=10) as video:
...     for _ in range(8):
...         video.add(picture)
>>> sum(len(row.things) for row in track(folder / "walk.mp4", Reader(Detector(["a fox"], matcher)))) % 8
0
"""

from __future__ import annotations

from clipgen.tasks.track.matching import Looker
from clipgen.tasks.track.rows import Passage, Thing, Tracked, passages
from clipgen.tasks.track.show import draw_tracks
from clipgen.tasks.track.track import Reader, track

__all__ = ["Looker", "Passage", "Reader", "Thing", "Tracked", "draw_tracks", "passages", "track"]
