"""On which device and in which arithmetic a run computes, and how much memory it takes.

>>> device = pick_device("cpu")
>>> with autocast(device, pick_dtype("auto", device)):
...     embeddings = perceptor.encode_image(image)
"""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypedDict

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.overrides import TorchFunctionMode

from clipgen.errors import DeviceError, UnknownNameError

DTYPES: dict[str, torch.dtype] = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}

# functions that fill a tensor with random numbers
_DRAWS = (
    *("normal_", "uniform_", "trunc_normal_", "orthogonal_"),
    *("kaiming_normal_", "kaiming_uniform_", "xavier_normal_", "xavier_uniform_"),
)

# messages of allocators that are out of memory; only CUDA has an exception class for it
_OUT_OF_MEMORY = (
    "out of memory",
    "not enough memory",
    "can't allocate memory",
    "cannot allocate memory",
    "cublas_status_alloc_failed",
    "cudnn_status_alloc_failed",
)


def pick_device(name: str = "auto") -> torch.device:
    """Choose the device: "auto" takes CUDA, then Apple's MPS, then the CPU.

        >>> pick_device("cpu")
        device(type='cpu')

    name: auto, cpu, cuda, cuda:N or mps.
    Raises DeviceError for a device that this machine or this build of torch lacks.
    """
    available = _available()
    if name == "auto":
        return torch.device(next(kind for kind in ("cuda", "mps", "cpu") if kind in available))
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise _no_device(name, available) from error
    found = device.type in available and (device.type != "cuda" or (device.index or 0) < torch.cuda.device_count())
    if not found:
        raise _no_device(name, available)
    return device


def _available() -> list[str]:
    available = ["cpu"]
    if torch.cuda.is_available():
        available += ["cuda", *(f"cuda:{index}" for index in range(torch.cuda.device_count()))]
    if torch.backends.mps.is_available():
        available.append("mps")
    return available


def _no_device(name: str, available: list[str]) -> DeviceError:
    return DeviceError(
        f"device {name!r} is not available; choose from: auto, {', '.join(available)}", settings=["device"]
    )


def pick_dtype(name: str, device: torch.device) -> torch.dtype:
    """Choose the arithmetic of the networks: "auto" takes bf16 where the device computes it natively, else float32.

        >>> pick_dtype("fp32", torch.device("cpu"))
        torch.float32

    name: auto, fp32, bf16 or fp16. Raises UnknownNameError for another name.
    """
    if name == "auto":
        return torch.bfloat16 if _has_native_bf16(device) else torch.float32
    if name not in DTYPES:
        raise UnknownNameError.of("dtype", name, ["auto", *DTYPES], settings=["dtype"])
    return DTYPES[name]


def _has_native_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    # a CPU without such instructions emulates bf16 and is several times slower than in float32;
    # torch has only private functions for this, and not in every version
    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return device.type == "cpu" and any(getattr(torch.cpu, name)() for name in checks if hasattr(torch.cpu, name))


@contextmanager
def autocast(device: torch.device, dtype: torch.dtype) -> Iterator[None]:
    """Compute in `dtype` inside the block; float32 changes nothing.

        >>> with autocast(torch.device("cpu"), torch.bfloat16):
        ...     features = torch.nn.Linear(8, 4)(torch.rand(1, 8))
        >>> features.dtype
        torch.bfloat16

    On a CPU attention is computed without fused kernels, which are slower in bf16.
    """
    if dtype == torch.float32:
        yield
        return
    with torch.autocast(device.type, dtype):
        if device.type == "cpu":
            with sdpa_kernel(SDPBackend.MATH):
                yield
        else:
            yield


class _SkipRandomFills(TorchFunctionMode):
    """Skips functions that fill tensors with random numbers: on the meta device they import torch's compiler, too."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if function.__name__ in _DRAWS:
            return args[0] if args else kwargs["tensor"]
        return function(*args, **(kwargs or {}))


@contextmanager
def without_random_fills() -> Iterator[None]:
    """Build networks whose weights are loaded next, and are not filled with random numbers before.

    >>> with without_random_fills():
    ...     network = torch.nn.Linear(10**4, 10**4)
    """
    with _SkipRandomFills():
        yield


@contextmanager
def without_memory() -> Iterator[None]:
    """Build networks on the meta device: with shapes, but without numbers, in almost no memory and time.

    >>> with without_memory():
    ...     network = torch.nn.Linear(10**6, 10**6)
    >>> network.weight.device
    device(type='meta')
    """
    with torch.device("meta"), without_random_fills():
        yield


def generator(device: torch.device | str, seed: int) -> torch.Generator:
    """A random generator for one purpose, so that draws elsewhere do not change a picture.

    >>> torch.rand(1, generator=generator("cpu", 7)).item() == torch.rand(1, generator=generator("cpu", 7)).item()
    True
    """
    return torch.Generator(device).manual_seed(seed)


def oom_hint(error: BaseException) -> DeviceError | None:
    """The DeviceError for an error that means out of memory, or that was caused by one; None for other errors.

        >>> str(oom_hint(MemoryError()))[:13]
        'out of memory'

    Raise the result from the error: `raise hint from error`.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, (MemoryError, torch.cuda.OutOfMemoryError)) or (
            isinstance(seen, RuntimeError) and any(words in str(seen).lower() for words in _OUT_OF_MEMORY)
        ):
            return DeviceError.out_of_memory()
        seen = seen.__cause__
    return None


def free_memory() -> None:
    """Return unused memory that torch and glibc keep to the system."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    with suppress(OSError, AttributeError):  # only glibc has this call
        ctypes.CDLL(None).malloc_trim(0)


class DeviceFacts(TypedDict):
    """What a run computes with by default; devices: all that are available."""

    device: str
    devices: list[str]
    dtype: str
    threads: int
    torch: str
    cpu_capability: str


def describe() -> DeviceFacts:
    """Device and arithmetic of a run by default, as `clipgen doctor` prints them.

    >>> sorted(describe())
    ['cpu_capability', 'device', 'devices', 'dtype', 'threads', 'torch']
    """
    device = pick_device()
    return DeviceFacts(
        device=str(device),
        devices=_available(),
        dtype=next(name for name, dtype in DTYPES.items() if dtype == pick_dtype("auto", device)),
        threads=torch.get_num_threads(),
        torch=torch.__version__,
        cpu_capability=torch.backends.cpu.get_cpu_capability(),
    )


def reset_peak_memory(device: torch.device) -> bool:
    """Reset `peak_memory_mb` to the memory in use now; False where the system cannot.

    >>> reset_peak_memory(torch.device("cpu")) in (True, False)      # True on Linux
    True
    """
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        return True
    try:
        Path("/proc/self/clear_refs").write_text("5")  # of Linux: 5 resets VmHWM
    except OSError:
        return False
    return True


def peak_memory_mb(device: torch.device) -> float | None:
    """Peak memory of this process in megabytes, on the GPU or else resident; None where the system cannot measure it.

    >>> peak_memory_mb(torch.device("cpu")) > 100
    True
    """
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    status = Path("/proc/self/status")
    if status.exists():
        # not ru_maxrss: on Linux that of a child starts at the memory of its parent
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 2**10
    try:
        import resource  # not on Windows
    except ImportError:
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 2**10
