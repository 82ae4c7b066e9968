"""What a process can tell of the machine: its clock, and how fast it multiplies matrices."""

from __future__ import annotations

import time

import torch

# sides of the square matrices whose best rate counts
MATRICES = {"cpu": (2048, 3072), "cuda": (4096, 8192)}
REPEATS = 4


def clock(device: torch.device) -> float:
    """Seconds, once all work that the device was given is done."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


def matmul_rate(device: torch.device, dtype: torch.dtype, sides: tuple[int, ...] = ()) -> float:
    """The best rate of a large matrix product, in operations a second: what no step can pass.

        >>> matmul_rate(torch.device("cpu"), torch.float32) / 1e9
        212.0

    sides: of the matrices tried, by default those of MATRICES.
    """
    best = 0.0
    for side in sides or MATRICES.get(device.type, MATRICES["cpu"]):
        a, b = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
        for _ in range(REPEATS):
            began = clock(device)
            a @ b
            best = max(best, 2 * side**3 / (clock(device) - began))
    return best
