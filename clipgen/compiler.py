"""Torch's compiler: kept out where no one asked for it, and called where someone did.

    >>> import_lightly("open_clip")
    >>> decode = compiled(generator.forward)

Importing `torch._dynamo` takes as long as importing torch itself, twice over. Torchvision imports it to ask whether
something can be compiled, torch's optimizers to say that they are not to be.
"""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from clipgen.errors import DeviceError

_NAME = "torch._dynamo"


@contextmanager
def without_compiler() -> Iterator[None]:
    """Spare what runs inside the import of torch's compiler, where all that is wanted of it is to stay out.

        >>> with without_compiler():
        ...     optimizer.step()

    A stand-in answers for it; asked for anything else it gives way to the real one, and so it does where that is loaded
    already.
    """
    if _NAME in sys.modules:
        yield
        return
    stand_in, utils = ModuleType(_NAME), ModuleType(f"{_NAME}.utils")
    torch_of: Any = torch

    def leave() -> None:
        for module in (stand_in, utils):
            if sys.modules.get(module.__name__) is module:
                del sys.modules[module.__name__]
        if vars(torch).get("_dynamo") is stand_in:
            del torch_of._dynamo

    def real(name: str) -> Any:
        if name.startswith("__"):  # such as __path__: the import of another part of it, which `import_lightly` retries
            raise AttributeError(name)
        leave()
        return getattr(importlib.import_module(_NAME), name)

    def keep(function: Callable[..., Any], *_: Any, **__: Any) -> Callable[..., Any]:
        return function

    # outside of compiled code the real ones do just this
    vars(stand_in).update(graph_break=lambda *_, **__: None, disable=keep, utils=utils, __getattr__=real)
    vars(utils).update(is_compile_supported=_is_compile_supported)
    sys.modules.update({module.__name__: module for module in (stand_in, utils)})
    torch_of._dynamo = stand_in
    try:
        yield
    finally:
        leave()


def _is_compile_supported(device: str) -> Any:
    # torchvision keeps this function: the answer is still the real one's
    return importlib.import_module(f"{_NAME}.utils").is_compile_supported(device)


def import_lightly(name: str) -> None:
    """Import a module without torch's compiler, or with it where it turns out to need that.

    >>> import_lightly("open_clip")
    """
    try:
        with without_compiler():
            importlib.import_module(name)
    except (ImportError, AttributeError):
        importlib.import_module(name)


def compiled(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """A function compiled by torch, which takes a minute at its first call and is kept on disk for later ones.

        >>> decode = compiled(generator.forward)

    Raises DeviceError where nothing can compile it: on a CPU that takes a C++ compiler, on a GPU Triton as well.
    """
    if not any(map(shutil.which, (os.environ.get("CXX", "c++"), "g++", "clang++", "cl"))):
        raise DeviceError(
            "compile needs a C++ compiler, and none was found; install g++, or leave compile out", settings=["compile"]
        )
    return torch.compile(function, dynamic=False)
