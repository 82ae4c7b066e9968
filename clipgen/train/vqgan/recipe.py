"""The settings that determine the weights of the built-in VQGAN."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

CROP = 64  # side of the training windows


@dataclass(frozen=True)
class Recipe:
    """The settings that determine the weights.

    levels: of the codebook, per channel; ch, ch_mult, z_channels, norm_groups: of the network; spread: weight of
    `losses.spread`; features: weight of the distance in features of the built-in CLIP; rescaled: share of the steps on
    codes of another scale than the picture (equivariance, arXiv 2502.09509); perturbed: share of the pictures whose
    codes get noise of up to the deviation noise, so that codes that are drawn decode cleanly; gan_from: share of the
    steps after which the discriminator is added, with the weight gan_weight; photos: share of photographs among the
    pictures, where there are any; decoder_only: keep encoder and codes.
    """

    levels: tuple[int, ...] = (8, 8, 8, 5, 5, 5)
    ch: int = 32
    ch_mult: tuple[int, ...] = (1, 1, 2, 4)
    z_channels: int = 64
    norm_groups: int = 1
    seed: int = 3
    steps: int = 6000
    batch: int = 16
    lr: float = 5e-4
    spread: float = 0.1
    features: float = 0.3
    rescaled: float = 0.3
    perturbed: float = 0.2
    noise: float = 0.3
    gan_from: float = 0.7
    gan_weight: float = 0.04
    photos: float = 0.3
    decoder_only: bool = False

    def shaped_as(self, config: dict[str, Any], codebook: Tensor) -> Recipe:
        """The same recipe for a network as of a taming config, and a lattice as of a codebook [N, D]."""
        params = config["model"]["params"]
        parts = params["ddconfig"]
        return replace(
            self,
            levels=tuple(len(axis.unique()) for axis in codebook.T),
            ch=parts["ch"],
            ch_mult=tuple(parts["ch_mult"]),
            z_channels=parts["z_channels"],
            norm_groups=params.get("norm_groups", self.norm_groups),
        )


def model_config(recipe: Recipe) -> dict[str, Any]:
    """The taming config of a recipe's model."""
    count = 1
    for n in recipe.levels:
        count *= n
    return {
        "model": {
            "target": "taming.models.vqgan.VQModel",
            "params": {
                "embed_dim": len(recipe.levels),
                "n_embed": count,
                "norm_groups": recipe.norm_groups,
                "ddconfig": {
                    "double_z": False,
                    "z_channels": recipe.z_channels,
                    "resolution": CROP,
                    "in_channels": 3,
                    "out_ch": 3,
                    "ch": recipe.ch,
                    "ch_mult": list(recipe.ch_mult),
                    "num_res_blocks": 1,
                    "resamp_with_conv": False,
                    "attn_resolutions": [],
                    "dropout": 0.0,
                },
            },
        }
    }


def lattice(levels: tuple[int, ...]) -> Tensor:
    """The codebook [prod(levels), len(levels)]: all points of the grid in [-1, 1].

    >>> lattice((2, 3)).shape
    torch.Size([6, 2])
    """
    return torch.tensor(list(itertools.product(*(torch.linspace(-1, 1, n).tolist() for n in levels))))
