"""Does a film flow, and does each scene show its words?

    python benchmarks/animate.py prompts/seasons.txt --json animate.json --strip strip.png

Frames a minute, from the first step to the last frame. Flicker: mean squared difference between a frame and the one
before, moved as the camera moved. Nearest: share of scenes whose middle keyframe is nearest to its own prompt, among
the prompts of all films, by the judge (benchmarks/judge/). Drift: colour and sharpness of a film of one scene and 200
keyframes, its last ones over its first ones.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import torch
from PIL import Image
from torch import Tensor

import clipgen
from clipgen.media.images import from_pil
from clipgen.media.pictures import save_picture
from clipgen.media.sheets import contact_sheet
from clipgen.perceptors.base import Perceptor
from clipgen.perceptors.openclip import load_perceptor
from clipgen.prompts import parse_prompts
from clipgen.tasks.animate import Film
from clipgen.tasks.animate.camera import warp
from clipgen.tasks.animate.travel import motion_into
from clipgen.timelines import Scene, Timeline

JUDGE = Path(__file__).parent / "judge"
DRIFT_KEYFRAMES = 200


def flicker(film: Film) -> tuple[float, int]:
    """Mean squared difference of neighbouring frames along the camera, without the cuts; and the number of frames."""
    rate, fps = film.settings.keyframes, film.settings.fps
    cuts = {take.first for take in film.takes if take.fresh}
    differences: list[float] = []
    before: Tensor | None = None
    count = 0
    for frame in film.frames():
        image, place = from_pil(frame.image), frame.index / fps * rate
        earlier = (frame.index - 1) / fps * rate
        if before is not None and not any(earlier < cut <= place for cut in cuts):
            take = film.outline.take_at(int(place))
            motion = motion_into(film.outline, int(place)).times(rate / fps)
            if not (take.transition == "dissolve" and place - take.first < take.turning):
                differences.append(float((warp(before, motion) - image).square().mean()))
        before, count = image, count + 1
    return statistics.mean(differences), count


@torch.no_grad()
def nearest(judging: Perceptor, pictures: Sequence[Image.Image], prompts: Sequence[str]) -> list[bool]:
    """For each picture, whether its own prompt is the judge's first of all."""
    seen = torch.cat([judging.encode_image(from_pil(picture)) for picture in pictures])
    texts = [" ".join(part.text for part in parse_prompts(prompt) if part.weight > 0) for prompt in prompts]
    return ((seen @ judging.encode_text(texts).T).argmax(1) == torch.arange(len(prompts))).tolist()


def sharpness(image: Tensor) -> float:
    """Mean size of the differences between neighbouring pixels."""
    return float(
        (image[..., 1:] - image[..., :-1]).abs().mean() + (image[..., 1:, :] - image[..., :-1, :]).abs().mean()
    )


def drift(**settings: Any) -> dict[str, Any]:
    """How colour and sharpness change over 200 keyframes of one moving scene."""
    scene = Timeline((Scene("a castle on a hill at sunset", seconds=DRIFT_KEYFRAMES / 6),))
    film = clipgen.animate(scene, zoom=1.05, pan=(0.05, 0.0), seed=7, **settings)
    for _ in film.shoot():
        pass
    images = [film.store.load(film.takes[0], i) for i in range(DRIFT_KEYFRAMES)]
    first, last = images[1:21], images[-20:]
    colours = [torch.cat(some).mean((0, 2, 3)) for some in (first, last)]
    return {
        "mean colour, first": [round(float(value), 3) for value in colours[0]],
        "mean colour, last": [round(float(value), 3) for value in colours[1]],
        "sharpness, last over first": statistics.mean(map(sharpness, last)) / statistics.mean(map(sharpness, first)),
    }


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--seed", default=7, show_default=True)
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Any setting, as JSON: --set zoom=1.0")
@click.option("--drift/--no-drift", "drifting", default=False, help="Also paint 200 keyframes of one scene.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures here.")
@click.option("--strip", type=click.Path(path_type=Path), help="Write a sheet of frames, eight a scene, here.")
def main(
    files: Sequence[Path], seed: int, changes: Sequence[str], drifting: bool, json_path: Path | None, strip: Path | None
) -> None:
    """Make films of prompt files and print what can be measured of them."""
    settings = {name: json.loads(value) for name, _, value in (change.partition("=") for change in changes)}
    films, figures, pictures, prompts = [], {}, [], []
    for file in files:
        began = time.monotonic()
        film = clipgen.animate(file, **{"seed": seed, **settings})
        for _ in film.shoot():
            pass
        moving, count = flicker(film)
        spent = time.monotonic() - began
        figures[str(file)] = {"seconds": spent, "frames a minute": 60 * count / spent, "flicker": moving}
        pictures += film.middles()
        prompts += [take.scene.prompt for take in film.takes]
        films.append(film)
    judging = load_perceptor(f"local-dir:{JUDGE}", torch.device("cpu"))
    found = nearest(judging, pictures, prompts)
    missed = [prompt for prompt, right in zip(prompts, found, strict=True) if not right]
    figures["nearest"] = {"share": sum(found) / len(found), "missed": missed}
    if drifting:
        figures["drift"] = drift(**settings)
    click.echo(json.dumps(figures, indent=2))
    if json_path:
        json_path.write_text(json.dumps(figures, indent=2) + "\n")
    if strip:
        shown = [to_show for film in films for to_show in eight_a_scene(film)]
        save_picture(strip, contact_sheet(shown, columns=8), {})


def eight_a_scene(film: Film) -> list[Image.Image]:
    """Frames spread over each scene."""
    frames = [(frame.scene, frame.image) for frame in film.frames()]
    chosen = []
    for index in range(len(film.takes)):
        own = [image for scene, image in frames if scene == index]
        chosen += [own[i * len(own) // 8] for i in range(8)]
    return chosen


if __name__ == "__main__":
    main()
