"""What a row file continues, and what it leaves as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from clipgen.cli.rows import RowFile
from clipgen.errors import OutputError
from raising import refused

COLUMNS = ("image", "text")
OTHER = '{"my": 1, "image": "a.png"}'


@pytest.mark.parametrize("columns", [None, COLUMNS])
@pytest.mark.parametrize("foreign", ['{"my":1}', "a note of mine", '{"imagery": 1}', "image,notes", " ", "\n", OTHER])
def test_a_file_of_others_stays_as_it_is(tmp_path: Path, foreign: str, columns: tuple[str, ...] | None) -> None:
    path = tmp_path / "rows"
    path.write_text(foreign)
    with refused(OutputError, match="line 1"), RowFile(path, key="image", columns=columns):
        pass
    assert path.read_text() == foreign


@pytest.mark.parametrize(
    ("columns", "row"), [(None, b'{"image": "a.png", "text": "a fox"}\n'), (COLUMNS, b"image,text\na.png,a fox\n")]
)
def test_what_a_kill_left_is_continued_wherever_it_was_cut(
    tmp_path: Path, row: bytes, columns: tuple[str, ...] | None
) -> None:
    path = tmp_path / "rows"
    for length in range(len(row)):
        path.write_bytes(row[:length])
        with RowFile(path, key="image", columns=columns) as rows:
            rows.add({"image": "a.png", "text": "a fox"})
        assert path.read_bytes() == row
