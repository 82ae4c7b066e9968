"""The prior: its network, its files, its draws, and the VQGAN that starts from them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.errors import WeightsError
from clipgen.generators.prior import Prior, PriorConfig, PriorNetwork
from clipgen.generators.prior.prior import CONFIG_FILE, PROBES, WEIGHTS_FILE
from clipgen.generators.vqgan import VQGAN
from clipgen.generators.vqgan_options import VQGANOptions
from clipgen.settings import GenerateSettings
from raising import refused

CONFIG = PriorConfig(channels=4, embedding=8, side=4, widths=(16, 32), blocks=(1, 1), condition=24)


def network(seed: int = 0) -> PriorNetwork:
    """A network whose zeroed layers are not zero, as after training."""
    torch.manual_seed(seed)
    made = PriorNetwork(CONFIG)
    for parameter in made.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.3)
    return made.eval().requires_grad_(False)


def embed(texts: Sequence[str]) -> Tensor:
    """Unit embeddings [N, 8] that depend on the letters alone."""
    rows = [torch.randn(8, generator=torch.Generator().manual_seed(sum(map(ord, text)))) for text in texts]
    return F.normalize(torch.stack(rows), dim=-1)


def prior() -> Prior:
    stats = {
        "mean": torch.tensor([0.1, 0.0, -0.1, 0.2]),
        "spread": torch.tensor([0.5, 0.4, 0.6, 0.3]),
        "low": -torch.ones(4),
        "high": torch.ones(4),
        "centre": torch.full((8,), 0.1),
        "centre_of_pictures": torch.zeros(8),
        "probes": embed(PROBES),
        "level": torch.tensor(0.0),
    }
    return Prior(network(), stats).eval().requires_grad_(False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    prior().save(tmp_path / "prior")
    return tmp_path / "prior"


def test_a_new_network_is_still_and_a_trained_one_hears_words_time_and_noise() -> None:
    codes, words = torch.randn(2, 4, 4, 4), embed(["a fox", "a castle"])
    torch.manual_seed(0)
    assert not PriorNetwork(CONFIG)(codes, torch.rand(2), words, torch.zeros(2)).any()
    trained, time, level = network(), torch.tensor([0.3, 0.6]), torch.zeros(2)
    velocity = trained(codes, time, words, level)
    for other in ((time, words.flip(0), level), (time.flip(0), words, level), (time, words, level + 1)):
        assert not torch.allclose(trained(codes, *other), velocity, atol=1e-4)


@pytest.mark.parametrize("sides", [(4, 4), (5, 3), (1, 1), (8, 2)])
def test_any_sides_do(sides: tuple[int, int]) -> None:
    width, height = sides
    made = network()(torch.randn(1, 4, height, width), torch.rand(1), embed(["a fox"]), torch.zeros(1))
    assert made.shape == (1, 4, height, width)


def test_draws_depend_on_seed_and_words_alone() -> None:
    words, one = embed(["a fox", "a castle"]), prior()
    both = one.draw(words, seeds=[1, 2], sides=(6, 4))
    assert both.shape == (2, 4, 4, 6)
    assert torch.allclose(one.draw(words[1:], seeds=[2], sides=(6, 4)), both[1:], atol=1e-5)
    assert not torch.allclose(one.draw(words[1:], seeds=[3], sides=(6, 4)), both[1:], atol=1e-2)
    assert not torch.allclose(one.draw(words[:1], seeds=[2], sides=(6, 4)), both[1:], atol=1e-2)
    assert both.min() >= -1 and both.max() <= 1


def test_guidance_moves_draws_away_from_those_without_words() -> None:
    one, words = prior(), embed(["a fox"])

    def drawn(words: Tensor, guidance: float) -> Tensor:
        return one.draw(words, seeds=[1], sides=(4, 4), guidance=guidance)

    nothing = drawn(one.centre[None], 1)  # about the mean text nothing is left
    assert (drawn(words, 3) - nothing).norm() > 1.2 * (drawn(words, 1) - nothing).norm()


def test_the_files_give_the_same_draws(folder: Path) -> None:
    words = embed(["a fox"])
    first, again = (one.draw(words, seeds=[1], sides=(4, 4)) for one in (prior(), Prior.load(folder)))
    assert torch.allclose(first, again, atol=0.02)  # sixteen bits
    assert sorted(path.name for path in folder.iterdir()) == [CONFIG_FILE, WEIGHTS_FILE]


def test_it_knows_the_clip_that_it_was_trained_with() -> None:
    one = prior()
    assert one.fits(embed(PROBES))
    assert not one.fits(embed(PROBES).flip(0)) and not one.fits(embed(PROBES)[:, :4])


def test_it_knows_the_codes_that_it_draws() -> None:
    codebook = torch.tensor([[-1.0] * 4, [1.0] * 4, [0.0] * 4])
    assert prior().draws_codes_of(codebook)
    assert not prior().draws_codes_of(2 * codebook) and not prior().draws_codes_of(codebook[:, :3])


@pytest.mark.parametrize(
    "broken",
    [
        lambda folder: (folder / CONFIG_FILE).unlink(),
        lambda folder: (folder / CONFIG_FILE).write_text("[]"),
        lambda folder: (folder / CONFIG_FILE).write_text(json.dumps({**asdict(CONFIG), "widths": [16, 64]})),
        lambda folder: (folder / CONFIG_FILE).write_text(json.dumps({**asdict(CONFIG), "condition": 10**9})),
        lambda folder: (folder / CONFIG_FILE).write_text(json.dumps({**asdict(CONFIG), "widths": [], "blocks": []})),
        # 1,200 million parameters, if it were built
        lambda folder: (folder / CONFIG_FILE).write_text(json.dumps({**asdict(CONFIG), "widths": [8192, 64]})),
        lambda folder: (folder / WEIGHTS_FILE).write_bytes(b"nothing"),
    ],
)
def test_a_damaged_folder_is_an_error(folder: Path, broken) -> None:
    broken(folder)
    with refused(WeightsError):
        Prior.load(folder)


@pytest.fixture
def generator(tiny_vqgan: Path, folder: Path) -> VQGAN:
    made = VQGAN.begin(size=(32, 16), seeds=[1, 2], weights=tiny_vqgan)
    low, high = made.network.codebook.aminmax(dim=0)
    Prior(network(), {**dict(prior().named_buffers(recurse=False)), "low": low, "high": high}).save(folder)
    made.configure(VQGANOptions(prior=str(folder)))
    return made


def test_a_vqgan_with_a_prior_starts_from_the_best_of_its_draws(generator: VQGAN) -> None:
    assert generator.start_from == "samples" and VQGAN.start_from == "bank"
    words, seen = embed(["a fox", "a castle"]), list[tuple[int, int]]()

    def fit(images: Tensor, row: int) -> Tensor:
        seen.append((row, len(images)))
        return images.mean((1, 2, 3)) * (1 if row else -1)

    generator.choose([1, 2], fit, words)
    assert seen == [(0, generator.tries), (1, generator.tries)]
    dark, bright = generator().mean((1, 2, 3)).tolist()
    assert dark < bright
    first = [latent.clone() for latent in generator.latents]
    generator.choose([1, 2], fit, words)
    assert all(torch.equal(a, b) for a, b in zip(first, generator.latents, strict=True))
    generator.choose([3, 4], fit, words)
    assert not torch.allclose(first[0], generator.latents[0], atol=1e-2)


def test_a_prior_of_another_vqgan_is_an_error(tiny_vqgan: Path, folder: Path) -> None:
    made = VQGAN.begin(size=(16, 16), seeds=[1], weights=tiny_vqgan)
    made.network.codebook.mul_(3)
    with refused(WeightsError, "prior"):
        made.configure(VQGANOptions(prior=str(folder)))


def test_a_vqgan_says_which_words_its_prior_knows(generator: VQGAN, tiny_vqgan: Path) -> None:
    assert generator.draws_for(embed)
    assert not generator.draws_for(lambda texts: embed(texts).flip(1))
    assert VQGAN.begin(size=(16, 16), seeds=[1], weights=tiny_vqgan).draws_for(lambda texts: torch.zeros(1))


def test_the_option_belongs_to_the_vqgan() -> None:
    options = GenerateSettings.of(prior="my/prior").options
    assert isinstance(options, VQGANOptions) and options.prior == "my/prior"
