"""`clipgen sample`: a sheet, its pictures, a way over them."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

from clipgen.media.images import read_metadata

from .conftest import Cli, one_line

SMALL = ("--generator", "cppn", "--size", "24", "24", "--device", "cpu")


def test_a_sheet_and_its_pictures(cli: Cli) -> None:
    result = cli("sample", *SMALL, "-n", "4", "--each", "--json", "-o", "some.png")
    files = [Path(file) for file in json.loads(result.stdout)["files"]]
    assert result.exit_code == 0 and len(files) == 5 and files[0] == Path("some.png")
    with Image.open(files[0]) as sheet, Image.open(files[1]) as picture:
        assert picture.size == (24, 24) and sheet.width > 2 * 24
    assert read_metadata(files[0])["settings"]["generator"] == "cppn"


def test_a_way_over_the_draws(cli: Cli) -> None:
    result = cli("sample", *SMALL, "-n", "2", "--walk", "3", "--each", "-o", "way")
    assert result.exit_code == 0 and len(list(Path("way").glob("*.png"))) == 4


def test_what_a_generator_does_not_have(cli: Cli) -> None:
    one_line(cli("sample", *SMALL, "--class", "forest"), 1, "classes")
    one_line(cli("sample", "--generator", "stylegan:no.pkl"), 1, "no.pkl")
    one_line(cli("sample", *SMALL, "--psi", "2"), 1, "psi is 2")
