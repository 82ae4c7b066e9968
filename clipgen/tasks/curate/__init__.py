"""Curate: find what is wrong with the pictures of a data set; nothing is changed.

>>> from clipgen.library import Library
>>> with Library(folder / "library.sqlite") as library:
...     found = [event for event in curate([folder], library, matcher) if isinstance(event, Finding)]
>>> [(finding.path.name, finding.kind) for finding in found]
[]
"""

from clipgen.tasks.curate.curate import curate
from clipgen.tasks.curate.finding import KINDS, Finding

__all__ = ["KINDS", "Finding", "curate"]
