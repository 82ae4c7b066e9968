"""Where and in which arithmetic a run computes: the policy that makes it fast, in one room.

>>> device = pick_device("auto")
>>> dtype = pick_dtype("auto", device)
>>> with autocast(device, dtype):
...     embeddings = perceptor.encode_image(cutouts)
"""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.overrides import TorchFunctionMode

from clipgen.errors import DeviceError, UnknownNameError

DTYPES: dict[str, torch.dtype] = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}

# what fills a tensor in place
_DRAWS = ("normal_", "uniform_", "trunc_normal_")

# what allocators say when memory is out; only CUDA's has an exception class of its own
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
    here = _devices_here()
    if name == "auto":
        return torch.device(next(kind for kind in ("cuda", "mps", "cpu") if kind in here))
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise _no_device(name, here) from error
    found = device.type in here and (device.type != "cuda" or (device.index or 0) < torch.cuda.device_count())
    if not found:
        raise _no_device(name, here)
    return device


def _devices_here() -> list[str]:
    here = ["cpu"]
    if torch.cuda.is_available():
        here += ["cuda", *(f"cuda:{index}" for index in range(torch.cuda.device_count()))]
    if torch.backends.mps.is_available():
        here.append("mps")
    return here


def _no_device(name: str, here: list[str]) -> DeviceError:
    return DeviceError(f"there is no device {name!r} here; choose from: auto, {', '.join(here)}")


def pick_dtype(name: str, device: torch.device) -> torch.dtype:
    """Choose the arithmetic of the networks: "auto" takes bf16 where the device computes it natively, else float32.

        >>> pick_dtype("fp32", torch.device("cpu"))
        torch.float32

    name: auto, fp32, bf16 or fp16. Raises UnknownNameError for another name.
    """
    if name == "auto":
        return torch.bfloat16 if _has_native_bf16(device) else torch.float32
    if name not in DTYPES:
        raise UnknownNameError.of("dtype", name, ["auto", *DTYPES])
    return DTYPES[name]


def _has_native_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    # a CPU without such instructions emulates bf16 and is several times slower than in float32;
    # torch offers only private names for the question, and not in every version
    questions = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return device.type == "cpu" and any(getattr(torch.cpu, name)() for name in questions if hasattr(torch.cpu, name))


@contextmanager
def autocast(device: torch.device, dtype: torch.dtype) -> Iterator[None]:
    """Compute in `dtype` inside the block; float32 changes nothing.

        >>> with autocast(torch.device("cpu"), torch.bfloat16):
        ...     features = network(image)

    On a CPU attention takes the plain mathematical form, which in bf16 is faster there than the fused one.
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


class _Undrawn(TorchFunctionMode):
    """Leaves out what fills tensors with random numbers, which on the meta device imports half of torch's compiler."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if function.__name__ in _DRAWS:
            return args[0] if args else kwargs["tensor"]
        return function(*args, **(kwargs or {}))


@contextmanager
def without_memory() -> Iterator[None]:
    """Networks built inside have their shapes, and no numbers: they take neither memory nor time.

    >>> with without_memory():
    ...     network = torch.nn.Linear(10**6, 10**6)
    >>> network.weight.device
    device(type='meta')
    """
    with torch.device("meta"), _Undrawn():
        yield


def generator(device: torch.device | str, seed: int) -> torch.Generator:
    """A source of random numbers of its own, so that no draw elsewhere changes a picture.

    >>> torch.rand(1, generator=generator("cpu", 7)).item() == torch.rand(1, generator=generator("cpu", 7)).item()
    True
    """
    return torch.Generator(device).manual_seed(seed)


def oom_hint(error: BaseException) -> DeviceError | None:
    """Tell whether an error, or one that caused it, means out of memory; if so, what helps; else None.

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
    """Give back what torch keeps for later, after an error that left much of it unused."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    with suppress(OSError, AttributeError):  # glibc keeps what is freed: elsewhere there is no such call
        ctypes.CDLL(None).malloc_trim(0)


def describe() -> dict[str, Any]:
    """What a run would compute on, as `clipgen doctor` prints it.

    >>> sorted(describe())
    ['cpu_capability', 'device', 'devices', 'dtype', 'threads', 'torch']
    """
    device = pick_device()
    return {
        "device": str(device),
        "devices": _devices_here(),
        "dtype": next(name for name, dtype in DTYPES.items() if dtype == pick_dtype("auto", device)),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
    }


def reset_peak_memory(device: torch.device) -> bool:
    """Let `peak_memory_mb` begin anew from what is held now; False where the system cannot.

    >>> reset_peak_memory(torch.device("cpu"))
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
    """The most memory that this process has held: of the GPU where it computes there, else resident;
    None where the system does not tell.

    >>> peak_memory_mb(torch.device("cpu"))
    812.4
    """
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    status = Path("/proc/self/status")
    if status.exists():
        # not ru_maxrss: on Linux a child's begins at what its parent held when it was started
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 2**10
    try:
        import resource  # not on Windows
    except ImportError:
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 2**10
