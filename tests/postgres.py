"""A PostgreSQL server of the tests' own, where it is installed (Debian: `apt-get install -y postgresql`)."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: names the server to use instead: an address whose user may make schemas
VARIABLE = "CLIPGEN_TEST_DATABASE"
USER = "postgres"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl; Debian does not put it on the path."""
    found = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return Path(found).resolve().parent if found else debian[-1].parent if debian else None


@contextmanager
def cluster(bin: Path) -> Iterator[str]:
    """The address of a server that only this machine can reach, by a socket, and that forgets all at its end."""
    with tempfile.TemporaryDirectory(prefix="clipgen-pg-") as folder:
        as_user: list[str] = []
        if os.geteuid() == 0:  # it refuses to run as root
            shutil.chown(folder, USER)
            as_user = ["runuser", "-u", USER, "--"]

        def run(*words: str) -> None:
            subprocess.run([*as_user, *words], check=True, cwd=folder, stdout=subprocess.DEVNULL)

        data = f"{folder}/data"
        run(str(bin / "initdb"), "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        options = f"-k {folder} -c listen_addresses= -c fsync=off -c max_connections=200"
        run(str(bin / "pg_ctl"), "-D", data, "-l", f"{folder}/log", "-o", options, "-w", "start")
        try:
            yield f"postgresql://{USER}@/postgres?host={folder}"
        finally:
            run(str(bin / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
