"""The colour-carrying start of an autoencoder."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from clipgen.generators.vqgan import VQModel
from clipgen.train.identity import carry_colour
from clipgen.train.vqgan.recipe import Recipe, lattice, model_config


@pytest.mark.parametrize("ch_mult", [(1, 1), (1, 1, 2)])
@torch.no_grad()
def test_before_the_first_step_a_picture_comes_through_pooled(ch_mult: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    recipe = replace(Recipe(), ch_mult=ch_mult, levels=(8, 8, 8, 2))
    model = VQModel.from_config(model_config(recipe))
    model.codebook.copy_(lattice(recipe.levels))
    patches = torch.rand(8, 3, 4, 4) * 2 - 1
    images = F.interpolate(patches, scale_factor=8, mode="bilinear")
    before = (model.decode(model.quantise(model.encode(images))[0]) - images).abs().mean()
    carry_colour(model, images)
    z = model.encode(images)
    after = (model.decode(model.quantise(z)[0]) - images).abs().mean()
    pooled = F.avg_pool2d(images, model.factor)
    assert after < 0.2 < before
    assert torch.corrcoef(torch.stack([z[:, 0].flatten(), pooled[:, 0].flatten()]))[0, 1] > 0.95
    assert z[:, 3].std() > 0.1  # the free channel carries something, so that it can learn what
