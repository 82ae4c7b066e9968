"""The direction of imports: shells → studio → tasks → engines → parts → basics, never the other way."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "clipgen"

BASICS = [
    "errors",
    "extras",  # errors, and what is installed
    "values",
    "registry",
    "process",
    "colours",
    "grounds",
    "scenery",
    "styles",
    "files",
    "cluster",
    "models",
    "store",  # of embeddings: those of the vocabulary are the perceptors' own
    "media",
    "settings",
    "prompts",
    "notation",
    "timelines",
    "jobs",
    "compiler",
    "devices",
]
PARTS = ["cutouts", "losses", "generators", "perceptors"]
ENGINES = ["synthesis", "similarity"]
GROWN_APART = ["train", "batch"]
SHELLS = ["cli", "web"]

# a room may import the rooms of the levels below its own; train and batch stand apart: only shells know them, and batch
# gives jobs to studios
LEVELS = {
    **{room: level for level, room in enumerate(BASICS)},
    **dict.fromkeys(PARTS, len(BASICS)),
    "parts": 25,
    **dict.fromkeys(ENGINES, 30),
    "library": 35,
    "tasks": 40,
    "train": 40,
    "studio": 50,
    "batch": 55,
    "web": 60,
    "cli": 61,  # it has the command that starts the web's server
}
FRONT_DOORS = {"__init__", "__main__"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that a module imports, late imports and relative ones included."""
    package = dotted(path).split(".") if path.name == "__init__.py" else dotted(path).split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            home = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*home, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def room(name: str) -> str | None:
    """The room of a dotted name; None for other packages and for what stands in clipgen/__init__.py itself."""
    parts = name.split(".")
    return parts[1] if parts[0] == "clipgen" and len(parts) > 1 and parts[1] != "__version__" else None


def wrong(own: str, name: str) -> str | None:
    """Why a room may not import a name, or None when it may."""
    target = room(name)
    if target is None or target == own:
        return None
    if target not in LEVELS:
        return f"{target} is no room of the house"
    if target in GROWN_APART and own not in SHELLS:
        return f"only shells import {target}"
    if LEVELS[target] >= LEVELS[own]:
        return f"{own} must not import {target}"
    if own in ENGINES and target in ("generators", "perceptors") and not name.startswith(f"clipgen.{target}.base"):
        return f"{own} knows no {target} by name"
    return None


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_imports_point_one_way(path: Path) -> None:
    own = room(dotted(path)) or path.stem
    if own in FRONT_DOORS:
        return
    assert own in LEVELS, f"{own} is no room of the house: give it a level here and say why in the notes"
    bad = [f"line {line}: {name}: {why}" for line, name in imports(path) if (why := wrong(own, name))]
    assert bad == []


@pytest.mark.parametrize(
    ("own", "name", "allowed"),
    [
        ("settings", "clipgen.registry.GENERATORS", True),
        ("registry", "clipgen.settings.GenerateSettings", False),
        ("media", "clipgen.__version__", True),
        ("generators", "clipgen.media.images.resize_area", True),
        ("generators", "clipgen.perceptors.base", False),
        ("perceptors", "clipgen.generators.base", False),
        ("losses", "clipgen.cutouts.Cutouts", False),
        ("synthesis", "clipgen.generators.base.Generator", True),
        ("synthesis", "clipgen.generators.vqgan.VQGAN", False),
        ("synthesis", "clipgen.tasks.generate", False),
        ("tasks", "clipgen.synthesis.Synthesis", True),
        ("tasks", "clipgen.train.clip", False),
        ("train", "clipgen.perceptors.openclip", True),
        ("studio", "clipgen.cli.main", False),
        ("cli", "clipgen.train.clip", True),
        ("cli", "clipgen.helpers", False),
        ("cli", "torch.nn", True),
    ],
)
def test_the_rule_itself(own: str, name: str, allowed: bool) -> None:
    assert (wrong(own, name) is None) == allowed


def test_relative_imports_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path / "clipgen")
    module = tmp_path / "clipgen" / "train" / "clip.py"
    module.parent.mkdir(parents=True)
    module.write_text("from ..models import weights\nfrom . import data\nfrom .. import cutouts\nimport clipgen.cli\n")
    names = [name for _, name in imports(module)]
    assert names == ["clipgen.models.weights", "clipgen.train.data", "clipgen.cutouts", "clipgen.cli"]


def test_no_room_without_a_noun() -> None:
    banned = {"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common"}
    assert [str(path) for path in modules() if banned & set(dotted(path).split("."))] == []


def test_nothing_imports_lightning() -> None:
    """It costs seconds, and half of the old checkpoints' trouble comes from it."""
    found = [dotted(path) for path in modules() for _, name in imports(path) if "lightning" in name.split(".")[0]]
    assert found == []


def test_taming_is_used_only_for_its_networks() -> None:
    names = [name for path in modules() for _, name in imports(path) if name.split(".")[0] == "taming"]
    assert [name for name in names if not name.startswith("taming.modules.")] == []
