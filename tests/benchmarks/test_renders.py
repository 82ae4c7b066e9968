"""Prompts of the benchmark are rendered as they say."""

import numpy as np
import pytest
from renders import Renders

COLOURS = {"red": (220, 30, 40), "blue": (40, 80, 220), "green": (40, 150, 60)}


@pytest.fixture(scope="module")
def renders() -> Renders:
    return Renders(None, side=64)


def near(pixel: np.ndarray, colour: str) -> bool:
    """Whether a pixel is nearest to a colour, of those above."""
    return min(COLOURS, key=lambda name: np.abs(pixel.astype(int) - COLOURS[name]).sum()) == colour


def test_things_stand_on_their_ground(renders: Renders) -> None:
    drawn = renders.draw("red circle with a blue background", "circle", 1)
    assert drawn is not None and near(drawn[32, 32], "red") and near(drawn[2, 2], "blue")


def test_pairs_are_left_and_right(renders: Renders) -> None:
    drawn = renders.draw("circle left, square right with a blue background", "circle", 1)
    assert drawn is not None and not any(near(drawn[32, column], "blue") for column in (17, 47))
    assert near(drawn[60, 32], "blue")


def test_styles_and_scenes_are_found(renders: Renders) -> None:
    plain, mosaic = (renders.draw(text, None, 1) for text in ("a volcano", "a volcano as a mosaic"))
    assert plain is not None and mosaic is not None and np.abs(plain.astype(int) - mosaic).mean() > 5


def test_stripes_keep_their_colours(renders: Renders) -> None:
    drawn = renders.draw("only red and blue stripes", None, 1)
    assert drawn is not None
    shares = [np.mean([near(pixel, name) for pixel in drawn.reshape(-1, 3)]) for name in ("red", "blue")]
    assert min(shares) > 0.2


def test_what_the_world_lacks_is_left_out(renders: Renders) -> None:
    assert renders.draw("an essay on duty", None, 1) is None
