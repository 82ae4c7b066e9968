"""`clipgen models list|words`: what is shipped, and what it knows."""

from __future__ import annotations

import difflib
import json

import click


@click.group()
def group() -> None:
    """List the models that are shipped, and the words that a perceptor knows."""


@group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(as_json: bool) -> None:
    """List the shipped models with size, licence and how each was trained."""
    from clipgen.weights import cards

    rows = cards()
    if as_json:
        keys = ("name", "role", "architecture", "licence", "size_mb", "notes", "train")
        click.echo(json.dumps([{key: getattr(card, key) for key in keys} for card in rows], indent=2))
        return
    for card in rows:
        click.echo(f"{card.name}  ({card.role}, {card.size_mb:g} MB, {card.licence})")
        click.echo(f"    {card.architecture}\n    {card.notes}\n    made by `{card.train}`")
    click.echo(
        "\nFull-size CLIPs of open_clip work as well: --perceptor NAME/TAG, for example --perceptor ViT-B-32/openai "
        "(downloaded by open_clip when first used)."
    )


@group.command("words")
@click.argument("word", required=False)
@click.option("--perceptor", default="builtin", show_default=True, metavar="NAME", help="Whose words.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def words_command(word: str | None, perceptor: str, as_json: bool) -> None:
    """List the words that the built-in CLIP was trained on; with WORD, those near to it or containing it.

    A prompt may have other words, but they will not steer the picture.
    """
    from clipgen.devices import pick_device
    from clipgen.perceptors.openclip import load_perceptor

    known = load_perceptor(perceptor, pick_device("cpu")).words()
    if word is not None:
        known = near_words(word, known)
    if as_json:
        click.echo(json.dumps(known, ensure_ascii=False))
    elif known:
        click.echo("\n".join(known))
    else:
        open_line = f"{perceptor} has an open vocabulary: any word will do"
        click.echo(open_line if word is None else f"no word near {word!r}")


def near_words(word: str, known: list[str]) -> list[str]:
    """Known words that contain a word, then those spelled much like it.

    >>> near_words("cat", ["cathedral", "car", "moon"])
    ['cathedral', 'car']
    """
    word = word.lower()
    containing = [entry for entry in known if word in entry]
    close = difflib.get_close_matches(word, known, n=8, cutoff=0.6)
    return list(dict.fromkeys([*containing, *close]))
