"""Pair lines of a text and pictures, one to one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from clipgen.extras import check_extra
from clipgen.settings import PairSettings
from clipgen.settings.describe import AUTO, pick_views
from clipgen.similarity import Embedded, Matcher, Picture, Skipped, assign
from clipgen.tasks.pair.poem import Line, Poem


@dataclass(frozen=True)
class Paired:
    """A line and its picture.

    index: the picture's place among those that were given, from 0, and None where there are fewer pictures than lines;
    path: None for pixels; score: cosine; z: standard deviations above what unrelated captions and pictures reach.
    """

    line: Line
    index: int | None
    path: Path | None
    score: float | None
    z: float | None

    @property
    def text(self) -> str:
        """The words of the line."""
        return self.line.text


def pair(
    lines: Iterable[str],
    pictures: Iterable[Picture],
    matcher: Matcher,
    settings: PairSettings | None = None,
    *,
    views: str = AUTO,
) -> Iterator[Paired | Skipped]:
    """Give each line of a text a picture of its own, so that the pairs fit best overall.

        >>> for one in pair(["a fox", "a castle"], [folder / "a.png"], matcher):
        ...     print(one.text, "-" if one.path is None else "has a.png")
        a ...
        a ...

    lines: of a text, as for `Poem.of`; pictures: files, and pixels [1, 3, H, W] in [0, 1]; views: a name in VIEWS, or
    auto. The sum of z over the pairs is maximised: cosines, less what the line scores with unrelated pictures and the
    picture with unrelated captions, so that neither a line nor a picture that fits everything takes the best partners.
    Yields Skipped for files that cannot be loaded as they come, and then Paired in the order of the text, if there is a
    picture at all. Raises PromptError for a text without lines, ClipgenError without SciPy.
    """
    chosen = (settings or PairSettings()).validate()
    check_extra("pair")
    poem = Poem.of(lines, titled=chosen.titled)
    rows = matcher.embed_texts([line.text for line in poem.lines])
    found: list[Embedded] = []
    for one in matcher.embed_pictures(pictures, views=pick_views(views)):
        if isinstance(one, Skipped):
            yield one
        else:
            found.append(one)
    if not found:
        return
    vectors = torch.stack([one.vector for one in found])
    z = matcher.background.z(vectors, rows)
    for i, column in enumerate(assign(z)):
        if column is None:
            yield Paired(poem.lines[i], None, None, None, None)
        else:
            one = found[column]
            yield Paired(poem.lines[i], one.index, one.path, (rows[i] @ one.vector).item(), z[i, column].item())
