"""Time and memory of one step of a run, measured in a process of its own.

>>> trial(GenerateSettings(size=(512, 384)))
Trial(seconds=..., load_seconds=..., memory_mb=..., steps=50, cutn=12)
"""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from clipgen.errors import ClipgenError, DeviceError
from clipgen.jobs import Inputs, Job
from clipgen.settings import GenerateSettings

STEPS = 3  # the first ones warm up, the last one is timed
PROMPT = "a red square"


@dataclass(frozen=True)
class Trial:
    """What a few steps showed.

    seconds: of the last step; load_seconds: until the first; memory_mb: peak memory of the GPU if one is used, else of
    the process with everything that it loads, None where the system does not report it; steps, cutn: of a whole run of
    the settings.
    """

    seconds: float
    load_seconds: float
    memory_mb: int | None
    steps: int
    cutn: int

    @property
    def whole(self) -> float:
        """Seconds of a whole run."""
        return self.load_seconds + self.steps * self.seconds


def trial(settings: GenerateSettings, weights: Path | None = None) -> Trial:
    """Run a few steps in a process of its own.

    Raises what `Studio.run` raises, DeviceError when the process runs out of memory.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        try:
            found = pool.submit(_measured, settings, weights).result()
        except BrokenProcessPool as error:
            raise DeviceError(
                "one step did not fit into memory; choose a smaller size, or a cut_chunk of 4"
            ) from error
    if isinstance(found, str):
        raise ClipgenError(found)
    return found


def _measured(settings: GenerateSettings, weights: Path | None) -> Trial | str:
    """The result of `trial`, or an error's message: our exceptions cannot be pickled."""
    import warnings

    warnings.simplefilter("ignore")
    from clipgen.process import configure

    configure()
    from clipgen.devices import peak_memory_mb
    from clipgen.studio import Studio
    from clipgen.tasks.generate.plan import preset_for

    began = time.perf_counter()
    short = settings.changed(steps=STEPS, seed=0, time_budget=None)
    try:
        run = Studio().start(Job("generate", Inputs(prompts=(PROMPT,)), short, weights))
        loaded = time.perf_counter() - began
        for step in run:
            last = step
    except ClipgenError as error:
        return str(error)
    most = peak_memory_mb(run.plan.device)
    memory = None if most is None else round(most)
    return Trial(
        seconds=round(last.seconds, 3),
        load_seconds=round(loaded, 2),
        memory_mb=memory,
        steps=settings.search.steps or preset_for(run.plan, run.generator).steps,
        cutn=run.plan.settings.cutouts.cutn or 1,
    )
