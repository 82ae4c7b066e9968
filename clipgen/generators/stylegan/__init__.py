"""Pictures of a trained StyleGAN2 or StyleGAN3."""

from clipgen.generators.stylegan.generator import StyleGAN

__all__ = ["StyleGAN"]
