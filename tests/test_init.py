import subprocess
import sys

import pytest

import clipgen


def test_every_public_name_is_there() -> None:
    for name in clipgen.__all__:
        assert getattr(clipgen, name) is not None and name in dir(clipgen)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'generat'"):
        clipgen.generat  # noqa: B018


@pytest.mark.parametrize("module", ["clipgen", "clipgen.settings", "clipgen.prompts", "clipgen.cli.main"])
def test_importing_does_not_import_torch(module: str) -> None:
    script = f"import sys, {module}; sys.exit(', '.join({{'torch', 'numpy', 'PIL'}} & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, f"{module} imports {done.stderr}"
