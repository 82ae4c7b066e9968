import pytest
import torch

from clipgen.errors import UnknownNameError
from clipgen.generators.noise import NOISES, noise_picture
from raising import refused


@pytest.mark.parametrize("name", NOISES)
@pytest.mark.parametrize("size", [(40, 24), (24, 40), (7, 5), (1, 1)])
def test_noise_is_a_picture_of_its_seed(name, size):
    pictures = noise_picture(name, [7, 8], size)
    assert pictures.shape == (2, 3, size[1], size[0])
    assert pictures.isfinite().all() and pictures.min() >= 0 and pictures.max() <= 1
    assert torch.equal(noise_picture(name, [8], size)[0], pictures[1])
    if size != (1, 1):
        assert not torch.equal(pictures[0], pictures[1])


def test_gradient_and_perlin_are_smooth_and_pixels_are_not():
    def roughness(name):
        image = noise_picture(name, [3], (64, 64))
        return float((image[..., 1:] - image[..., :-1]).abs().mean() / image.std())

    assert roughness("gradient") < roughness("perlin") < 0.25 < 1 < roughness("pixels")


def test_an_unknown_noise_lists_the_known():
    with refused(UnknownNameError, "init_noise", match="gradient, perlin, pixels"):
        noise_picture("perlyn", [1], (8, 8))
