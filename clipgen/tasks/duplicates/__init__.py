"""Duplicates: find pictures that are there more than once, and move them aside.

>>> from clipgen.library import Library
>>> with Library(folder / "library.sqlite") as library:
...     groups = [event for event in duplicates([folder], library, matcher) if isinstance(event, Group)]
>>> groups
[]
"""

from clipgen.tasks.duplicates.find import Compared, Group, Member, duplicates, remember_different
from clipgen.tasks.duplicates.moves import Moved, move_aside, undo

__all__ = [
    "Compared",
    "Group",
    "Member",
    "Moved",
    "duplicates",
    "move_aside",
    "remember_different",
    "undo",
]
