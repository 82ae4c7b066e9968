"""`clipgen generate`, which is also plain `clipgen TEXT`: words to pictures."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from clipgen.cli.command import SectionedCommand
from clipgen.cli.config import Config, read_config
from clipgen.cli.defaults import over_defaults
from clipgen.cli.files import STDIN, InputFile, spooled
from clipgen.cli.options import (
    given_settings,
    json_option,
    output_option,
    quiet_option,
    setting_options,
    settings_of,
    weights_option,
)
from clipgen.cli.outputs import Outputs, run_file
from clipgen.cli.presence import check_presence
from clipgen.cli.progress import loading
from clipgen.cli.sections import option
from clipgen.cli.wording import negative_option, one_prompt, without
from clipgen.errors import ClipgenError
from clipgen.jobs import Inputs, Job
from clipgen.prompts import parse_prompts, read_prompt_file
from clipgen.settings import GenerateSettings, split_region

if TYPE_CHECKING:
    from clipgen.tasks.generate import RunState

EXAMPLES = """\
\b
A prompt is "text:weight:stop | text:weight": parts are added by weight, a
negative weight pushes away, and a part has no effect while its loss is below stop.

\b
Examples:
  clipgen "underwater scene Van Gogh"
  clipgen "a castle | watercolour:0.5 | text:-0.3" --seed 7
  clipgen "a red fox" "a blue fox" --count 3 --grid
  clipgen --prompts prompts/sampler.txt -o gallery/
  clipgen "a beach" --negative people              as "a beach | people:-0.3"
  clipgen "a volcano at night" --size 384 256 --quality high --video
  clipgen "a sunset" --time-budget 45s --init-image photo.jpg --init-weight 0.5
  clipgen "a galaxy" --generator cppn --render-size 1024 1024
  clipgen "a castle" --init photo.png --mask mask.png
  clipgen "a wide view" --region "left=a castle" --region "50%,0,50%,100%=a forest"
  clipgen "a crowded beach" --size 512 512 --tiles 4 3 --hide "a red star"
  clipgen "a forest" --config my.toml
  clipgen --resume outputs/a-forest-7.run
