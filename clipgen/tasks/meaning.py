"""Words that a small perceptor knows and that mean nearly the same as those that it does not know."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from functools import lru_cache

from torch import Tensor

from clipgen.files import sha256
from clipgen.models.weights import models_folder
from clipgen.perceptors.openclip.student import WEIGHTS_FILE, Student
from clipgen.similarity import Store, text_keys

# difflib's ratio from which a word counts as misspelled: one wrong letter in five; chosen by hand
_MISSPELLED = 0.8


def nearest(words: Sequence[str], known: Sequence[str], *, count: int = 2) -> dict[str, list[str]]:
    """The known words that are nearest in meaning to each word, by the shipped text tower; one if it is misspelled.

        >>> nearest(["physician", "dragn"], ["dragon", "doctor", "chair"], count=1)
        {'physician': ['doctor'], 'dragn': ['dragon']}

    known: lower case. The tower embeds any English word; for a word of no language the result means nothing.
    Raises WeightsError when the shipped tower is missing or damaged.
    """
    cosines = _tower().embed(words) @ _stored(known).T
    found = {}
    for word, row in zip(words, cosines, strict=True):
        alike = difflib.get_close_matches(word, known, n=1, cutoff=_MISSPELLED)
        found[word] = alike or [known[place] for place in row.topk(min(count, len(known))).indices.tolist()]
    return found


@lru_cache(maxsize=1)
def _tower() -> Student:
    return Student.load(models_folder() / "text")


def _stored(words: Sequence[str]) -> Tensor:
    """Vectors of words, which the disk cache keeps."""
    tower, file = _tower(), models_folder() / "text" / WEIGHTS_FILE
    vectors = Store().vectors(sha256(file), tower.config["model_cfg"]["embed_dim"], "words")
    return vectors.through(text_keys(words), lambda missing: tower.embed([words[i] for i in missing]))
