"""A trained prior: its files, what it was trained for, and how it draws."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen import devices
from clipgen.errors import WeightsError
from clipgen.files import reason, write_whole
from clipgen.generators.prior.network import PriorConfig, PriorNetwork
from clipgen.models.weights import load_state, save_state
from clipgen.values import parse_json

CONFIG_FILE, WEIGHTS_FILE = "prior.json", "prior.safetensors"
#: texts whose embeddings show whether a perceptor embeds words as the one that a prior was trained with
PROBES = ("a red apple on a white background", "a castle at night", "two dogs", "an oil painting of the sea", "a fox")
_ALIKE = 0.95  # cosine of the embeddings of probes; another CLIP has about 0, a fine-tuned text tower 0.98
STEPS = 20  # of Euler, from noise to codes
GUIDANCE = 2.5  # weight of the words over no words
_GUIDED_BELOW = 0.75  # time from which words are weighted: earlier, guidance takes away variety (arXiv 2404.07724)
_MOST_CONFIG = 2**20  # bytes


class Prior(nn.Module):
    """Draws the codes of a picture for the embedding of words.

        >>> names = ("mean", "spread", "low", "high", "centre", "centre_of_pictures", "probes", "level")
        >>> network = PriorNetwork(PriorConfig(channels=6, embedding=16, widths=(16, 32), blocks=(1, 1)))
        >>> prior = Prior(network, {name: torch.ones(1) for name in names})
        >>> prior.draw(torch.rand(1, 16), seeds=[7], sides=(4, 4), steps=2).shape
        torch.Size([1, 6, 4, 4])

    network: predicts velocities; mean, spread: of each channel of the codes [C], which the network sees standardised;
    low, high: bounds of the codes [C]; centre, centre_of_pictures: mean embeddings of texts and pictures [D]; probes:
    embeddings of PROBES [K, D]; level: noise of the embeddings that stands for texts, 0 after training with captions.
    Source: rectified flow of Liu et al., arXiv 2209.03003, conditioned on CLIP's embedding as in CLIP-GEN, arXiv
    2203.00386.
    """

    mean: Tensor
    spread: Tensor
    low: Tensor
    high: Tensor
    centre: Tensor
    centre_of_pictures: Tensor
    probes: Tensor
    level: Tensor

    def __init__(self, network: PriorNetwork, stats: dict[str, Tensor]) -> None:
        super().__init__()
        self.network = network
        for name in ("mean", "spread", "low", "high", "centre", "centre_of_pictures", "probes", "level"):
            self.register_buffer(name, stats[name].float())

    @classmethod
    def load(cls, folder: Path) -> Prior:
        """Load a prior from its folder; WeightsError when a file is missing, damaged or of another kind."""
        try:
            path = folder / CONFIG_FILE
            if path.stat().st_size > _MOST_CONFIG:
                raise ValueError(f"{CONFIG_FILE} is too large for a config")
            given = parse_json(path.read_text(encoding="utf-8"))
            config = PriorConfig.of(given)
            state = load_state(folder / WEIGHTS_FILE)
            network = {k.removeprefix("network."): v.float() for k, v in state.items() if k.startswith("network.")}
            with devices.without_memory():  # a hostile config may ask for any size
                made = PriorNetwork(config)
            made.load_state_dict(network, assign=True)
            prior = cls(made, state)
        except (OSError, ValueError, TypeError, AttributeError, LookupError, RuntimeError) as error:
            line = f"{folder} holds no prior ({reason(error)}); `clipgen train prior` writes one"
            raise WeightsError(line) from error
        return prior.eval().requires_grad_(False)

    def save(self, folder: Path) -> None:
        """Write config and weights, in sixteen bits, into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        with write_whole(folder / CONFIG_FILE) as part:
            part.write_text(json.dumps(asdict(self.network.config), indent=2) + "\n", encoding="utf-8")
        save_state(folder / WEIGHTS_FILE, {name: value.cpu() for name, value in self.state_dict().items()})

    def fits(self, embeddings: Tensor) -> bool:
        """Whether a perceptor's embeddings of PROBES [K, D] are those that the prior was trained with."""
        if embeddings.shape != self.probes.shape:
            return False
        return bool(F.cosine_similarity(embeddings.to(self.probes), self.probes).mean() > _ALIKE)

    def draws_codes_of(self, codebook: Tensor) -> bool:
        """Whether the bounds of a codebook [n, C] are those of the codes that the prior was trained on."""
        bounds, own = torch.stack(codebook.to(self.low).aminmax(dim=0)), torch.stack([self.low, self.high])
        return bounds.shape == own.shape and torch.allclose(bounds, own, atol=1e-2)

    def condition(self, words: Tensor) -> Tensor:
        """What the network sees of embeddings [B, D]: unit vectors about the mean text."""
        return F.normalize(words.to(self.centre) - self.centre, dim=-1)

    def standardised(self, codes: Tensor) -> Tensor:
        """Codes [B, C, h, w] with mean 0 and deviation 1 in every channel."""
        return (codes - self.mean[:, None, None]) / self.spread[:, None, None]

    @torch.no_grad()
    def draw(
        self,
        words: Tensor,
        *,
        seeds: Sequence[int],
        sides: tuple[int, int],
        steps: int = STEPS,
        guidance: float = GUIDANCE,
    ) -> Tensor:
        """Draw codes [B, C, height, width].

        words: [B, D] embeddings; seeds: one a picture, each with noise of its own, the same alone and in any batch;
        sides: (width, height) in codes; steps: of Euler; guidance: 1 for none.
        """
        width, height = sides
        shape = (self.network.config.channels, height, width)
        noise = [torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
        x = torch.stack(noise).to(self.mean).contiguous(memory_format=torch.channels_last)
        seen, level = self.condition(words), self.level.expand(len(seeds))
        times = torch.linspace(1, 0, steps + 1)
        for now, then in zip(times[:-1].tolist(), times[1:].tolist(), strict=True):
            time = torch.full((len(seeds),), now, device=x.device)
            velocity = self.network(x, time, seen, level)
            if guidance != 1 and now < _GUIDED_BELOW:
                plain = self.network(x, time, torch.zeros_like(seen), torch.zeros_like(level))
                velocity = plain + guidance * (velocity - plain)
            x = x + (then - now) * velocity
        codes = x * self.spread[:, None, None] + self.mean[:, None, None]
        return codes.clamp(self.low[:, None, None], self.high[:, None, None])
