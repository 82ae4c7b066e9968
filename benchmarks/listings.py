"""Where the code repeats the names of settings as text, so that a renamed setting would be missed.

Not counted, but listed with the reason by `structure.py --details`: hints of errors (`settings=[…]`; a test compares
them with the settings), and the places in EXCUSES and ROOMS, whose words are names of something else.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from modules import Module

HINT = "hint of an error; a test compares these with the settings"
#: module, names in the order of the source → why these are no settings
EXCUSES: dict[tuple[str, tuple[str, ...]], str] = {
    ("clipgen.cli.run", ("seed", "steps", "size")): "keys of the JSON that is printed",
    ("clipgen.cli.rerun", ("seed", "index")): "keys of the metadata of a picture",
    ("clipgen.models.weights", ("generator", "head")): "roles of models",
    ("clipgen.tasks.animate.film", ("prompts", "seed")): "keys of the metadata of a film's page",
}
#: room → why its lists are no lists of settings
ROOMS = {
    "clipgen.train": "fields of recipes, and keys of saved trainings: train/ has no settings",
    "clipgen.web": "what a visitor may set, which a test compares with the settings, and keys of JSON and metadata",
}


@dataclass(frozen=True)
class Listing:
    """A collection with two or more names of settings as text.

    place: "module:line"; names: in the order of the source; excuse: why it is not counted, None if it is.
    """

    place: str
    names: tuple[str, ...]
    excuse: str | None


def setting_names(modules: Sequence[Module]) -> set[str]:
    """The fields of all classes of settings: those that derive from `Settings`.

    Checkouts without such a base have dataclasses in their settings module instead. Fields that are groups of settings
    (film, picture, caption …) are no settings.
    """
    kinds = _derived(modules) or [node for module in modules if in_settings(module) for node in _dataclasses(module)]
    groups = {node.name for node in kinds}
    return {
        field.target.id
        for node in kinds
        for field in node.body
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and ast.unparse(field.annotation) not in groups
        and not ast.unparse(field.annotation).startswith("ClassVar")
    }


def _derived(modules: Sequence[Module]) -> list[ast.ClassDef]:
    classes = [node for module in modules for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)]
    names, before = {"Settings"}, 0
    while len(names) > before:
        before = len(names)
        names |= {node.name for node in classes if {ast.unparse(base) for base in node.bases} & names}
    return [node for node in classes if node.name in names - {"Settings"}]


def _dataclasses(module: Module) -> list[ast.ClassDef]:
    classes = [node for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)]
    return [node for node in classes if any("dataclass" in ast.unparse(one) for one in node.decorator_list)]


def in_settings(module: Module) -> bool:
    """Whether a module belongs to the settings package."""
    return module.name == "clipgen.settings" or module.name.startswith("clipgen.settings.")


def setting_listings(modules: Sequence[Module]) -> list[Listing]:
    """Where collections repeat two or more settings' names as text, outside of settings/.

    Texts, keys and first arguments of calls count: ("tv", "l2"), {"size": …, "steps": …}, (Flag("size"), Flag("seed")).
    """
    names = setting_names(modules)
    found = []
    for module in modules:
        hints = {id(display) for display in hints_of(module)}
        for display in _displays(module):
            listed = tuple(text for item in items(display) if (text := text_of(item)) in names)
            if len(listed) > 1:
                excuse = HINT if id(display) in hints else _excuse(module.name, listed)
                found.append(Listing(f"{module.name}:{display.lineno}", listed, excuse))
    return found


def _excuse(name: str, listed: tuple[str, ...]) -> str | None:
    room = next((room for room in ROOMS if name.startswith(f"{room}.")), None)
    return EXCUSES.get((name, listed)) if room is None else ROOMS[room]


def hints_of(module: Module) -> Iterator[ast.expr]:
    """What a module gives to errors as `settings=`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.keyword) and node.arg == "settings":
            yield node.value


def _displays(module: Module) -> Iterator[ast.expr]:
    if not in_settings(module):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict):
                yield node


def items(display: ast.expr) -> list[ast.expr]:
    """The items of a list, the keys of a dict."""
    return [key for key in display.keys if key] if isinstance(display, ast.Dict) else getattr(display, "elts", [])


def text_of(item: ast.expr) -> str:
    """The text that an item is, or that it is made from."""
    if isinstance(item, ast.Call) and item.args:
        item = item.args[0]
    return item.value if isinstance(item, ast.Constant) and isinstance(item.value, str) else ""
