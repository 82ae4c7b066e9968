"""Similarity: embed pictures and texts, store their vectors, rank, calibrate and match.

>>> words = embed_texts(perceptor, ["a fox", "a castle"])                  # [2, D]
>>> cosines = embed_images(perceptor, [image]) @ words.T                   # [1, 2]
>>> ranking = Ranking(words, top=1)
>>> ranking.add(["a fox", "a castle"], words)
>>> ranking.best()[1][0].text
'a castle'
"""

from __future__ import annotations

from clipgen.similarity.assign import assign
from clipgen.similarity.calibrate import Background, Fit, Limits, Unrelated, background_of
from clipgen.similarity.embed import (
    Square,
    cut_square,
    embed_images,
    embed_squares,
    embed_texts,
    embed_windows,
    windows,
)
from clipgen.similarity.heat import heat
from clipgen.similarity.match import SIGNIFICANT, Match, Matcher
from clipgen.similarity.pictures import Embedded, HowFar, Picture, Skipped, embed_pictures, find_pictures, in_groups
from clipgen.similarity.rank import Candidate, Ranking
from clipgen.similarity.subjects import Subjects, learn_trust

__all__ = [
    "Background",
    "Candidate",
    "Embedded",
    "Fit",
    "HowFar",
    "Limits",
    "Match",
    "Matcher",
    "Picture",
    "Ranking",
    "SIGNIFICANT",
    "Skipped",
    "Square",
    "Subjects",
    "Unrelated",
    "assign",
    "background_of",
    "cut_square",
    "embed_images",
    "embed_pictures",
    "embed_squares",
    "embed_texts",
    "embed_windows",
    "find_pictures",
    "heat",
    "in_groups",
    "learn_trust",
    "windows",
]
