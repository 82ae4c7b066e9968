"""What is searched for: words and pictures as one vector."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.errors import ImageError, PromptError
from clipgen.perceptors.base import STOP_WORDS
from clipgen.prompts import parse_prompts, parse_weighted_path
from clipgen.similarity import Matcher, Skipped


@dataclass(frozen=True)
class Query:
    """What is searched for: a unit vector [D], the text whose words may be in names, and words without a meaning.

    >>> Query.of(["a red fox", "snow:-0.5"], [], matcher).text
    'a red fox'
    """

    vector: Tensor
    text: str
    unknown: tuple[str, ...]
    meaningless: bool

    @classmethod
    def of(cls, prompts: Sequence[str], pictures: Sequence[str], matcher: Matcher) -> Query:
        """Of prompts and pictures with weights. Raises PromptError, and ImageError for a picture that cannot be loaded.

        The mean of all texts is subtracted from texts, that of all pictures from pictures, where several are combined:
        texts and pictures lie in different parts of the space, whatever they show.
        """
        texts = [prompt for line in prompts for prompt in parse_prompts(line)]
        weighted = [_weighted(name) for name in pictures]
        rows = [*matcher.embed_texts([prompt.text for prompt in texts]), *_embedded(weighted, matcher)]
        weights = torch.tensor([*(prompt.weight for prompt in texts), *(weight for _, weight in weighted)])
        if not rows or not (weights > 0).any():
            raise PromptError("there is nothing to search for; give a text or a picture with a positive weight")
        if len(rows) > 1:
            background = matcher.background
            means = [background.captions.mean(0)] * len(texts) + [background.mean_picture] * len(weighted)
            rows = [row - mean for row, mean in zip(rows, means, strict=True)]
        wanted = " ".join(prompt.text for prompt in texts if prompt.weight > 0)
        clip = matcher.perceptor
        unknown = tuple(word for word in clip.unknown_words(wanted) if not clip.stand_ins(word))
        words = [word for word in wanted.split() if word.lower() not in STOP_WORDS]
        meaningless = not weighted and 2 * len(unknown) >= max(1, len(words)) and bool(unknown)
        return cls(F.normalize(weights @ torch.stack(rows), dim=0), wanted, unknown, meaningless)


def _weighted(name: str) -> tuple[Path, float]:
    """A file and its weight; a file may have a colon in its name."""
    if os.path.exists(name):
        return Path(name), 1.0
    path, weight = parse_weighted_path(name)
    return Path(path), weight


def _embedded(pictures: Sequence[tuple[Path, float]], matcher: Matcher) -> Iterator[Tensor]:
    for one in matcher.embed_pictures([path for path, _ in pictures]):
        if isinstance(one, Skipped):
            raise ImageError(one.reason)
        yield one.vector
