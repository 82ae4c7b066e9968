"""How a thing looks: the embeddings of it that differ most, at most fifty."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

#: embeddings of a track
MOST = 50
_NEAREST = 3  # embeddings whose mean cosine says how alike a thing is: one alone may be of a bad moment


@dataclass(eq=False)
class Gallery:
    """Embeddings of one thing, unit vectors [N, D].

    >>> gallery = Gallery()
    >>> for row in torch.nn.functional.normalize(torch.randn(60, 8), dim=1):
    ...     gallery.add(row)
    >>> len(gallery), gallery.likeness(gallery.rows[:1]) <= 1
    (50, True)
    """

    rows: Tensor = field(default_factory=lambda: torch.empty(0, 0))

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, row: Tensor) -> None:
        """Add an embedding [D]; a full gallery loses the one that is most like it, so that all sides stay."""
        if len(self) == MOST:
            nearest = int((self.rows @ row).argmax())
            self.rows = torch.cat([self.rows[:nearest], self.rows[nearest + 1 :]])
        self.rows = torch.cat([self.rows.view(-1, len(row)), row[None]])

    def likeness(self, rows: Tensor) -> float:
        """Cosine of the one that fits best of some embeddings [N, D] with the nearest here; 0 where either has none.

        The best one: at first a thing may be half covered, or half in the picture.
        """
        if not len(self) or not len(rows):
            return 0.0
        return float((rows @ self.rows.T).topk(min(_NEAREST, len(self)), dim=1).values.mean(1).max())

    def steadiness(self) -> float:
        """How alike the thing is to itself: the likeness that nine of ten embeddings have with the others; 1 for one.

        >>> gallery = Gallery(torch.ones(4, 16) / 4)
        >>> round(gallery.steadiness(), 3)
        1.0
        """
        if len(self) < 2:
            return 1.0
        cosines = (self.rows @ self.rows.T).fill_diagonal_(-1)
        return float(cosines.topk(min(_NEAREST, len(self) - 1), dim=1).values.mean(1).quantile(0.1))

    def merge(self, other: Gallery) -> None:
        """Add all embeddings of another."""
        for row in other.rows:
            self.add(row)
