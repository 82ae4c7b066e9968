"""Each mood gives a scene the light, weather or season that it is named after."""

from __future__ import annotations

import numpy as np
import pytest

from clipgen.scenery import MOODS, SCENES

PAIRS = [(scene, mood) for scene in SCENES for mood in SCENES[scene].moods]


def drawn(scene: str, mood: str | None, seed: int = 3, size: tuple[int, int] = (96, 128)) -> np.ndarray:
    rng = np.random.default_rng(seed)
    image = SCENES[scene].draw(rng, *size)
    return image if mood is None else MOODS[mood].apply(rng, image)


def greens(image: np.ndarray) -> float:
    """The share of pixels that are clearly green."""
    red, green, blue = (image[..., k].astype(int) for k in range(3))
    return float(((green > red + 8) & (green > blue + 20)).mean())


@pytest.mark.parametrize(("scene", "mood"), PAIRS)
def test_a_mood_changes_a_scene_in_any_shape(scene: str, mood: str) -> None:
    plain, made = drawn(scene, None), drawn(scene, mood)
    assert made.shape == plain.shape == (96, 128, 3) and made.dtype == np.uint8
    assert np.array_equal(made, drawn(scene, mood))
    assert np.abs(made.astype(int) - plain).mean() > 1
    assert drawn(scene, mood, size=(64, 24)).shape == (64, 24, 3)


@pytest.mark.parametrize("seed", range(4))
def test_moods_do_what_they_say(seed: int) -> None:
    plain = drawn("village", None, seed)
    assert drawn("village", "night", seed).mean() < 0.5 * plain.mean()
    assert drawn("village", "fog", seed).std() < 0.75 * plain.std()
    assert greens(drawn("village", "snow", seed)) < 0.3 * greens(plain)
    assert greens(drawn("village", "autumn", seed)) < 0.3 * greens(plain)
    assert drawn("village", "rain", seed).mean() < 0.9 * plain.mean()
    dusk = drawn("village", "dusk", seed).mean((0, 1))
    assert dusk[0] - dusk[2] > (plain.mean((0, 1))[0] - plain.mean((0, 1))[2]) + 40
    lights = drawn("lake landscape", "aurora", seed)
    assert lights.mean() < 0.6 * drawn("lake landscape", None, seed).mean()
    assert (lights[:40].max(-1).astype(int) - lights[:40].min(-1)).max() > 80  # coloured curtains in the sky


@pytest.mark.parametrize("seed", range(4))
def test_lava_glows_at_night(seed: int) -> None:
    made = drawn("volcano", "night", seed).astype(int)
    assert ((made[..., 0] > 200) & (made[..., 2] < 120)).mean() > 0.003
    assert np.median(made) < 60
