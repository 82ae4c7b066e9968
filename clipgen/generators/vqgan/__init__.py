"""VQGAN: a codebook and a decoder, from checkpoints of the taming-transformers format."""

from clipgen.generators.vqgan.generator import VQGAN
from clipgen.generators.vqgan.network import VQModel

__all__ = ["VQGAN", "VQModel"]
