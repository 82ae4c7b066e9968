"""The optimisation loop: change latents until the picture fits its targets by the perceptor. A plain iterator.

    >>> from clipgen.cutouts import Cutouts
    >>> cutouts = Cutouts(perceptor.input_size, 4, generator=torch.Generator().manual_seed(7))
    >>> loss = targets.loss()
    >>> for step in Synthesis(generator, perceptor, cutouts, loss, target=targets.mean(), steps=2, lr=0.1):
    ...     print(step.index, len(step.score))
    0 1
    1 1

The image is decoded once, the cutouts are embedded in chunks whose gradients accumulate at the image, and one backward
pass goes through the decoder: exact, with the memory of one chunk.
"""

from clipgen.synthesis.look import Look
from clipgen.synthesis.loop import Synthesis
from clipgen.synthesis.state import OptimizerState, SynthesisState
from clipgen.synthesis.step import Step

__all__ = ["Look", "OptimizerState", "Step", "Synthesis", "SynthesisState"]
