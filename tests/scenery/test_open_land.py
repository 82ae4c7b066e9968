"""A wheat field is golden below the horizon, with a calm path in its middle, under a sky that is not."""

from __future__ import annotations

import pytest

from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(6))
def test_a_wheat_field_is_golden(seed: int) -> None:
    image = drawn("wheat field", seed)
    red, green, blue = (image[..., k] for k in range(3))
    gold = (red > green + 10) & (green > blue + 25) & (red > 140)
    assert share(gold[80:]) > 0.75
    assert share(gold[:40]) < 0.1
    field = image[70:].mean(-1)
    path = image[112:124, 56:72].mean(-1)
    assert path.std() < 0.7 * field.std()
