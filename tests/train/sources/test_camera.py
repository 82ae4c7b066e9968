"""What happens to pictures: parts are cut without aliasing, subjects move to other backgrounds."""

from __future__ import annotations

import numpy as np
import pytest

from clipgen.train.sources import camera


def test_a_quarter_of_the_parts_are_the_central_square() -> None:
    wide = np.zeros((40, 80, 3), np.uint8)
    wide[:, 20:60] = 200
    cuts = [camera.cut(np.random.default_rng(i), wide, 20) for i in range(200)]
    assert all(part.shape == (20, 20, 3) for part in cuts)
    central = sum(bool((part == 200).all()) for part in cuts)
    assert 40 <= central <= 90
    assert any((part[:, 0] == 0).all() and (part[:, -1] == 0).all() for part in cuts)  # the whole picture, squeezed


def test_scaling_down_keeps_the_mean() -> None:
    fine = np.indices((64, 64)).sum(0)[..., None] % 2 * np.full(3, 255)
    assert np.abs(camera.scale(fine.astype(np.uint8), 16).astype(int) - 127).max() <= 1


def test_a_subject_on_white_is_put_on_another_background() -> None:
    picture = np.full((50, 50, 3), 248, np.uint8)
    picture[15:35, 15:35] = (20, 30, 160)
    mask = camera.subject(picture)
    assert mask is not None and mask.shape == (50, 50, 1)
    moved = camera.on_background(picture, mask, np.full((50, 50, 3), 90, np.uint8))
    assert moved[2, 2].tolist() == [90] * 3 and moved[25, 25].tolist() == [20, 30, 160]


@pytest.mark.parametrize("kind", ["dark", "busy", "empty"])
def test_without_an_even_bright_background_there_is_no_subject(kind: str) -> None:
    picture = np.full((50, 50, 3), 30 if kind == "dark" else 250, np.uint8)
    if kind != "empty":
        picture[15:35, 15:35] = (200, 30, 30)
    if kind == "busy":
        picture[::2] = (0, 120, 0)
    assert camera.subject(picture) is None


def test_light_and_damage_change_a_picture_little_and_repeatably() -> None:
    picture = np.random.default_rng(0).integers(60, 200, (32, 32, 3), np.uint8)
    for change in (camera.light, camera.degrade):
        changed = [change(np.random.default_rng(i), picture) for i in range(20)]
        assert all(one.shape == picture.shape and one.dtype == np.uint8 for one in changed)
        assert any(not np.array_equal(one, picture) for one in changed)
        assert np.array_equal(changed[3], change(np.random.default_rng(3), picture))
    assert (camera.monochrome(picture).std(axis=2) == 0).all()
