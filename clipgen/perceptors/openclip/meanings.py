"""What a word means in a small vocabulary: the known words nearest in meaning, for a word that a picture can show.

A CLIP with a closed vocabulary embeds a word outside of it arbitrarily. The built-in text tower knows any English word:
such a word is replaced by the nearest one of the vocabulary, or left out where no picture can show it.
Source: the nearest known concepts stand for an unseen word as in ConSE, Norouzi et al., arXiv 1312.5650.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache, cached_property, lru_cache

import torch
from torch import Tensor, nn

from clipgen.files import sha256
from clipgen.models import weights
from clipgen.perceptors.base import STOP_WORDS, stems
from clipgen.perceptors.openclip.kin import KIN_FILE, Kin, load_head
from clipgen.perceptors.openclip.spelling import Spelling
from clipgen.perceptors.openclip.tower import WEIGHTS_FILE, TextTower
from clipgen.store import Store, Vectors, text_keys

IMAGEABILITY_FILE = "imageability.safetensors"
_SHOWN = 0.5  # probability from which a picture is taken to be able to show a word
# Least cosine of a word and the one that stands for it: gibberish is near nothing, and of what is found for words that
# the network was not taught two thirds are right above it, a fifth below.
_ALIKE = 0.5


class Imageability(nn.Module):
    """The probability that a picture can show a word: a small network on the text tower's embedding.

        >>> network = Imageability(384)
        >>> network(torch.randn(2, 384)).shape
        torch.Size([2])

    dim: of the embeddings. Source: named after the rating of Paivio et al. 1968, predicted as in "Predicting word
    concreteness and imagery" (Charbonnier and Wartena 2019); trained on the word net's kinds of nouns.
    """

    def __init__(self, dim: int, width: int = 512) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(dim, width), nn.GELU(), nn.Linear(width, 1))

    def forward(self, embeddings: Tensor) -> Tensor:
        """Logits [N] of unit embeddings [N, D]."""
        scaled = embeddings * embeddings.shape[-1] ** 0.5
        out: Tensor = self.layers(scaled)[..., 0]
        return out


class Meanings:
    """Finds the words of a vocabulary that are nearest in meaning to any English word.

        >>> meanings = Meanings.shipped(["boat", "castle", "quiet"])
        >>> meanings.nearest("vessel"), meanings.nearest("beautiful")
        (['boat'], [])

    tower: embeds words; imageability: tells which words a picture can show; kin: tells which of these stand for a word;
    vocabulary: what may stand for one, as far as a picture can show it; moods: words of light and weather, which a
    picture shows though they are no things: they stand for a word of the vocabulary that is nearer to one of them than
    to any other; store: where embeddings of words are kept between runs, default: nowhere.
    """

    def __init__(
        self,
        tower: TextTower,
        imageability: Imageability,
        kin: Kin,
        vocabulary: Sequence[str],
        moods: Collection[str] = (),
        store: Vectors | None = None,
    ) -> None:
        self.tower, self.imageability, self.kin, self.vocabulary = tower, imageability, kin, _things(vocabulary)
        self.moods, self.store = frozenset(moods), store

    @classmethod
    def shipped(cls, vocabulary: Sequence[str]) -> Meanings:
        """Of a vocabulary, with the built-in text tower; WeightsError when its files are missing or damaged."""
        tower, imageability, kin, fingerprint = _shipped()
        store = Store().vectors(fingerprint, tower.config["model_cfg"]["embed_dim"], "text-words")
        return cls(tower, imageability, kin, vocabulary, mood_words(), store)

    def nearest(self, word: str, count: int = 3) -> list[str]:
        """Up to `count` known words that can stand for a word, the nearest first; none where no picture shows it."""
        if not self.vocabulary:
            return []
        if (meant := self.corrected(word)) is not None:
            return [meant]
        # a plural is rarer than its singular; an -ing form is no thing, though its verb's stem may be one
        embedded = self._embed(sorted(stems(word)) if word.endswith("s") and not word.endswith("ss") else [word])
        shown = embedded[self._shown(embedded)]
        if len(shown):
            return self._near(self._kin @ self.kin(shown).T, self._known, count)
        # of words that were taught inside a name only: "city at dusk"
        others = torch.tensor([word not in other.split() for other in self.vocabulary])
        fits = self._embedded @ embedded.T
        if others.all() or self.moods.isdisjoint(self._near(fits, others, 1)):
            return []
        return self._near(fits, others & torch.tensor([one in self.moods for one in self.vocabulary]), count)

    def corrected(self, word: str) -> str | None:
        """The word of the vocabulary that a misspelled one was meant to be; None for any other.

        The text tower has a piece of its own for each frequent word, and is given rare and misspelled ones in several.
        """
        if any(map(self.tower.is_piece, stems(word))):
            return None
        singular = word[:-1] if word.endswith("s") else word
        return self._spelling.corrected(word) or self._spelling.corrected(singular)

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(word for entry in self.vocabulary for word in entry.split())

    def _near(self, fits: Tensor, among: Tensor, count: int) -> list[str]:
        """Up to `count` words of the vocabulary that are alike enough, by cosines [V, N]; among: of which ones, [V]."""
        cosines, rows = fits.max(1).values.masked_fill(~among, -1).topk(min(count, len(among)))
        near = zip(cosines.tolist(), rows.tolist(), strict=True)
        return [self.vocabulary[row] for cosine, row in near if cosine >= _ALIKE]

    @torch.inference_mode()
    def _shown(self, embedded: Tensor) -> Tensor:
        return self.imageability(embedded).sigmoid() >= _SHOWN

    def _embed(self, words: Sequence[str]) -> Tensor:
        if self.store is None:
            return self.tower.embed(words)
        return self.store.through(text_keys(words), lambda missing: self.tower.embed([words[i] for i in missing]))

    @cached_property
    def _embedded(self) -> Tensor:
        return self._embed(self.vocabulary)

    @cached_property
    def _kin(self) -> Tensor:
        return self.kin(self._embedded)

    @cached_property
    def _known(self) -> Tensor:
        """Which words of the vocabulary a picture can show."""
        return self._shown(self._embedded)


def _things(vocabulary: Sequence[str]) -> list[str]:
    """What may stand for a word, sorted by length, since texts of one length are embedded fastest."""
    return sorted({word for word in vocabulary if len(word) > 2 and word not in STOP_WORDS}, key=lambda w: (len(w), w))


@cache
def mood_words() -> frozenset[str]:
    """The words of light, weather and season that the picture world renders.

    >>> "foggy" in mood_words(), "fox" in mood_words()
    (True, False)
    """
    from clipgen.scenery import MOODS  # late: OpenCV, which these draw with, changes the environment when imported

    phrases = (phrase for mood in MOODS.values() for phrase in (*mood.before, *mood.after))
    return frozenset(word for phrase in phrases for word in phrase.split()) - STOP_WORDS


@lru_cache(maxsize=1)
def _shipped() -> tuple[TextTower, Imageability, Kin, str]:
    """The text tower, what tells which words a picture can show and which ones stand for others, and the sha256 of the
    tower's weights."""
    card = weights.find("text", role="text tower")
    weights.check(card)
    tower = TextTower.load(card.folder)
    imageability = load_head(card.folder / IMAGEABILITY_FILE, Imageability)
    kin = load_head(card.folder / KIN_FILE, Kin)
    return tower, imageability, kin, sha256(card.folder / WEIGHTS_FILE)
