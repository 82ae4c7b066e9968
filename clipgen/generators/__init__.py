"""Generators turn latents into pictures. They are loaded by name through `clipgen.registry.GENERATORS`.

    >>> from clipgen.registry import GENERATORS
    >>> generator = GENERATORS.load("pixels")(size=(256, 256), seeds=[7])
    >>> generator().shape
    torch.Size([1, 3, 256, 256])
"""

from clipgen.generators.base import Generator
from clipgen.generators.noise import noise_picture

__all__ = ["Generator", "noise_picture"]
