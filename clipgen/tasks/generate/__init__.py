"""Words to picture: a run over one or many prompts and seeds, in one batch.

>>> job = Job("generate", Inputs(prompts=("a fox", "a castle")), GenerateSettings.of(seed=7))
>>> run = Run(prepare(job, parts), parts)
>>> for step in run:
...     pass
>>> run.pictures()[0].save("fox.png")
"""

from clipgen.tasks.generate.picture import GeneratedImage, Picture
from clipgen.tasks.generate.plan import Plan
from clipgen.tasks.generate.preparation import again, picture_job, prepare
from clipgen.tasks.generate.run import Run
from clipgen.tasks.generate.runfile import RunState, SavedRun, load_run

__all__ = [
    "GeneratedImage",
    "Picture",
    "Plan",
    "Run",
    "RunState",
    "SavedRun",
    "again",
    "load_run",
    "picture_job",
    "prepare",
]
