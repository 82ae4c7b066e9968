"""The arithmetic of the cost curves, and a measurement of a second."""

from __future__ import annotations

import json
from pathlib import Path

import costs
import pytest
from click.testing import CliRunner
from PIL import Image


@pytest.mark.parametrize(("power", "factor"), [(1.0, 3.0), (0.5, 1.0), (2.0, 0.1)])
def test_the_slope_of_a_power_is_its_exponent(power: float, factor: float) -> None:
    assert costs.slope([(x, factor * x**power) for x in (1.0, 2.0, 8.0)]) == pytest.approx(power)


def test_everything_is_measured_and_drawn(tmp_path: Path, tiny_clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        costs, "VALUES", {"steps": (1, 2), "cutouts": (2, 4), "pixels": (16, 32), "batch": (1, 2)}
    )  # fmt: skip
    out, plot = tmp_path / "costs.json", tmp_path / "costs.png"
    args = ["--generator", "pixels", "--perceptor", f"local-dir:{tiny_clip}", "--json", str(out), "--plot", str(plot)]
    result = CliRunner().invoke(costs.main, args, catch_exceptions=False)
    assert result.exit_code == 0
    found = json.loads(out.read_text())
    assert {axis: [x for x, _ in points] for axis, points in found["seconds"].items()} == {
        "steps": [1, 2], "cutouts": [2, 4], "pixels": [256, 1024], "batch": [1, 2]
    }  # fmt: skip
    assert all(seconds > 0 for points in found["seconds"].values() for _, seconds in points)
    assert found["slope"].keys() == found["seconds"].keys() and "slope" in result.output
    with Image.open(plot) as image:
        assert image.size == (900, 480)
