"""A ski slope is white before a chairlift at one side, firs or a chalet at the other, and red and blue flags."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, share


@pytest.mark.parametrize("seed", range(6))
def test_the_piste_is_white_with_tracks(seed: int) -> None:
    piste = drawn("ski slope", seed, 256, 256)[185:, 60:196]
    assert share(piste.min(-1) > 165) > 0.97
    light = piste.mean(-1)
    assert share(light < np.median(light) - 12) > 0.03


@pytest.mark.parametrize("seed", range(6))
def test_a_lift_at_one_side_and_flags_between(seed: int) -> None:
    image = drawn("ski slope", seed, 256, 256)
    red = (image[..., 0] > 170) & (image[..., 1] < 100) & (image[..., 2] < 110)
    blue = (image[..., 2] > 150) & (image[..., 0] < 70) & (image[..., 1] < 120)
    flags = slice(75, 165), slice(50, 206)
    assert share(red[flags]) > 0.006 and share(blue[flags]) > 0.006
    steel = (np.ptp(image, axis=-1) < 50) & (image.max(-1) < 185) & (image.max(-1) > 60)
    pylon = steel[100:165].mean(0) > 0.9  # from the snow far up, straight
    assert pylon[:60].any() != pylon[196:].any()
