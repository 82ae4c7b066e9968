"""A command line to call, in a folder of its own, on tiny parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from clipgen import parts
from clipgen.cli.main import main
from clipgen.perceptors.openclip import OpenClip

Cli = Callable[..., Result]

#: a run of a second: pixels under the tiny CLIP
TINY = ("--generator", "pixels", "--size", "32", "32", "--steps", "4", "--cutn", "2", "--device", "cpu", "--seed", "7")


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    """Call `clipgen` with arguments, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*args: Any, input: str | bytes | None = None) -> Result:
        words = [str(arg) for arg in args]
        return CliRunner().invoke(main, words, input=input, prog_name="clipgen", catch_exceptions=False)

    yield call


@pytest.fixture
def paint(cli: Cli, perceptor: OpenClip, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Call `clipgen` with the tiny CLIP in the place of the built-in one."""
    monkeypatch.setattr(parts, "load_perceptors", lambda *_: perceptor)
    return cli


def one_line(result: Result, code: int, *words: str) -> None:
    """Assert that a call failed with one clear line on stderr."""
    assert result.exit_code == code, result.output
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("clipgen: "), result.stderr
    for word in words:
        assert word in lines[0]
