"""What only a CUDA device can show: `pytest -m gpu -n 0`."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor

from clipgen import devices
from clipgen.cutouts import Cutouts
from clipgen.errors import ClipgenError
from clipgen.generators.base import Generator
from clipgen.parts import Parts
from clipgen.perceptors.openclip import OpenClip, load_perceptor
from clipgen.settings import GenerateSettings
from clipgen.tasks.generate import Run
from generators.contract import assert_elements_are_independent, assert_state_is_restored
from runs import start

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device"),
]

CUDA, CPU = torch.device("cuda"), torch.device("cpu")
GENERATORS = ("pixels", "cppn", "vqgan", "stylegan")
_SYNCS = 12  # waits of the processor for the GPU in a step: errors are looked for, and figures read


@pytest.fixture(scope="module")
def clip(tiny_clip: Path) -> OpenClip:
    """The tiny CLIP on the GPU."""
    return load_perceptor(f"local-dir:{tiny_clip}", CUDA)


@pytest.fixture(scope="module")
def parts() -> Iterator[Parts]:
    with Parts() as loaded:
        yield loaded


def begun(parts: Parts, name: str, device: torch.device, dtype: torch.dtype = torch.float32) -> Generator:
    generator = parts.generator(name, device=device, dtype=dtype)
    generator.start([1, 2], (64, 64))
    return generator


def painting(clip: OpenClip, generator: str = "vqgan", **settings: object) -> Run:
    given = {"size": (64, 64), "steps": 6, "cutn": 4, "device": "cuda", "seed": 7, "start": "noise", "race": 1}
    return start(clip, ["a red square", "a blue circle"],
                 GenerateSettings.of(generator=generator, **{**given, **settings}))  # type: ignore[arg-type]  # fmt: skip


def latents_after(run: Run) -> list[Tensor]:
    for _ in run:
        pass
    return [latent.detach().clone() for latent in run.generator.latents]


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generator_keeps_its_contract_and_paints_as_on_the_processor(parts: Parts, name: str) -> None:
    there = begun(parts, name, CUDA)
    image = there().detach()
    assert image.device.type == "cuda" and image.shape == (2, 3, 64, 64)
    assert image.isfinite().all() and image.min() >= 0 and image.max() <= 1
    here = begun(parts, name, CPU)()
    # cuDNN rounds to TF32, and a code that lies between two may become the other one
    assert (image.cpu() - here).abs().mean() < 0.02
    assert_state_is_restored(there)
    assert_elements_are_independent(begun(parts, name, CUDA))


@pytest.mark.parametrize("name", GENERATORS)
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_a_generator_paints_in_half_precision(parts: Parts, name: str, dtype: torch.dtype) -> None:
    with torch.no_grad():
        exact, half = begun(parts, name, CUDA)(), begun(parts, name, CUDA, dtype)()
    assert half.isfinite().all() and (exact - half.float()).abs().mean() < 0.05


@pytest.mark.parametrize("augments", ["robust", "none", "classic"])
def test_cutouts_are_those_of_the_processor(augments: str) -> None:
    image = torch.rand(2, 3, 96, 80, generator=devices.generator("cpu", 3))
    made = []
    for device in (CPU, CUDA):
        cutouts = Cutouts(32, 8, augments=augments, generator=devices.generator("cpu", 1)).to(device)
        made.append(cutouts(image.to(device)).cpu())
    torch.testing.assert_close(made[0], made[1], atol=2e-3, rtol=1e-3)


def test_embeddings_are_those_of_the_processor(clip: OpenClip, perceptor: OpenClip) -> None:
    images = torch.rand(8, 3, 32, 32, generator=devices.generator("cpu", 5))
    seen = clip.encode_image(images.to(CUDA)).cpu()
    torch.testing.assert_close(seen, perceptor.encode_image(images), atol=5e-3, rtol=0)
    words = ["a red square", "a fox"]
    torch.testing.assert_close(clip.encode_text(words).cpu(), perceptor.encode_text(words), atol=1e-4, rtol=0)


@pytest.mark.parametrize("name", GENERATORS)
def test_a_whole_run_paints_what_scores_higher(clip: OpenClip, name: str) -> None:
    run = painting(clip, name, steps=30)
    steps = list(run)
    assert max(steps[-1].score) > max(steps[0].score)
    assert [picture.metadata["seed"] for picture in run.pictures()] == [7, 7]
    assert run.settings.machine.dtype == "bf16"


@pytest.mark.parametrize("name", GENERATORS)
def test_the_same_seed_makes_the_same_bytes(clip: OpenClip, tmp_path: Path, name: str) -> None:
    for turn in ("a", "b"):
        run = painting(clip, name)
        latents_after(run)
        run.pictures()[0].save(tmp_path / f"{turn}.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize("name", GENERATORS)
def test_a_run_that_resumes_is_bit_for_bit_the_whole_one(clip: OpenClip, name: str) -> None:
    whole = latents_after(painting(clip, name))
    first = painting(clip, name)
    for _ in range(3):
        next(first)
    settings = GenerateSettings.from_dict(first.settings.to_dict())
    second = start(clip, first.job.inputs.prompts, settings, resume=first.state())
    for ours, theirs in zip(latents_after(second), whole, strict=True):
        assert torch.equal(ours, theirs)


def test_out_of_memory_halves_the_cutouts(clip: OpenClip) -> None:
    def peak(chunk: int | None) -> int:
        devices.free_memory()
        torch.cuda.reset_peak_memory_stats()
        run = painting(clip, "pixels", cutn=2048, cut_chunk=chunk, steps=2)
        next(run)
        return torch.cuda.max_memory_reserved()

    small, large = peak(256), peak(None)
    assert large > 1.5 * small, "the test needs a run that memory decides"
    total = torch.cuda.get_device_properties(CUDA).total_memory
    devices.free_memory()
    torch.cuda.set_per_process_memory_fraction((small + large) / 2 / total)
    try:
        run = painting(clip, "pixels", cutn=2048, steps=2)
        step = next(run)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert step.note and run.synthesis.chunk is not None and run.synthesis.chunk < 2048


def test_a_step_waits_for_the_gpu_a_few_times_however_many_cutouts_there_are(clip: OpenClip) -> None:
    def waits(cutn: int, chunk: int | None) -> int:
        run = painting(clip, "vqgan", cutn=cutn, cut_chunk=chunk)
        for _ in range(2):
            next(run)
        torch.cuda.set_sync_debug_mode("warn")
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                next(run)
        finally:
            torch.cuda.set_sync_debug_mode("default")
        return sum("synchroniz" in str(one.message) for one in caught)

    few = waits(4, None)
    print(f"{few} waits a step")
    assert few <= _SYNCS and waits(64, None) == few


def test_a_device_that_is_not_there_is_refused() -> None:
    with pytest.raises(ClipgenError, match="cuda:99"):
        devices.pick_device("cuda:99")
