"""A library has books of many colours along both sides; a church has coloured glass, and a carpet between pews."""

from __future__ import annotations

import pytest

from scenery.scenes import drawn, hues, share


@pytest.mark.parametrize("seed", range(6))
def test_shelves_of_many_colours(seed: int) -> None:
    image = drawn("library", seed, 192, 192)
    for side in (image[40:110, :36], image[40:110, -36:]):
        assert hues(side, 30) >= 5
        assert side.mean(-1).std() > 22  # light spines and dark gaps
    floor = image[165:, 80:112]
    assert floor.std((0, 1)).max() < 30  # calm, where a thing is put


@pytest.mark.parametrize("seed", range(6))
def test_stained_glass_and_a_carpet(seed: int) -> None:
    image = drawn("church interior", seed, 192, 192)
    vivid = image.max(-1) - image.min(-1) > 90
    upper, lower = vivid[30:105], vivid[105:]
    assert share(upper) > 0.03 and hues(image[30:105], 90) >= 5
    carpet = image[-20:, 86:106]
    assert (carpet.max(-1) - carpet.min(-1)).mean() > 30 and carpet.std((0, 1)).max() < 20
    assert share(lower[:, :40]) < 0.1 and share(lower[:, -40:]) < 0.1
