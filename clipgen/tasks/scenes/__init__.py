"""Scenes of films: where one ends and the next begins, with a picture and a caption each.

>>> from clipgen.media.video import VideoWriter
>>> with VideoWriter(folder / "walk.mp4", fps=10) as video:
...     for _ in range(20):
...         video.add(picture)
>>> [event.end for event in scenes(folder / "walk.mp4", matcher) if isinstance(event, Scene)]
[2.0]
"""

from __future__ import annotations

from clipgen.tasks.scenes.find import Scene, Watched, scenes
from clipgen.tasks.scenes.formats import as_chapters, as_edl, as_srt, title

__all__ = ["Scene", "Watched", "as_chapters", "as_edl", "as_srt", "scenes", "title"]
