"""`clipgen`: the table of commands. Only the command that runs is imported."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import Any

import click
from click.shell_completion import CompletionItem

from clipgen.cli.errors import command_of, exit_code
from clipgen.cli.interrupt import stopping
from clipgen.cli.printing import print_any_name
from clipgen.cli.spelling import DEFAULT_COMMAND, with_default_command
from clipgen.process import configure

#: name → (module and attribute of the command, its line in `clipgen --help`)
COMMANDS: dict[str, tuple[str, str]] = {
    "generate": ("clipgen.cli.generate:command", "Make a picture from words; `clipgen TEXT` is the same."),
    "animate": ("clipgen.cli.animate:command", "Make a film from a file of prompts."),
    "batch": ("clipgen.cli.batch:command", "Do many jobs; make films from files of prompts."),
    "edit": ("clipgen.cli.edit:command", "Change a picture to fit words."),
    "sample": ("clipgen.cli.sample:command", "Draw a sheet of random pictures of a generator."),
    "caption": ("clipgen.cli.caption:command", "Describe pictures in words."),
    "rank": ("clipgen.cli.rank:command", "Order pictures by how well they fit a phrase."),
    "classify": ("clipgen.cli.classify:command", "Classify pictures by your own labels."),
    "compare": ("clipgen.cli.compare:command", "Compare pictures and texts with each other."),
    "pair": ("clipgen.cli.pair:command", "Give each line of a poem a picture of its own."),
    "estimate": ("clipgen.cli.estimate:command", "Estimate age, or any other number, on a scale of your own."),
    "index": ("clipgen.cli.index:command", "Index folders of pictures and films, for search."),
    "search": ("clipgen.cli.search:command", "Find pictures and films by words and pictures."),
    "duplicates": ("clipgen.cli.duplicates:command", "Find pictures that are there more than once."),
    "curate": ("clipgen.cli.curate:command", "Find what is wrong with the pictures of a data set."),
    "detect": ("clipgen.cli.detect:command", "Find where in a picture things are."),
    "moderate": ("clipgen.cli.moderate:command", "Judge pictures: clear, check or veil, and why."),
    "orient": ("clipgen.cli.orient:command", "Find pictures that are not upright, and turn them."),
    "scenes": ("clipgen.cli.scenes:command", "Find the scenes of films."),
    "track": ("clipgen.cli.track:command", "Follow things through a film; each keeps its number."),
    "web": ("clipgen.cli.web:command", "Serve the studio as a web page."),
    "rerun": ("clipgen.cli.rerun:command", "Make a picture again, byte for byte, from its metadata."),
    "show": ("clipgen.cli.show:command", "Print the prompt and settings in a picture's metadata."),
    "models": ("clipgen.cli.models:group", "List, download and check models, and print their vocabulary."),
    "doctor": ("clipgen.cli.doctor:command", "Check device, encoders, weights and disk."),
    "cache": ("clipgen.cli.cache:group", "Show or clear the disk cache."),
    "tune": ("clipgen.cli.tune:command", "Teach a CLIP your own things, from pictures of them."),
    "train": ("clipgen.cli.train:group", "Train the built-in models."),
    "config": ("clipgen.cli.defaults:command", "Show the file of your own defaults, and what it sets."),
    "completion": ("clipgen.cli.completion:command", "Print the completion script of bash, zsh or fish."),
    "help": ("clipgen.cli.help:command", "Print the help of a command."),
    "version": ("clipgen.cli.help:version_command", "Print the version."),
}

EXAMPLES = """\
\b
Examples:
  clipgen "underwater scene Van Gogh"
  clipgen "a red fox in the snow | watercolour:0.5" --count 4 --grid
  clipgen --time-budget 45s --size 384 256 "a castle at sunset"
  clipgen rerun outputs/a-red-fox-7.png
  clipgen generate --help        every option
"""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used: `--help` imports none of them.

    A first word that is not a command is a prompt, so `clipgen "a fox"` means `clipgen generate "a fox"`.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, with_default_command(args, COMMANDS))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands, and the options of the default one."""
        command = self.get_command(ctx, DEFAULT_COMMAND)
        assert command is not None
        options = command.shell_complete(ctx, incomplete) if incomplete.startswith("-") else []
        return [*super().shell_complete(ctx, incomplete), *options]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        configure()
        print_any_name()

        def call() -> Any:
            return super(LazyGroup, self).main(
                args, prog_name, complete_var, standalone_mode=False, windows_expand_args=windows_expand_args, **extra
            )

        # without standalone mode the caller handles exceptions
        if not standalone_mode:
            return call()
        words = list(sys.argv[1:] if args is None else args)
        with stopping():
            code = exit_code(call, lambda: command_of(self, with_default_command(words, COMMANDS)))
        return sys.exit(code)


def _print_version(ctx: click.Context, _: click.Parameter, given: bool) -> None:
    if given and not ctx.resilient_parsing:
        from clipgen.cli.help import version_command

        ctx.invoke(version_command)
        ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXAMPLES,
    options_metavar="",
    subcommand_metavar="TEXT | COMMAND …",
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print it.")
def main() -> None:
    """Make pictures from words, on your own machine, offline.

    `clipgen "underwater scene Van Gogh"` saves a picture in outputs/. Nothing is downloaded.
    """
