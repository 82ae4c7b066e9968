"""What else a place may show: a phrase must fit it better than those other things that fit it best."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.similarity import Background, Matcher
from clipgen.similarity.phrases import Phrases

_COUNT = 5  # other things that fit best; their mean counts, since one of many fits by chance
_WEIGHT = 0.5  # what they count for, beside all captions
_AMONG = 64  # things that fit best, among which there are five that mean something else
_SAME = 0.6  # cosine of two texts, less what all captions have in common, from which on they may mean the same thing


class Others:
    """Embedded names of things, with which phrases are compared.

        >>> others = Others(matcher.embed_texts(["a fox", "a castle"]), matcher.background)
        >>> fox, places = matcher.embed_texts(["a fox"]), matcher.background.pictures[:2]
        >>> others.fits(places, fox, matcher.background.above_captions(places, fox)).shape
        torch.Size([2, 1])

    rows: [K, D] unit, K may be 0; background: of their perceptor.
    """

    def __init__(self, rows: Tensor, background: Background) -> None:
        self.rows, self.background = rows, background
        self.common = background.captions.mean(0)

    @classmethod
    def of(cls, matcher: Matcher) -> Others:
        """All things that a matcher's perceptor knows, of those that pictures may show.

        >>> len(Others.of(matcher).rows) > 0
        True
        """
        return cls(matcher.embed_texts(Phrases.shipped().known_to(matcher.perceptor).things), matcher.background)

    def fits(self, pictures: Tensor, texts: Tensor, z: Tensor) -> Tensor:
        """How well texts [N, D] fit pictures [Q, D], by z [Q, N] above captions and above other things: [Q, N].

        A picture of an old woman fits "an old man" better than most captions, but less than what says that she is a
        woman. Things whose names mean the same as a text do not count against it.
        """
        if not len(self.rows):
            return z
        best = self.background.above_captions(pictures, self.rows).topk(min(_AMONG, len(self.rows)))
        same = F.normalize(texts - self.common, dim=1) @ F.normalize(self.rows - self.common, dim=1).T >= _SAME
        found = []
        for own, alike in zip(z.T, same, strict=True):
            rivals = best.values.masked_fill(alike[best.indices], -torch.inf).topk(min(_COUNT, best.values.shape[1]))
            mean = rivals.values.masked_fill(rivals.values.isinf(), torch.nan).nanmean(1)
            found.append(torch.where(mean.isnan(), own, mean))  # where there is none, nothing counts against a text
        return z + _WEIGHT * (z - torch.stack(found, 1))
