"""The bars of a CLIP, tried on perceptors whose bars are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.grounds import SHAPE_NAMES
from clipgen.train import measure as measure_module
from clipgen.train.measure import attacked, measure, naming
from clipgen.train.world import World


class ByColour:
    """Knows each thing of the tests' art pack by the colour of the picture's middle; `blind`: sees black only."""

    def __init__(self, world: World, colours: dict[str, np.ndarray], *, blind: bool = False) -> None:
        self.names = world.things[len(SHAPE_NAMES) :]
        self.colours = torch.tensor(np.stack([colours[name] for name in self.names])).float() / 255
        self.blind, self.was_eval = blind, False

    def embed_images(self, images: Tensor) -> Tensor:
        middle = images[:, :, 30:34, 30:34].mean((2, 3)) * (not self.blind)
        return F.softmax(-100 * (middle[:, None] - self.colours).norm(dim=-1), dim=-1)

    def embed_tokens(self, tokens: Tensor) -> Tensor:
        return F.one_hot(tokens.clamp(min=0), len(self.names)).float() * (tokens >= 0)[:, None]

    def tokenizer(self, texts: list[str]) -> Tensor:
        found = [self.names.index(text) if text in self.names else -1 for text in texts]
        return torch.tensor(found, dtype=torch.long)

    def eval(self) -> object:
        self.was_eval = True
        return self


def test_a_perfect_model_names_all_things(art_world: World, flat_colours: dict[str, np.ndarray]) -> None:
    model = ByColour(art_world, flat_colours)
    assert naming(model, model.tokenizer, art_world) == (1.0, 1.0)
    assert naming(model, model.tokenizer, art_world, count=3) == (1.0, 1.0)


def test_a_blind_model_guesses(art_world: World, flat_colours: dict[str, np.ndarray]) -> None:
    model = ByColour(art_world, flat_colours, blind=True)
    top1, top5 = naming(model, model.tokenizer, art_world)
    assert top1 == pytest.approx(1 / 5) and top5 == 1.0


def test_all_metrics_are_shares(art_world: World, flat_colours: dict[str, np.ndarray]) -> None:
    model = ByColour(art_world, flat_colours)
    bars = measure(model, model.tokenizer, art_world)
    assert model.was_eval
    assert bars.zero_shot_200 == bars.named == 1.0
    assert 0 <= bars.retrieval < 0.3
    # it reads no name of a scene or a style: the first is its answer to all
    assert bars.scene < 0.2 and bars.style < 0.2


class ByPixels:
    """Remembers every picture that `attacked` asks for, and knows it again by its pixels."""

    def __init__(self, world: World, count: int) -> None:
        images = [world.sample((measure_module._FRESH + 60, i), 64).image for i in range(count)]
        self.known = self.embed_images(torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float() / 255)

    def embed_images(self, images: Tensor) -> Tensor:
        return F.normalize(images.flatten(1) - 0.5)

    def embed_tokens(self, tokens: Tensor) -> Tensor:
        return self.known[tokens]

    def eval(self) -> object:
        return self


def test_an_attack_takes_what_its_radius_allows(world: World) -> None:
    shares = [
        attacked(ByPixels(world, 24), lambda texts: torch.arange(len(texts)), world, radius=radius, count=24)
        for radius in (0.01, 60.0)
    ]
    assert shares[0] == 1 and shares[1] < 0.5


def test_without_art_nothing_is_named(world: World, art_world: World, flat_colours: dict[str, np.ndarray]) -> None:
    model = ByColour(art_world, flat_colours)
    bars = measure(model, model.tokenizer, world)
    assert bars.zero_shot_200 == bars.named == 0.0
