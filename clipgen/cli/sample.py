"""`clipgen sample`: a sheet of what a generator paints by itself."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from clipgen.cli.options import SECTIONS, SectionedCommand, given_settings, option, setting_options
from clipgen.cli.outputs import Outputs
from clipgen.cli.presence import check_presence
from clipgen.cli.progress import loading
from clipgen.settings import GenerateSettings

EXAMPLES = """\
\b
Examples:
  clipgen sample
  clipgen sample --class forest --class "night sky:0.5" -n 16
  clipgen sample --generator stylegan:ffhq.pkl --psi 0.5 --seed 7
  clipgen sample --walk 24 -n 4            a way over four draws, in 24 pictures
"""
_SHOWN = ("size", "seed", "generator", "psi", "classes", "device", "dtype")
DRAWN = {section: tuple(f for f in flags if f.setting in _SHOWN) for section, flags in SECTIONS.items()}


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Draw a sheet of what a generator paints by itself.")
@option(
    "-n", "--count", type=click.IntRange(1, 4096), default=64, show_default=True, section="Picture", metavar="N",
    help="draws, from seed, seed+1, …",
)  # fmt: skip
@option(
    "--walk", type=click.IntRange(min=2), section="Picture", metavar="N",
    help="in place of the draws N pictures on the way over them",
)  # fmt: skip
@option(
    "-o", "--output", type=click.Path(path_type=Path), section="Output", metavar="PATH",
    help="folder, or name ending in .png, .jpg or .webp; nothing is overwritten [outputs]",
)  # fmt: skip
@option("--each", is_flag=True, section="Output", help="also every picture as a file of its own")
@option("--json", "as_json", is_flag=True, section="Output", help="print the results as JSON")
@option("-q", "--quiet", is_flag=True, section="Output", help="print the names of the files only")
@setting_options(GenerateSettings, DRAWN)
def command(
    count: int, walk: int | None, output: Path | None, each: bool, as_json: bool, quiet: bool, **options: Any
) -> None:
    """Draw what a generator paints without words, on one sheet; by default the built-in StyleGAN."""
    warnings.simplefilter("ignore")
    settings = GenerateSettings.from_dict({"generator": "stylegan", **given_settings(options)})
    settings = replace(settings, seed=settings.seed or 0)
    outputs = Outputs.at(output)
    check_presence(settings)
    # Late: the rest brings the models, which take seconds to import.
    from clipgen.media.images import to_pil
    from clipgen.media.pictures import save_picture
    from clipgen.media.sheets import contact_sheet
    from clipgen.tasks.sample import between, load, paint

    with loading("loading the models", quiet=quiet):
        generator = load(settings, count=count)
    with loading("painting", quiet=quiet):
        pictures = paint(generator) if walk is None else between(generator, range(count), walk)
    told = {"command": "sample", "settings": settings.to_dict(), "count": count, "walk": walk}
    stem = outputs.stem or f"sample-{settings.generator.partition(':')[0]}-{settings.seed}"
    shown = [to_pil(picture) for picture in pictures]
    files = [outputs.path(stem, outputs.ending)]
    save_picture(files[0], contact_sheet(shown), told)
    for number, picture in enumerate(shown if each else []):
        files.append(outputs.path(f"{files[0].stem}-{number:03d}", outputs.ending))
        save_picture(files[-1], picture, {**told, "number": number})
    click.echo(json.dumps({"files": [str(path) for path in files]}) if as_json else "\n".join(map(str, files)))
