"""Prompts as people type them: without quotes, with parts to avoid, or in the notation of another tool."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import click

from clipgen.cli.sections import option
from clipgen.prompts import Prompt, parse_prompts

AVOID = -0.3  # weight of `--negative`, as in the examples of the help; not tuned

#: notation of other tools, or a slip in ours → what ours is
_NOTATION = (
    (re.compile(r"\([^()]*:\s*\d*\.?\d+\s*\)"), 'weights are of whole parts: "a castle:1.3 | fog:0.5"'),
    (re.compile(r"\(\([^()]*\)\)"), 'weights are of whole parts: "a castle:1.3 | fog:0.5"'),
    (re.compile(r"\[[^\[\]]*\]"), 'brackets do not weaken words; a lower weight does: "a castle | fog:0.5"'),
    (re.compile(r"<(?:lora|lyco|hypernet|embedding):[^>]*>", re.I), "models are chosen by --generator and --perceptor"),
    (re.compile(r"(?<!\S)--ar\s+\d+:\d+"), "the size is an option outside of the quotes: --size 512 288"),
    (re.compile(r"(?<!\S)--(?!ar\b)[a-z]+(?:\s+[\w.]+)?"), "options are written outside of the quotes"),
    (re.compile(r"\w+::\s*-?[\d.]*"), 'parts are separated by a bar: "a castle:2 | fog"'),
    (re.compile(r"[^\s|:]+:(?=\s*(?:\||$))"), "no number follows the colon, so it is plain text; a weight is fog:0.5"),
    (
        re.compile(r"[^\s|:]+:(?=[^\s|:]*[a-z])[^\s|:\\/]+(?=\s*(?:\||$))", re.I),
        "no number follows the colon, so it is plain text; a weight is fog:0.5",
    ),
)

negative_option = option(
    "--negative", multiple=True, section="Prompts", metavar="TEXT",
    help=f"what to avoid: short for a part with the weight {AVOID} in each prompt; may be repeated",
)  # fmt: skip


def without(line: str, negative: Iterable[str]) -> str:
    """A prompt line with parts to avoid.

    >>> without("a beach", ["people", "fog:0.5"])
    'a beach | people:-0.3 | fog:-0.5'

    Raises PromptError for a text that is no prompt.
    """
    parts = [part for text in negative for part in parse_prompts(text)]
    weights = [AVOID if part.weight == 1 else -abs(part.weight) for part in parts]
    avoided = [str(Prompt(part.text, weight)) for part, weight in zip(parts, weights, strict=True)]
    return " | ".join([line, *avoided])


def one_prompt(texts: tuple[str, ...], *, quiet: bool) -> tuple[str, ...]:
    """Several words that were typed without quotes as the one prompt that they are; anything else unchanged.

    >>> one_prompt(("a", "red", "apple"), quiet=True)
    ('a red apple',)
    """
    if len(texts) < 2 or any(" " in text for text in texts):
        return texts
    joined = " ".join(texts)
    if not quiet:
        click.echo(f'note: one prompt, "{joined}"; several are quoted phrases or lines of --prompts FILE', err=True)
    return (joined,)


def note_syntax(prompts: Sequence[str], *, quiet: bool) -> None:
    """Print a note for each part of prompts that is written as for another tool."""
    for note in [] if quiet else dict.fromkeys(note for line in prompts for note in notes_on(line)):
        click.echo(f"note: {note}", err=True)


def notes_on(prompt: str) -> list[str]:
    """What in a prompt means nothing here, and what does.

    >>> notes_on("a cat:abc")
    ["'cat:abc': no number follows the colon, so it is plain text; a weight is fog:0.5"]
    """
    found = {note: match[0] for pattern, note in _NOTATION if (match := pattern.search(prompt))}
    return [f"{text!r}: {note}" for note, text in found.items()]
