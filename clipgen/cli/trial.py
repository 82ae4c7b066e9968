"""One step of a run in a process of its own: how long it takes, and how much memory it wants.

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

STEPS = 3  # the first warms up, the last is timed
PROMPT = "a red square"


def trial(settings: GenerateSettings, weights: Path | None = None) -> dict[str, Any]:
    """Make a few steps and return seconds of the last, seconds of loading, and the most memory in MB.

    memory_mb: of the GPU where one computes, else of the process, all it loads included; None where the system does
    not tell. Raises what `Studio.run` raises, DeviceError when the process is ended for want of memory.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        try:
            found = pool.submit(_measured, settings, weights).result()
        except BrokenProcessPool as error:
            raise DeviceError(
                "a step of it did not fit into memory; take a smaller --size, or --cut-chunk 4"
            ) from error
    if isinstance(found, str):
        raise ClipgenError(found)
    return found


def _measured(settings: GenerateSettings, weights: Path | None) -> dict[str, Any] | str:
    """What `trial` returns, or what is wrong: errors of ours do not travel between processes."""
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
