"""Torch's compiler, for runs with `compile`.

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
    """A function compiled by torch, which takes a minute at its first call; later runs load the result from disk.

        >>> decode = compiled(generator.forward)

    Raises DeviceError if there is no C++ compiler; on a GPU torch needs Triton as well.
    """
    if not any(map(shutil.which, (os.environ.get("CXX", "c++"), "g++", "clang++", "cl"))):
        raise DeviceError(
            "compile needs a C++ compiler, but none was found; install g++, or leave compile out", settings=["compile"]
        )
    process.load_compiler()
    return torch.compile(function, dynamic=False)
