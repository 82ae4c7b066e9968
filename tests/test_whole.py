"""Every file that clipgen writes is written whole or not at all, or is one of those that grow by whole rows."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from test_layout import PACKAGE, modules

WRITERS = {"write_text", "write_bytes"}
OTHERS = {"os", "av", "Image", "zipfile", "tarfile", "gzip", "webbrowser"}  # their open is another one
COPIES = {"copyfile", "copy", "copy2", "move"}
#: what gives a place that is not final: a part that is moved into its place, a folder that is deleted
PLACES = {"write_whole", "temporary_folder"}
#: function → why it may write to a path that it is given, or that is no part
EXCUSED = {
    "clipgen/cli/curate.py:_write_csv": "a part of `_write_report`",
    "clipgen/cli/curate.py:_write_jsonl": "a part of `_write_report`",
    "clipgen/cli/files.py:spooled": "in a temporary folder",
    "clipgen/cli/rows.py:__enter__": "grows by whole rows; a torn end is cut off",
    "clipgen/devices.py:reset_peak_memory": "a switch of Linux",
    "clipgen/files/__init__.py:write_whole": "the part itself",
    "clipgen/files/__init__.py:move": "another file system, a link: as the system does it",
    "clipgen/files/journal.py:add": "grows by whole lines; a torn one is not read",
    "clipgen/models/downloads.py:_resume": "a part that outlives its process, to be resumed",
    "clipgen/store/table.py:_append_at": "grows; a torn end is overwritten",
    "clipgen/web/studio/uploads.py:_decoded": "in a temporary folder",
    "clipgen/train/checkpoints.py:add": "grows by whole lines; a torn one is cut off",
}


def named(call: ast.Call) -> str:
    """The last part of the name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def root(node: ast.expr) -> str:
    """The variable that a path is built on: `folder` of `(folder / "a" / name)`."""
    while isinstance(node, ast.BinOp | ast.Call | ast.Attribute):
        node = node.left if isinstance(node, ast.BinOp) else node.func if isinstance(node, ast.Call) else node.value
    return getattr(node, "id", "")


def written(call: ast.Call) -> ast.expr | None:
    """The path that a call writes to, if it writes to one."""
    name = named(call)
    if name in WRITERS and isinstance(call.func, ast.Attribute):
        return call.func.value
    if name in COPIES and isinstance(call.func, ast.Attribute) and root(call.func) == "shutil":
        return call.args[1]
    if name == "open" and root(call.func) not in OTHERS:
        method = isinstance(call.func, ast.Attribute)
        modes = [node.value for arg in call.args[0 if method else 1 :][:1] for node in ast.walk(arg)
                 if isinstance(node, ast.Constant) and isinstance(node.value, str)]  # fmt: skip
        if any(set(mode) & set("wax+") for mode in modes):
            return call.func.value if isinstance(call.func, ast.Attribute) else call.args[0]
    return None


def loose(source: str) -> Iterator[tuple[int, str]]:
    """Line and function of each write to something else than a part or a temporary folder."""
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        items = [item for node in ast.walk(function) if isinstance(node, ast.With) for item in node.items]
        safe = {
            item.optional_vars.id
            for item in items
            if isinstance(item.optional_vars, ast.Name)
            and isinstance(item.context_expr, ast.Call)
            and named(item.context_expr) in PLACES
        }
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and (path := written(node)) is not None and root(path) not in safe:
                yield node.lineno, function.name


def test_every_file_is_written_whole() -> None:
    found = {
        f"{path.relative_to(PACKAGE.parent).as_posix()}:{name}": line
        for path in modules()
        for line, name in loose(path.read_text(encoding="utf-8"))
    }
    assert {name: line for name, line in found.items() if name not in EXCUSED} == {}
    assert EXCUSED.keys() - found.keys() == set(), "an excuse that nothing needs"


@pytest.mark.parametrize(
    "line",
    ["path.write_text('x')", "(folder / 'a').write_bytes(b'')", "open(path, 'w')", "path.open('ab')",
     "shutil.copyfile(a, path)", "open(path, 'r+b' if b else 'wb')"],
)  # fmt: skip
def test_a_loose_write_is_found(line: str) -> None:
    assert [name for _, name in loose(f"def f(path):\n    {line}\n")] == ["f"]
    safe = line.replace("path", "part").replace("folder", "part")
    assert not list(loose(f"def f():\n    with write_whole(target) as part:\n        {safe}\n"))
