import pytest
import torch
import torch.nn.functional as F

from clipgen.errors import SettingsError
from clipgen.generators.sketch import Sketch
from raising import refused

from .contract import (
    assert_elements_are_independent,
    assert_seeds_determine_pictures,
    assert_state_is_restored,
    assert_twenty_steps_lower_the_loss,
    picture,
)


@pytest.fixture
def generator():
    return Sketch.begin(size=(32, 24), seeds=[1, 2])


def test_the_contract_of_generators(generator):
    assert_elements_are_independent(generator)
    assert_state_is_restored(generator)
    assert_twenty_steps_lower_the_loss(generator)


def test_seeds():
    assert_seeds_determine_pictures(lambda seeds: Sketch.begin(size=(16, 16), seeds=seeds))


def test_it_starts_nearly_grey_and_is_the_same_at_any_size(generator):
    image = generator().detach()
    assert image.shape == (2, 3, 24, 32) and (image - 0.5).abs().max() < 0.1
    small = F.interpolate(generator.render((128, 96)), (24, 32), mode="area")
    assert (small - image).abs().max() < 0.02


def test_the_strength_of_the_picture_under_a_sketch(generator):
    under = picture(64, 48)
    generator.lay_over(under.expand(2, -1, -1, -1), torch.tensor([1.0, 0.0]))
    kept, left = generator.render((64, 48))
    assert (kept - under[0]).abs().mean() < 0.02
    assert (left - 0.5).abs().max() < 0.1


def test_encoding_finds_a_smooth_picture(generator):
    generator.encode(picture(32, 24))
    assert (generator() - picture(32, 24)).abs().mean() < 0.02


def test_weights_are_refused(tmp_path):
    with refused(SettingsError, "weights"):
        Sketch.begin(size=(8, 8), seeds=[1], weights=tmp_path / "some.ckpt")
