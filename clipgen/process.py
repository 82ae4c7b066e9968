"""Settings of the whole process that make runs faster: shells set them once, the library never does.

    >>> from clipgen.process import configure
    >>> configure()                     # before torch is imported

Pictures are the same without them.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import pickle
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import ModuleType
from typing import Any

_COMPILER = "torch._dynamo"
# parameters of glibc's mallopt, by their numbers in its malloc.h
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4


def configure() -> None:
    """Apply all of them; to be called before torch is imported, and without effect when called again.

        >>> configure()

    Waiting threads of torch do not spin, freed memory is kept for the next step, and torch's compiler is not imported
    until something is compiled.
    """
    # with spinning threads a run takes ten times as long while another process is busy
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    keep_freed_memory()
    delay_compiler()


def unpack(content: bytes) -> Any:
    """What `pickle.dumps` packed, in a process that is configured first: torch may be imported by what it needs.

    >>> unpack(pickle.dumps([1, 2]))
    [1, 2]
    """
    configure()
    return pickle.loads(content)


def open_files() -> int | None:
    """How many files this process may have open at once; None without a limit, or where the system does not tell.

    >>> open_files() is None or open_files() > 2
    True
    """
    try:
        import resource  # not on Windows
    except ImportError:
        return None
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return None if allowed == resource.RLIM_INFINITY else allowed


def keep_freed_memory() -> None:
    """Keep memory that a step frees for the next one, as torch does on a GPU; `devices.free_memory` returns it.

    glibc returns large blocks to the system at once, which clears all their pages again at each step: a third of the
    time of a step of eight pictures. Other C libraries are not changed.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_M_MMAP_MAX, 0)
        library.mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)


def delay_compiler() -> None:
    """Import torch's compiler only when it is used: its import takes twice as long as that of torch itself.

    Torchvision imports it to ask whether it is supported, torch's optimizers to mark functions as not compiled. A
    stand-in does both; for anything else it is replaced by the real one.
    """
    if _COMPILER not in sys.modules and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def load_compiler() -> None:
    """Replace the stand-in, if there is one, by torch's own compiler."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
    for name in (_COMPILER, f"{_COMPILER}.utils"):
        if isinstance(sys.modules.get(name), _StandIn):
            del sys.modules[name]
    torch = sys.modules.get("torch")
    if isinstance(vars(torch).get("_dynamo") if torch else None, _StandIn):
        del torch._dynamo  # type: ignore[union-attr]
    importlib.import_module(_COMPILER)


class _StandIn(ModuleType):
    """Takes the place of torch's compiler until something is compiled."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        load_compiler()
        return getattr(importlib.import_module(self.__name__), name)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the stand-in for the compiler and its utils, and the real modules for all other parts of it."""

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
            vars(module).update(graph_break=lambda *_, **__: None, disable=_unchanged)
        else:
            vars(module).update(is_compile_supported=_is_compile_supported)


def _unchanged(function: Callable[..., Any], *_: Any, **__: Any) -> Callable[..., Any]:
    # outside of compiled code the real function does the same
    return function


def _is_compile_supported(device: str) -> Any:
    # torchvision keeps a reference to this function, so it must give the real answer
    load_compiler()
    return importlib.import_module(f"{_COMPILER}.utils").is_compile_supported(device)
