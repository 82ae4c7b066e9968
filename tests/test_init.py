import pkgutil
import subprocess
import sys

import pytest

import clipgen

MOST_MODULES = 160  # that the command imports before it knows what is asked (118 in November 2026)


def test_every_public_name_is_there() -> None:
    for name in clipgen.__all__:
        assert getattr(clipgen, name) is not None and name in dir(clipgen)


def test_no_module_takes_the_place_of_a_public_name() -> None:
    """Once imported, `clipgen/scenes` would be what `clipgen.scenes` is, and no longer a function."""
    modules = {module.name for module in pkgutil.iter_modules(clipgen.__path__)}
    assert not modules & {*clipgen.__all__}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'generat'"):
        clipgen.generat  # noqa: B018


@pytest.mark.parametrize("module", ["clipgen", "clipgen.settings", "clipgen.prompts", "clipgen.cli.main"])
def test_importing_does_not_import_torch(module: str) -> None:
    script = f"import sys, {module}; sys.exit(', '.join({{'torch', 'numpy', 'PIL'}} & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, f"{module} imports {done.stderr}"


def test_importing_is_quick() -> None:
    """The share of Python's own start that the command adds, in modules: seconds depend on what else runs."""
    script = "import sys; before = len(sys.modules); import clipgen.cli.main; print(len(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(done.stdout) < MOST_MODULES
