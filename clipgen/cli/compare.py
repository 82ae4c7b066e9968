"""`clipgen compare`: the cosines of pictures and texts."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.describe import describe_options, embed_pictures, load_matcher, recursive_option, settings_of
from clipgen.cli.options import SectionedCommand, option

if TYPE_CHECKING:
    from torch import Tensor

EXAMPLES = """\
\b
Examples:
  clipgen compare *.jpg --text "a cat" --text "a dog"
  clipgen compare photos/ --texts captions.txt --plot matrix.png
  clipgen compare photos/                 every picture with every other
"""


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Compare pictures and texts with each other.")
@click.argument("pictures", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PICTURE…")
@recursive_option
@option("--text", "typed", multiple=True, section="Pictures", metavar="TEXT", help="a text to compare with; repeatable")
@option("--texts", type=click.Path(path_type=Path), section="Pictures", metavar="FILE", help="texts, one a line")
@option("--plot", type=click.Path(path_type=Path), section="Output", metavar="FILE.png", help="also a heat map")
@describe_options(ranking=False)
def command(
    pictures: tuple[Path, ...],
    recursive: bool,
    typed: tuple[str, ...],
    texts: Path | None,
    plot: Path | None,
    **options: Any,
) -> None:
    """Print the cosines of each PICTURE with each text as csv; without texts, of the pictures with each other."""
    settings = settings_of(options)
    # Late: they bring torch, which takes seconds to import.
    from clipgen.media.images import find_images
    from clipgen.prompts import read_prompt_file

    paths = find_images(pictures, recursive=recursive)
    words = [*typed, *(read_prompt_file(texts) if texts else [])]
    matcher = load_matcher(settings)
    names, seen = embed_pictures(paths, matcher, settings)
    cosines = seen @ (matcher.read(words) if words else seen).T
    _print(names, words or names, cosines)
    if plot is not None:
        from clipgen.media.pictures import save_picture
        from clipgen.media.plots import heat_map

        save_picture(plot, heat_map(cosines.tolist(), names, words or names), {})


def _print(names: list[str], words: list[str], cosines: Tensor) -> None:
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(["image", *words])
    for name, row in zip(names, cosines.tolist(), strict=True):
        table.writerow([name, *(f"{value:.4f}" for value in row)])
