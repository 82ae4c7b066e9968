"""`clipgen edit`: change a picture by words."""

from __future__ import annotations

import time
import warnings
from pathlib import Path
from typing import Any

import click

from clipgen.cli.generate import Order, begin, report, tell
from clipgen.cli.options import SECTIONS, SectionedCommand, given_settings, option, setting_options
from clipgen.cli.outputs import Outputs
from clipgen.cli.presence import check_presence
from clipgen.cli.progress import loading
from clipgen.prompts import parse_prompts
from clipgen.settings import GenerateSettings

EXAMPLES = """\
\b
Examples:
  clipgen edit photo.jpg "a watercolour painting"
  clipgen edit outputs/a-forest-7.png "a forest in winter | snow:0.5" --strip 7
  clipgen edit photo.jpg "at sunset" --init-weight 6        keeps more of it
  clipgen edit face.png "a smiling face" --generator stylegan:ffhq.pkl --perceptor vit-b-16
"""
#: what would make another picture, or many
_NOT = ("init_image", "init_noise", "start", "count", "render_size")
EDITED = {section: tuple(flag for flag in flags if flag.setting not in _NOT) for section, flags in SECTIONS.items()}


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Change a picture by words.")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.argument("text", metavar="TEXT")
@option(
    "-o", "--output", type=click.Path(path_type=Path), section="Output", metavar="PATH",
    help="folder, or name ending in .png, .jpg or .webp; nothing is overwritten [outputs]",
)  # fmt: skip
@option(
    "--strip", type=click.IntRange(min=0, max=32), default=5, show_default=True, section="Output", metavar="N",
    help="also a strip of N pictures on the way from FILE to the edited one; 0: none",
)  # fmt: skip
@option("--json", "as_json", is_flag=True, section="Output", help="print the results as JSON")
@option("-q", "--quiet", is_flag=True, section="Output", help="print the names of the files only")
@option(
    "--weights", type=click.Path(exists=True, path_type=Path), section="Machine", metavar="PATH",
    help="file or folder of the generator's weights; unset: the built-in ones",
)  # fmt: skip
@setting_options(GenerateSettings, EDITED)
def command(
    file: Path, text: str, output: Path | None, strip: int, as_json: bool, quiet: bool, weights: Path | None,
    **options: Any,
) -> int:  # fmt: skip
    """Change the picture in FILE until it fits TEXT, and keep the rest of it.

    How much is kept is --init-weight, of places, and --l2, of latents. `kept` tells how alike before and after look.
    """
    started = time.monotonic()
    warnings.simplefilter("ignore")
    parse_prompts(text)
    outputs = Outputs.at(output)
    check_presence(GenerateSettings.from_dict(given_settings(options)), weights)
    # Late: the rest brings the models, which take seconds to import.
    from clipgen.tasks.edit import edit_settings

    order = Order([text], edit_settings(file, given_settings(options)))
    from clipgen.cli.run import Run, Wanted

    with loading("loading the models", quiet=quiet) as now:
        generation = begin(order, weights=weights, started=started, report=now)
    tell(generation, [text], quiet=quiet)
    run = Run(generation, outputs, wanted=Wanted(strip=strip), save_every=order.settings.save_every, quiet=quiet)
    return report(run.go(), as_json=as_json, quiet=quiet)
