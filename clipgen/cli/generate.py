"""`clipgen generate`, which is also plain `clipgen TEXT`: words to pictures."""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.config import Config, read_config
from clipgen.cli.options import SECTIONS, SectionedCommand, given_settings, option, setting_options
from clipgen.cli.outputs import Outputs, run_file
from clipgen.cli.presence import check_presence
from clipgen.cli.progress import loading
from clipgen.prompts import parse_prompts, read_prompt_file
from clipgen.settings import GenerateSettings

if TYPE_CHECKING:
    from clipgen.cli.run import Result
    from clipgen.tasks.generate import Generation

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


@dataclass(frozen=True)
class Order:
    """What is to be made: prompts and settings, and the state to go on from, if any."""

    prompts: list[str]
    settings: GenerateSettings
    state: dict[str, Any] | None = None


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Make a picture from words.")
@click.argument("prompts", nargs=-1, metavar="TEXT…")
@option(
    "--prompts", "prompt_file", type=click.Path(path_type=Path), section="Prompts", metavar="FILE",
    help="file of prompts, one a line; lines that start with # are comments",
)  # fmt: skip
@option(
    "-o", "--output", type=click.Path(path_type=Path), section="Output", metavar="PATH",
    help="folder, or name ending in .png, .jpg or .webp; nothing is overwritten [outputs]",
)  # fmt: skip
@option("--video", is_flag=True, section="Output", help="also an mp4 of the picture as it comes about")
@option("--grid", is_flag=True, section="Output", help="also a contact sheet of all pictures")
@option("--curve", is_flag=True, section="Output", help="also a plot of loss and score over the steps")
@option("--json", "as_json", is_flag=True, section="Output", help="print the results as JSON")
@option("-q", "--quiet", is_flag=True, section="Output", help="print the names of the files only")
@option("-v", "--verbose", is_flag=True, section="Output", help="tell the settings as used, and warnings")
@option(
    "--weights", type=click.Path(exists=True, path_type=Path), section="Machine", metavar="PATH",
    help="file or folder of the generator's weights; unset: the built-in ones",
)  # fmt: skip
@option(
    "--config", type=click.Path(path_type=Path), section="Machine", metavar="FILE.toml",
    help="settings from a file, named as here; options given as well win over it",
)  # fmt: skip
@option(
    "--resume", type=click.Path(path_type=Path), section="Machine", metavar="FILE",
    help="go on with a stopped run from its .run file, exactly as if it had not stopped",
)  # fmt: skip
@setting_options(GenerateSettings, SECTIONS)
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
    read = read_config(config) if config else Config()
    # Cheap checks first: nothing wrong should be told after seconds of loading.
    if resume is not None:
        order = _resumed(resume, [*prompts, *([str(prompt_file)] if prompt_file else [])], given_settings(options))
    else:
        order = _ordered(prompts, prompt_file, read, given_settings(options))
    place = output or (Path(read.extras["output"]) if "output" in read.extras else None)
    outputs = Outputs.at(place)
    check_presence(order.settings, weights)
    # Late: the run brings the models, which take seconds to import.
    from clipgen.cli.run import Run, Wanted

    wanted = Wanted(**{name: options[name] or read.extras.get(name, False) for name in ("video", "grid", "curve")})
    with loading("loading the models", quiet=quiet) as now:
        generation = begin(order, weights=weights, started=started, report=now)
    tell(generation, prompts, quiet=quiet, verbose=verbose)
    run = Run(generation, outputs, wanted=wanted, save_every=order.settings.save_every, quiet=quiet)
    return report(run.go(), as_json=as_json, quiet=quiet)


def begin(order: Order, *, weights: Path | None, started: float, report: Callable[[str], None]) -> Generation:
    """Load the parts and put the run together; report: is told what takes long. Raises what `Generation` raises."""
    from clipgen.studio import Studio
    from clipgen.tasks.generate import Generation

    perceptor = Studio().perceptor(order.settings)
    return Generation(
        order.prompts,
        order.settings,
        perceptor=perceptor,
        weights=weights,
        resume=order.state,
        started=started,
        report=report,
    )


def _ordered(prompts: Sequence[str], prompt_file: Path | None, config: Config, given: dict[str, Any]) -> Order:
    lines = [*prompts, *(read_prompt_file(prompt_file) if prompt_file else [])] or list(config.prompts)
    if not lines:
        raise click.UsageError('nothing to paint: give a text, such as clipgen "a red fox", or --prompts FILE')
    for line in lines:
        parse_prompts(line)
    return Order(lines, GenerateSettings.from_dict(config.settings | given))


def _resumed(resume: Path, prompts: Sequence[str], given: dict[str, Any]) -> Order:
    refused = [*prompts, *("--" + name.replace("_", "-") for name in given if name != "save_every")]
    if refused:
        raise click.UsageError(
            f"--resume goes on with the prompts and settings of {resume}; leave out: {', '.join(refused)}"
        )
    from clipgen.tasks.generate import Generation

    run = Generation.load_state(run_file(resume))
    settings = GenerateSettings.from_dict(run["settings"])
    return Order(run["prompts"], replace(settings, **given), run["state"])


def tell(generation: Generation, typed: Sequence[str], *, quiet: bool, verbose: bool = False) -> None:
    """Print what a user should hear before the work."""
    if quiet:
        return
    for note in generation.notes:
        click.echo(f"note: {note}", err=True)
    if len(typed) > 2 and not any(" " in text for text in typed):
        count, joined = len(typed), " ".join(typed)
        click.echo(f'note: {count} words are {count} prompts; for one picture write "{joined}"', err=True)
    if verbose:
        used = {name: value for name, value in generation.settings.to_dict().items() if value not in (None, [], 0.0)}
        click.echo("settings: " + ", ".join(f"{name}={value}" for name, value in used.items()), err=True)


def report(result: Result, *, as_json: bool, quiet: bool) -> int:
    """Print what a run left, and return its exit code."""
    if as_json:
        click.echo(json.dumps(result.to_dict(), indent=2, ensure_ascii=False))
        return result.exit_code
    for path in [*(picture["path"] for picture in result.pictures), *result.files.values()]:
        click.echo(path)
    if not quiet:
        for picture in result.pictures:
            kept = f"  kept {picture['kept']:.2f}" if "kept" in picture else ""
            click.echo(f"score {picture['score']:.3f}{kept}  seed {picture['seed']}  {picture['prompt']}", err=True)
        click.echo(f"{'stopped' if result.exit_code else 'done'} after {result.seconds:.1f} s", err=True)
        if "run" in result.files:
            click.echo(f"go on with: clipgen --resume {result.files['run']}", err=True)
    return result.exit_code
