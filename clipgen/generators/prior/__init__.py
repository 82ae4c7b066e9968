"""The second stage of a VQGAN: from the embedding of words to the codes of a picture."""

from clipgen.generators.prior.network import PriorConfig, PriorNetwork
from clipgen.generators.prior.prior import Prior

__all__ = ["Prior", "PriorConfig", "PriorNetwork"]
