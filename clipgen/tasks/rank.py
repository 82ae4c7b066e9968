"""Order pictures by how well they fit a phrase."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from clipgen.settings import RankSettings
from clipgen.settings.describe import AUTO, pick_views
from clipgen.similarity import Matcher, Picture, Skipped
from clipgen.tasks.events import Ranked


def rank(
    phrase: str,
    pictures: Iterable[Picture],
    matcher: Matcher,
    settings: RankSettings | None = None,
    *,
    views: str = AUTO,
) -> Iterator[Ranked | Skipped]:
    """Pictures by how well they fit a phrase, best first.

        >>> found = list(rank("a red fox", [folder / "a.png", folder / "b.png"], matcher))
        >>> found[0].score >= found[1].score
        True

    pictures: files, and pixels [1, 3, H, W] in [0, 1]; views: a name in VIEWS, or auto.
    Yields Skipped for files that cannot be loaded as they come, and then Ranked for the others.
    Raises PromptError for an empty phrase, SettingsError for settings out of range.
    """
    chosen = (settings or RankSettings()).validate()
    (text,) = matcher.embed_texts([phrase])
    found = []
    for one in matcher.embed_pictures(pictures, views=pick_views(views)):
        if isinstance(one, Skipped):
            yield one
        else:
            z = matcher.background.fit(one.vector, text).z
            found.append(Ranked(one.index, one.path, (one.vector @ text).item(), z))
    found.sort(key=lambda ranked: -ranked.score)
    yield from found if chosen.keep is None else best(found, chosen.keep)


def best(ranked: Sequence[Ranked], keep: float) -> Sequence[Ranked]:
    """The first of ranked pictures: a share up to 1, or a number of pictures; at least one.

    >>> [len(best([Ranked(i, None, 0.3, 1.0) for i in range(10)], keep)) for keep in (0.2, 3)]
    [2, 3]
    """
    return ranked[: max(1, round(keep if keep > 1 else keep * len(ranked)))]
