"""What made a picture, besides its job: where that is another version or machine, its bytes cannot be promised."""

from __future__ import annotations

import platform
from collections.abc import Mapping

import torch

from clipgen import __version__


def made_with(device: torch.device) -> dict[str, str]:
    """What the last digits of sums depend on: torch, and the processor with the instructions that torch uses.

    >>> sorted(made_with(torch.device("cpu")))
    ['processor', 'torch']
    """
    if device.type == "cuda":
        return {"torch": torch.__version__, "processor": torch.cuda.get_device_name(device)}
    checks = {"bf16": "_is_avx512_bf16_supported", "AMX": "_is_amx_tile_supported"}  # private, not in every version
    more = [name for name, check in checks.items() if getattr(torch.cpu, check, bool)()]
    kinds = [platform.machine(), torch.backends.cpu.get_cpu_capability(), *more]
    return {"torch": torch.__version__, "processor": " ".join(kinds)}


def changed_since(metadata: Mapping[str, object], device: torch.device) -> list[str]:
    """What is another here than where a picture was made, in a few words each; from its metadata.

    >>> changed_since({"made_with": {**made_with(torch.device("cpu")), "torch": "1.0"}}, torch.device("cpu"))[0][:9]
    'torch 1.0'
    """
    made, changes = metadata.get("version", __version__), list[str]()
    if made != __version__:
        changes.append(f"clipgen {made}, here {__version__}")
    before = metadata.get("made_with")
    for name, now in made_with(device).items():
        was = before.get(name, now) if isinstance(before, Mapping) else now  # older pictures do not tell
        if was != now:
            changes.append(f"{name} {was}, here {now}")
    return changes
