"""Limits under which a command runs: set in its own process, before it begins."""

from __future__ import annotations

import ctypes
import os
import random
import resource
import stat
import sys
import tempfile
import time
from pathlib import Path

import torch

NOBODY = 65534
_SECURE_BITS, _NO_ROOT = 28, 1  # of prctl
MEMORY = Path("/sys/fs/cgroup/memory/clipgen-campaign")


def handles() -> None:
    """20 files at once."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))


def memory() -> None:
    """1 GB of memory, without what torch takes when it is imported: a group of Linux, which kills who takes more."""
    MEMORY.mkdir(exist_ok=True)
    (MEMORY / "memory.limit_in_bytes").write_text(str(2**30))
    (MEMORY / "cgroup.procs").write_text(str(os.getpid()))


def addresses() -> None:
    """1 GB of addresses more than the process has when it begins; then an error."""
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + 2**30, size + 2**30))


def bounded() -> None:
    """Root without its capabilities: modes of files hold for it, as they do for other users."""
    system = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # the third version of capset, this process
    if system.prctl(_SECURE_BITS, _NO_ROOT, 0, 0, 0) or system.capset(header, (ctypes.c_uint32 * 6)()):
        raise OSError(ctypes.get_errno(), "capabilities cannot be given up")


def read_only() -> None:
    """Nothing can be written to the folder in which the command runs and those in it, but for its home."""
    for folder, inner, _ in os.walk("."):
        inner[:] = [name for name in inner if name not in ("home", "tmp")]
        os.chmod(folder, 0o555)
    bounded()


def homeless() -> None:
    """A user without a home folder, and without the variables that name one."""
    for name in ("HOME", "CLIPGEN_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        os.environ.pop(name, None)
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def closed() -> Path | None:
    """A file of Python or of clipgen that other users cannot read, as below root's home folder; None if all can."""
    for path in (Path(os.__file__), Path(torch.__file__), Path(__file__)):
        passed = all(folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents)
        if not (passed and path.stat().st_mode & stat.S_IROTH):
            return path
    return None


def no_cache() -> None:
    """A cache folder that cannot be made, and the home of clipgen as that of its data."""
    home = Path(os.environ.pop("CLIPGEN_HOME"))
    (data := home.parent / "data").mkdir()
    (data / "clipgen").symlink_to(home)
    os.environ["XDG_DATA_HOME"] = str(data)
    os.environ["XDG_CACHE_HOME"] = os.environ["TORCHINDUCTOR_CACHE_DIR"] = "/dev/null/cache"


def no_temporary_folder() -> None:
    """No folder for temporary files that can be written to."""
    os.environ["TMPDIR"] = "/dev/null/tmp"
    tempfile._candidate_tempdir_list = lambda: ["/dev/null/tmp"]  # type: ignore[attr-defined]


def clock() -> None:
    """A clock that jumps by years at each look."""
    jumps, now = random.Random(7), time.time
    time.time = lambda: now() + jumps.uniform(-1e8, 1e8)


def threads() -> None:
    """One thread, whatever the machine has."""
    sys.modules["torch"].set_num_threads(1)
