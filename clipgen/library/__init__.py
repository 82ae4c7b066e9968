"""A library of pictures and films: folders as rows in SQLite, beside vectors of their contents.

>>> with Library(folder / "library.sqlite") as library:
...     for event in index([folder], library, perceptor):
...         pass
...     status = library.status(folder)
>>> status.files, status.broken
(2, 0)

What search, duplicates and curate stand on. A file is read once, whatever its name and place become.
"""

from __future__ import annotations

from clipgen.library.database import Content, Database, File
from clipgen.library.frames import Frame, Frames, phashes_of
from clipgen.library.indexing import Progress, absolute, index
from clipgen.library.library import EVERYWHERE, Library, Status, content_hashes
from clipgen.library.reading import stamp
from clipgen.library.vectors import Nearest, Searcher
from clipgen.library.watching import Watching

__all__ = [
    "Content",
    "Database",
    "EVERYWHERE",
    "File",
    "Frame",
    "Frames",
    "Library",
    "Nearest",
    "Progress",
    "Searcher",
    "Status",
    "Watching",
    "absolute",
    "content_hashes",
    "index",
    "phashes_of",
    "stamp",
]
