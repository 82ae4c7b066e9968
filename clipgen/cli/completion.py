"""`clipgen completion SHELL`: the script that lets a shell complete commands, options and their values."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ZshComplete

SHELLS = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
PLACES = {
    "bash": "clipgen completion bash >> ~/.bashrc",
    "zsh": "clipgen completion zsh >> ~/.zshrc",
    "fish": "clipgen completion fish > ~/.config/fish/completions/clipgen.fish",
}
VARIABLE = "_CLIPGEN_COMPLETE"

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


@click.command(
    short_help="Print the completion script of a shell.",
    epilog="\b\nInstall it once, then open a new shell:\n" + "\n".join(f"  {line}" for line in PLACES.values()),
)
@click.argument("shell", type=click.Choice([*SHELLS]))
def command(shell: str) -> None:
    """Print the script that completes commands, options and values such as models in SHELL."""
    made = SHELLS[shell](click.get_current_context().find_root().command, {}, "clipgen", VARIABLE)
    click.echo(made.source_template % made.source_vars())


def complete_from(names: Callable[[], Iterable[str]]) -> Complete:
    """Completion by names that are looked up when a shell asks for them.

    >>> complete_from(lambda: ["cppn", "vqgan"])(None, None, "v")[0].value
    'vqgan'
    """

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(name) for name in names() if name.startswith(incomplete)]

    return complete


def model_names(*roles: str) -> list[str]:
    """The models of some roles, or all."""
    from clipgen.models.weights import cards  # late: a completion of commands needs none

    return [card.name for card in cards() if card.role in (roles or (card.role,))]


def value_completion(name: str, choices: Iterable[str] | None) -> Complete | None:
    """The completion of the values of a setting; None where there is nothing to choose from.

    >>> value_completion("quality", ["draft", "normal"])(None, None, "d")[0].value
    'draft'
    """
    if name == "generator":
        from clipgen.registry import GENERATORS

        return complete_from(lambda: sorted({*GENERATORS.table, *model_names("generator")}))
    if name == "perceptors":
        return complete_from(lambda: model_names("perceptor"))
    return None if choices is None else complete_from(lambda: choices)
