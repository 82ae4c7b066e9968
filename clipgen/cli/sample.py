"""`clipgen sample`: a contact sheet of random pictures of a generator."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.defaults import over_defaults
from clipgen.cli.options import given_settings, json_option, output_option, quiet_option, setting_options, settings_of
from clipgen.cli.outputs import Outputs
from clipgen.cli.presence import check_presence
from clipgen.cli.printing import as_line
from clipgen.cli.progress import loading
from clipgen.cli.sections import option
from clipgen.jobs import Inputs, Job
from clipgen.settings import USUAL, GenerateSettings

EXAMPLES = """\
\b
Examples:
  clipgen sample
  clipgen sample --class forest --class "night sky:0.5" -n 16
  clipgen sample --generator vqgan --class castle
  clipgen sample --generator stylegan:ffhq.pkl --psi 0.5 --seed 7
  clipgen sample --walk 24 -n 4            24 pictures on the way over 4 draws
"""
SETTINGS = settings_of("sample")


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Draw a sheet of random pictures of a generator.")
@option(
    "-n", "--count", type=click.IntRange(1, 4096), default=64, show_default=True, section="Picture", metavar="N",
    help="number of draws, with seed, seed+1, …",
)  # fmt: skip
@option(
    "--walk", type=click.IntRange(min=2), section="Picture", metavar="N",
    help="N pictures interpolated over the draws, instead of the draws",
)  # fmt: skip
@output_option
@option("--each", is_flag=True, section="Output", help="also save every picture as a file")
@json_option
@quiet_option
@setting_options(SETTINGS, USUAL["sample"])
def command(
    count: int, walk: int | None, output: Path | None, each: bool, as_json: bool, quiet: bool, **options: Any
) -> None:
    """Draw a contact sheet of random pictures of a generator, without words."""
    warnings.simplefilter("ignore")
    given = over_defaults({**USUAL["sample"], **given_settings(options, SETTINGS), "count": count})
    job = Job("sample", Inputs(walk=walk), settings := GenerateSettings.from_dict(given))
    outputs = Outputs.at(output)
    check_presence(settings)
    # late: the rest imports torch, which takes seconds
    from PIL import Image

    from clipgen.media.pictures import save_picture
    from clipgen.media.sheets import contact_sheet
    from clipgen.studio import Studio

    with loading("painting", quiet=quiet):
        shown = [picture for picture in Studio().run(job) if isinstance(picture, Image.Image)]
    about = job.to_json()
    stem = outputs.stem or f"sample-{settings.generator.partition(':')[0]}-{settings.canvas.seed}"
    files = [outputs.path(stem, outputs.ending)]
    save_picture(files[0], contact_sheet(shown), about)
    for number, picture in enumerate(shown if each else []):
        files.append(outputs.path(f"{files[0].stem}-{number:03d}", outputs.ending))
        save_picture(files[-1], picture, {**about, "number": number})
    click.echo(as_line({"files": [str(path) for path in files]}) if as_json else "\n".join(map(str, files)))
