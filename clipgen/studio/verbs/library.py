"""The verbs of a library of pictures, as functions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

from clipgen.settings.keywords import CurateKeywords, DuplicatesKeywords, OrientKeywords, QueryKeywords
from clipgen.studio.librarian import Folders
from clipgen.studio.verbs.shared import shared_studio
from clipgen.tasks.curate import Finding
from clipgen.tasks.duplicates import Group
from clipgen.tasks.orient import Turn
from clipgen.tasks.search import Found


def search(
    texts: str | Sequence[str] = (),
    folders: Folders = (),
    *,
    pictures: str | Path | Sequence[str | Path] = (),
    **settings: Unpack[QueryKeywords],
) -> list[Found]:
    """Find the pictures and films in some folders that fit words and pictures, best first.

        >>> found = clipgen.search("a red fox", "holiday", top=20, unlikely=True)
        >>> found[0].path.name
        'beach.jpg'

    As `Studio.search`.
    """
    return shared_studio().search(texts, folders, pictures=pictures, **settings)


def duplicates(folders: Folders = (), **settings: Unpack[DuplicatesKeywords]) -> list[Group]:
    """Groups of files in some folders that are one picture, or shots of one scene; nothing is changed.

    >>> clipgen.duplicates("holiday")
    []
    """
    return shared_studio().duplicates(folders, **settings)


def curate(folders: Folders = (), **settings: Unpack[CurateKeywords]) -> list[Finding]:
    """What is wrong with the pictures in some folders; nothing is changed.

        >>> [(finding.path.name, finding.kind) for finding in clipgen.curate("holiday", by_folder=True)]
        []

    As `Studio.curate`.
    """
    return shared_studio().curate(folders, **settings)


def orient(folders: Folders = (), **settings: Unpack[OrientKeywords]) -> list[Turn]:
    """The pictures in some folders that surely lie on their side or stand on their head; nothing is changed.

        >>> for turn in clipgen.orient("holiday", head="my/orient.safetensors"):
        ...     print(turn.path, turn.degrees)

    As `Studio.orient`.
    """
    return shared_studio().orient(folders, **settings)
