"""benchmarks/gpu.sh: what it runs, within which time; and the scripts that only it needs, on tiny sizes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import scale
from click.testing import CliRunner

HERE = Path(__file__).parents[2]
# a Python that measures nothing: it writes what it was asked into its JSON, and one script fails
STAND_IN = """#!/bin/sh
case "$1" in
  -c) echo "3.11 2.6 no GPU" ;;
  -) exec {python} "$@" ;;
  *) echo "ran $*"
     case "$*" in *--json*) json=${{*##*--json }}; json=${{json%% *}}; echo '{{"done": true}}' > "$json" ;; esac
     case "$*" in *"--workload cppn"*) exit 3 ;; esac
     sleep {seconds} ;;
esac
"""


def gpu(folder: Path, *more: str, seconds: float = 0, budget: int = 470) -> tuple[int, str, dict[str, object]]:
    """Exit code, log and figures of the script."""
    python = folder / "python"
    python.write_text(STAND_IN.format(python=sys.executable, seconds=seconds))
    python.chmod(0o755)
    env = {"PYTHON": str(python), "BUDGET": str(budget), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["bash", HERE / "benchmarks/gpu.sh", folder / "out", *more], env=env, capture_output=True)
    return done.returncode, (folder / "out/log").read_text(), json.loads((folder / "out/figures.json").read_text())


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
@pytest.mark.parametrize("size", ["full", "small"])
def test_every_part_runs_and_one_that_fails_stops_no_other(tmp_path: Path, size: str) -> None:
    code, log, figures = gpu(tmp_path, *(["small"] if size == "small" else []))
    assert code == 1 and "cppn: 0 s, status 3" in log and log.count("status 0") >= 4
    assert {"scale", "builtin", "batch"} <= figures.keys()
    assert size == "small" or {"full-256", "full-512", "full-1024", "full-256-compile", "full-512-vram-5G",
                               "stylegan", "rank"} <= figures.keys()  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_the_budget_is_kept_and_what_is_left_out_is_named(tmp_path: Path) -> None:
    _, log, figures = gpu(tmp_path, "small", seconds=2, budget=18)
    assert "skipped, no time left" in log and "scale" not in figures and "builtin" in figures


def test_the_parts_of_an_index_are_measured(tmp_path: Path, tiny_clip: Path) -> None:
    out = tmp_path / "scale.json"
    args = ["--small", "--perceptor", f"local-dir:{tiny_clip}", "--only", "embed", "--device", "cpu"]
    result = CliRunner().invoke(scale.main, [*args, "--json", str(out)], catch_exceptions=False)
    assert result.exit_code == 0
    (found,) = json.loads(out.read_text()).values()
    assert min(found[name] for name in ("read_ms", "embed_ms", "store_ms", "stored_bytes", "jpeg_bytes", "gflop")) > 0
    assert found["vector_bytes"] == 2 * 16 + 32 and found["pictures"] == 40
