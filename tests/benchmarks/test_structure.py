"""The figures of a small package whose shape is known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import structure
from click.testing import CliRunner

FILES = {
    "__init__.py": "",
    "__main__.py": "print('a castle')\n",
    "settings.py": (
        "from dataclasses import dataclass\n\n@dataclass\nclass Picture:\n    size: int = 1\n    steps: int = 2\n"
    ),
    "a.py": (
        "from typing import TYPE_CHECKING, Any\n"
        "if TYPE_CHECKING:\n    from clipgen import c\n"
        "FIRST = ('size', 'steps', 'other')\nSECOND = [dict('size'), dict('steps')]\nTHIRD = {'size': 1}\n"
        "def public(x: Any, **settings: Any) -> None:\n    '''Two\n    lines.'''\n"
        "    from clipgen import b\n    import os\n"
        "def _private(x: Any) -> None: ...\n"
        "class Open:\n    def __init__(self) -> list[Any]: ...\n    def _own(self, x: Any) -> None: ...\n"
        "class _Hidden:\n    def seen(self, x: Any) -> None: ...\n"
    ),
    "b.py": "from . import a\nfrom clipgen.settings import Picture\n",
    "c.py": "import clipgen.a\n",
    "tasks/__init__.py": "",
    "tasks/paint.py": "A = 0.5\nB = (1, 2**4)\nC = 'x'\nD = (1, 'x')\nE = True\ndef f() -> None:\n    n = 3\n",
}  # fmt: skip


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "clipgen" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_every_figure(checkout: Path) -> None:
    found = structure.figures(checkout)
    assert (found["public signatures"], found["public signatures with Any"]) == (3, 2)
    assert found["of these with **settings: Any"] == 1
    assert (found["imports inside functions"], found["of these of clipgen's own modules"]) == (2, 1)
    assert found["numbers at module level in tasks/"] == 3
    assert (found["import circles"], found["files in import circles"]) == (1, 2)  # a ↔ b, over a late import
    assert (found["lists of settings' names"], found["settings' names in these"]) == (2, 4)
    assert found["lines of a function, max"] == 3  # without its docstring
    assert found["lines of a file, max"] == len(FILES["a.py"].splitlines())


def test_checkouts_are_compared_and_timed(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure, "COMMANDS", {"seconds": (("-m", "clipgen"), 1)})
    out = tmp_path / "structure.json"
    args = ["--checkout", str(checkout), "--checkout", str(Path(__file__).parents[2]), "--time", "--details"]
    # the second column is this project itself: its main prints its help
    result = CliRunner().invoke(structure.main, [*args, "--json", str(out)], catch_exceptions=False)
    assert result.exit_code == 0
    columns = json.loads(out.read_text())
    assert len(columns) == 2 and all(column["seconds"] > 0 for column in columns.values())
    assert "import circle: clipgen.a, clipgen.b" in result.output and "clipgen.a:4: size, steps" in result.output
