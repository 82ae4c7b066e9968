"""The file of a stopped run: prompts, settings and state, from which it goes on as if it had not stopped."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from clipgen.errors import SettingsError
from clipgen.files import write_whole
from clipgen.settings import GenerateSettings


def save_run(path: str | Path, prompts: Sequence[str], settings: GenerateSettings, state: Mapping[str, Any]) -> None:
    """Write a run, whole or not at all; see `Generation.save_state`."""
    # through memory: torch answers a full disk with a RuntimeError that does not say so
    packed = io.BytesIO()
    torch.save({"prompts": list(prompts), "settings": settings.to_dict(), "state": state}, packed)
    with write_whole(path) as part:
        part.write_bytes(packed.getbuffer())


def load_run(path: str | Path) -> dict[str, Any]:
    """Read what `save_run` wrote, without running anything; see `Generation.load_state`."""
    try:
        run = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise SettingsError(f"there is no run file {path}; check the name") from error
    except Exception as error:  # torch raises a dozen kinds for a file that is not its own
        raise SettingsError(f"{path} is no run file of clipgen, or is damaged") from error
    if not isinstance(run, dict) or not {"prompts", "settings", "state"} <= run.keys():
        raise SettingsError(f"{path} is no run file of clipgen")
    return run