"""
SETTINGS = settings_of("generate")
EXTRAS = ("video", "grid", "curve")


@dataclass(frozen=True)
class Request:
    """A job; where it resumes a run: the state to resume from, that run's recorded output, and its run file."""

    job: Job
    state: RunState | None = None
    output: Mapping[str, Any] = field(default_factory=dict)
    resumed: Path | None = None

    def extras(self) -> dict[str, Any]:
        """Those of the run that is resumed, as for `Extras`."""
        given = self.output.get("extras", {})
        # older run files have names alone
        return dict(given) if isinstance(given, Mapping) else {name: True for name in EXTRAS if name in given}


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Make a picture from words.")
@click.argument("prompts", nargs=-1, metavar="TEXT…")
@option(
    "--prompts", "prompt_file", type=InputFile(), section="Prompts", metavar="FILE",
    help="file of prompts, one per line, - for standard input; lines that start with # are comments",
)  # fmt: skip
@negative_option
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
    help="settings from a file, named as here; options of the command line take precedence",
)  # fmt: skip
@option(
    "--resume", type=click.Path(path_type=Path), section="Machine", metavar="FILE",
    help="resume a stopped run exactly, from its .run file; its output goes to the same place",
)  # fmt: skip
@setting_options(SETTINGS)
def command(
    prompts: tuple[str, ...],
    prompt_file: Path | None,
    negative: tuple[str, ...],
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

    Each quoted TEXT is one prompt; several are painted in one batch. Words without quotes are one prompt together; - is
    standard input, a prompt a line. Pictures contain their prompt and all settings: see `clipgen show` and
    `clipgen rerun`. Ctrl-C saves the best picture so far.
    """
    started = time.monotonic()
    if not verbose:
        warnings.simplefilter("ignore")
    if prompts == (STDIN,):
        prompts, prompt_file = (), spooled(click.get_current_context())
    prompts = one_prompt(prompts, quiet=quiet)
    given = given_settings(options, SETTINGS)
    file = read_config(config, given) if config else Config()
    # cheap checks first: errors should not be reported after seconds of loading
    if resume is not None:
        typed = [*prompts, *([str(prompt_file)] if prompt_file else []), *(["--negative"] if negative else [])]
        request = _resumed(run_file(resume), typed, given, weights)
    else:
        request = Request(_job(prompts, prompt_file, file, given, weights, negative))
    extras = {name: True for name in EXTRAS if options[name] or file.extras.get(name, False)} | request.extras()
    ctx = click.get_current_context()
    is_typed = ctx.get_parameter_source("output") is ParameterSource.COMMANDLINE
    place = Path(file.extras["output"]) if "output" in file.extras and not is_typed else output
    if request.resumed is not None and request.output and not is_typed:
        outputs = Outputs.resumed(request.output, request.job, request.resumed)
    else:
        outputs = Outputs.at(place)
    return paint(
        request, outputs, started=started, as_json=as_json, quiet=quiet, verbose=verbose, extras=extras
    )


def paint(
    request: Request,
    outputs: Outputs,
    *,
    started: float,
    as_json: bool,
    quiet: bool,
    verbose: bool = False,
    extras: Mapping[str, Any],
) -> int:
    """Run a request, write its files and return the exit code; extras: as for `Extras`."""
    settings = request.job.settings
    assert isinstance(settings, GenerateSettings)  # as `Job` checks
    check_presence(settings, request.job.weights)
    # late: the rest imports torch, which takes seconds
    from clipgen.cli.run import Extras, RunFiles, add_ratings, print_notes, print_result
    from clipgen.studio import Studio

    studio = Studio()
    with loading("loading the models", quiet=quiet) as report:
        run = studio.start(request.job, state=request.state, started=started, report=report)
    print_notes(run, quiet=quiet, verbose=verbose)
    files = RunFiles(
        run,
        outputs,
        extras=Extras(**extras),
        save_every=settings.canvas.save_every,
        quiet=quiet,
        history=request.output.get("history", ()),
        resumed=request.resumed,
    )
    result = files.write()
    rated = not result.exit_code and (as_json or not quiet)
    if rated and run.plan.seconds_left() <= 0:  # it takes another CLIP, which takes seconds to load
        click.echo("note: not rated: the time budget is spent", err=True)
    elif rated:
        # the pictures are saved: nothing that happens here may keep their names from being printed
        try:
            with loading("rating the pictures", quiet=quiet):
                add_ratings(result, studio.rate(run, files.pictures))
        except KeyboardInterrupt:
            click.echo("note: not rated", err=True)
        except ClipgenError as error:
            click.echo(f"note: not rated: {error}", err=True)
    result.seconds = time.monotonic() - started
    return print_result(result, as_json=as_json, quiet=quiet)


def _job(
    prompts: Sequence[str],
    prompt_file: Path | None,
    config: Config,
    given: dict[str, Any],
    weights: Path | None,
    negative: Sequence[str],
) -> Job:
    lines = [*prompts, *(read_prompt_file(prompt_file) if prompt_file else [])] or list(config.prompts)
    if not lines:
        raise click.UsageError('no prompt was given; write one, such as clipgen "a red fox", or use --prompts FILE')
    for line in lines:
        parse_prompts(line)
    lines = [without(line, negative) for line in lines]
    settings = GenerateSettings.from_dict(over_defaults(config.settings | given))
    for line in [split_region(region)[1] for region in settings.areas.regions]:
        parse_prompts(line)
    return Job("generate", Inputs(prompts=tuple(lines)), settings, weights)


def _resumed(resume: Path, prompts: Sequence[str], given: dict[str, Any], weights: Path | None) -> Request:
    free = {spec.name for _, spec in SETTINGS if spec.name.startswith("save")}
    refused = [*prompts, *("--" + name.replace("_", "-") for name in given if name not in free)]
    if refused:
        raise click.UsageError(f"--resume takes prompts and settings from {resume}; leave out: {', '.join(refused)}")
    from dataclasses import replace

    from clipgen.tasks.generate import load_run  # late: it imports torch

    saved = load_run(resume)
    settings = saved.job.settings
    assert isinstance(settings, GenerateSettings)  # as `load_run` checks
    job = replace(saved.job, settings=settings.changed(**given), weights=weights or saved.job.weights)
    return Request(job, saved.state, saved.output, resume)
