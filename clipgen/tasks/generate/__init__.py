"""Words to picture: a run over one or many prompts and seeds, in one batch.

    >>> generation = Generation(["a fox", "a castle"], GenerateSettings(seed=7), perceptor=perceptor)
    >>> for step in generation:
    ...     print(step.score)
    >>> generation.pictures()[0].save("fox.png")
"""

from clipgen.tasks.generate.generation import Generation
from clipgen.tasks.generate.picture import GeneratedImage, Picture

__all__ = ["GeneratedImage", "Generation", "Picture"]
