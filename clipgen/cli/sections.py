"""Options under the headings of a command's help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from clipgen.settings import Settings

Decorated = Callable[..., Any]


class SectionOption(click.Option):
    """An option that knows its heading in the help, and the setting that it gives, if any, with its group."""

    def __init__(
        self, *args: Any, section: str, setting: tuple[type[Settings], Field[Any]] | None = None, **kwargs: Any
    ) -> None:
        self.section, self.setting = section, setting
        super().__init__(*args, **kwargs)


def option(*flags: str, section: str, **kwargs: Any) -> Callable[[Decorated], Decorated]:
    """`click.option` under a heading of the help."""
    return click.option(*flags, cls=SectionOption, section=section, **kwargs)
