"""benchmarks/films.py: a benchmark that is stopped leaves no process behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("av")

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
# the benchmark with another process that would go on for ever
ENDLESS = """
import os, sys, time
from pathlib import Path
from types import SimpleNamespace
import films

def endless(path, place, threads, told):
    Path(path).with_name("pid").write_text(str(os.getpid()))
    time.sleep(600)

if __name__ == "__main__":
    films.bring = endless
    films.VideoFacts = SimpleNamespace(of=lambda path: SimpleNamespace(seconds=60.0))
    films.main(["--film", sys.argv[1]])
"""


def waited(done: Callable[[], bool]) -> bool:
    end = time.monotonic() + 120
    while not done() and time.monotonic() < end:
        time.sleep(0.1)
    return done()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_process_that_indexes_ends_with_the_benchmark(tmp_path: Path) -> None:
    (tmp_path / "endless.py").write_text(ENDLESS)
    (tmp_path / "film.mp4").touch()
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(BENCHMARKS), str(BENCHMARKS.parent)])}
    benchmark = subprocess.Popen([sys.executable, tmp_path / "endless.py", tmp_path / "film.mp4"], env=env)
    try:
        number = tmp_path / "pid"
        assert waited(lambda: number.exists() and number.read_text() != "")
        other = int(number.read_text())
        benchmark.send_signal(signal.SIGTERM)
        assert waited(lambda: benchmark.poll() is not None) and benchmark.returncode == 143
        assert waited(lambda: not alive(other))
    finally:
        benchmark.kill()
        if (tmp_path / "pid").exists() and alive(int((tmp_path / "pid").read_text())):
            os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
