"""Every command and every Python example of README and docs runs as it is printed, page by page, from an empty folder.

    pytest -m slow -n 2 --dist loadgroup tests/docs

The tutorial and "How it works" run as a newcomer runs them. The other pages name files that a reader has: stand-ins for
them lie in the folder, and a file of defaults makes every picture small. Each section of these pages has a folder of
its own, so that sections may run at the same time.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from clipgen.prompts import slugify

from .pages import GUIDES, ROOT, TUTORIAL, Code, code_of, name_of

REGISTRY = "needs the registry; test_package and .ci/run do it"
POSTGRES = "needs a server of PostgreSQL; the tests of the game start one"
FULL_SIZE = "needs full-size models"
TRAINS = "trains for minutes on pictures of one's own; tests/train does so in small"
CHECKOUT = "runs in the checkout; pages run from empty folders"
CLUSTER = "needs a Ray cluster; tests/batch starts one"
#: code that is not run here, as it is printed, without its comment → why
EXCUSED = {
    'pip install -e . && clipgen "underwater scene Van Gogh"': REGISTRY,
    "pip install -e '.[test]' && pytest": REGISTRY,
    "pip install -e '.[docs]' && sphinx-build -W docs build/docs": "needs the registry; test_site builds the site",
    "pip install -e '.[web]' && clipgen web": "needs the registry; other lines start servers",
    "pip install -e '.[web,postgresql]'": REGISTRY,
    "sudo -u postgres createuser --pwprompt game && sudo -u postgres createdb --owner game game": POSTGRES,
    "export CLIPGEN_DATABASE=postgresql://game:PASSWORD@localhost/game CLIPGEN_OWNER=TOKEN": POSTGRES,
    "clipgen web --game-only --port 8101 --folder outputs/one & "
    "clipgen web --game-only --port 8102 --folder outputs/two": POSTGRES,
    "curl -s https://example.org/photo.jpg | clipgen caption -": "needs the network",
    "clipgen models pull vqgan-imagenet-16384 vit-b-32": "needs the network",
    'clipgen "a lighthouse in a storm" --generator vqgan-imagenet-16384 --perceptor vit-b-32 --size 512 384': FULL_SIZE,
    "clipgen doctor --generator vqgan-imagenet-16384 --perceptor vit-b-32 --size 512 384": FULL_SIZE,
    'clipgen edit face.png "a smiling face" --generator stylegan2-ffhq --perceptor vit-b-16': FULL_SIZE,
    "clipgen moderate uploads/ --perceptor ViT-L-14/openai --head head.safetensors": FULL_SIZE,
    "clipgen tune shop/ --from vit-b-32 --last-blocks 2": FULL_SIZE,
    "python benchmarks/tune.py --things chips --draw charts/": CHECKOUT,
    "clipgen tune charts/learn -o chips": TRAINS,
    "clipgen classify charts/other --perceptor chips --by-folder": TRAINS,
    'clipgen "a drawing of a z8k" --perceptor chips': TRAINS,
    "clipgen train prior --pictures charts/learn --perceptor chips-painter --size 64 --batch 16 --fresh 2 --steps 400 "
    "--out chip-manner": TRAINS,
    'clipgen "a drawing of a z8k" --perceptor chips --prior chip-manner -o z8k.png': TRAINS,
    "python benchmarks/tune.py --things symbols --draw new-things/": CHECKOUT,
    "clipgen tune new-things/learn -o since-2020": TRAINS,
    "clipgen caption new-things/other/zorblax/000.png --perceptor since-2020": TRAINS,
    "clipgen tune new-things/learn -o since-2020-b32 --from vit-b-32 --last-blocks 2": FULL_SIZE,
    "clipgen tune ours/ -o ours-or-not": TRAINS,
    'clipgen classify new/*.png --perceptor ours-or-not "clipgen picture" photograph': TRAINS,
    "clipgen batch jobs.jsonl --out s3://bucket/results": "needs a bucket; tests/batch writes to an address in memory",
    "clipgen batch jobs.jsonl --out results/ --ray auto": CLUSTER,
    "clipgen index photos/ --ray auto": CLUSTER,
    "ray start --head": CLUSTER,
    "ray start --address FIRST:6379": CLUSTER,
}  # fmt: skip
#: pages that are run with the true settings, one after the other, from one folder that is empty
TRUE = ("docs/tutorial.md", "docs/how-it-works.md")
#: what pages say that these commands answer
SAID = {
    "clipgen caption castle.webp --top 3 --explain why.png": r"castle",
    "clipgen classify castle.webp castle church lighthouse": r"castle\.webp\s+castle [89]\d|castle\.webp\s+castle 100",
    'clipgen search "a red fruit" pictures/': r"pictures/sample-stylegan-3-4\.png",
    'clipgen search "the sea" pictures/': r"pictures/sample-stylegan-3\.png",
}
SERVER = re.compile(r"^clipgen web\b(?!.*--rescore)")
SECONDS = 3600
CODE = [code for page in GUIDES for code in code_of(page)]


def room_of(code: Code) -> str:
    """What shares a working folder: a section of a page; "How it works" continues the tutorial."""
    return TUTORIAL.stem if name_of(code.page) in TRUE else f"{code.page.stem} {code.section}"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The working folder of each room, in a home folder of its own."""
    return {room: tmp_path_factory.mktemp(slugify(room)) / "work" for room in dict.fromkeys(map(room_of, CODE))}


