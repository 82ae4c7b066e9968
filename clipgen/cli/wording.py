"""Prompts as people type them: without quotes, or with parts to avoid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import click

from clipgen.cli.sections import option
from clipgen.prompts import Prompt, parse_prompts

AVOID = -0.3  # weight of `--negative`, as in the examples of the help; not tuned

negative_option = option(
    "--negative", multiple=True, section="Prompts", metavar="TEXT",
    help=f"what to avoid: short for a part with the weight {AVOID} in each prompt; may be repeated",
)  # fmt: skip


def without(line: str, negative: Iterable[str]) -> str:
    """A prompt line with parts to avoid.

    >>> without("a beach", ["people", "fog:0.5", "sea:1"])
    'a beach | people:-0.3 | fog:-0.5 | sea:-1.0'

    Raises PromptError for a text that is no prompt.
    """
    typed = [part.strip() for text in negative for part in text.split("|")]
    parts = [part for text in negative for part in parse_prompts(text)]
    avoided = [str(_avoided(part, given)) for part, given in zip(parts, typed, strict=True)]
    return " | ".join([line, *avoided])


def _avoided(part: Prompt, typed: str) -> Prompt:
    """A part as one to avoid; typed: as it was written, which is its text alone where it has no weight."""
    return replace(part, weight=AVOID if typed == part.text else -abs(part.weight))


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
