"""Lavender and tulips grow in rows beside a path, and the tulips before a windmill."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, hues, share


def _violet(image: np.ndarray) -> np.ndarray:
    """Which pixels are as violet as lavender."""
    red, green, blue = (image[..., k] for k in range(3))
    return (blue > green + 35) & (red > green - 5)


@pytest.mark.parametrize("seed", range(8))
def test_lavender_grows_on_both_sides_of_a_path_up_to_the_horizon(seed: int) -> None:
    image = drawn("lavender field", seed, 256, 256)
    violet = _violet(image)
    assert min(share(violet[140:240, :70]), share(violet[140:240, 186:])) > 0.8
    assert share(violet[200:250, 112:144]) < 0.15
    assert share(violet[138:146]) > 0.8
    line = image[150:156].mean(0).sum(-1)
    assert (np.diff((line > line.mean()).astype(int)) != 0).sum() > 8  # it is dark between the rows


@pytest.mark.parametrize("seed", range(8))
def test_tulips_of_many_colours_grow_in_stripes(seed: int) -> None:
    image = drawn("tulip field", seed, 256, 256)
    assert hues(image[150:]) >= 4
    row = image[165:172].mean(0)
    assert (np.abs(np.diff(row[::6], axis=0)).max(-1) > 50).sum() >= 5


@pytest.mark.parametrize("seed", range(8))
def test_a_windmill_turns_its_sails_against_the_sky(seed: int) -> None:
    image = drawn("tulip field", seed, 256, 256)
    wood = (image.sum(-1) < 300) & (image[..., 0] > image[..., 2] + 8)
    sails = wood[:80]
    columns = np.flatnonzero(sails.sum(0) > 1)
    assert 60 < np.ptp(columns) < 180 and share(sails) > 0.02
    assert abs(columns.mean() - 128) > 25
