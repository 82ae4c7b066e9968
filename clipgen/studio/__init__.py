"""The executor, and the library's front door: load the parts once, use them for any number of jobs.

>>> import clipgen
>>> clipgen.generate("underwater scene Van Gogh", seed=7).save("reef.png")
>>> with clipgen.Studio(generator="cppn") as studio:
...     pictures = studio.generate(["a castle", "a cathedral"], size=(512, 384))
"""

from clipgen.studio.pictures import Picture
from clipgen.studio.studio import Studio
from clipgen.studio.verbs.library import curate, duplicates, orient, search
from clipgen.studio.verbs.shared import close
from clipgen.studio.verbs.similarity import (
    caption,
    classify,
    compare,
    detect,
    estimate,
    moderate,
    moderate_text,
    pair,
    rank,
    scenes,
    track,
)
from clipgen.studio.verbs.synthesis import animate, edit, generate, sample, stream

__all__ = [
    "Picture",
    "Studio",
    "animate",
    "caption",
    "classify",
    "close",
    "compare",
    "curate",
    "detect",
    "duplicates",
    "edit",
    "estimate",
    "generate",
    "moderate",
    "moderate_text",
    "pair",
    "orient",
    "rank",
    "sample",
    "scenes",
    "search",
    "stream",
    "track",
]
