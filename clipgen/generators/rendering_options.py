"""Options of generators whose pictures can be rendered at another size: `cppn`, `pixels` and `stylegan`."""

from __future__ import annotations

from dataclasses import dataclass

from clipgen.settings.base import About, setting
from clipgen.settings.groups import check_size
from clipgen.settings.options import GeneratorOptions


@dataclass(frozen=True)
class RenderingOptions(GeneratorOptions):
    """Pictures can be rendered again at another size at the end.

    >>> RenderingOptions(render_size=(1024, 1024)).final_size()
    (1024, 1024)
    """

    render_size: tuple[int, int] | None = setting(
        None,
        About("width and height to render at in the end (cppn, pixels, stylegan)", metavar="W H", verbs=("generate",)),
    )

    def check(self) -> None:
        """Raise SettingsError for a size out of range."""
        check_size("render_size", self.render_size)

    def final_size(self) -> tuple[int, int] | None:
        """The size to render at, if one was asked for."""
        return self.render_size
