"""Are pictures found that are not upright? On photographs and scenes that the head, and the reader, never saw.

    python benchmarks/orient.py --photos PHOTOS --art ART --perceptor reader

Each picture stands for its four turns: the answer turns with the picture. Asked for: precision 0.97 or more at a recall
of 0.6, with 0.5 % of the upright pictures listed. "new classes": a tenth of the classes, of which the head saw nothing.
"""

from __future__ import annotations

import json
from pathlib import Path

import click
import torch

from clipgen.perceptors.ensemble import load_perceptors
from clipgen.tasks.orient import Head, shipped_head
from clipgen.train.orient import Recipe, embed, figures, shown
from clipgen.train.sources import World

ASKED = {"precision": 0.97, "recall": 0.6, "alarms": 0.005}


def rows_of(shares: torch.Tensor, sources: list[str], new: list[bool], sure: float) -> dict[str, dict[str, float]]:
    """Figures of all, by source, of photographs and scenes of classes that are new to the head."""
    masks = {"all": [True] * len(new), "photographs": [one != "world" for one in sources]}
    masks |= {name: [one == name for one in sources] for name in dict.fromkeys(sources)} | {"new classes": new}
    table = {}
    for name, mask in masks.items():
        some = shares[torch.tensor(mask)]
        best = (some.argmax(-1) == 0).float().mean().item()
        table[name] = {"pictures": len(some), **vars(figures(some, sure)), "upright_first": best}
    return table


@click.command()
@click.option("--photos", type=click.Path(exists=True, path_type=Path), multiple=True, help="As of `train orient`.")
@click.option("--art", type=click.Path(exists=True, path_type=Path), help="As of `train orient`.")
@click.option("--perceptor", default="reader", show_default=True)
@click.option("--head", type=click.Path(exists=True, path_type=Path), help="Default: the shipped one.")
@click.option("--pictures", default=Recipe.pictures, show_default=True, help="As of `train orient`.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures here.")
def main(
    photos: tuple[Path, ...], art: Path | None, perceptor: str, head: Path | None, pictures: int,
    json_path: Path | None,
) -> None:  # fmt: skip
    """Print precision, recall and false alarms of a head."""
    asked = shipped_head() if head is None else Head.load(head)
    clip = load_perceptors([perceptor], torch.device("cpu"))
    asked.check(clip)
    kept = embed(shown("test", World(art), photos, Recipe(pictures=pictures)), clip, click.echo)
    table = rows_of(asked(kept.embeddings).softmax(-1), kept.sources, kept.new, asked.sure)
    click.echo(f"{'sure from ' + format(asked.sure, '.4f'):24} pictures  precision  recall  alarms  right of all")
    for name, row in table.items():
        cells = (f"{row['pictures']:8}", f"{row['precision']:9.3f}", f"{row['recall']:6.3f}", f"{row['alarms']:6.4f}")
        click.echo(f"{name:24} {'  '.join(cells)}  {row['upright_first']:.3f}")
    click.echo(f"asked for: {ASKED}")
    if json_path:
        json_path.write_text(json.dumps(table, indent=2) + "\n")


if __name__ == "__main__":
    main()
