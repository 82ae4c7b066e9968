"""The scenes that were added later have any shape, are the same for a seed, and differ between seeds."""

from __future__ import annotations

import numpy as np
import pytest

from clipgen.scenery import MOODS, SCENES
from clipgen.scenery.later import ALL
from scenery.scenes import drawn

NAMES = [scene.names[0] for scene in ALL]


@pytest.mark.parametrize("name", NAMES)
def test_any_shape(name: str) -> None:
    for h, w in ((120, 160), (96, 192), (192, 96), (64, 64), (67, 101)):
        image = SCENES[name].draw(np.random.default_rng(1), h, w)
        assert image.shape == (h, w, 3) and image.dtype == np.uint8
        assert np.array_equal(image, drawn(name, 1, h, w))
        assert image.std() > 25


@pytest.mark.parametrize("name", NAMES)
def test_seeds_differ(name: str) -> None:
    images = [drawn(name, seed) for seed in range(4)]
    for k, one in enumerate(images):
        assert all(np.abs(one - other).mean() > 8 for other in images[:k])


def test_they_come_last_with_names_and_moods_of_their_own() -> None:
    assert list(SCENES)[-len(NAMES) :] == NAMES
    names = [name for scene in SCENES.values() for name in scene.names]
    places = [place for scene in SCENES.values() for place in scene.place]
    assert len(names) == len(set(names)) and len(places) == len(set(places))
    assert all(mood in MOODS for scene in ALL for mood in scene.moods)
