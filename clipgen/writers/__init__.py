"""Many pictures in one file: contact sheets, films, and the curve of a run.

    >>> VideoWriter.probe()                                   # before the work, not after it
    >>> with VideoWriter("reef.mp4", fps=24) as video:
    ...     for step in generation:
    ...         video.add(to_pil(step.image[0]))
    >>> contact_sheet(pictures, labels=["a fox", "a castle"]).save("sheet.png")

Every file is written beside its place and moved there when it is whole.
"""

from __future__ import annotations

from clipgen.writers.captions import with_caption
from clipgen.writers.page import write_page
from clipgen.writers.plots import heat_map, plot_curve
from clipgen.writers.sheets import contact_sheet, wrapped
from clipgen.writers.video import FORMATS, FrameFolder, VideoWriter

__all__ = [
    "FORMATS",
    "FrameFolder",
    "VideoWriter",
    "contact_sheet",
    "heat_map",
    "plot_curve",
    "with_caption",
    "wrapped",
    "write_page",
]
