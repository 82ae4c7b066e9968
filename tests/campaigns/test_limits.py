"""Every verb that writes under limits of the machine: the right result or one line, and nothing that is half-written.

    pytest -m slow -n 0 tests/campaigns/test_limits.py

For a user without a home, a read-only folder and a disk that is full, run it as root. Afterwards, without the limit,
each verb must end as usual.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from . import limits
from .figures import count, record
from .processes import Ran, run
from .test_kill import finished
from .verbs import VERBS, Results, Verb
from .whole import check_whole, temporary

TRIES = "CLIPGEN_FULL_DISKS"
DISK = 96 * 2**20  # 24 MB are too few for a training
ROOT = hasattr(os, "getuid") and os.getuid() == 0
LIMITS: dict[str, Callable[[], None]] = {
    "20 file handles": limits.handles,
    "1 GB of memory": limits.memory,
    "one thread": limits.threads,
    "a clock that jumps": limits.clock,
    "no cache folder": limits.no_cache,
    "no home folder": limits.homeless,
    "no temporary folder": limits.no_temporary_folder,
    "a folder that is read-only": limits.read_only,
}
RIGHTS = (limits.homeless, limits.read_only)  # that root can give up
#: limits under which the verb must do its work
WORKS = ("20 file handles", "one thread", "a clock that jumps", "1 GB of memory", "no cache folder")


def both(first: Callable[[], None] | None, second: Callable[[], None]) -> None:
    """What makes a verb small, and a limit."""
    if first is not None:
        first()
    second()


def is_decent(ran: Ran) -> bool:
    """Whether a command did its work, or refused in a line of its own, or named files one a line."""
    if ran.code == 0:
        return "Traceback" not in ran.text
    lines = [line for line in ran.text.splitlines() if line.strip()]
    return ran.code in (1, 2) and "Traceback" not in ran.text and len(lines) < 30 and bool(lines)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that other users can list."""
    folder = Path(tempfile.mkdtemp(prefix="limits-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def expected() -> dict[str, Results]:
    """The results of each verb without limits."""
    return {}


def unlimited(verb: Verb, template: Path, known: dict[str, Results]) -> Results:
    """The results of a verb without limits, found once."""
    if verb.name not in known:
        shutil.copytree(template, reference := template.with_name("reference"))
        known[verb.name] = finished(verb, reference, [verb.args])
        known[f"{verb.name} left"] = {"left": temporary(reference)}
        assert known[verb.name]
    return known[verb.name]


def check_after(verb: Verb, folder: Path, known: dict[str, Results]) -> None:
    """Assert that nothing is half-written, and that the verb ends as usual when the limit is gone."""
    check_whole(folder)
    assert finished(verb, folder, verb.finish(verb, folder)) == known[verb.name]
    assert temporary(folder) == known[f"{verb.name} left"]["left"]


@pytest.mark.slow
@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_a_limit(verb: Verb, limit: str, place: Path, expected: dict[str, Results]) -> None:
    if LIMITS[limit] in RIGHTS and not ROOT:
        pytest.skip("only root can become another user")
    if LIMITS[limit] is limits.homeless and (path := limits.closed()):
        pytest.skip(f"a user without a home cannot read {path}, which Python needs")
    if LIMITS[limit] is limits.memory and not (ROOT and limits.MEMORY.parent.is_dir()):
        pytest.skip("there are no groups of Linux here that bound memory")
    template = verb.prepared(place / "inputs")
    whole = unlimited(verb, template, expected)
    shutil.copytree(template, folder := place / "limited")
    (folder / "tmp").mkdir()
    if LIMITS[limit] is limits.homeless:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, limits.NOBODY, limits.NOBODY)
    ran = run(verb.args, folder, patch=partial(both, verb.patch, LIMITS[limit]))
    assert is_decent(ran), (ran.code, ran.text)
    if limit in WORKS:
        assert ran.code == 0, ran.text
    for inner in [folder, *folder.rglob("*/")]:
        inner.chmod(0o755)
    if ran.code == 0:
        check_whole(folder)
        assert limit == "no home folder" or verb.after or verb.results(folder) == whole
    else:
        check_after(verb, folder, expected)
    record("limits", f"{limit}: {verb.name}", {"code": ran.code, "line": ran.text.strip()[-300:]})


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_a_full_disk(verb: Verb, place: Path, expected: dict[str, Results]) -> None:
    template = verb.prepared(place / "inputs")
    unlimited(verb, template, expected)
    (disk := place / "disk").mkdir()
    codes = []
    rng = random.Random(f"7 {verb.name}")
    for _ in range(count(TRIES, 3)):
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", disk], capture_output=True)
        if mounted.returncode:
            pytest.skip("a file system of a bounded size cannot be mounted here")
        try:
            shutil.copytree(template, folder := disk / "work")
            fill(disk / "filler", left=4096 * rng.randrange(60))
            ran = run(verb.args, folder, patch=verb.patch, logs=place)  # on the full disk there is no room for a line
            codes.append(ran.code)
            assert is_decent(ran), (ran.code, ran.text)
            (disk / "filler").unlink()
            check_after(verb, folder, expected)
        finally:
            subprocess.run(["umount", "-l", disk], check=True)
    record("full disk", verb.name, {"codes": codes})


@pytest.mark.slow
def test_too_little_memory_is_one_line(place: Path) -> None:
    (verb,) = (verb for verb in VERBS if verb.name.startswith("generate"))
    folder = verb.prepared(place / "inputs")
    ran = run((*verb.args, "--size", "4096", "4096"), folder, patch=limits.addresses)
    assert ran.code == 1 and "out of memory" in ran.text and len(ran.text.splitlines()) == 1, ran.text
    assert not list(folder.glob("out/*"))


def fill(path: Path, *, left: int) -> None:
    """Fill a disk but for some bytes."""
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            assert error.errno == errno.ENOSPC
        file.truncate(file.tell() - left)
