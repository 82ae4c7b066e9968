"""Limits under which a command runs: set in its own process, before it begins."""

from __future__ import annotations

import os
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

NOBODY = 65534
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
    """3 GB of addresses more than the process has when it begins, which imports take most of; then an error."""
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + 3 * 2**30, size + 3 * 2**30))


def nobody() -> None:
    """Another user, for whom modes of files hold, as they do not for root."""
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def homeless() -> None:
    """A user without a home folder, and without the variables that name one."""
    nobody()
    for name in ("HOME", "CLIPGEN_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        os.environ.pop(name, None)


def no_cache() -> None:
    """A cache folder that cannot be made."""
    del os.environ["CLIPGEN_HOME"]
    os.environ["XDG_CACHE_HOME"] = os.environ["TORCHINDUCTOR_CACHE_DIR"] = "/dev/null/cache"


def no_temporary_folder() -> None:
    """No folder for temporary files that can be written to."""
    nobody()
    os.environ["TMPDIR"] = "/dev/null/tmp"
    tempfile._candidate_tempdir_list = lambda: ["/dev/null/tmp"]  # type: ignore[attr-defined]


def clock() -> None:
    """A clock that jumps by years at each look."""
    jumps, now = random.Random(7), time.time
    time.time = lambda: now() + jumps.uniform(-1e8, 1e8)


def threads() -> None:
    """One thread, whatever the machine has."""
    sys.modules["torch"].set_num_threads(1)
