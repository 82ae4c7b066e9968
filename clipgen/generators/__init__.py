"""Generators turn latents into pictures. They are loaded by name through `clipgen.registry.GENERATORS`.

    >>> from clipgen.registry import GENERATORS
    >>> generator = GENERATORS.load("pixels")()
    >>> generator.start(seeds=[7], size=(256, 256))
    >>> generator().shape
    torch.Size([1, 3, 256, 256])

Their options (`rendering_options.py`, `stylegan/options.py`) are imported by the shell, so nothing here imports torch.
"""
