"""Moderation of picture files and pixels, one after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from clipgen.settings.describe import AUTO, pick_views
from clipgen.similarity import Picture, Skipped, in_groups
from clipgen.tasks.moderate.moderator import Moderator
from clipgen.tasks.moderate.verdict import Verdict

_GROUP = 32  # pictures that are judged together


@dataclass(frozen=True)
class Moderated:
    """A picture and what is said of it.

    index: its place among those that were given, from 0; path: None for pixels.
    """

    index: int
    path: Path | None
    verdict: Verdict


def moderate(
    pictures: Iterable[Picture], moderator: Moderator, *, views: str = AUTO
) -> Iterator[Moderated | Skipped]:
    """Judge each picture.

        >>> for one in moderate([folder / "a.png"], Moderator(matcher)):
        ...     print(one.path.name, one.verdict.band)
        a.png clear

    pictures: files, and pixels [1, 3, H, W] in [0, 1]; views: a name in VIEWS, or auto.
    Yields Skipped for a file that cannot be loaded: it was not judged, which is not the same as clear.
    """
    embedded = moderator.matcher.embed_pictures(pictures, views=pick_views(views))
    for group in in_groups(embedded, _GROUP):
        if isinstance(group, Skipped):
            yield group
            continue
        verdicts = moderator.judge(torch.stack([one.vector for one in group]))
        yield from (Moderated(one.index, one.path, verdict) for one, verdict in zip(group, verdicts, strict=True))
