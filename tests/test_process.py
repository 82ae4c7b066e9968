"""Switches of the process, each in a fresh interpreter: in this one they may be set already."""

import subprocess
import sys

import pytest

READY = "import sys\nfrom clipgen.process import configure\nconfigure()\n"


def printed(script: str) -> str:
    """What a fresh interpreter prints."""
    made = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


@pytest.mark.parametrize("prompt", ["a red square", "a red apple"])
def test_a_run_never_loads_the_compiler(prompt: str) -> None:
    script = (
        f"{READY}import clipgen\n"
        f"run = clipgen.stream('{prompt}', size=(32, 32), steps=2, cutn=2, seed=7)\n"
        "for _ in run: pass\n"
        "run.state()\n"
        "print([name for name in ('torch._dynamo.eval_frame', 'sympy', 'triton') if name in sys.modules])"
    )
    assert printed(script) == "[]"


def test_references_to_the_stand_in_answer_as_the_real_one() -> None:
    script = (
        f"{READY}from torchvision.ops.roi_align import is_compile_supported as light\n"
        "stood_in = 'torch._dynamo.eval_frame' not in sys.modules\n"
        "answers = light('cpu'), light('mps')\n"
        "from torch._dynamo.utils import is_compile_supported as real\n"
        "print(stood_in, light is not real, answers == (real('cpu'), real('mps')))"
    )
    assert printed(script) == "True True True"


def test_it_is_replaced_when_another_attribute_is_used() -> None:
    script = (
        f"{READY}import torch, torch._dynamo\n"
        "torch._dynamo.graph_break()\n"
        "stood_in = 'torch._dynamo.eval_frame' not in sys.modules\n"
        "torch._dynamo.reset()\n"
        "print(stood_in, 'torch._dynamo.eval_frame' in sys.modules, callable(torch._dynamo.optimize))"
    )
    assert printed(script) == "True True True"


def test_a_part_of_it_is_imported_with_all_of_it() -> None:
    script = f"{READY}import torch._dynamo.eval_frame\nprint(callable(sys.modules['torch._dynamo'].optimize))"
    assert printed(script) == "True"


def test_torch_is_not_imported_for_the_switches() -> None:
    assert printed(f"{READY}import os; print('torch' in sys.modules, os.environ['OMP_WAIT_POLICY'])") == "False PASSIVE"


def test_importing_the_library_sets_no_switch() -> None:
    script = (
        "import os, sys; before = dict(os.environ), list(sys.meta_path)\n"
        "import clipgen, clipgen.studio, clipgen.generators.vqgan, taming.modules.diffusionmodules.model as taming\n"
        "print(before[0] == dict(os.environ), taming.nonlinearity.__module__ == taming.__name__)"
    )
    assert printed(script) == "True True"
