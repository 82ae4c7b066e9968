"""The patch discriminator of a VQGAN's training."""

from __future__ import annotations

from taming.modules.discriminator.model import NLayerDiscriminator
from torch import nn

# its prefix in a checkpoint of taming
CRITIC = "loss.discriminator."


def discriminator(width: int = 32, layers: int = 2) -> nn.Module:
    """Build taming's PatchGAN with random weights: pictures [B, 3, H, W] in [-1, 1] → a logit per patch.

        >>> discriminator()(torch.rand(1, 3, 64, 64) * 2 - 1).shape
        torch.Size([1, 1, 14, 14])

    width: channels of the first layer; layers: strided convolutions. High for patches that resemble
    the training pictures. Source: Isola et al., arXiv 1611.07004; github.com/CompVis/taming-transformers.
    """
    critic: nn.Module = NLayerDiscriminator(input_nc=3, ndf=width, n_layers=layers)
    return critic
