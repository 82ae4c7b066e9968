import pytest
import torch

from clipgen.errors import SettingsError
from clipgen.generators.base import clamp_with_grad, straight_through
from clipgen.generators.pixels import Pixels
from clipgen.registry import GENERATORS
from raising import refused

from .contract import picture


def test_clamp_keeps_the_gradient_that_leads_back_inside():
    value = torch.tensor([-0.5, 0.5, 1.5], requires_grad=True)
    clamped = clamp_with_grad(value)
    assert clamped.tolist() == [0.0, 0.5, 1.0]
    clamped.backward(torch.tensor([-1.0, 1.0, 1.0]), retain_graph=True)  # descent moves up, down, down: inwards
    assert value.grad.tolist() == [-1.0, 1.0, 1.0]
    value.grad = None
    clamped.backward(torch.tensor([1.0, 1.0, -1.0]))  # outwards at both ends
    assert value.grad.tolist() == [0.0, 1.0, 0.0]


def test_straight_through_is_exact_forward():
    source = torch.full((3,), 0.1, requires_grad=True)
    value = torch.tensor([0.3, 0.7, 1e-9])
    out = straight_through(source, value)
    assert torch.equal(out, value)
    out.sum().backward()
    assert source.grad.tolist() == [1.0, 1.0, 1.0]


def test_the_registry_finds_every_generator():
    for name in ("pixels", "cppn", "vqgan"):
        assert GENERATORS.load(name).__self__.name == name


def test_start_again_with_other_seeds_and_size():
    generator = Pixels.begin(size=(16, 8), seeds=[1])
    generator.start([2, 3, 4], (12, 20), noise="gradient")
    assert generator.size == (12, 20) and generator.batch == 3
    assert generator().shape == (3, 3, 20, 12)
    assert torch.equal(generator(), Pixels.begin(size=(12, 20), seeds=[2, 3, 4], init_noise="gradient")())


def test_an_init_image_is_resized_and_shared_by_the_batch():
    generator = Pixels.begin(size=(16, 12), seeds=[1, 2], init_image=picture(64, 48))
    assert generator().shape == (2, 3, 12, 16)
    assert torch.equal(generator()[0], generator()[1])
    assert (generator()[0] - picture(16, 12)[0]).abs().max() < 0.05


def test_bad_input_is_named():
    with refused(SettingsError, "seeds"):
        Pixels.begin(size=(16, 16), seeds=[])
    with refused(SettingsError, "size"):
        Pixels.begin(size=(0, 16), seeds=[1])
    with refused(SettingsError, "init_noise", "init_image"):
        Pixels.begin(size=(16, 16), seeds=[1], init_noise="perlin", init_image=picture())
    with pytest.raises(SettingsError, match=r"\(3, 3, 24, 32\)"):
        Pixels.begin(size=(16, 16), seeds=[1, 2], init_image=picture().expand(3, -1, -1, -1))


def test_a_state_of_another_run_is_refused():
    state = Pixels.begin(size=(16, 16), seeds=[1]).state()
    with pytest.raises(SettingsError):
        Pixels.begin(size=(16, 16), seeds=[1, 2]).load_state(state)
    with pytest.raises(SettingsError):
        Pixels.begin(size=(17, 16), seeds=[1]).load_state(state)
