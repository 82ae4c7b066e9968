import subprocess
import sys

import pytest
import torch

from clipgen.compiler import compiled
from clipgen.errors import DeviceError


def printed(script: str) -> str:
    """What a fresh interpreter prints: in this one the compiler may be loaded already."""
    made = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def test_a_run_never_loads_the_compiler() -> None:
    script = (
        "import sys, clipgen\n"
        "run = clipgen.stream('a red square', size=(32, 32), steps=2, cutn=2, seed=7)\n"
        "for _ in run: pass\n"
        "run.state()\n"
        "print([name for name in ('torch._dynamo', 'sympy', 'triton') if name in sys.modules])"
    )
    assert printed(script) == "[]"


def test_what_stood_in_for_it_answers_later_as_the_real_one() -> None:
    script = (
        "from clipgen.compiler import import_lightly\n"
        "import_lightly('torchvision')\n"
        "from torchvision.ops.roi_align import is_compile_supported as light\n"
        "from torch._dynamo.utils import is_compile_supported as real\n"
        "print(light is not real, light('cpu') == real('cpu'), light('mps') == real('mps'))"
    )
    assert printed(script) == "True True True"


def test_compilation_gives_way() -> None:
    script = (
        "import sys, torch\n"
        "from clipgen.compiler import without_compiler\n"
        "with without_compiler():\n"
        "    import torch._dynamo\n"
        "    torch._dynamo.graph_break()\n"
        "    stood_in = 'torch._dynamo.eval_frame' not in sys.modules\n"
        "    torch._dynamo.reset()\n"
        "print(stood_in, 'torch._dynamo.eval_frame' in sys.modules, callable(torch._dynamo.optimize))"
    )
    assert printed(script) == "True True True"


def test_a_module_that_needs_it_is_imported_with_it() -> None:
    script = (
        "import sys\n"
        "from clipgen.compiler import import_lightly\n"
        "import_lightly('torch._dynamo.eval_frame')\n"
        "print('torch._dynamo.eval_frame' in sys.modules)"
    )
    assert printed(script) == "True"


def test_a_missing_module_is_reported() -> None:
    script = (
        "from clipgen.compiler import import_lightly\n"
        "try: import_lightly('no_such_module')\n"
        "except ImportError as error: print(error)"
    )
    assert printed(script) == "No module named 'no_such_module'"


def test_compiling_wants_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(DeviceError, match="compile"):
        compiled(torch.sin)
