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
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from clipgen.errors import ClipgenError, UnknownNameError

if TYPE_CHECKING:
    import torch

#: what the names of a registry stand for: a function that makes the named object, or a class
T = TypeVar("T", bound=Callable[..., object])


class Registry(Generic[T]):
    """A table from a name to "module:attribute", plus what installed packages add by entry points.

        >>> Registry("colour", {"red": "my.colours:RED"}).names()
        ['red']

    kind: of the named objects, in the singular (for messages); table: name → "module:attribute", where the attribute
    may be dotted; entry_point_group: where other packages register theirs; setting: that takes the names, for errors;
    classes: whether names stand for classes, else for functions. Names in the table take precedence.
    """

    def __init__(
        self,
        kind: str,
        table: Mapping[str, str],
        entry_point_group: str | None = None,
        *,
        setting: str | None = None,
        classes: bool = False,
    ) -> None:
        self.kind = kind
        self.table = dict(table)
        self.entry_point_group = entry_point_group
        self.settings = [] if setting is None else [setting]
        self.classes = classes

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
            raise UnknownNameError.of(self.kind, name, self.names(), settings=self.settings)
        return name

    def load(self, name: str) -> T:
        """Import and return the function or class that a name stands for.

            >>> Registry("function", {"root": "math:sqrt"}).load("root")(9.0)
            3.0

        Raises UnknownNameError for a name in no table, ClipgenError when another package's part does not import or is
        something else.
        """
        self.check(name)
        if name in self.table:
            module, _, attribute = self.table[name].partition(":")
            found: object = importlib.import_module(module)
            for part in attribute.split("."):
                found = getattr(found, part)
            return cast(T, found)
        try:
            found = self._added[name].load()
        except Exception as error:  # a package of a third party may raise anything while it is imported
            raise self.wrong(name, f"does not import: {error}") from error
        if isinstance(found, type) != self.classes or not callable(found):
            is_one = "a class" if isinstance(found, type) else f"a {type(found).__name__}"
            advice = "name a class" if self.classes else "name a function that loads it, such as Class.load"
            raise self.wrong(name, f"is {is_one}; {advice}")
        return cast(T, found)

    def wrong(self, name: str, what: str) -> ClipgenError:
        """The error for a part of another package: its name, where it is from, and what is wrong with it."""
        place = self.table.get(name) or self._added[name].value
        return ClipgenError(f"the {self.kind} {name!r} ({place}) {what}", settings=self.settings)

    def __contains__(self, name: object) -> bool:
        return name in self.table or name in self._added

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())


GENERATORS: Registry[Callable[..., object]] = Registry(
    "generator",
    {
        "vqgan": "clipgen.generators.vqgan:VQGAN.load",
        "stylegan": "clipgen.generators.stylegan.generator:StyleGAN.load",
        "cppn": "clipgen.generators.cppn:CPPN.load",
        "pixels": "clipgen.generators.pixels:Pixels.load",
    },
    "clipgen.generators",
    setting="generator",
)

#: the settings of each generator in addition to those of all; loading them does not import torch
GENERATOR_OPTIONS: Registry[type] = Registry(
    "generator options",
    {
        "cppn": "clipgen.generators.rendering_options:RenderingOptions",
        "pixels": "clipgen.generators.rendering_options:RenderingOptions",
        "vqgan": "clipgen.generators.vqgan_options:VQGANOptions",
        "stylegan": "clipgen.generators.stylegan.options:StyleGANOptions",
    },
    "clipgen.generator_options",
    setting="generator",
    classes=True,
)

PERCEPTORS: Registry[Callable[..., object]] = Registry(
    "perceptor",
    {"open_clip": "clipgen.perceptors.openclip:load_perceptor"},
    "clipgen.perceptors",
    setting="perceptors",
)

OPTIMIZERS: Registry[Callable[..., torch.optim.Optimizer]] = Registry(
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
    setting="optimizer",
    classes=True,
)
