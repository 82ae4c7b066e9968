"""Torch's compiler, for who asks for it.

>>> decode = compiled(generator.forward)
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

import torch
from torch import Tensor

from clipgen import process
from clipgen.errors import DeviceError


def compiled(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """A function compiled by torch, which takes a minute at its first call and is kept on disk for later ones.

        >>> decode = compiled(generator.forward)

    Raises DeviceError where nothing can compile it: on a CPU that takes a C++ compiler, on a GPU Triton as well.
    """
    if not any(map(shutil.which, (os.environ.get("CXX", "c++"), "g++", "clang++", "cl"))):
        raise DeviceError(
            "compile needs a C++ compiler, and none was found; install g++, or leave compile out", settings=["compile"]
        )
    process.load_compiler()
    return torch.compile(function, dynamic=False)
