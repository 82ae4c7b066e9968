"""batch overwrites only what is its own, and does no line twice."""

import json
from pathlib import Path
from typing import Self

import pytest

from batch.test_run import Scripted, made
from clipgen.cli import batch

from .conftest import Cli, one_line
from .test_animate import SMALL


@pytest.mark.parametrize("name", ["results.jsonl", "link.jsonl"])
def test_jobs_are_not_overwritten_by_their_results(cli: Cli, name: str) -> None:
    Path("results.jsonl").write_text('{"prompt": "a fox"}\n')
    if name != "results.jsonl":
        Path(name).symlink_to("results.jsonl")
    one_line(cli("batch", name, "--out", "."), 1, name, "--out")
    assert Path("results.jsonl").read_text() == '{"prompt": "a fox"}\n' and not Path("ledger.sqlite").exists()


def test_files_beside_a_film_overwrite_no_others(paint: Cli) -> None:
    own = ("film.srt", "film-scenes.png", "film.json")
    Path("film.txt").write_text("a red square\n")
    for extra, name in zip(("--subtitles", "--sheet", "--timing"), own, strict=True):
        Path(name).write_text("mine")
        result = paint("batch", "film.txt", "--out", ".", *SMALL, extra)
        assert result.exit_code == 1 and name in result.stderr, result.output
        assert Path(name).read_text() == "mine" and not Path("film.film").exists()
    for name in own:
        Path(name).unlink()
    assert paint("batch", "film.txt", "--out", ".", *SMALL, "--timing").exit_code == 0
    Path("film.mp4").unlink()
    again = paint("batch", "film.txt", "--out", ".")  # its own ones are written anew
    assert again.exit_code == 0 and Path("film.json").exists(), again.output


def test_lines_stay_in_their_group(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    class Crew(Scripted):
        def __enter__(self) -> Self:
            return self

        def __exit__(self, *error: object) -> None:
            pass

    def counts(letters: str, *options: str) -> tuple[int, int]:
        """Jobs that are done in this run, and in all."""
        Path("jobs.jsonl").write_text("".join(json.dumps({"prompt": one, "seed": 7}) + "\n" for one in letters))
        crew = Crew(1, {one: [made(one)] for one in letters})
        monkeypatch.setattr(batch, "_crew", lambda own: crew)
        result = cli("batch", "jobs.jsonl", "--out", "results", "--json", *options)
        return sum(not left for left in crew.outcomes.values()), json.loads(result.stdout)["done"]

    assert counts("abc", "--group", "2") == (2, 2)
    assert counts("dabce", "--group", "2") == (1, 3)
    assert counts("dabcef") == (1, 4)
