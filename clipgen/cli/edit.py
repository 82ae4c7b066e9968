"""`clipgen edit`: change a picture by words."""

from __future__ import annotations

import os
import shlex
import time
import warnings
from pathlib import Path
from typing import Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.defaults import over_defaults
from clipgen.cli.generate import Request, paint
from clipgen.cli.options import (
    given_settings,
    json_option,
    output_option,
    quiet_option,
    setting_options,
    settings_of,
    weights_option,
)
from clipgen.cli.outputs import Outputs
from clipgen.cli.presence import check_presence
from clipgen.cli.sections import option
from clipgen.cli.wording import negative_option, without
from clipgen.prompts import parse_prompts
from clipgen.settings import USUAL, GenerateSettings

EXAMPLES = """\
\b
Examples:
  clipgen edit photo.jpg "a watercolour painting"
  clipgen edit outputs/a-forest-7.png "a forest in winter | snow:0.5" --strip 7
  clipgen edit photo.jpg "at sunset" --init-weight 16       keeps more of it
  clipgen edit face.png "a smiling face" --generator stylegan:ffhq.pkl --perceptor vit-b-16
"""
SETTINGS = settings_of("edit")


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Change a picture by words.")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.argument("words", nargs=-1, required=True, metavar="TEXT")
@negative_option
@output_option
@option(
    "--strip", type=click.IntRange(min=0, max=32), default=5, show_default=True, section="Output", metavar="N",
    help="also a strip of N pictures on the way from FILE to the edited one; 0: none",
)  # fmt: skip
@json_option
@quiet_option
@weights_option
@setting_options(SETTINGS, {**USUAL["edit"], "size": "that of FILE"})
def command(
    file: Path,
    words: tuple[str, ...],
    negative: tuple[str, ...],
    output: Path | None,
    strip: int,
    as_json: bool,
    quiet: bool,
    weights: Path | None,
    **options: Any,
) -> int:
    """Change the picture in FILE until it fits TEXT, and keep the rest of it.

    --init-weight keeps the pixels near those of FILE, --l2 the latents. `kept` in the results is the cosine of the
    pictures before and after.
    """
    started = time.monotonic()
    warnings.simplefilter("ignore")
    text = " ".join(words)
    if not os.path.exists(file) and os.path.isfile(text):
        raise click.UsageError(f'the picture comes first: clipgen edit {shlex.quote(text)} "{file}"')
    parse_prompts(text)
    text = without(text, negative)
    outputs = Outputs.at(output)
    given = over_defaults(given_settings(options, SETTINGS))
    check_presence(GenerateSettings.from_dict({**given, "init_image": str(file)}), weights)
    # late: it imports torch, which takes seconds
    from clipgen.tasks.edit import edit_job

    request = Request(edit_job(file, text, given, weights=weights))
    return paint(request, outputs, started=started, as_json=as_json, quiet=quiet, extras={"strip": strip})
