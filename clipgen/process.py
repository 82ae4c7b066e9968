"""Switches of the whole process, which make runs start and go faster: shells set them once, a library never does.

    >>> from clipgen.process import configure
    >>> configure()                     # before torch is imported

A program that imports clipgen gets the same pictures without them.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import ModuleType
from typing import Any

_COMPILER = "torch._dynamo"
# parameters of glibc's mallopt, by their numbers in its malloc.h
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4


def configure() -> None:
    """Set what a process that is ours alone gains by; to be called before torch is imported, further calls do nothing.

        >>> configure()

    Threads of torch that wait do not spin, freed memory is kept for the next step, and torch's compiler is not imported
    until something is compiled.
    """
    # spinning threads make a run take ten times as long beside another busy process
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    keep_freed_memory()
    delay_compiler()


def keep_freed_memory() -> None:
    """Keep what a step frees for the next one, as torch does on a GPU anyway; `devices.free_memory` gives it back.

    glibc hands large blocks back at once, and then the system clears every page of them anew at each step: a third of
    the time of a step of eight pictures. Another C library is left as it is.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_M_MMAP_MAX, 0)
        library.mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)


def delay_compiler() -> None:
    """Import torch's compiler only when it is used: that takes as long as importing torch itself, twice over.

    Torchvision imports it to ask whether something can be compiled, torch's optimizers to say that they are not to be.
    A stand-in answers both; asked for anything else it is replaced by the real one.
    """
    if _COMPILER not in sys.modules and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def load_compiler() -> None:
    """Put torch's own compiler in the place of the stand-in, if that is there."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
    for name in (_COMPILER, f"{_COMPILER}.utils"):
        if isinstance(sys.modules.get(name), _StandIn):
            del sys.modules[name]
    torch = sys.modules.get("torch")
    if isinstance(vars(torch).get("_dynamo") if torch else None, _StandIn):
        del torch._dynamo  # type: ignore[union-attr]
    importlib.import_module(_COMPILER)


class _StandIn(ModuleType):
    """Answers for torch's compiler where all that is wanted of it is to stay out."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        load_compiler()
        return getattr(importlib.import_module(self.__name__), name)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the stand-in, and for every other part of the compiler the real one."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname in (_COMPILER, f"{_COMPILER}.utils"):
            return importlib.machinery.ModuleSpec(fullname, self, is_package=fullname == _COMPILER)
        if fullname.startswith(f"{_COMPILER}."):
            load_compiler()
            return importlib.util.find_spec(fullname)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ == _COMPILER:
            vars(module).update(graph_break=lambda *_, **__: None, disable=_as_it_is)
        else:
            vars(module).update(is_compile_supported=_is_compile_supported)


def _as_it_is(function: Callable[..., Any], *_: Any, **__: Any) -> Callable[..., Any]:
    # outside of compiled code the real one does just this
    return function


def _is_compile_supported(device: str) -> Any:
    # torchvision keeps this function: the answer is still the real one's
    load_compiler()
    return importlib.import_module(f"{_COMPILER}.utils").is_compile_supported(device)
