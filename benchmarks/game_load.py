"""Does the drawing game keep up, and keep what it has saved? Local clients send drawings to a server of its own.

    python benchmarks/game_load.py                           # 3 drawings a second for 5 minutes
    python benchmarks/game_load.py --seconds 60 --kill 3     # also: three times the server is killed (-9) and restarted
    python benchmarks/game_load.py --database postgresql://…

Drawings are sent at fixed times, whether or not the ones before have been answered: what waits counts as time of its
score. Each is of 4 to 14 strokes that no other has. "lost" counts the drawings that were answered with "saved" and that
the server does not have after its last restart; "refused" those that were not answered with it. Where the server is
killed, what was under way is sent again, and counts once. Bars: p95 at most 700 ms without a kill, nothing lost, and
nothing refused. On a machine that others use, the seconds of a core for each drawing tell more than the times.

Measured on 27 November 2026 on two cores with a load of 17 to 40: 51 ms of a core for each drawing, so that 3 a second take
a sixth of one; nothing lost; of 3 a second for 5 minutes a third refused (the queue was full), p95 24 s. The bar of 700 ms
is not measured: it needs quiet cores.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import numpy as np

_CLIENTS = 32


class Running:
    """A server in a process of its own, always at the same port."""

    def __init__(self, folder: Path, database: str) -> None:
        self.words = [sys.executable, "-m", "clipgen", "web", "--game-only", "--folder", str(folder)]
        self.environment = {**os.environ, "CLIPGEN_DATABASE": database}
        self.port = 0
        self.start()

    def start(self) -> None:
        """Start it, and wait until it scores."""
        words = [*self.words, "--port", str(self.port)]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=self.environment)
        assert self.process.stdout is not None
        address = self.process.stdout.readline().strip()
        if not address:
            raise click.ClickException("the server did not start")
        self.port = urlsplit(address).port or 0
        while self.ask("POST", "/api/game/look", {"prompt": 1, "strokes": drawing(np.random.default_rng(0))})[0] != 200:
            time.sleep(0.2)

    @property
    def cpu(self) -> float:
        """Seconds of all its threads by now: what does not depend on who else uses the machine."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """End it as a power cut of the process does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        """Status and JSON of an answer; 0 where there was none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            headers = {"Content-Type": "application/json", "Host": "localhost"}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, ValueError, http.client.HTTPException):
            return 0, {}
        finally:
            connection.close()


def drawing(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Wavy strokes, as many and as long as people draw."""
    strokes = []
    for _ in range(rng.integers(4, 15)):
        steps = rng.normal(0, 1, (rng.integers(8, 60), 2)).cumsum(0) * 4 + rng.normal(0, 6, 2)
        points = (rng.uniform(80, 430, 2) + steps.cumsum(0) * 0.5).clip(0, 512).round(1).tolist()
        colour = rng.choice(["#1a1a1a", "#d02a2a", "#2468d6", "#2f9e44"])
        strokes.append({"colour": str(colour), "width": int(rng.choice([4, 9, 20])), "points": points})
    return strokes


class Load:
    """What is sent, and what came back."""

    def __init__(self, server: Running, rate: float, seconds: float, kills: int, looks: bool, seed: int) -> None:
        self.server, self.rate, self.seconds, self.kills = server, rate, seconds, kills
        self.looks, self.seed = looks, seed
        self.times: list[float] = []
        self.saved: list[str] = []
        self.refused: list[int] = []
        self._guard = threading.Lock()

    def send(self, number: int, due: float) -> None:
        """Send one drawing at its time."""
        rng = np.random.default_rng([self.seed, number])
        values = {"prompt": int(rng.integers(1, 100)), "strokes": drawing(rng), "name": f"Player {number % 50}"}
        time.sleep(max(0.0, due - time.perf_counter()))
        if self.looks:
            self.server.ask("POST", "/api/game/look", values)
            due = time.perf_counter()
        status, answer = self.server.ask("POST", "/api/game/drawings", values)
        # killed, or just started: the same strokes are sent again, as a player does who tries again
        while self.kills and status in (0, 429):
            time.sleep(1)
            status, answer = self.server.ask("POST", "/api/game/drawings", values)
        took = time.perf_counter() - due
        with self._guard:
            if answer.get("saved"):
                self.saved.append(answer["id"])
                self.times.append(took)
            else:
                self.refused.append(status)

    def run(self) -> None:
        """Send all, while the server is killed some times."""
        began = time.perf_counter() + 0.5
        with ThreadPoolExecutor(_CLIENTS) as clients:
            for number in range(round(self.rate * self.seconds)):
                clients.submit(self.send, number, began + number / self.rate)
            for kill in range(self.kills):
                while len(self.saved) + len(self.refused) < self.rate * self.seconds * (kill + 1) / (self.kills + 1):
                    time.sleep(0.01)
                self.server.kill()
                self.server.start()

    def lost(self) -> int:
        """How many drawings that were saved are not there."""
        return sum(self.server.ask("GET", f"/api/game/drawings/{id}")[0] != 200 for id in self.saved)


@click.command(help=__doc__.partition("\n\n")[0])
@click.option("--rate", default=3.0, show_default=True, help="drawings a second")
@click.option("--seconds", default=300.0, show_default=True)
@click.option("--kill", default=0, show_default=True, help="how often the server is killed and restarted")
@click.option("--looks", is_flag=True, help="each drawing is looked at before it is saved, as the page does")
@click.option("--database", default="", help="address of a PostgreSQL database; an SQLite file by default")
@click.option("--seed", default=0, show_default=True)
def main(rate: float, seconds: float, kill: int, looks: bool, database: str, seed: int) -> None:
    """Run the benchmark."""
    with tempfile.TemporaryDirectory() as folder:
        server = Running(Path(folder), database)
        try:
            before = os.getloadavg()[0]
            load = Load(server, rate, seconds, kill, looks, seed)
            cpu = server.cpu
            load.run()
            each = (server.cpu - cpu) / max(1, len(load.saved))
            if kill:
                server.kill()
                server.start()
            lost = load.lost()
        finally:
            with suppress(ProcessLookupError):
                server.kill()
    p50, p95, worst = (np.percentile(load.times, share) * 1000 for share in (50, 95, 100))
    click.echo(f"load of the machine {before:.1f} before, {os.getloadavg()[0]:.1f} after, {os.cpu_count()} cores")
    click.echo(f"{len(load.saved)} saved, {len(load.refused)} refused {sorted(set(load.refused)) or ''}, {lost} lost")
    if not kill:
        click.echo(f"{each * 1000:.0f} ms of a core for each drawing that was saved")
    click.echo(f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, most {worst:.0f} ms; {seconds / 60:.1f} min, {kill} kills")


if __name__ == "__main__":
    main()