def surroundings(home: Path) -> dict[str, str]:
    """The environment of a reader: `clipgen` is this checkout, nothing is kept outside of a folder."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    own = {"HOME": str(home), "CLIPGEN_HOME": str(home / "clipgen"), "PYTHONPATH": str(ROOT), "PATH": path}
    return {**os.environ, **own}


def serves(text: str, folder: Path, environment: dict[str, str]) -> None:
    """Start a server, ask for the page whose address it prints, and stop it by Ctrl-C."""
    with subprocess.Popen(
        ["bash", "-c", f"exec {text}"], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().split()[0].replace("0.0.0.0", "127.0.0.1")
            with urllib.request.urlopen(address, timeout=300) as answer:
                assert answer.status == 200 and b"<html" in answer.read()
        finally:
            server.send_signal(signal.SIGINT)
        assert server.wait(300) in (0, 130)


@pytest.mark.slow
@pytest.mark.parametrize("code", [
    pytest.param(code, id=f"{name_of(code.page)}:{code.line}", marks=pytest.mark.xdist_group(room_of(code)))
    for code in CODE
])  # fmt: skip
def test_it_works_as_printed(code: Code, folders: dict[str, Path]) -> None:
    if code.bare in EXCUSED:
        pytest.skip(EXCUSED[code.bare])
    folder = folders[room_of(code)]
    environment = surroundings(folder.parent)
    if not folder.exists():
        folder.mkdir()
        if name_of(code.page) not in TRUE:
            from .standins import write_standins  # late: it imports torch

            write_standins(folder, folder.parent / "clipgen")
    if SERVER.match(code.text):
        serves(code.bare, folder, environment)
        return
    call = ["bash", "-eo", "pipefail", "-c"] if code.language == "sh" else [sys.executable, "-c"]
    done = subprocess.run(
        [*call, code.text], cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS
    )
    assert done.returncode == 0, f"{code.text}\n{done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr
    assert re.search(SAID.get(code.bare, ""), done.stdout), done.stdout


def test_every_excuse_is_needed() -> None:
    assert (EXCUSED.keys() | SAID.keys()) - {code.bare for code in CODE} == set()


@pytest.mark.slow
def test_site(tmp_path: Path) -> None:
    """The site is built without a warning, and with every public function."""
    pytest.importorskip("sphinx")
    call = [sys.executable, "-m", "sphinx", "-qW", "--keep-going", ROOT / "docs", tmp_path / "site"]
    done = subprocess.run(call, env=surroundings(tmp_path), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "site" / "reference" / "python.html").read_text(encoding="utf-8")
    assert 'id="clipgen.generate"' in page and "underwater scene Van Gogh" in page
