"""Parts of scenes, and their light."""

from __future__ import annotations

import colorsys
from itertools import combinations

import numpy as np
import pytest
import torch

from clipgen.scenery.views import NEAR, TURN, View
from clipgen.tasks.bank import Entry
from clipgen.tasks.generate.choices import Choices


def ramp(height: int, width: int) -> np.ndarray:
    """Red grows to the right, green downwards."""
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 0], image[..., 1] = np.linspace(0, 255, width), np.linspace(0, 255, height)[:, None]
    return image


def test_all_of_a_scene_is_seen_unless_said() -> None:
    assert np.array_equal(View().of(ramp, 48, 64), ramp(48, 64))


@pytest.mark.parametrize(("across", "down"), [(0.0, 0.0), (1.0, 0.0), (0.5, 1.0)])
def test_a_part_is_seen_larger_at_its_place(across: float, down: float) -> None:
    part = View(1.0, across, down).of(ramp, 96, 128).astype(float)
    assert part.shape == (96, 128, 3)
    for channel, at in ((0, across), (1, down)):
        low, high = part[..., channel].min(), part[..., channel].max()
        assert high - low == pytest.approx(255 / NEAR, abs=4)
        assert low == pytest.approx(255 * (1 - 1 / NEAR) * at, abs=4)


def test_light_changes_a_little_and_keeps_colours() -> None:
    colour = np.full((8, 8, 3), (200, 80, 60), np.uint8)
    hue, strength, value = colorsys.rgb_to_hsv(*(colour[0, 0] / 255))
    for view in (View(hue=0.0, strength=1.0, dark=0.0), View(hue=1.0, strength=0.0, dark=1.0)):
        made = view.of(lambda h, w: colour[:h, :w], 8, 8)
        hue2, strength2, value2 = colorsys.rgb_to_hsv(*(made[0, 0] / 255))
        turn = 360 * (hue2 - hue + 0.5) % 360 - 180
        assert abs(abs(turn) - TURN) < 1 and 0.03 < abs(strength2 - strength) < 0.2 and 0.03 < abs(value2 - value) < 0.2
        assert np.array_equal(view.of(lambda h, w: colour[:h, :w], 8, 8, lit=False), colour)


def test_black_and_white_stay() -> None:
    plain = np.repeat(np.array([[[0] * 3, [255] * 3]], np.uint8), 4, 0)
    assert np.array_equal(View(hue=1.0, strength=1.0, dark=1.0).of(lambda h, w: plain, 4, 2), plain)


def test_what_has_a_mood_keeps_its_light() -> None:
    dark = View(hue=1.0, strength=0.0, dark=1.0)
    plain, moody = Entry("farm", scene="farm"), Entry("farm at night", scene="farm", mood="night")
    assert torch.equal(moody.draw(3, (64, 64), dark), moody.draw(3, (64, 64)))
    assert not torch.equal(plain.draw(3, (64, 64), dark), plain.draw(3, (64, 64)))


@pytest.mark.parametrize("scene", ["waterfall", "sea at sunset", "harbour"])
def test_seeds_that_follow_one_another_see_a_scene_otherwise(scene: str) -> None:
    """Were the scene itself the same, as the best of several draws often are."""
    seen = [Entry(scene, scene=scene).draw(3, (64, 64), Choices(seed).view()) for seed in range(1, 5)]
    assert min(float((a - b).abs().mean()) for a, b in combinations(seen, 2)) > 0.03
