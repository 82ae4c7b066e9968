"""The patch discriminator that a VQGAN was trained against."""

from taming.modules.discriminator.model import NLayerDiscriminator
from torch import nn


def discriminator() -> nn.Module:
    """Build taming's PatchGAN, small and with random weights: pictures [B, 3, H, W] in [-1, 1] → patch logits.

    Example: ``discriminator()(pictures).mean()``; high where a patch looks like the world, low where it looks made.
    Source: Isola et al. 2017, arXiv 1611.07004; github.com/CompVis/taming-transformers.
    """
    return NLayerDiscriminator(input_nc=3, ndf=32, n_layers=2)
