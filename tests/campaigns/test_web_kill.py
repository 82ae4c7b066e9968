"""Kill a server under load, again and again: no job that it accepted is lost, and each makes the bytes that it should.

CLIPGEN_KILLS=17 pytest -m slow -n 0 -s tests/campaigns/test_web_kill.py
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import threading
import time
import urllib.request
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from .figures import count, record
from .processes import run, start
from .test_kill import KILLS
from .verbs import PIXELS
from .whole import check_whole, temporary

PATIENCE = 300.0
SETTINGS: dict[str, Any] = {"generator": "pixels", "size": [32, 32], "steps": 4, "cutn": 2, "seed": 7, "device": "cpu"}


class Load:
    """Threads that send jobs until the server is gone; accepted: the addresses of those that it took."""

    def __init__(self, address: str) -> None:
        self.address, self.accepted, self.over = address, list[str](), threading.Event()
        self.threads = [threading.Thread(target=self._send, args=(number,)) for number in range(3)]
        for thread in self.threads:
            thread.start()

    def end(self) -> list[str]:
        """The jobs that were accepted."""
        self.over.set()
        for thread in self.threads:
            thread.join()
        return self.accepted

    def _send(self, number: int) -> None:
        job = {"verb": "generate", "inputs": {"prompts": ["a red fox"]}, "settings": SETTINGS}
        while not self.over.wait(1.0):
            try:
                self.accepted.append(asked(self.address + "/api/jobs", job)["url"])
            except OSError:  # full, or gone
                continue


def asked(url: str, values: object = None) -> Any:
    """The JSON that a server answers."""
    body = None if values is None else json.dumps(values).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def served(folder: Path, port: int) -> tuple[BaseProcess, str]:
    """A server that answers, and its address."""
    log = folder / ".web.log"
    log.unlink(missing_ok=True)
    process = start(("web", "--port", str(port), "--folder", "web", "--device", "cpu"), folder, log)
    end = time.monotonic() + PATIENCE
    while not (log.exists() and "http" in log.read_text()):
        assert process.is_alive() and time.monotonic() < end, log.read_text() if log.exists() else "it does not begin"
        time.sleep(0.05)
    return process, f"http://127.0.0.1:{port}"


@pytest.mark.slow
def test_a_server_that_is_killed_under_load_loses_no_job(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    rng, jobs, kills = random.Random(7), list[str](), count(KILLS, 17)
    for _ in range(kills):
        process, address = served(tmp_path, port)
        load = Load(address)
        time.sleep(rng.uniform(0.5, 8.0))
        process.kill()
        process.join()
        jobs += load.end()
        check_whole(tmp_path)
    process, address = served(tmp_path, port)
    ended = [_ended(address + url) for url in jobs]
    again = {job["error"] for job in ended if job["state"] == "failed"}
    assert all("stopped 3 times" in error for error in again), again  # of a job that was begun in three servers
    pictures = [_bytes(address + job["pictures"][0]["url"]) for job in ended if job["state"] == "done"]
    assert jobs and len(pictures) > len(jobs) // 2
    assert set(pictures) == {_expected(tmp_path)}
    os.kill(process.pid or 0, signal.SIGTERM)
    process.join(PATIENCE)
    assert process.exitcode == 143
    check_whole(tmp_path)
    assert [name for name in temporary(tmp_path / "web") if not name.startswith(".")] == []
    record("kill", "web under load, SIGKILL", {"stopped": kills, "jobs accepted": len(jobs), "lost": 0})


def _ended(url: str) -> Any:
    end = time.monotonic() + PATIENCE
    while (job := asked(url))["state"] not in ("done", "failed", "cancelled"):
        assert time.monotonic() < end, job
        time.sleep(0.2)
    return job


def _bytes(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return bytes(answer.read())


def _expected(folder: Path) -> bytes:
    """The picture as the command makes it."""
    own = [word for word in PIXELS if word not in ("--perceptor", "local-dir:clip")]
    ran = run(("generate", "a red fox", *own, "--steps", "4", "-o", "expected.png", "-q"), folder)
    assert ran.code == 0, ran.text
    return (folder / "expected.png").read_bytes()
