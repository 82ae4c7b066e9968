"""The file of a stopped run: its job, its state and where its files go, from which it resumes exactly."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import torch
from torch import Tensor

from clipgen.errors import SettingsError
from clipgen.files import current_folder
from clipgen.jobs import Job
from clipgen.models.weights import save_pickle
from clipgen.synthesis import SynthesisState
from clipgen.values import Values, optional_text, table


class RunState(SynthesisState, total=False):
    """The state of a run, or of one of its stages.

    drawn: the seeds that its latents were drawn from, which 0.1.0 did not save; stage: its number; canvas: what the
    stages before have painted of a picture of tiles, bytes [B, H, W, 3].
    """

    drawn: list[int]
    stage: int
    canvas: Tensor


@dataclass(frozen=True)
class SavedRun:
    """The contents of a run file: the job, the state that `Run` takes, and JSON values on where its files go."""

    job: Job
    state: RunState
    output: Values = field(default_factory=dict)


def save_run(path: str | Path, job: Job, state: RunState, output: Values) -> None:
    """Write a run, whole or not at all; see `Run.save_state`.

    The job stays as it was typed, so that pictures of the resumed run have the bytes of one that was never stopped; the
    folder that its names of files are relative to is saved beside it.
    """
    contents = {"job": job.to_json(), "state": dict(state), "output": dict(output), "folder": current_folder()}
    save_pickle(path, contents)


def load_run(path: str | Path) -> SavedRun:
    """Read what `save_run` wrote, or clipgen 0.1.0 did; nothing in the file is executed.

        >>> from clipgen.tasks.generate import Run, prepare
        >>> run.save_state("outputs/a-fox-7.run")
        >>> saved = load_run("outputs/a-fox-7.run")
        >>> resumed = Run(prepare(saved.job, parts, resume=saved.state), parts, state=saved.state)
        >>> resumed.synthesis.index
        1

    In another folder than that of the run, names of files in the job are made absolute.
    Raises SettingsError for a file that is missing, damaged or no run file.
    """
    try:
        run = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise SettingsError(f"there is no run file {path}; check the name") from error
    except Exception as error:  # torch raises a dozen kinds for a file that is not its own
        raise SettingsError(f"{path} is no run file of clipgen, or is damaged") from error
    if isinstance(run, dict) and {"prompts", "settings", "state"} <= run.keys():
        return SavedRun(Job.from_json(run), _state(run))  # of 0.1.0
    if not isinstance(run, dict) or not {"job", "state"} <= run.keys():
        raise SettingsError(f"{path} is no run file of clipgen")
    job, folder = Job.from_json(table(run, "job")), optional_text(run, "folder")  # older files have no folder
    job = job if folder is None or folder == current_folder() else job.placed(folder)
    return SavedRun(job, _state(run), table(run, "output", {}))


def _state(run: Values) -> RunState:
    state = table(run, "state")
    if missing := SynthesisState.__required_keys__ - state.keys():
        raise SettingsError(f"the state of the run is damaged: it has no {', '.join(sorted(missing))}")
    return cast(RunState, state)
