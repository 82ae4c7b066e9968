from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from clipgen.errors import SettingsError
from clipgen.generators.pixels import COLOUR_SQRT, Pixels
from raising import refused

from .contract import (
    assert_elements_are_independent,
    assert_seeds_determine_pictures,
    assert_state_is_restored,
    assert_twenty_steps_lower_the_loss,
    picture,
)


@pytest.fixture(params=[(32, 24), (31, 23)], ids=["even", "odd"])
def generator(request):
    return Pixels.begin(size=request.param, seeds=[1, 2])


def test_the_contract_of_generators(generator):
    assert_elements_are_independent(generator)
    assert_state_is_restored(generator)
    assert_twenty_steps_lower_the_loss(generator, ratio=0.3)


def test_seeds():
    assert_seeds_determine_pictures(lambda seeds: Pixels.begin(size=(16, 16), seeds=seeds))


def test_the_start_is_nearly_grey_but_not_flat(generator):
    image = generator().detach()
    assert (image - 0.5).abs().max() < 0.25 and image.std() > 0.002


def test_encode_is_the_exact_inverse(generator):
    image = picture(*generator.size)
    generator.encode(image)
    assert torch.allclose(generator()[0], image[0], atol=1e-4)
    extreme = (image > 0.5).float()
    generator.encode(extreme)
    assert torch.allclose(generator()[1], extreme[0], atol=1e-3)


def test_the_colour_matrix_has_independent_axes_with_grey_first():
    gram = COLOUR_SQRT.T @ COLOUR_SQRT
    assert torch.allclose(gram, torch.diag(gram.diag()), atol=1e-6)
    assert gram.diag().tolist() == sorted(gram.diag().tolist(), reverse=True)
    assert torch.allclose(COLOUR_SQRT[:, 0], COLOUR_SQRT[:1, 0].expand(3))


@pytest.mark.parametrize("scale", [2, 3])
def test_a_larger_render_is_the_same_picture(generator, scale):
    generator.encode(torch.sigmoid(_band_limited(*generator.size)))
    width, height = generator.size
    large = generator.render((width * scale, height * scale))
    assert large.shape == (2, 3, height * scale, width * scale)
    assert (F.avg_pool2d(large, scale) - generator()).abs().max() < 0.004
    assert torch.equal(generator.render(generator.size), generator())


def test_a_smaller_render_is_the_same_picture(generator):
    generator.encode(torch.sigmoid(_band_limited(*generator.size)))
    width, height = generator.size
    small = generator.render((width // 2, height // 2))
    expected = F.interpolate(generator(), (height // 2, width // 2), mode="bicubic", antialias=True)
    assert (small - expected).abs().mean() < 0.02


def test_half_precision_around_it_changes_nothing(generator):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = generator()
    assert inside.dtype == torch.float32 and torch.equal(inside, generator())


def test_weights_are_refused():
    with refused(SettingsError, "weights"):
        Pixels.begin(size=(8, 8), seeds=[1], weights=Path("some.ckpt"))


def _band_limited(width, height):
    """Logits with a few low frequencies, so that no resize has detail to lose."""
    x, y = (torch.arange(n) / n * 2 * torch.pi for n in (width, height))
    wave = torch.sin(x + 0.3)[None, :] + torch.cos(2 * y)[:, None] + torch.sin(x[None, :] - y[:, None])
    return torch.stack([wave, 0.5 * wave.flip(0), -wave])[None] * 0.5
