"""Moderation of picture files and pixels, one after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from clipgen.errors import ImageError
from clipgen.media.images import later_frames
from clipgen.settings.describe import AUTO, pick_views
from clipgen.similarity import Embedded, Picture, Skipped, in_groups
from clipgen.tasks.moderate.moderator import Moderator
from clipgen.tasks.moderate.verdict import Verdict, worst

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

    pictures: files, and pixels [1, 3, H, W] in [0, 1]; views: a name in VIEWS, or auto. An animation is judged by its
    worst frame, of five that are spread over it.
    Yields Skipped for a file that cannot be loaded: it was not judged, which is not the same as clear.
    """
    frames = _Frames(pictures)
    embedded = moderator.matcher.embed_pictures(frames, views=pick_views(views))
    return frames.joined(_judged(in_groups(embedded, _GROUP), moderator))


def _judged(groups: Iterable[list[Embedded] | Skipped], moderator: Moderator) -> Iterator[Moderated | Skipped]:
    for group in groups:
        if isinstance(group, Skipped):
            yield group
            continue
        verdicts = moderator.judge(torch.stack([one.vector for one in group]))
        yield from (Moderated(one.index, one.path, verdict) for one, verdict in zip(group, verdicts, strict=True))


class _Frames:
    """Pictures, and behind each animation its later frames as pixels; and what was said of them, as of one."""

    def __init__(self, pictures: Iterable[Picture]) -> None:
        self.pictures = pictures
        self.owners: list[int] = []  # of each frame: the place of its picture among those that were given
        self.firsts: dict[int, int] = {}  # of each picture: the place of its first frame
        self.damaged: dict[int, Skipped] = {}

    def __iter__(self) -> Iterator[Picture]:
        for index, picture in enumerate(self.pictures):
            self.firsts[index] = len(self.owners)
            self.owners.append(index)
            yield picture
            for frame in self._later(index, picture):
                self.owners.append(index)
                yield frame

    def _later(self, index: int, picture: Picture) -> list[Tensor]:
        if not isinstance(picture, Path):
            return []
        try:
            return later_frames(picture)
        except ImageError as error:
            self.damaged[index] = Skipped(picture, str(error))
            return []

    def joined(self, events: Iterable[Moderated | Skipped]) -> Iterator[Moderated | Skipped]:
        """The events of frames as those of their pictures."""
        frames: list[Moderated] = []
        for event in events:
            if isinstance(event, Skipped):
                yield event
                continue
            if frames and self.owners[frames[0].index] != self.owners[event.index]:
                yield from self._whole(frames)
                frames = []
            frames.append(event)
        yield from self._whole(frames)

    def _whole(self, frames: list[Moderated]) -> Iterator[Moderated | Skipped]:
        if not frames:
            return
        first, index = frames[0], self.owners[frames[0].index]
        if first.index == self.firsts[index]:  # else it was skipped
            verdict = worst([one.verdict for one in frames])
            yield self.damaged.get(index) or Moderated(index, first.path, verdict)
