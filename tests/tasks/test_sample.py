"""What a generator paints without words: draws, mixtures, interpolations."""

from __future__ import annotations

import pytest
import torch

from clipgen.errors import SettingsError
from clipgen.generators.stylegan.generator import StyleGAN
from clipgen.generators.stylegan.stylegan2 import StyleGAN2
from clipgen.jobs import Inputs, Job
from clipgen.parts import Parts
from clipgen.settings import GenerateSettings, RankVerb
from clipgen.tasks.sample import between, draw, load, mix, paint
from raising import refused


@pytest.fixture
def generator() -> StyleGAN:
    torch.manual_seed(0)
    made = StyleGAN(StyleGAN2(side=16, channels={4: 8, 8: 8, 16: 8}, width=12, noise=8, layers=2))
    made.start([1, 2, 3], (16, 16))
    return made


def test_a_draw_depends_on_its_seed_alone() -> None:
    three = paint(load(GenerateSettings.of(generator="cppn", size=(32, 32), seed=7), Parts(), count=3))
    one = paint(load(GenerateSettings.of(generator="cppn", size=(32, 32), seed=9), Parts(), count=1))
    assert three.shape == (3, 3, 32, 32)
    assert torch.allclose(three[2], one[0], atol=1e-5) and not torch.allclose(three[0], three[1], atol=0.05)


def test_what_is_painted_leaves_the_latents_alone(generator: StyleGAN) -> None:
    before = generator.latents
    paint(generator)
    assert generator.latents is before


def test_a_mixture_is_one_at_one_end_and_the_other_at_the_other(generator: StyleGAN) -> None:
    pictures = paint(generator)
    styles = generator.network.styles
    assert torch.allclose(mix(generator, coarse=0, fine=1, layers=styles), pictures[0], atol=1e-5)
    assert torch.allclose(mix(generator, coarse=0, fine=1, layers=0), pictures[1], atol=1e-5)
    middle = mix(generator, coarse=0, fine=1, layers=2)
    assert not torch.allclose(middle, pictures[0], atol=1e-3) and not torch.allclose(middle, pictures[1], atol=1e-3)


def test_a_way_goes_over_its_draws(generator: StyleGAN) -> None:
    pictures, way = paint(generator), between(generator, [0, 2, 1], count=9)
    assert way.shape == (9, 3, 16, 16)
    for place, number in ((0, 0), (4, 2), (8, 1)):
        assert torch.allclose(way[place], pictures[number], atol=1e-5)
    steps = (way[1:] - way[:-1]).abs().mean((1, 2, 3))
    assert steps.min() > 0


def test_wrong_requests_are_errors(generator: StyleGAN) -> None:
    with pytest.raises(SettingsError, match="draw 3"):
        mix(generator, coarse=0, fine=3, layers=1)
    with refused(SettingsError, "layers"):
        mix(generator, coarse=0, fine=1, layers=7)
    with refused(SettingsError, "count", "walk"):
        between(generator, [0], count=3)
    with refused(SettingsError, "count"):
        load(GenerateSettings.of(generator="cppn"), Parts(), count=0)
    with refused(SettingsError, "psi"):
        GenerateSettings.of(generator="cppn", psi=0.5)
    with refused(SettingsError, "generator"):
        mix(load(GenerateSettings.of(generator="cppn", size=(16, 16)), Parts(), count=2), coarse=0, fine=1, layers=1)


def test_a_job_gives_its_draws_or_a_walk_over_them() -> None:
    settings = GenerateSettings.of(generator="cppn", size=(16, 16), seed=7, count=2)
    first, second = draw(Job("sample", settings=settings), Parts())
    walk = draw(Job("sample", Inputs(walk=3), settings), Parts())
    assert first.size == (16, 16) and [first.tobytes(), second.tobytes()] == [walk[0].tobytes(), walk[-1].tobytes()]
    with pytest.raises(SettingsError, match="rank"):
        draw(Job("rank", settings=RankVerb()), Parts())
