"""Texts, such as the prompts of a game, judged by lists of words."""

from __future__ import annotations

import re
import unicodedata

from clipgen.perceptors.base import stems
from clipgen.tasks.moderate.recipe import Recipe
from clipgen.tasks.moderate.verdict import CHECK, CLEAR, VEIL, Verdict, worst

# figures and signs that are written for letters
_LETTERS = str.maketrans("013457@$!|€", "oieastasiie")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
# letters with something between each: "n a k e d", "n.a.k.e.d"
_SPACED = re.compile(r"(?<!\w)(?:\w[\s._*+~-]+){3,}\w(?!\w)")
_LONG_RUN = re.compile(r"(\w)\1{2,}")


def judge_text(text: str, recipe: Recipe) -> Verdict:
    """Judge a text by the words of a recipe, whole words in any form, however they are spelled.

        >>> recipe = Recipe.shipped()
        >>> judge_text("a red fox", recipe).band, judge_text("P0RN", recipe).band, judge_text("blood moon", recipe).band
        ('clear', 'veil', 'check')

    Capitals, accents, figures for letters, letters with spaces between, and letters that are repeated are undone.
    """
    words = _words(text)
    joined = f" {' '.join(words)} "
    forms = {form for word in words for form in stems(word)}
    found = []
    for category, entries in recipe.words:
        for entry in entries:
            key = entry.text.lower()
            if key in forms or f" {key} " in joined:
                found.append(Verdict(CHECK if entry.doubtful else VEIL, category, entry.text))
    return worst(found) if found else Verdict(CLEAR)


def _words(text: str) -> list[str]:
    """The words of a text in lower case, without disguise; those with figures for letters both ways."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Cf"))
    words = []
    for version in dict.fromkeys((plain, plain.translate(_LETTERS))):
        whole = _SPACED.sub(lambda match: re.sub(r"\W|_", "", match[0]), version)
        words += _WORD.findall(whole)
    runs = [_LONG_RUN.sub(r"\1", word) for word in words if _LONG_RUN.search(word)]
    return [*words, *runs]
