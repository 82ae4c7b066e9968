"""Names of parts and where they are defined: explicit tables; a part is imported when its name is loaded.

    >>> from clipgen.registry import GENERATORS
    >>> GENERATORS.names()
    ['cppn', 'pixels', 'stylegan', 'vqgan']
    >>> make = GENERATORS.load("vqgan")          # imports clipgen.generators.vqgan now, not before

A third party adds a part with an entry point, for example in its pyproject.toml:

    [project.entry-points."clipgen.generators"]
    fractal = "my_package.fractal:Fractal.load"
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from clipgen.errors import ClipgenError, UnknownNameError


class Registry:
    """A table from a name to "module:attribute", plus what installed packages add by entry points.

        >>> Registry("colour", {"red": "my.colours:RED"}).names()
        ['red']

    kind: of the named objects, in the singular (for messages); table: name → "module:attribute", where the attribute
    may be dotted; entry_point_group: where other packages register theirs. Names in the table take precedence.
    """

    def __init__(self, kind: str, table: Mapping[str, str], entry_point_group: str | None = None) -> None:
        self.kind = kind
        self.table = dict(table)
        self.entry_point_group = entry_point_group

    @cached_property
    def _added(self) -> dict[str, EntryPoint]:
        if self.entry_point_group is None:
            return {}
        return {point.name: point for point in entry_points(group=self.entry_point_group)}

    def names(self) -> list[str]:
        """All names, sorted."""
        return sorted({*self.table, *self._added})

    def check(self, name: str) -> str:
        """Return the name unchanged when it exists, without importing anything; else UnknownNameError."""
        if name not in self:
            raise UnknownNameError.of(self.kind, name, self.names())
        return name

    def load(self, name: str) -> Any:
        """Import and return the object that a name stands for.

            >>> Registry("function", {"root": "math:sqrt"}).load("root")(9.0)
            3.0

        Raises UnknownNameError for a name in no table, ClipgenError when another package's part does not import.
        """
        self.check(name)
        if name in self.table:
            module, _, attribute = self.table[name].partition(":")
            found: Any = importlib.import_module(module)
            for part in attribute.split("."):
                found = getattr(found, part)
            return found
        point = self._added[name]
        try:
            return point.load()
        except Exception as error:  # a package of a third party may raise anything while it is imported
            raise ClipgenError(f"{self.kind} {name!r} ({point.value}) does not import: {error}") from error

    def __contains__(self, name: object) -> bool:
        return name in self.table or name in self._added

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())


GENERATORS = Registry(
    "generator",
    {
        "vqgan": "clipgen.generators.vqgan:VQGAN.load",
        "stylegan": "clipgen.generators.stylegan.generator:StyleGAN.load",
        "cppn": "clipgen.generators.cppn:CPPN.load",
        "pixels": "clipgen.generators.pixels:Pixels.load",
    },
    "clipgen.generators",
)

#: the settings of each generator in addition to those of all; loading them does not import torch
GENERATOR_OPTIONS = Registry(
    "generator options",
    {
        "cppn": "clipgen.generators.rendering_options:RenderingOptions",
        "pixels": "clipgen.generators.rendering_options:RenderingOptions",
        "vqgan": "clipgen.generators.vqgan_options:VQGANOptions",
        "stylegan": "clipgen.generators.stylegan.options:StyleGANOptions",
    },
    "clipgen.generator_options",
)

PERCEPTORS = Registry(
    "perceptor",
    {"open_clip": "clipgen.perceptors.openclip:load_perceptor"},
    "clipgen.perceptors",
)

OPTIMIZERS = Registry(
    "optimizer",
    {
        "adam": "torch.optim:Adam",
        "adamw": "torch.optim:AdamW",
        "radam": "torch.optim:RAdam",
        "nadam": "torch.optim:NAdam",
        "adagrad": "torch.optim:Adagrad",
        "rmsprop": "torch.optim:RMSprop",
        "adamax": "torch.optim:Adamax",
        "sgd": "torch.optim:SGD",
    },
    "clipgen.optimizers",
)
