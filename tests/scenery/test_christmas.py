"""A room at Christmas has a tree with lights and gifts at one side, and a fire below stockings at the other."""

from __future__ import annotations

import numpy as np
import pytest

from scenery.scenes import drawn, flames, share


@pytest.mark.parametrize("seed", range(6))
def test_a_lit_tree_grows_wider_downwards(seed: int) -> None:
    image = drawn("christmas room", seed, 256, 256)
    green = (image[..., 1] > image[..., 0] + 15) & (image[..., 1] > image[..., 2]) & (image[..., 0] < 130)
    left = share(green[60:190, :110]) > share(green[60:190, 146:])
    half = (image if left else image[:, ::-1])[:, :110]
    tree = (green if left else green[:, ::-1])[:, :110]
    assert share(tree[60:170]) > 0.16
    assert share(tree[110:160]) > 1.3 * share(tree[40:80])
    assert share(half[60:170].min(-1) > 140) > 0.02  # its lights
    gifts = half[205:232, 15:60]
    assert share((np.ptp(gifts, axis=-1) > 100) | (gifts.min(-1) > 170)) > 0.5
    assert share(flames(image[:, 128:] if left else image[:, :128])[100:190]) > 0.02


@pytest.mark.parametrize("seed", range(6))
def test_red_stockings_hang_above_the_fire(seed: int) -> None:
    image = drawn("christmas room", seed, 256, 256)
    red = (image[..., 0] > 165) & (image[..., 1] < 78) & (image[..., 2] < 85)
    assert max(share(red[95:135, :100]), share(red[95:135, 156:])) > 0.08


@pytest.mark.parametrize("seed", range(6))
def test_the_floor_is_free_in_the_middle(seed: int) -> None:
    floor = drawn("christmas room", seed, 256, 256)[180:235, 118:138]
    assert np.median(np.abs(np.diff(floor.mean(-1), axis=0))) < 4
