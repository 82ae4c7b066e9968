"""Time and memory of one step of a run, measured in a process of its own.

>>> trial(GenerateSettings(size=(512, 384)))
{'seconds': ..., 'load_seconds': ..., 'memory_mb': ...}
"""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from clipgen.errors import ClipgenError, DeviceError
from clipgen.jobs import Inputs, Job
from clipgen.settings import GenerateSettings

STEPS = 3  # the first ones warm up, the last one is timed
PROMPT = "a red square"


def trial(settings: GenerateSettings, weights: Path | None = None) -> dict[str, Any]:
    """Run a few steps; return the seconds of the last one, the seconds of loading, and the peak memory in MB.

    memory_mb: of the GPU if one is used, else of the process with everything that it loads; None where the system does
    not report it. Raises what `Studio.run` raises, DeviceError when the process runs out of memory.
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


def _measured(settings: GenerateSettings, weights: Path | None) -> dict[str, Any] | str:
    """The result of `trial`, or an error's message: our exceptions cannot be pickled."""
    import warnings

    warnings.simplefilter("ignore")
    from clipgen.process import configure

    configure()
    from clipgen.devices import peak_memory_mb
    from clipgen.studio import Studio

    began = time.perf_counter()
    settings = settings.changed(steps=STEPS, seed=0, start="noise", time_budget=None)
    try:
        run = Studio().run(Job("generate", Inputs(prompts=(PROMPT,)), settings, weights))
        loaded = time.perf_counter() - began
        for step in run:
            last = step
    except ClipgenError as error:
        return str(error)
    most = peak_memory_mb(run.plan.device)
    memory = None if most is None else round(most)
    return {"seconds": round(last.seconds, 3), "load_seconds": round(loaded, 2), "memory_mb": memory}
