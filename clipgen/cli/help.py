"""`clipgen help [COMMAND]` and `clipgen version`, which are `--help` and `--version` for those who type words."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from clipgen.errors import UnknownNameError


def _commands(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    group = ctx.find_root().command
    names = group.list_commands(ctx) if isinstance(group, click.Group) else []
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@click.command(short_help="Print the help of a command.")
@click.argument("names", nargs=-1, metavar="[COMMAND]", shell_complete=_commands)
@click.pass_context
def command(ctx: click.Context, names: tuple[str, ...]) -> None:
    """Print the help of COMMAND, or of clipgen itself."""
    shown = ctx.find_root()
    for name in names:
        group = shown.command
        found = group.get_command(shown, name) if isinstance(group, click.Group) else None
        if found is None:
            known = group.list_commands(shown) if isinstance(group, click.Group) else []
            raise click.UsageError(str(UnknownNameError.of("command", name, known)))
        settings = {key: value for key, value in found.context_settings.items() if key == "help_option_names"}
        shown = click.Context(found, parent=shown, info_name=name, **settings)
    click.echo(shown.command.get_help(shown))


@click.command(short_help="Print the version.")
def version_command() -> None:
    """Print the version of clipgen."""
    import clipgen

    click.echo(f"clipgen {clipgen.__version__}")
