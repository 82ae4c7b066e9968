"""Downloads from a local server that interrupts, stalls, damages, redirects and has no such file."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import Request

import pytest

from clipgen.errors import OutputError, WeightsError
from clipgen.files.locks import exclusive
from clipgen.models import downloads
from clipgen.models.downloads import fetch
from raising import refused

DATA = bytes(range(256)) * 40
SUM = hashlib.sha256(DATA).hexdigest()


class Server(ThreadingHTTPServer):
    asked: list[tuple[str, str | None]]
    over: threading.Event  # set at the end of a test: a stalled answer waits for it

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/{name}"


class Answers(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        kind, ranged = self.path.strip("/"), self.headers.get("Range")
        self.server.asked.append((kind, ranged))
        if kind == "none":
            return self.send_error(404)
        if kind == "moved":
            self.send_response(302)
            self.send_header("Location", self.server.url("whole"))
            return self.end_headers()
        data = DATA[::-1] if kind == "corrupt" else DATA
        first = int(ranged.removeprefix("bytes=").rstrip("-")) if ranged and kind != "rangeless" else 0
        if first >= len(data):
            return self.send_error(416)
        self.send_response(206 if first else 200)
        if kind == "page":
            self.send_header("Content-Type", "text/html; charset=utf-8")
        if kind != "lengthless":
            self.send_header("Content-Length", str(10**13 if kind == "endless" else len(data) - first))
        self.end_headers()
        sent = data[first : first + 3000] if kind in ("cut", "stall", "rangeless") else data[first:]
        self.wfile.write(data[first:] if kind == "rangeless" and first == 0 and len(self.server.asked) > 1 else sent)
        self.wfile.flush()
        if kind == "stall":
            self.server.over.wait()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(("127.0.0.1", 0), Answers)
    made.asked, made.over = [], threading.Event()
    thread = threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True)  # polls every 10 ms
    thread.start()
    yield made
    made.over.set()
    made.shutdown()
    made.server_close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "models" / "a.ckpt"


def leftovers(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir())


@pytest.mark.parametrize("kind", ["whole", "moved", "lengthless", "rangeless"])
def test_a_file_lands_whole(server: Server, target: Path, kind: str) -> None:
    seen: list[tuple[int, int | None]] = []
    assert fetch([server.url(kind)], target, sha256=SUM, report=lambda *at: seen.append(at)) == SUM
    assert target.read_bytes() == DATA and leftovers(target) == ["a.ckpt"]
    assert seen[-1] == (len(DATA), None if kind == "lengthless" else len(DATA))


def test_the_next_mirror_is_used(server: Server, target: Path) -> None:
    nobody = "http://127.0.0.1:9/a.ckpt"
    assert fetch([nobody, server.url("none"), server.url("corrupt"), server.url("whole")], target, sha256=SUM) == SUM
    assert [kind for kind, _ in server.asked] == ["none", "corrupt", "whole"] and target.read_bytes() == DATA


def test_an_interrupted_download_is_resumed(server: Server, target: Path) -> None:
    """Every answer brings 3,000 of 10,240 bytes: the first call gets three parts, the second the rest."""
    with pytest.raises(WeightsError, match="a.ckpt: 127.0.0.1"):
        fetch([server.url("cut")], target, sha256=SUM)
    assert leftovers(target) == ["a.ckpt.part"]
    assert fetch([server.url("cut")], target, sha256=SUM) == SUM
    assert [ranged for _, ranged in server.asked] == [None, "bytes=3000-", "bytes=6000-", "bytes=9000-"]
    assert leftovers(target) == ["a.ckpt"]


def test_a_killed_fetch_leaves_a_part_that_is_completed(server: Server, target: Path) -> None:
    target.parent.mkdir()
    target.with_name("a.ckpt.part").write_bytes(DATA[:5000])
    fetch([server.url("whole")], target, sha256=SUM)
    assert server.asked == [("whole", "bytes=5000-")] and target.read_bytes() == DATA


def test_a_part_of_another_file_is_thrown_away(server: Server, target: Path) -> None:
    target.parent.mkdir()
    target.with_name("a.ckpt.part").write_bytes(b"x" * 20_000)
    assert fetch([server.url("whole"), server.url("whole")], target, sha256=SUM) == SUM
    assert target.read_bytes() == DATA


def test_a_server_that_stalls_is_given_up(server: Server, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    connect = downloads.urlopen

    def impatient(request: Request, timeout: float) -> object:
        waits.append(timeout)
        return connect(request, timeout=0.1 if "stall" in request.full_url else timeout)

    monkeypatch.setattr(downloads, "urlopen", impatient)
    assert fetch([server.url("stall"), server.url("whole")], target, sha256=SUM, stall=60.0) == SUM
    assert ("whole", "bytes=9000-") in server.asked and set(waits) == {60.0}


def test_a_complete_file_is_not_downloaded_again(server: Server, target: Path) -> None:
    target.parent.mkdir()
    target.write_bytes(DATA)
    assert fetch([server.url("whole")], target, sha256=SUM) == SUM and server.asked == []


def test_a_file_without_a_published_sum_is_accepted(server: Server, target: Path) -> None:
    assert fetch([server.url("whole")], target) == SUM


def test_without_a_sum_the_files_of_two_mirrors_are_never_mixed(server: Server, target: Path) -> None:
    backwards = hashlib.sha256(DATA[::-1]).hexdigest()
    with pytest.raises(WeightsError):
        fetch([server.url("cut")], target)  # it leaves 9,000 bytes
    assert fetch([server.url("cut"), server.url("whole")], target) == SUM  # the rest of the first one's
    assert server.asked[-1] == ("cut", "bytes=9000-")
    target.unlink()
    with pytest.raises(WeightsError):
        fetch([server.url("cut")], target)
    assert fetch([server.url("none"), server.url("corrupt"), server.url("cut")], target) == backwards
    assert server.asked[-1] == ("corrupt", None) and leftovers(target) == ["a.ckpt"]


def test_without_a_sum_a_part_that_is_too_long_is_thrown_away_and_a_page_is_no_file(
    server: Server, target: Path
) -> None:
    with pytest.raises(WeightsError):
        fetch([server.url("cut")], target)
    (part,) = target.parent.iterdir()
    part.write_bytes(b"x" * 20_000)
    with pytest.raises(WeightsError, match="web page"):
        fetch([server.url("page")], target)
    server.asked.clear()
    with pytest.raises(WeightsError):
        fetch([server.url("cut")], target)  # two answers after the one that refuses
    assert [ranged for _, ranged in server.asked] == ["bytes=20000-", None, "bytes=3000-"]
    assert fetch([server.url("cut")], target) == SUM


@pytest.mark.parametrize(
    ("kind", "words"), [("none", "404"), ("corrupt", "sha256"), ("endless", "9313 GB")]
)
def test_the_error_of_a_failed_download_is_one_line(server: Server, target: Path, kind: str, words: str) -> None:
    with pytest.raises(WeightsError, match=f"a.ckpt: 127.0.0.1.*{words}") as caught:
        fetch([server.url(kind)], target, sha256=SUM)
    assert "\n" not in str(caught.value) and not target.exists()


def test_an_address_without_an_answer_is_tried_once(
    server: Server, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    connect = downloads.urlopen

    def counted(request: Request, timeout: float) -> object:
        asked.append(request.full_url)
        return connect(request, timeout=timeout)

    monkeypatch.setattr(downloads, "urlopen", counted)
    fetch(["http://127.0.0.1:9/a.ckpt", server.url("whole")], target, sha256=SUM)
    assert asked == ["http://127.0.0.1:9/a.ckpt", server.url("whole")]
    with pytest.raises(WeightsError, match="127.0.0.1:9"):
        fetch(["http://127.0.0.1:9/b.ckpt"], target.with_name("b.ckpt"))
    assert len(asked) == 2  # no server at all: none is asked for a file


def test_two_do_not_fetch_the_same_file(server: Server, target: Path) -> None:
    target.parent.mkdir()
    with exclusive(target), pytest.raises(WeightsError, match="a.ckpt"):
        fetch([server.url("whole")], target, sha256=SUM)
    assert server.asked == []


def test_an_unwritable_folder_is_one_line(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with refused(OutputError, "output"):
        fetch([server.url("whole")], tmp_path / "file" / "a.ckpt", sha256=SUM)
    assert downloads.MAX_BYTES > 2**33
