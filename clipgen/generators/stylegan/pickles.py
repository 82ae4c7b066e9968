"""Load networks from NVIDIA's pickles, which contain source code, without running any of it.

>>> network = read_pickle(Path("ffhq.pkl"))
>>> network.state["synthesis.b4.const"].shape, network.arguments["img_resolution"]
(torch.Size([512, 4, 4]), 1024)

Source of the format: `torch_utils/persistence.py` of github.com/NVlabs/stylegan3.
"""

from __future__ import annotations

import io
import pickle
import warnings
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from clipgen.errors import WeightsError
from clipgen.files import reason

WANTED = ("G_ema", "G")  # the averaged generator first
DEEPEST = 16  # limit of nested modules


@dataclass(frozen=True)
class Pickled:
    """The contents of a pickle that are used: tensors by name, and the arguments of the network's constructor."""

    state: dict[str, Tensor]
    arguments: dict[str, Any]


class _Inert:
    """Replaces every other class and function in a pickle: accepts any call and does nothing."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        self.args = args
        self.state: object = None

    def __setstate__(self, state: object) -> None:
        self.state = state

    def __call__(self, *args: object, **kwargs: object) -> _Inert:
        return self

    def append(self, item: object) -> None:
        """As of a list."""

    def extend(self, items: object) -> None:
        """As of a list."""

    def add(self, item: object) -> None:
        """As of a set."""

    def __setitem__(self, key: object, value: object) -> None:
        """As of a dict."""


class _Module(_Inert):
    """Replaces a network of NVIDIA's; its state is in the arguments of its constructor."""

    @property
    def parts(self) -> Mapping[str, Any]:
        meta = self.args[0] if self.args else None
        state = meta.get("state") if isinstance(meta, Mapping) else self.state
        return state if isinstance(state, Mapping) else {}


class _Table(dict[str, Any]):
    """Replaces NVIDIA's dict with attribute access by a plain one."""

    def __setstate__(self, state: object) -> None:
        if isinstance(state, Mapping):
            self.update(state)


def _storage(data: object) -> Any:
    if not isinstance(data, bytes):
        raise pickle.UnpicklingError("a storage is not bytes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of other pickle protocols
        return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)


def _parameter(data: object, *_: object) -> Tensor:
    if not isinstance(data, Tensor):
        raise pickle.UnpicklingError("a parameter is not a tensor")
    return data


# the only names that are used; every other one becomes _Inert
_KNOWN: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): torch._utils._rebuild_tensor_v2,
    ("torch._utils", "_rebuild_parameter"): _parameter,
    ("torch.storage", "_load_from_bytes"): _storage,
    ("torch_utils.persistence", "_reconstruct_persistent_obj"): _Module,
    ("dnnlib.util", "EasyDict"): _Table,
    ("dnnlib", "EasyDict"): _Table,
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        return _KNOWN.get((module, name), _Inert)

    def persistent_load(self, pid: object) -> Any:
        raise pickle.UnpicklingError("it refers to data outside of the file")


def read_pickle(path: Path) -> Pickled:
    """Load the generator in one of NVIDIA's files.

    Raises WeightsError for a damaged file, one of TensorFlow, or another network.
    """
    try:
        with open(path, "rb") as file:
            content = _Unpickler(file).load()
    except Exception as error:  # a damaged pickle fails in as many ways as there are things to pickle
        raise WeightsError(f"cannot read the network in {path}: {reason(error)[:200]}") from error
    if isinstance(content, tuple):
        raise WeightsError(f"{path} is a network of TensorFlow; convert it with NVIDIA's legacy.py")
    module = next((content[key] for key in WANTED if key in content), None) if isinstance(content, dict) else content
    if not isinstance(module, _Module):
        raise WeightsError(f"{path} has no generator of NVIDIA's; it must be named {' or '.join(WANTED)}")
    state: dict[str, Tensor] = {}
    _collect(module, "", state, DEEPEST)
    arguments = module.parts.get("_init_kwargs")
    config = {str(key): value for key, value in arguments.items()} if isinstance(arguments, Mapping) else {}
    inner = config.pop("synthesis_kwargs", None)
    return Pickled(state, {**config, **(inner if isinstance(inner, Mapping) else {})})


def _collect(module: _Module, prefix: str, state: dict[str, Tensor], deepest: int) -> None:
    for kind in ("_parameters", "_buffers"):
        held = module.parts.get(kind)
        for name, value in held.items() if isinstance(held, Mapping) else ():
            if isinstance(value, Tensor):
                state[f"{prefix}{name}"] = value.detach()
    inner = module.parts.get("_modules")
    for name, part in inner.items() if isinstance(inner, Mapping) and deepest else ():
        if isinstance(part, _Module):
            _collect(part, f"{prefix}{name}.", state, deepest - 1)
