"""What shape is the code in? Figures of one checkout, or of several in columns; --time adds the seconds of commands.

    python benchmarks/structure.py --checkout ../before --checkout . --time --json structure.json

The code is parsed, not imported, so a checkout needs no environment of its own; --time runs it in this one.
"""

from __future__ import annotations

import ast
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from listings import setting_listings
from modules import Module

Function = ast.FunctionDef | ast.AsyncFunctionDef
Figures = dict[str, float]

CASTLE = ("-m", "clipgen", "a castle", "--seed", "1", "--quiet")
# one step each, so that loading is most of the time; checkouts before clipgen.process have nothing to configure
THREE = """
import importlib.util
if importlib.util.find_spec("clipgen.process"):
    from clipgen.process import configure
    configure()
import clipgen
studio = clipgen.Studio(steps=1)
for seed in (1, 2, 3):
    studio.generate("a castle", seed=seed)
"""
#: what --time runs: its name → the arguments of Python, and how often (the fastest counts)
COMMANDS: dict[str, tuple[tuple[str, ...], int]] = {
    "seconds of `import clipgen`": (("-c", "import clipgen"), 5),
    "seconds of `clipgen --help`": (("-m", "clipgen", "--help"), 5),
    'seconds of `clipgen "a castle"`': (CASTLE, 2),
    "seconds of a draft film of four scenes": (
        ("-m", "clipgen", "animate", "{checkout}/prompts/seasons.txt", "--quality", "draft", "--seed", "1", "--quiet"),
        1,
    ),
    "seconds of three pictures of one step in a Studio": (("-c", THREE), 3),
}


def figures(checkout: Path) -> Figures:
    """All figures of a checkout that need no run."""
    modules = Module.all_of(checkout)
    functions = [node for module in modules for node in ast.walk(module.tree) if isinstance(node, Function)]
    signatures = [(module, node) for module in modules for node in public_functions(module.tree)]
    with_any = [(module, node) for module, node in signatures if has_any(node)]
    late = [node for module in modules for node in late_imports(module.tree)]
    circles = import_circles(modules)
    listings = [listing for listing in setting_listings(modules) if listing.excuse is None]
    return {
        **spread("lines of a function", [lines_of(node) for node in functions]),
        **spread("lines of a file", [module.lines for module in modules]),
        "public signatures": len(signatures),
        "public signatures with Any": len(with_any),
        "of these outside cli/": sum(not module.name.startswith("clipgen.cli") for module, _ in with_any),
        "of these with **settings: Any": sum(takes_anything(node) for _, node in with_any),
        "imports inside functions": len(late),
        "of these of clipgen's own modules": sum(map(is_own, late)),
        "numbers at module level in tasks/": sum(
            count_numbers(module.tree) for module in modules if module.name.startswith("clipgen.tasks")
        ),
        "import circles": len(circles),
        "files in import circles": sum(map(len, circles)),
        "lists of settings' names": len(listings),
        "settings' names in these": sum(len(listing.names) for listing in listings),
    }


def spread(what: str, values: Sequence[int]) -> Figures:
    """Median, 90th percentile and maximum.

    >>> spread("lines", [1, 2, 3, 10])
    {'lines, median': 2.5, 'lines, p90': 10, 'lines, max': 10}
    """
    ordered = sorted(values)
    return {
        f"{what}, median": statistics.median(ordered),
        f"{what}, p90": ordered[int(0.9 * len(ordered))],
        f"{what}, max": ordered[-1],
    }


def lines_of(function: Function) -> int:
    """Lines from `def` to the end, without the docstring."""
    docstring = function.body[0] if ast.get_docstring(function) is not None else None
    documented = 0 if docstring is None else (docstring.end_lineno or 0) - docstring.lineno + 1
    return (function.end_lineno or 0) - function.lineno + 1 - documented


def public_functions(node: ast.Module | ast.ClassDef) -> Iterator[Function]:
    """Functions, and methods of classes, without a leading underscore; `__init__` and its like are public."""
    for child in node.body:
        if isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
            yield from public_functions(child)
        elif isinstance(child, Function) and (not child.name.startswith("_") or child.name.endswith("__")):
            yield child


def has_any(function: Function) -> bool:
    """Whether a parameter or the return value has `Any` in its type."""
    arguments = function.args
    given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    types = [function.returns, *(argument.annotation for argument in given if argument is not None)]
    return any(isinstance(node, ast.Name) and node.id == "Any" for hint in types if hint for node in ast.walk(hint))


def takes_anything(function: Function) -> bool:
    """Whether it takes keyword arguments of any name and type."""
    hint = function.args.kwarg.annotation if function.args.kwarg else None
    return isinstance(hint, ast.Name) and hint.id == "Any"


