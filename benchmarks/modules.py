"""The parsed files of a checkout of clipgen."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Module:
    """A parsed file of the package: its dotted name, its syntax tree and its number of lines."""

    name: str
    path: Path
    tree: ast.Module
    lines: int

    @classmethod
    def all_of(cls, checkout: Path) -> list[Module]:
        """Every module of clipgen in a checkout."""
        return [cls.read(path, checkout) for path in sorted((checkout / "clipgen").rglob("*.py"))]

    @classmethod
    def read(cls, path: Path, checkout: Path) -> Module:
        """Parse one file."""
        text = path.read_text(encoding="utf-8")
        parts = path.relative_to(checkout).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        return cls(name, path, ast.parse(text), len(text.splitlines()))
