"""Order pictures by how well they fit a phrase."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from torch import Tensor

from clipgen.errors import SettingsError
from clipgen.similarity import embed_images
from clipgen.tasks.caption import Matcher


@dataclass(frozen=True)
class Ranked:
    """A picture's place: its name, its cosine to the phrase, and z among unrelated pictures and captions."""

    name: str
    score: float
    z: float


def rank(
    phrase: str, pictures: Iterable[tuple[Sequence[str], Sequence[Tensor]]], matcher: Matcher, *, views: str = "centre"
) -> list[Ranked]:
    """Pictures by how well they fit a phrase, best first.

        >>> rank("golden hour", [(["a.jpg"], [load_image("a.jpg")])], matcher)[0].name

    pictures: batches of names and of pictures [1, 3, H, W] in [0, 1]; only their embeddings are kept.
    """
    (text,) = matcher.read([phrase])
    found = []
    for names, images in pictures:
        for name, picture in zip(names, embed_images(matcher.perceptor, images, views=views), strict=True):
            found.append(Ranked(name, (picture @ text).item(), matcher.background.fit(picture, text).z))
    return sorted(found, key=lambda one: -one.score)


def keep(ranked: Sequence[Ranked], amount: float) -> list[Ranked]:
    """The best of ranked pictures: a share up to 1, or so many; at least one.

        >>> len(keep(ranked, 0.2))

    Raises SettingsError for 0 or less.
    """
    if amount <= 0:
        raise SettingsError(f"keep is {amount}; it must be a share such as 0.2, or a number of pictures")
    return list(ranked[: max(1, round(amount if amount > 1 else amount * len(ranked)))])