def late_imports(tree: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    """Imports that stand inside functions."""
    functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
    inside = {id(node): node for one in functions for node in ast.walk(one)}
    return [node for node in inside.values() if isinstance(node, ast.Import | ast.ImportFrom)]


def is_own(node: ast.Import | ast.ImportFrom) -> bool:
    """Whether an import is of clipgen itself."""
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or "clipgen"]
    return any(name.split(".")[0] == "clipgen" for name in names) or getattr(node, "level", 0) > 0


def count_numbers(tree: ast.Module) -> int:
    """Constants of a module that are numbers, or tuples of numbers: each number counts."""
    values = [node.value for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign) and node.value]
    return sum(map(_numbers, values))


def _numbers(value: ast.expr) -> int:
    if isinstance(value, ast.Tuple | ast.List):
        counts = list(map(_numbers, value.elts))
        return sum(counts) if all(counts) else 0
    try:
        found = eval(compile(ast.Expression(value), "", "eval"), {"__builtins__": {}})  # 2**20, -1, 1 << 10
    except Exception:
        return 0
    return int(isinstance(found, int | float) and not isinstance(found, bool))


def import_circles(modules: Sequence[Module]) -> list[list[str]]:
    """Groups of modules of which each imports, over others, every other one; imports inside functions count as well."""
    names = {module.name for module in modules}
    graph = {module.name: _imported(module, names) - {module.name} for module in modules}
    reached = {name: _reached(name, graph) for name in graph}
    groups = {tuple(sorted(b for b in reached[a] if a in reached[b])) for a in graph}
    return [list(group) for group in sorted(groups) if len(group) > 1]


def _imported(module: Module, names: set[str]) -> set[str]:
    home = module.name.split(".") if module.path.name == "__init__.py" else module.name.split(".")[:-1]
    typing_only = {
        id(node)
        for block in ast.walk(module.tree)
        if isinstance(block, ast.If) and ast.unparse(block.test).endswith("TYPE_CHECKING")
        for node in ast.walk(block)
    }
    found: set[str] = set()
    for node in ast.walk(module.tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*home[: len(home) - node.level + 1], node.module] if node.level else [node.module]
            stem = ".".join(filter(None, base))
            found.update(name if (name := f"{stem}.{alias.name}") in names else stem for alias in node.names)
    return found & names


def _reached(start: str, graph: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = graph[waiting.pop()] - found
        found |= new
        waiting += new
    return found


def seconds_of(checkout: Path, arguments: Sequence[str], rounds: int) -> float:
    """The fastest of several runs of Python with a checkout's package, each in an empty folder."""
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    took = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, *(part.format(checkout=checkout) for part in arguments)]
            began = time.perf_counter()
            subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
            took.append(time.perf_counter() - began)
    return min(took)


def table(columns: dict[str, Figures]) -> str:
    """The figures of several checkouts side by side.

    >>> print(table({"before": {"files": 3}, "after": {"files": 12.5}}))
             before  after
    files         3   12.5
    """
    names = list(next(iter(columns.values())))
    rows = [["", *columns], *([name, *(f"{one[name]:.4g}" for one in columns.values())] for name in names)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
    return "\n".join(map(str.rstrip, lines))


@click.command()
@click.option(
    "--checkout", "checkouts", type=click.Path(path_type=Path, file_okay=False, exists=True), multiple=True,
    default=[Path(__file__).parents[1]], help="folder with clipgen/; repeat to compare  [this one]",
)  # fmt: skip
@click.option("--time", "timed", is_flag=True, help="also time commands, one after the other")
@click.option("--details", is_flag=True, help="also list the files of import circles and where names are repeated")
@click.option("--json", "out", type=click.Path(path_type=Path), help="file to write the figures to")
def main(checkouts: tuple[Path, ...], timed: bool, details: bool, out: Path | None) -> None:
    """Print figures of the code's structure."""
    columns = {str(checkout): figures(checkout.resolve()) for checkout in checkouts}
    if timed:
        for name, (arguments, rounds) in COMMANDS.items():
            for checkout in checkouts:
                columns[str(checkout)][name] = seconds_of(checkout.resolve(), arguments, rounds)
                click.echo(f"{checkout}: {name}: {columns[str(checkout)][name]:.2f}", err=True)
    click.echo(table(columns))
    for checkout in checkouts if details else ():
        modules = Module.all_of(checkout.resolve())
        click.echo(f"\n{checkout}")
        for group in import_circles(modules):
            click.echo("import circle: " + ", ".join(group))
        for listing in setting_listings(modules):
            excuse = "" if listing.excuse is None else f"  (not counted: {listing.excuse})"
            click.echo(f"{listing.place}: {', '.join(listing.names)}{excuse}")
    if out is not None:
        out.write_text(json.dumps(columns, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
