"""Code that all recipes share: resumable checkpoints, a training curve on disk, learning-rate schedules."""

import functools
import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import torch
from torch import Tensor, nn

from clipgen.errors import OutputError, WeightsError
from clipgen.files import reason, unwritable, write_whole
from clipgen.files.locks import exclusive
from clipgen.models.weights import save_pickle
from clipgen.values import number, parse_json

P = ParamSpec("P")
T = TypeVar("T")


def save(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint whole or not at all: ``save(Path("runs/clip/last.pt"), {"step": 3})``."""
    save_pickle(path, state)


def load(path: Path) -> dict[str, Any] | None:
    """Load a checkpoint; None where there is none yet. Raises WeightsError when it is damaged."""
    if not path.exists():
        return None
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise WeightsError(f"checkpoint {path} cannot be read: {reason(error)}") from error
    except Exception as error:  # torch raises pickle, zip and runtime errors alike, of many lines
        raise WeightsError(
            f"checkpoint {path} is damaged ({type(error).__name__}); delete it to start again"
        ) from error


class Clock:
    """Whether the time of a run is up.

        >>> Clock(None).up, Clock(0.0).up
        (False, True)

    seconds: from now; None: never.
    """

    def __init__(self, seconds: float | None) -> None:
        self.end = math.inf if seconds is None else time.monotonic() + seconds

    @property
    def up(self) -> bool:
        """Whether the run has to stop."""
        return time.monotonic() >= self.end


def fill(module: nn.Module, state: dict[str, Tensor], *, source: str) -> None:
    """Load weights into a network.

        >>> fill(nn.Linear(2, 3), nn.Linear(2, 3).state_dict(), source="last.pt")

    source: the name of the file for the error. Raises WeightsError for weights of another recipe or another world.
    """
    try:
        module.load_state_dict(state)
    except RuntimeError as error:
        first = " ".join(str(error).split())[:160]
        raise WeightsError(f"{source} does not fit this recipe and world ({first} …); use another or none") from error


def alone(name: Callable[..., str]) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Let one process or thread at a time train in a folder of checkpoints, which two would mix.

        >>> @alone(lambda **given: "vqgan")
        ... def train(*, runs: Path = Path("runs")) -> str:
        ...     return "done"
        >>> train(runs=folder)
        'done'

    name: from the arguments that a recipe is given to the name of its folder in `runs`, one of them.
    Where it is taken, calls raise OutputError.
    """

    def held(run: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(run)
        def called(*args: P.args, **given: P.kwargs) -> T:
            place = Path(str(given.get("runs", "runs"))) / name(**given)
            with exclusive(place) as mine:
                if not mine:
                    line = f"another process trains {place.name} in {place.parent}; wait for it, or name another folder"
                    raise OutputError(line, settings=["runs"])
                return run(*args, **given)

        return called

    return held


class Curve:
    """A JSON-lines log that a resumed run continues: rows after the resumed step, and an incomplete one, are dropped.

    >>> Curve(Path("runs/clip/curve.jsonl"), step=0).add(step=10, loss=3.2)
    """

    def __init__(self, path: Path, *, step: int) -> None:
        self.path = path
        rows = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
        kept = [row + "\n" for row in rows if (found := _step(row)) is not None and found <= step]
        with write_whole(path) as part:
            part.write_text("".join(kept))

    def add(self, **row: float) -> None:
        """Append a row of figures, among them `step`."""
        try:
            with self.path.open("a") as file:
                file.write(json.dumps({k: round(v, 5) if isinstance(v, float) else v for k, v in row.items()}) + "\n")
        except OSError as error:
            raise unwritable(self.path, error) from error


def _step(row: str) -> int | None:
    """The step of a row; None of one that is not whole, or damaged."""
    try:
        return number(parse_json(row), "step")
    except (ValueError, AttributeError):
        return None


@torch.no_grad()
def average(kept: nn.Module, now: nn.Module, *, done: int, ema: float) -> None:
    """Move averaged weights, and the statistics of norms, towards those of a step; faster in the first steps.

        >>> kept, now = nn.Linear(2, 1), nn.Linear(2, 1)
        >>> average(kept, now, done=1, ema=0.998)

    done: steps taken; ema: decay of the average in the long run.
    """
    decay = min(ema, (1 + done) / (10 + done))
    for mean, value in zip(kept.state_dict().values(), now.state_dict().values(), strict=True):
        if mean.is_floating_point():
            mean.lerp_(value, 1 - decay)
        else:
            mean.copy_(value)


def cosine(step: int, steps: int, *, peak: float, warmup: int, floor: float = 0.0) -> float:
    """Learning rate at a step: linear warm-up to the peak, then half a cosine down to floor × peak.

    >>> cosine(49, 1000, peak=1e-3, warmup=100)
    0.0005
    """
    if step < warmup:
        return peak * (step + 1) / warmup
    done = min(1.0, (step - warmup) / max(1, steps - warmup))
    return peak * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * done)))
