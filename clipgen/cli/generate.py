"""`clipgen generate`, which is also plain `clipgen TEXT`: words to pictures."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from clipgen.cli.config import Config, read_config
from clipgen.cli.options import (
    SectionedCommand,
    given_settings,
    json_option,
    option,
    output_option,
    quiet_option,
    setting_options,
    settings_of,
    weights_option,
)
from clipgen.cli.outputs import Outputs, run_file
from clipgen.cli.presence import check_presence
from clipgen.cli.progress import loading
from clipgen.jobs import Inputs, Job
from clipgen.prompts import parse_prompts, read_prompt_file
from clipgen.settings import GenerateSettings

EXAMPLES = """\
\b
A prompt is "text:weight:stop | text:weight": parts are added up by weight, a
negative weight pushes away, a part stops pulling where its loss is below stop.

\b
Examples:
  clipgen "underwater scene Van Gogh"
  clipgen "a castle | watercolour:0.5 | text:-0.3" --seed 7
  clipgen "a red fox" "a blue fox" --count 3 --grid
  clipgen --prompts prompts/sampler.txt -o gallery/
  clipgen "a volcano at night" --size 384 256 --quality high --video
  clipgen "a sunset" --time-budget 45s --init-image photo.jpg --init-weight 0.5
  clipgen "a galaxy" --generator cppn --render-size 1024 1024
  clipgen "a forest" --config my.toml
  clipgen --resume outputs/a-forest-7.run
"""
SETTINGS = settings_of("generate")
EXTRAS = ("video", "grid", "curve")


@dataclass(frozen=True)
class Order:
    """A job, the state to continue from, if any, and where its files were asked to go when it was begun."""

    job: Job
    state: dict[str, Any] | None = None
    output: Mapping[str, Any] = field(default_factory=dict)


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Make a picture from words.")
@click.argument("prompts", nargs=-1, metavar="TEXT…")
@option(
    "--prompts", "prompt_file", type=click.Path(path_type=Path), section="Prompts", metavar="FILE",
    help="file of prompts, one per line; lines that start with # are comments",
)  # fmt: skip
@output_option
@option("--video", is_flag=True, section="Output", help="also a video of the picture as it is optimised")
@option("--grid", is_flag=True, section="Output", help="also a contact sheet of all pictures")
@option("--curve", is_flag=True, section="Output", help="also a plot of loss and score over the steps")
@json_option
@quiet_option
@option("-v", "--verbose", is_flag=True, section="Output", help="print the resolved settings, and warnings")
@weights_option
@option(
    "--config", type=click.Path(path_type=Path), section="Machine", metavar="FILE.toml",
    help="settings from a file, named as here; options given as well win over it",
)  # fmt: skip
@option(
    "--resume", type=click.Path(path_type=Path), section="Machine", metavar="FILE",
    help="resume a stopped run from its .run file, exactly as if it had not stopped; its files go where they went",
)  # fmt: skip
@setting_options(SETTINGS)
def command(
    prompts: tuple[str, ...],
    prompt_file: Path | None,
    output: Path | None,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    weights: Path | None,
    config: Path | None,
    resume: Path | None,
    **options: Any,
) -> int:
    """Make pictures from words.

    Each TEXT is a prompt of its own; several are painted in one batch. Pictures carry their prompt and all settings:
    see `clipgen show` and `clipgen rerun`. Ctrl-C saves the best picture so far.
    """
    started = time.monotonic()
    if not verbose:
        warnings.simplefilter("ignore")
    given = given_settings(options, SETTINGS)
    read = read_config(config, given) if config else Config()
    # cheap checks first: what is wrong should not be reported after seconds of loading
    if resume is not None:
        order = _resumed(resume, [*prompts, *([str(prompt_file)] if prompt_file else [])], given, weights)
    else:
        order = Order(_ordered(prompts, prompt_file, read, given, weights))
    wanted = {name: options[name] or read.extras.get(name, False) or name in order.output.get("extras", ())
              for name in EXTRAS}  # fmt: skip
    place = output or (Path(read.extras["output"]) if "output" in read.extras else None)
    outputs = Outputs.resumed(order.output) if order.output and place is None else Outputs.at(place)
    return paint(
        order, outputs, started=started, as_json=as_json, quiet=quiet, verbose=verbose, typed=prompts, extras=wanted
    )


def paint(
    order: Order,
    outputs: Outputs,
    *,
    started: float,
    as_json: bool,
    quiet: bool,
    verbose: bool = False,
    typed: Sequence[str] = (),
    extras: Mapping[str, Any],
) -> int:
    """Run an order to its files; returns the exit code. extras: which other files `RunFiles` writes."""
    settings = order.job.settings
    assert isinstance(settings, GenerateSettings)  # as `Job` checks
    check_presence(settings, order.job.weights)
    # late: the rest brings the models, which take seconds to import
    from clipgen.cli.run import Extras, RunFiles, print_notes, print_result
    from clipgen.studio import Studio

    with loading("loading the models", quiet=quiet) as report:
        run = Studio().run(order.job, state=order.state, started=started, report=report)
    print_notes(run, typed, quiet=quiet, verbose=verbose)
    files = RunFiles(
        run,
        outputs,
        extras=Extras(**extras),
        save_every=settings.canvas.save_every,
        quiet=quiet,
        history=order.output.get("history", ()),
    )
    return print_result(files.write(), as_json=as_json, quiet=quiet)


def _ordered(
    prompts: Sequence[str], prompt_file: Path | None, config: Config, given: dict[str, Any], weights: Path | None
) -> Job:
    lines = [*prompts, *(read_prompt_file(prompt_file) if prompt_file else [])] or list(config.prompts)
    if not lines:
        raise click.UsageError('nothing to paint: give a text, such as clipgen "a red fox", or --prompts FILE')
    for line in lines:
        parse_prompts(line)
    settings = GenerateSettings.from_dict(config.settings | given)
    return Job("generate", Inputs(prompts=tuple(lines)), settings, weights)


def _resumed(resume: Path, prompts: Sequence[str], given: dict[str, Any], weights: Path | None) -> Order:
    free = {spec.name for _, spec in SETTINGS if spec.name.startswith("save")}
    refused = [*prompts, *("--" + name.replace("_", "-") for name in given if name not in free)]
    if refused:
        raise click.UsageError(f"--resume takes prompts and settings from {resume}; leave out: {', '.join(refused)}")
    from dataclasses import replace

    from clipgen.tasks.generate import load_run  # late: it brings torch

    saved = load_run(run_file(resume))
    settings = saved.job.settings
    assert isinstance(settings, GenerateSettings)  # as `load_run` checks
    job = replace(saved.job, settings=settings.changed(**given), weights=weights or saved.job.weights)
    return Order(job, saved.state, saved.output)
