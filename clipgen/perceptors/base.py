"""The contract of every perceptor, and the vocabulary of a small one."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor, nn

# Words without a visual meaning, never reported as unknown.
STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a an and are as at be been being between but by do does each for from had has have he her his i if in inside
        into is it its like made me my near no not of off on onto or our out outside over please she show so some than
        that the their them then there these they this those through to under up upon us very was we were what when
        where which while who whose will with within without you your""",
    )
)
SUFFIXES = ("ies", "ing", "es", "ed", "s")


class Perceptor(nn.Module, ABC):
    """A frozen network that embeds texts and pictures in one space.

        >>> from clipgen.perceptors.openclip import load_perceptor
        >>> perceptor = load_perceptor("builtin", torch.device("cpu"))
        >>> words = perceptor.encode_text(["a red square", "a blue circle"])      # [2, D]
        >>> score = perceptor.encode_image(image) @ words.T                       # cosines, [N, 2]

    name: as given to `load_perceptor`; input_size: side in pixels of its square input; dim: D of its embeddings;
    context_length: maximum number of tokens, start and end tokens included; logit_scale: factor of its softmax over
    cosines; fingerprint: sha256 of its weights; dtype: arithmetic in which pictures are embedded; names: of the things
    in its training data, empty for an open vocabulary; background: file of embedded captions and pictures that
    calibrate its cosines, None when it has none.

    Source: Radford et al. 2021, Learning Transferable Visual Models From Natural Language Supervision (CLIP).
    """

    name: str
    input_size: int
    dim: int
    context_length: int
    logit_scale: float
    fingerprint: str
    dtype: torch.dtype = torch.float32
    names: tuple[str, ...] = ()
    background: Path | None = None

    @abstractmethod
    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """Embed N texts: unit vectors [N, D], float32. Raises PromptError for a text past `context_length`."""

    @abstractmethod
    def encode_image(self, images: Tensor) -> Tensor:
        """Embed pictures [N, 3, h, w] in [0, 1] of any size: unit vectors [N, D], float32; gradients flow to them."""

    @abstractmethod
    def count_tokens(self, text: str) -> int:
        """Number of tokens of a text, start and end tokens included."""

    def in_turn(self, step: int) -> Perceptor:
        """The perceptor of a step where the members of an ensemble alternate, in the same space; by default itself."""
        return self

    def words(self) -> list[str]:
        """All words of its training data, sorted; empty for an open vocabulary."""
        return []

    def unknown_words(self, text: str) -> list[str]:
        """Words of a text outside its vocabulary, in order and once each."""
        return []


class Vocabulary:
    """The words in the training data of a small perceptor.

        >>> Vocabulary(["fox", "castle", "swim"]).unknown("Foxes swimming by a cassle")
        ['cassle']

    The embedding of an unknown word is arbitrary.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = sorted({word.lower() for word in words})

    @cached_property
    def _stems(self) -> frozenset[str]:
        # an entry such as "ice cream" is two words in a text
        return frozenset(stem for entry in self.words for word in _split(entry) for stem in _stems(word))

    def unknown(self, text: str) -> list[str]:
        """Words of a text outside the vocabulary, in order and once each."""
        return [word for word in dict.fromkeys(_split(text)) if not self._knows(word)]

    def _knows(self, word: str) -> bool:
        return len(word) == 1 or word in STOP_WORDS or not self._stems.isdisjoint(_stems(word))


def _split(text: str) -> list[str]:
    # numbers are not words; an apostrophe ends a word ("Gogh's" is "gogh")
    return [word.partition("'")[0] for word in re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", text.lower().replace("’", "'"))]


def _stems(word: str) -> set[str]:
    """A word and those of which it may be a plural, past or -ing form ("foxes" → fox, foxe; "swimming" → swim …)."""
    stems = {word}
    for suffix in SUFFIXES:
        root = word.removesuffix(suffix)
        if root == word or len(root) < 3:
            continue
        stems.add(root)
        if suffix == "ies":
            stems.add(root + "y")
        if suffix in ("ing", "ed"):
            stems.add(root + "e")
            if root[-1] == root[-2]:
                stems.add(root[:-1])
    return stems
