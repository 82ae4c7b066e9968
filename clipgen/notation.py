"""What prompts are in the notation of another tool, or a slip in ours, and how it is written here."""

from __future__ import annotations

import re

from clipgen.prompts import shortened

_WEIGHTS = 'weights are of whole parts: "a castle:1.3 | fog:0.5"'
_BRACKETS = 'brackets mean nothing here: a weight weakens ("a castle | fog:0.5"), and parts between bars are added'
_PARTS = 'parts are separated by a bar: "a castle:2 | fog"'
_MODELS = "models are chosen by --generator and --perceptor"
_OPTIONS = "options are written outside of the quotes"
_AVOIDED = 'what to avoid has a negative weight: "a beach | people:-0.3", or --negative people'
_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)"

#: what is recognised → how it is written here; the first group, where there is one, is what the note names. Every
#: pattern reads a line in linear time: it begins at the start of a word, and no two repetitions match the same text.
CONVENTIONS = tuple(
    (re.compile(pattern), ours)
    for pattern, ours in (
        (rf"\([^()]*[^\W\d]\s?:\s*{_NUMBER}\s*\)", _WEIGHTS),
        (r"\(\([^()]*\)\)", _WEIGHTS),
        (r"(?<!\w)\w{3,}(?:\+\+|--)(?!\w)", _WEIGHTS),
        (r"\[[^\[\]]*\]", _BRACKETS),
        (r"\{[^{}]*\}", _BRACKETS),
        (r"(?i)<(?:lora|lyco|hypernet|embedding):[^<>]*>", _MODELS),
        (r"(?i)(?<!\w)embedding:\s?\S+", _MODELS),
        (r"(?<!\S)--(?:ar|aspect)\s+\d+:\d+", "the size is an option outside of the quotes: --size 512 288"),
        (r"(?<!\S)--no\s+[^\s|]+", _AVOIDED),
        (r"(?i)(?<!\w)negative prompt:", _AVOIDED),
        (r"(?<!\S)--(?!(?:ar|aspect|no)\b)[a-z]+(?:[ \t]+[\w.]+)?", _OPTIONS),
        (r"(?<!\w)Steps: ?\d+, ?[A-Z]\w+:", _OPTIONS),
        (rf"\w{{0,30}}::\s*-?{_NUMBER}?", _PARTS),
        # in prompts of capitals alone they are words
        (r"[a-z][^\sa-z]*\s+(AND|BREAK)\s", _PARTS),
        (rf"(?<![^\s|,])[^\W\d]\w*:{_NUMBER}(?=\s*,)", _PARTS),
        (r"：\s*-?\d|｜", 'the marks are ":" and "|", of half width'),
        (r"(?<!\w)__\w+__(?!\w)", "wildcards are not filled in; --prompts FILE reads a prompt a line"),
        (
            r"(?i)(?<![^\s|:])[^\s|:]+:(?:(?=\s*(?:\||$))|(?=[^\s|:]*[a-z])[^\s|:\\/]+(?=\s*(?:\||$)))",
            "no number follows the colon, so it is plain text; a weight is fog:0.5",
        ),
    )
)

def notes_on(prompt: str) -> list[str]:
    """What in a prompt means nothing here, and what does: a line for each convention.

        >>> notes_on("a cat:abc")
        ["'cat:abc': no number follows the colon, so it is plain text; a weight is fog:0.5"]
        >>> notes_on("a cat:0.5 | 16:9")
        []

    prompt: a line of a prompt, with its weights.
    """
    found: dict[str, str] = {}
    for pattern, ours in CONVENTIONS:
        if match := pattern.search(prompt):
            found.setdefault(ours, match[1] if pattern.groups else match[0])
    return [f"{shortened(text)!r}: {ours}" for ours, text in found.items()]
