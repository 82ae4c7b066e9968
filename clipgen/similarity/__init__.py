"""Similarity: embed pictures and words, compare, rank and calibrate. Captioning, ranking and classifying stand on it.

>>> words = embed_texts(perceptor, ["a fox", "a castle"])                 # [2, D]
>>> pictures = embed_images(perceptor, [load_image("photo.jpg")])         # [1, D]
>>> best = Ranking(pictures, top=1)
>>> best.add(["a fox", "a castle"], words)
>>> best.found()[0][0].text
'a fox'
"""

from __future__ import annotations

from clipgen.similarity.background import Background, Fit
from clipgen.similarity.cache import TextCache
from clipgen.similarity.embed import VIEWS, embed_images, embed_texts, embed_windows, windows
from clipgen.similarity.ranking import Found, Ranking

__all__ = [
    "VIEWS",
    "Background",
    "Fit",
    "Found",
    "Ranking",
    "TextCache",
    "embed_images",
    "embed_texts",
    "embed_windows",
    "windows",
]
