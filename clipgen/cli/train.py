"""`clipgen train clip|vqgan|stylegan|bank`: train the built-in weights."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from clipgen.errors import ClipgenError


@click.group()
def group() -> None:
    """Train the built-in models from the picture world.

    The recipes render their own pictures and resume a run that was stopped. Weights go to --out; checkpoints, the
    curve and sample sheets go to --runs.
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


@group.command("clip")
@click.option("--recipe", metavar="NAME", help="builtin; reader, which describes; or judge, for the benchmark.")
@click.option("--radius", type=click.FloatRange(min=0), metavar="R", help="L2 radius of the attack, pixels in [0, 1].")
@click.option("--without", metavar="FAMILY", help="Art family to leave out: noto, fluent or twemoji.")
@_recipe_options
def clip_command(**options: Any) -> None:
    """Train the built-in CLIP, adversarially, so that following its gradients gives pictures of things."""
    _run("clipgen.train.clip", options)


@group.command("vqgan")
@_recipe_options
def vqgan_command(**options: Any) -> None:
    """Train the built-in VQGAN."""
    _run("clipgen.train.vqgan", options)


@group.command("stylegan")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the weights.")
@click.option("--runs", type=click.Path(path_type=Path), help="Folder for checkpoints, curve and sheets.")
@click.option(
    "--art",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the art pack; without it there are no things among the classes.",
)
@click.option("--steps", type=click.IntRange(min=1), metavar="N", help="Training steps.")
@click.option("--batch", type=click.IntRange(min=1), metavar="N", help="Pictures a step.")
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="Seed of weights and pictures.")
@click.option("--resume/--no-resume", default=None, help="Resume from the checkpoint in --runs, if any.")
@click.option("--device", metavar="NAME", help="auto, cpu, cuda or mps.")
def stylegan_command(**options: Any) -> None:
    """Train the built-in StyleGAN2 on scenes, shapes and things: an hour and a half of two cores."""
    _run("clipgen.train.stylegan", options)


@group.command("bank")
@click.option("--weights", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The VQGAN's weights.")
@click.option("--out", type=click.Path(path_type=Path), help="The file to write.")
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="Seed of the pictures.")
def bank_command(**options: Any) -> None:
    """Render the bank of start pictures and encode it with the built-in VQGAN."""
    _run("clipgen.train.bank", options)


def _run(module: str, options: dict[str, Any]) -> None:
    # Only what was given is handed on: the defaults are written once, in the recipe.
    given = {name: value for name, value in options.items() if value is not None}
    try:
        recipe = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != "cv2":
            raise
        line = "training renders with OpenCV, which is not installed: pip install 'clipgen[train]'"
        raise ClipgenError(line) from error
    recipe.run(**given, report=click.echo)
