"""The oldest versions that pyproject.toml allows and the newest ones, on each Python that is here.

    CLIPGEN_TESTS="tests/media tests/test_prompts.py" pytest -m slow -n 0 -s tests/campaigns/test_versions.py

$CLIPGEN_TESTS: what is run in each environment (default: all fast tests); $CLIPGEN_PYTHONS: interpreters, between
colons (default: of the path and of pyenv); $UV: the program uv, where it is not on the path. Needs the registry.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from .figures import record

ROOT = Path(__file__).parents[2]
TESTS, PYTHONS, UV = "CLIPGEN_TESTS", "CLIPGEN_PYTHONS", "UV"
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
LOWEST, NEWEST = "lowest-direct", "highest"
#: a new Python has no wheels of old packages, so the oldest versions are for the oldest Python
PAIRS = [(VERSIONS[0], LOWEST), *((version, NEWEST) for version in VERSIONS)]


def interpreter(version: str) -> str:
    """A Python of this version that is here, or skip."""
    given = os.environ.get(PYTHONS, "").split(":")
    named = [name for name in given if name] or [shutil.which(f"python{version}") or ""]
    named += map(str, sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python")))
    for name in filter(None, named):
        script = "import ensurepip, sqlite3, ssl, sys; print('%d.%d' % sys.version_info[:2])"
        done = subprocess.run([name, "-c", script], capture_output=True, text=True)
        if done.stdout.strip() == version:
            return name
    pytest.skip(f"there is no Python {version} here")


def run(command: Sequence[str | Path], folder: Path, **more: str) -> str:
    # without PYTHONPATH, or the checkout's own environment would stand in
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | more
    done = subprocess.run(list(map(str, command)), cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout[-8000:]}{done.stderr[-4000:]}"
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("version", "resolution"), PAIRS)
def test_the_suite_passes(version: str, resolution: str, tmp_path: Path) -> None:
    uv = os.environ.get(UV) or shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not here: pip install uv")
    home = tmp_path / "venv"
    run([uv, "venv", "--quiet", "--no-python-downloads", "--python", interpreter(version), home], tmp_path)
    extras = f"{ROOT}[test,library,web]"
    # wheels alone: a clean machine has no compiler
    install = [uv, "pip", "install", "--quiet", "--python", home / "bin" / "python", "--resolution", resolution]
    wheels = ["--only-binary", ":all:", "--no-binary", "clipgen"]
    run([*install, *wheels, "--editable", extras], tmp_path, UV_HTTP_TIMEOUT="900")  # seconds: torch is large
    tests = os.environ.get(TESTS, "tests").split()
    said = run([home / "bin" / "python", "-m", "pytest", "-q", "-o", f"cache_dir={tmp_path / 'cache'}", *tests], ROOT)
    counted = re.findall(r"(\d+) (passed|failed|skipped|error)", said.splitlines()[-1])
    found = {what: int(number) for number, what in counted}
    versions = run([uv, "pip", "list", "--python", home / "bin" / "python"], tmp_path)
    torch = re.search(r"^torch\s+(\S+)", versions, re.MULTILINE)
    record("versions", f"Python {version}, {resolution}", {"torch": torch[1] if torch else "", "failed": 0, **found})
