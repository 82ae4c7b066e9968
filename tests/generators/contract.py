"""The contract of every generator as assertions, and tiny VQGANs to test it with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
import yaml
from safetensors.torch import save_file
from torch import Tensor

from clipgen.generators.base import Generator
from clipgen.generators.vqgan import VQModel

TINY: dict[str, Any] = {
    "model": {
        "base_learning_rate": 4.5e-6,
        "target": "taming.models.vqgan.VQModel",
        "params": {
            "embed_dim": 4,
            "n_embed": 81,
            "norm_groups": 8,
            "ddconfig": {
                "double_z": False,
                "z_channels": 4,
                "resolution": 32,
                "in_channels": 3,
                "out_ch": 3,
                "ch": 32,
                "ch_mult": [1, 1, 1],
                "num_res_blocks": 1,
                "attn_resolutions": [],
                "dropout": 0.0,
            },
            "lossconfig": {"target": "taming.modules.losses.DummyLoss"},
        },
    }
}


def lattice(levels: int, channels: int) -> Tensor:
    """All combinations of evenly spaced levels in [-1, 1], [levels ** channels, channels], in a shuffled order."""
    grid = torch.cartesian_prod(*[torch.linspace(-1, 1, levels)] * channels)
    return grid[torch.randperm(len(grid), generator=torch.Generator().manual_seed(3))]


def tiny_network() -> VQModel:
    """A random network of the tiny config, factor 4, whose codebook is a lattice."""
    torch.manual_seed(0)
    network = VQModel.from_config(TINY)
    network.codebook.data.copy_(lattice(3, 4))
    return network


def write_network(path: Path) -> Path:
    """Write the tiny network as safetensors, with its yaml; return the path of the weights."""
    save_file({key: value.contiguous() for key, value in tiny_network().state_dict().items()}, path)
    path.with_suffix(".yaml").write_text(yaml.safe_dump(TINY), encoding="utf-8")
    return path


def picture(width: int = 32, height: int = 24) -> Tensor:
    """A smooth coloured picture [1, 3, H, W] with values well inside [0, 1]."""
    x = ((torch.arange(width) + 0.5) / width).expand(height, width)
    y = ((torch.arange(height) + 0.5) / height)[:, None].expand(height, width)
    return torch.stack([0.2 + 0.6 * x, 0.8 - 0.5 * y, 0.5 + 0.3 * torch.sin(4 * x * y)])[None]


def assert_twenty_steps_lower_the_loss(generator: Generator, ratio: float = 0.9) -> None:
    """Twenty Adam steps at the generator's own learning rate bring every picture of the batch nearer to a target."""
    target = picture(*generator.size)
    # the random codes of a tiny VQGAN lie far apart: at its own lr twenty steps would not reach another code
    lr = 0.1 if generator.name == "vqgan" else generator.lr
    optimizer = torch.optim.Adam(generator.latents, lr=lr)

    def losses() -> Tensor:
        return F.mse_loss(generator(), target.expand(generator.batch, -1, -1, -1), reduction="none").mean(dim=(1, 2, 3))

    before = losses().detach()
    for _ in range(20):
        optimizer.zero_grad()
        losses().sum().backward()
        optimizer.step()
        generator.project_()
    after = losses().detach()
    assert (after < ratio * before).all(), f"{before.tolist()} → {after.tolist()}"


def assert_seeds_determine_pictures(load: Callable[[list[int]], Generator]) -> None:
    """A seed gives the same picture twice and in any batch; another seed gives another."""
    once, again, both = load([7]), load([7]), load([5, 7])
    with torch.no_grad():
        assert torch.equal(once(), again())
        assert torch.allclose(both()[1:], once(), atol=1e-5)
        assert (both()[0] - both()[1]).abs().max() > 1e-3
    for alone, batched in zip(once.latents, both.latents, strict=True):
        assert torch.equal(alone, batched[1:])


def assert_elements_are_independent(generator: Generator) -> None:
    """The gradient of one picture of a batch reaches only its own latents."""
    generator()[0].square().sum().backward()
    for latent in generator.latents:
        assert latent.is_leaf and latent.grad is not None
        assert latent.grad[1:].abs().max() == 0
    assert max(latent.grad[0].abs().max() for latent in generator.latents) > 0


def assert_state_is_restored(generator: Generator) -> None:
    """A state that was taken comes back to the bit, in place."""
    before, latents = generator().detach(), list(generator.latents)
    state = generator.state()
    with torch.no_grad():
        for latent in generator.latents:
            latent.add_(0.7)
    assert not torch.equal(generator(), before)
    generator.load_state(state)
    assert torch.equal(generator(), before)
    assert all(new is old for new, old in zip(generator.latents, latents, strict=True))
