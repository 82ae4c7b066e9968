"""The cosines of pictures with texts, or with each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import torch

from clipgen.settings.describe import AUTO, pick_views
from clipgen.similarity import Matcher, Picture, Skipped
from clipgen.tasks.events import Compared


def compare(
    pictures: Iterable[Picture], texts: Sequence[str], matcher: Matcher, *, views: str = AUTO
) -> Iterator[Compared | Skipped]:
    """The cosines of each picture with each text; without texts, of each picture with all of them.

        >>> [len(one.scores) for one in compare([image, 1 - image], ["a fox", "a castle", "a city"], matcher)]
        [3, 3]

    pictures: files, and pixels [1, 3, H, W] in [0, 1]; views: a name in VIEWS, or auto.
    Yields Compared in order, and Skipped for files that cannot be loaded; these have no column either. Raises
    PromptError for an empty text.
    """
    rows = matcher.embed_texts(texts) if texts else None
    found = []
    for one in matcher.embed_pictures(pictures, views=pick_views(views)):
        if isinstance(one, Skipped):
            yield one
        elif rows is not None:
            yield Compared(one.index, one.path, tuple((rows @ one.vector).tolist()))
        else:
            found.append(one)
    if found:
        vectors = torch.stack([one.vector for one in found])
        for one, scores in zip(found, (vectors @ vectors.T).tolist(), strict=True):
            yield Compared(one.index, one.path, tuple(scores))
