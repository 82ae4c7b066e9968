"""Why a caption fits: which of its words matter, and in which places of the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor

from clipgen.media.images import to_pil
from clipgen.media.overlays import lit, thumbnail
from clipgen.media.sheets import contact_sheet
from clipgen.perceptors.base import STOP_WORDS
from clipgen.similarity import Matcher, embed_images, embed_windows, heat, windows

# sides of the windows, of the picture's short side; chosen by hand: the smaller, the sharper the map and the more noise
_WINDOWS = (0.5, 0.34)


@dataclass(frozen=True)
class Evidence:
    """What one word of a caption does.

    delta: how much worse the caption fits without the word (below 0: better); place: where the word alone fits, a map
    [h, w] in [0, 1].
    """

    word: str
    delta: float
    place: Tensor


def explain(image: Tensor, caption: str, matcher: Matcher) -> list[Evidence]:
    """The words of a caption that carry meaning, in order, with what each does.

        >>> [one.word for one in explain(image, "a fox in the city", matcher)]
        ['fox', 'city']

    image: [1, 3, H, W] in [0, 1]. A word's delta is measured by leaving it out; its map is the mean of how well the
    windows over a place fit the word.
    """
    words = caption.split()
    content = [i for i, word in enumerate(words) if _bare(word) and _bare(word).lower() not in STOP_WORDS]
    if not content:
        return []
    texts = [caption] + [" ".join(words[:i] + words[i + 1 :]) or "nothing" for i in content]
    vector = embed_images(matcher.perceptor, [image])
    (fits,) = matcher.rank_scores(vector, matcher.embed_texts(texts))
    maps = where(image, [_bare(words[i]) for i in content], matcher)
    deltas = (fits[0] - fits[1:]).tolist()
    return [Evidence(_bare(words[i]), delta, place) for i, delta, place in zip(content, deltas, maps, strict=True)]


def where(image: Tensor, texts: Sequence[str], matcher: Matcher, *, cells: int = 32) -> Tensor:
    """Maps of where each text fits: [N, h, w], each from 0 to 1, its longer side `cells`.

    >>> where(image, ["fox"], matcher, cells=8).shape
    torch.Size([1, 8, 8])
    """
    height, width = image.shape[-2:]
    squares = [square for share in _WINDOWS for square in windows(height, width, share)]
    vectors = torch.cat([embed_windows(matcher.perceptor, [image], share=share)[0] for share in _WINDOWS])
    scores = matcher.rank_scores(vectors, matcher.embed_texts(texts))
    means = heat(squares, scores, (height, width), cells=cells)
    low, high = means.amin((1, 2), keepdim=True), means.amax((1, 2), keepdim=True)
    return (means - low) / (high - low).clamp(min=1e-6)


def draw_evidence(image: Tensor, evidence: Sequence[Evidence], *, most: int = 5) -> Image.Image:
    """A sheet: the picture, and for the words that matter most the picture lit where they fit.

    >>> draw_evidence(image, explain(image, "a fox", matcher)).width > 2 * 64
    True
    """
    shrunk = thumbnail(image)
    strongest = sorted(evidence, key=lambda one: -one.delta)[:most]
    pictures, labels = [to_pil(shrunk[0])], ["the picture"]
    for one in strongest:
        pictures.append(lit(shrunk, one.place))
        labels.append(f"{one.word} {one.delta:+.3f}")
    return contact_sheet(pictures, labels, columns=min(3, len(pictures)))


def _bare(word: str) -> str:
    return word.strip(".,;:!?\"'()")
