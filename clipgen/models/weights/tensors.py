"""Weights files: load their tensors, or write them, without executing anything."""

from __future__ import annotations

import argparse
import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from clipgen.errors import WeightsError
from clipgen.files import reason, write_whole

if TYPE_CHECKING:
    from torch import Tensor

# guards against a path that is not a weights file at all; the largest CLIP in open_clip's list has 10 GB
MAX_BYTES = 16 * 2**30


def load_state(path: str | Path, part: str = "state_dict") -> dict[str, Tensor]:
    """Load the tensors of a weights file onto the CPU; nothing in the file is executed.

        >>> load_state("my/vqgan.ckpt")["decoder.conv_in.weight"].shape
        torch.Size([32, 4, 3, 3])

    path: .safetensors, or a torch .pt, .pth, .ckpt or .bin; part: the key of the state dict, where a file has several.
    Raises WeightsError for a file that is missing, too large, damaged, or has anything but named tensors.
    """
    path = Path(path)
    if not os.path.isfile(path):
        raise WeightsError(f"there is no weights file {path}; check the name")
    if path.stat().st_size > MAX_BYTES:
        raise WeightsError(f"{path} has {path.stat().st_size / 2**30:.1f} GB; the limit is {MAX_BYTES / 2**30:.0f} GB")
    if path.suffix == ".safetensors":
        return _load_safetensors(path)
    if path.suffix in (".pt", ".pth", ".ckpt", ".bin"):
        return _load_pickle(path, part)
    raise WeightsError(f"{path} ends in {path.suffix!r}; weights are .safetensors, .pt, .pth, .ckpt or .bin files")


def save_state(path: str | Path, state: Mapping[str, Tensor]) -> None:
    """Write tensors as safetensors, floats in half precision; the file is written whole or not at all.

    >>> save_state("model.safetensors", nn.Linear(2, 3).state_dict())
    """
    from safetensors.torch import save

    half = {name: (t.half() if t.is_floating_point() else t).contiguous() for name, t in state.items()}
    with write_whole(path) as part:
        part.write_bytes(save(half))  # safetensors' own save_file makes files that only their owner can read


def save_pickle(path: str | Path, contents: Mapping[str, object]) -> None:
    """Write values and tensors as a torch pickle, whole or not at all; raises what `write_whole` raises.

    >>> save_pickle("last.pt", {"step": 3})
    """
    import torch  # late, as above

    # through memory: on a full disk torch raises a RuntimeError that does not name the cause
    packed = io.BytesIO()
    torch.save(dict(contents), packed)
    with write_whole(path) as part:
        part.write_bytes(packed.getbuffer())


def _load_safetensors(path: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError  # late: `clipgen models` loads cards without torch
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise WeightsError(f"cannot read the weights in {path}: {error}") from error


class _Unused:
    """Replaces the training callbacks that old checkpoints contain in addition to their tensors."""


def _check_zip(path: Path) -> None:
    """Refuse a file that would unpack to more than its size: torch never compresses."""
    try:
        with zipfile.ZipFile(path) as archive:
            whole = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise WeightsError(f"cannot read the weights in {path}: {error}") from error
    if whole > path.stat().st_size:
        raise WeightsError(f"{path} unpacks to {whole / 1e6:.0f} MB, more than its size; torch compresses no file")


def _load_pickle(path: Path, part: str) -> dict[str, Tensor]:
    import torch  # late: `clipgen models` loads cards without torch

    if zipfile.is_zipfile(path):
        _check_zip(path)
    # taming's checkpoints refer to this class of Lightning; weights_only refuses names that are not listed here
    homes = ("pytorch_lightning.callbacks", "lightning.pytorch.callbacks")
    names = [f"{home}.model_checkpoint.ModelCheckpoint" for home in homes]
    try:
        with torch.serialization.safe_globals([argparse.Namespace, *((_Unused, name) for name in names)]):
            content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged pickle fails in as many ways as there are things to pickle
        raise WeightsError(f"cannot read the weights in {path}: {reason(error)}") from error
    if isinstance(content, Mapping) and isinstance(content.get(part), Mapping):
        content = content[part]
    if not isinstance(content, Mapping) or not all(isinstance(value, torch.Tensor) for value in content.values()):
        raise WeightsError(f"{path} has no state dict: expected named tensors, at the top level or under {part!r}")
    return dict(content)
