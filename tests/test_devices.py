import platform
import subprocess
import sys

import pytest
import torch

from clipgen.devices import (
    autocast,
    describe,
    free_memory,
    generator,
    oom_hint,
    peak_memory_mb,
    pick_device,
    pick_dtype,
    reset_peak_memory,
    without_memory,
    without_random_fills,
)
from clipgen.errors import DeviceError, UnknownNameError
from raising import refused

CPU = torch.device("cpu")
# faults of pages while large tensors come and go, and what is resident; the memory of the whole process is at stake
KEEPING = """
import resource, torch
from pathlib import Path
from clipgen.devices import free_memory
from clipgen.process import keep_freed_memory

def faults():
    began = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        torch.zeros(25 * 2**20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - began

def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith("VmRSS"))

before = faults()
keep_freed_memory()
for _ in range(8):  # older glibcs need some rounds until a freed block fits again: it has to be aligned
    faults()
print(before, faults(), resident())
free_memory()
print(resident())
"""


def test_cpu_can_be_chosen() -> None:
    assert pick_device("cpu") == CPU


@pytest.mark.parametrize(("cuda", "mps", "chosen"), [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")])
def test_auto_takes_the_fastest(monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, chosen: str) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: int(cuda))
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert pick_device().type == chosen


@pytest.mark.parametrize("name", ["cuda", "cuda:3", "mps", "tpu", "xpu", ""])
def test_a_missing_device_is_an_error(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with refused(DeviceError, "device", match="auto, cpu$"):
        pick_device(name)


def test_cuda_index_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert pick_device("cuda:1").index == 1
    with refused(DeviceError, "device", match="cuda:0, cuda:1"):
        pick_device("cuda:2")


def test_auto_dtype_is_bf16_only_where_it_is_native(monkeypatch: pytest.MonkeyPatch) -> None:
    for native in (True, False):
        monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda native=native: native, raising=False)
        monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False, raising=False)
        assert pick_dtype("auto", CPU) == (torch.bfloat16 if native else torch.float32)
    monkeypatch.delattr(torch.cpu, "_is_avx512_bf16_supported")
    monkeypatch.delattr(torch.cpu, "_is_amx_tile_supported")
    assert pick_dtype("auto", CPU) == torch.float32


def test_dtype_by_name() -> None:
    assert pick_dtype("fp32", CPU) == torch.float32
    assert pick_dtype("bf16", CPU) == torch.bfloat16
    assert pick_dtype("fp16", CPU) == torch.float16
    with refused(UnknownNameError, "dtype", match="auto, fp32, bf16, fp16"):
        pick_dtype("int8", CPU)


def test_autocast_computes_in_the_dtype() -> None:
    matrix = torch.eye(4)
    with autocast(CPU, torch.bfloat16):
        assert (matrix @ matrix).dtype == torch.bfloat16
    with autocast(CPU, torch.float32):
        assert (matrix @ matrix).dtype == torch.float32
    assert (matrix @ matrix).dtype == torch.float32


def test_autocast_takes_math_attention_on_the_cpu() -> None:
    assert torch.backends.cuda.flash_sdp_enabled()
    with autocast(CPU, torch.bfloat16):
        assert not torch.backends.cuda.flash_sdp_enabled() and torch.backends.cuda.math_sdp_enabled()
    assert torch.backends.cuda.flash_sdp_enabled()


def test_generators_are_their_own_source() -> None:
    first, second = generator("cpu", 7), generator(CPU, 7)
    torch.manual_seed(1)
    assert torch.equal(torch.rand(3, generator=first), torch.rand(3, generator=second))
    assert not torch.equal(torch.rand(3, generator=first), torch.rand(3, generator=generator("cpu", 8)))


def test_real_out_of_memory_is_recognised_and_names_the_settings() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**50, dtype=torch.uint8)
    hint = oom_hint(caught.value)
    assert hint is not None and {"cut_chunk", "size"} <= hint.settings.keys() and "\n" not in str(hint)


def test_out_of_memory_in_disguise() -> None:
    assert oom_hint(MemoryError())
    assert oom_hint(torch.cuda.OutOfMemoryError("CUDA out of memory"))
    assert oom_hint(RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"))
    outer = ValueError("step failed")
    outer.__cause__ = RuntimeError("MPS backend out of memory")
    assert oom_hint(outer)


def test_other_errors_are_no_memory_errors() -> None:
    assert oom_hint(RuntimeError("shapes do not match")) is None
    assert oom_hint(ValueError("out of memory is only a text here")) is None


def test_describe_reports_the_defaults_of_a_run() -> None:
    found = describe()
    assert found["device"] in found["devices"] and found["dtype"] in ("fp32", "bf16") and found["threads"] >= 1


def test_peak_memory_is_the_maximum() -> None:
    before = peak_memory_mb(torch.device("cpu"))
    if before is None:
        pytest.skip("this system does not tell")
    held = torch.ones(2**27)  # 512 MB
    after = peak_memory_mb(torch.device("cpu"))
    assert after is not None and after >= max(before, 512) and held[0] == 1


def test_peak_memory_can_be_reset() -> None:
    free_memory()
    if not reset_peak_memory(CPU):
        pytest.skip("this system does not tell")
    before = peak_memory_mb(CPU) or 0
    torch.ones(100 * 2**18)  # 100 MB, at once let go of
    most = peak_memory_mb(CPU) or 0
    free_memory()
    assert most > before + 90 and reset_peak_memory(CPU) and (peak_memory_mb(CPU) or 0) < most - 90


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told to keep memory")
def test_what_a_step_frees_is_kept_for_the_next_and_can_be_given_back() -> None:
    told = subprocess.run([sys.executable, "-c", KEEPING], capture_output=True, text=True, check=True, timeout=120)
    before, after, kept, given_back = map(int, told.stdout.split())
    assert before > 50 * after  # pages that the system had to clear
    assert given_back < kept - 90_000  # kB resident


def test_networks_without_memory_have_their_shapes() -> None:
    drawn = torch.get_rng_state()
    with without_memory():
        network = torch.nn.Sequential(torch.nn.Linear(10**6, 10**6), torch.nn.Embedding(10**6, 10**6))
        torch.nn.init.trunc_normal_(network[0].weight)
    assert [value.shape for value in network.state_dict().values()] == [(10**6, 10**6), (10**6,), (10**6, 10**6)]
    assert all(value.is_meta for value in network.state_dict().values())
    assert torch.equal(torch.get_rng_state(), drawn)


def test_networks_without_random_fills_have_memory_and_draw_nothing() -> None:
    drawn = torch.get_rng_state()
    with without_random_fills():
        network = torch.nn.Sequential(torch.nn.Linear(10, 10), torch.nn.Embedding(10, 10), torch.nn.Conv2d(3, 3, 3))
    assert not any(value.is_meta for value in network.state_dict().values())
    assert torch.equal(torch.get_rng_state(), drawn)
    torch.nn.init.normal_(network[0].weight)
    assert not torch.equal(torch.get_rng_state(), drawn)
