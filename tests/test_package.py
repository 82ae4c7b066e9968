"""What is built carries the models and the prompts, and works away from the checkout."""

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MOST_BYTES = 100_000_000  # of the wheel, most of it the built-in models: PyPI takes no larger file
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def run(*command: str | Path, cwd: Path, **more: str) -> str:
    # without PYTHONPATH, or the checkout would stand in for what is installed
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | more
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and with the wheel as it is built from that sdist."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return folder


def shipped() -> set[str]:
    files = [path for name in ("models", "prompts") for path in (ROOT / name).rglob("*") if path.is_file()]
    return {path.relative_to(ROOT).as_posix() for path in files}


def test_the_wheel_carries_models_and_prompts_inside_the_package(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"clipgen/{name}" for name in shipped()} <= names and "clipgen/py.typed" in names
    assert {name.split("/")[0] for name in names} == {"clipgen", f"clipgen-{PROJECT['version']}.dist-info"}


def test_the_wheel_carries_the_pages_of_the_web(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    files = [path for name in ("static", "templates") for path in (ROOT / "clipgen/web" / name).iterdir()]
    assert len(files) > 10 and {path.relative_to(ROOT).as_posix() for path in files} <= names


def test_the_sdist_carries_what_a_build_and_the_tests_need(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert shipped() | {"pyproject.toml", "README.md", "LICENSE", "tests/test_package.py"} <= names
    assert not any(name.startswith(("runs/", "outputs/", ".venv/")) for name in names)


def test_the_wheel_finds_its_own_models(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path)
    script = "from clipgen.models import weights; print(weights.models_folder())"
    found = run(sys.executable, "-c", script, cwd=tmp_path)
    assert Path(found.strip()) == tmp_path.resolve() / "clipgen" / "models"


def test_the_wheel_is_small(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    assert wheel.stat().st_size < MOST_BYTES
    # anything else needs a compiler, or another wheel for each machine
    assert wheel.name.endswith("-py3-none-any.whl")
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith((".so", ".pyd", ".c", ".pyx"))]


def test_the_version_is_written_alike() -> None:
    import clipgen

    assert clipgen.__version__ == PROJECT["version"]


def test_the_readme_gives_the_commands_that_are_tested() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert 'pip install -e . && clipgen "underwater scene Van Gogh"' in readme
    assert "pip install -e '.[test]' && pytest" in readme


@pytest.mark.slow
def test_the_wheel_does_the_main_job_in_an_empty_environment(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    venv.create(tmp_path / "venv", with_pip=True)
    scripts = tmp_path / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    # without a compiler: nothing but this folder is on the path
    (bare := tmp_path / "bare").mkdir()
    (bare / "python").symlink_to(scripts / "python")
    assert shutil.which("cc", path=str(bare)) is None
    run(scripts / "python", "-m", "pip", "install", "--quiet", wheel, cwd=tmp_path, PATH=str(bare), CC="", CXX="")
    run(scripts / "clipgen", "underwater scene Van Gogh", cwd=tmp_path)
    (picture,) = (tmp_path / "outputs").glob("underwater-scene-van-gogh-*.png")
    assert "underwater scene Van Gogh" in run(scripts / "clipgen", "show", picture, cwd=tmp_path)
