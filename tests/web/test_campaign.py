"""Thousands of malformed requests to a server on a real port: `pytest -m slow -n 0 tests/web/test_campaign.py`."""

import io
import json
import random
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.routing import Route

import clipgen
from clipgen.perceptors.openclip import OpenClip
from clipgen.studio import Studio
from clipgen.web.app import create_app
from clipgen.web.game.room import GameRoom
from clipgen.web.settings import Bounds, WebSettings
from clipgen.web.studio.room import StudioRoom
from runs import OneClip
from web.game.conftest import studio  # noqa: F401  # a fixture: the game's CLIP and its judge

from .conftest import FREE, listening
from .test_malformed import BODIES, JUNK, PATHS, PICTURES, mutants

SECRET = "the-token-of-the-owner"
PATIENCE = 20.0  # seconds after which a request hangs
WELL = b"GET /api/pictures HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "get", "G\u00cbT", ""]
NAMES = ["0123456789abcdef", "0" * 24, "x", "..", "%2e%2e", "%00", "%ff", "a" * 3000, "1", "-1", "9" * 30, "\u20ac"]
HEADERS = {
    "Host": ["localhost", "127.0.0.1", "evil.example", "", "[", "localhost:99999", "localhost\r\nX-Injected: 1"],
    "Origin": ["http://localhost", "null", "http://evil.example", "//[", "\x00"],
    "Content-Type": ["application/json", "text/plain", "application/json; charset=utf-7", "multipart/form-data", ""],
    "Accept": ["text/html", "*/*", "\u00ff" * 500, "application/json;q=nan"],
    "Cookie": ["a=b", "=;;=", "clipgen-80-token=" + "a" * 4000, "clipgen-80-visitor=" + "0" * 32],
    "Authorization": ["Bearer ", "Basic eA==", "Bearer " + "x" * 5000, "\u00e9"],
    "X-Owner-Token": ["", SECRET[:-1], "\u00e9" * 40],
    "Last-Event-ID": ["x", "-1", "9" * 40, "1e9"],
    "Range": ["bytes=0-", "bytes=9-1", "bytes=-", "bytes=" + "0-1," * 500, "lines=1"],
    "Sec-Fetch-Site": ["cross-site", "same-origin", "?"],
    "Transfer-Encoding": ["chunked", "gzip, chunked"],
    "Expect": ["100-continue"],
    "If-None-Match": ["*", '"'],
    "Upgrade": ["websocket", "h2c"],
}


class Attack:
    """Requests as bytes, from a seed.

    documents: examples of bodies by method and path; paths: of all routes, with their parameters in braces.
    """

    def __init__(self, seed: int, documents: dict[tuple[str, str], Any], paths: list[str]) -> None:
        self.rng, self.documents, self.paths = random.Random(seed), documents, paths
        self.jobs = mutants(seed, 10**9)
        self.ways: list[Callable[[], tuple[str, str, bytes]]] = [
            self.of_route, self.of_route, self.of_document, self.of_document, self.of_document, self.of_job,
            self.of_bytes, self.of_picture,
        ]  # fmt: skip

    def requests(self, count: int) -> Iterator[tuple[bytes, bool]]:
        """So many requests, and whether each is whole: some are cut off, or no HTTP at all."""
        for _ in range(count):
            packed = self.packed(*self.rng.choice(self.ways)())
            match self.rng.randrange(20):
                case 0:
                    yield packed[: self.rng.randrange(len(packed))], False
                case 1:
                    yield self.damaged(packed), False
                case _:  # of what is too large the server closes the connection, while it is still sent
                    ends = b"chunked" not in packed and b"Expect" not in packed and len(packed) < Bounds().json_bytes
                    yield packed, ends

    def of_route(self) -> tuple[str, str, bytes]:
        path = self.rng.choice([*self.paths, *PATHS])
        while "{" in path:
            start, end = path.index("{"), path.index("}")
            path = path[:start] + self.rng.choice(NAMES) + path[end + 1 :]
        if self.rng.random() < 0.4:
            junk = [f"{self.rng.choice(['q', 'after', 'limit', 'page', 'id', 'token', 'a'])}={self.rng.choice(NAMES)}"
                    for _ in range(self.rng.randrange(1, 5))]  # fmt: skip
            path += "?" + "&".join(junk)
        return self.rng.choice(METHODS), path, self.rng.choice([b"", b"", *BODIES])

    def of_document(self) -> tuple[str, str, bytes]:
        (method, path), example = self.rng.choice(list(self.documents.items()))
        path = path.replace("{id}", self.rng.choice(NAMES)).replace("{index}", self.rng.choice(NAMES))
        return method, path, json.dumps(self.mutated(example)).encode()

    def mutated(self, value: Any) -> Any:
        """A value in which some part is junk, missing or twice there."""
        if isinstance(value, dict) and value and self.rng.random() < 0.8:
            key = self.rng.choice(list(value))
            changed = {**value, key: self.mutated(value[key])}
            if self.rng.random() < 0.15:
                del changed[key]
            return changed | ({"unknown": self.rng.choice(JUNK)} if self.rng.random() < 0.1 else {})
        if isinstance(value, list) and value and self.rng.random() < 0.8:
            place = self.rng.randrange(len(value))
            again = self.rng.choice([1, 1, 2, 300])
            return value[:place] + [self.mutated(value[place])] * again + value[place + 1 :]
        return self.rng.choice(JUNK)

    def of_job(self) -> tuple[str, str, bytes]:
        return "POST", self.rng.choice(["/api/jobs", "/api/films/outline"]), json.dumps(next(self.jobs)).encode()

    def of_bytes(self) -> tuple[str, str, bytes]:
        body = self.rng.choice([*BODIES, self.rng.randbytes(self.rng.randrange(2000))])
        return self.rng.choice(["POST", "PATCH"]), self.rng.choice([path for _, path in self.documents]), body

    def of_picture(self) -> tuple[str, str, bytes]:
        """An upload: junk, or a picture of any format that was damaged."""
        if self.rng.random() < 0.3:
            return "POST", "/api/uploads", self.rng.choice(PICTURES)
        packed, kind = io.BytesIO(), self.rng.choice(["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "ICO", "PPM"])
        Image.linear_gradient("L").resize((self.rng.randrange(1, 40), 9)).convert("RGB").save(packed, kind)
        return "POST", "/api/uploads", self.damaged(packed.getvalue())

    def damaged(self, data: bytes) -> bytes:
        """Bytes of which some are changed, missing or new."""
        changed = bytearray(data)
        for _ in range(self.rng.randrange(1, 6)):
            at = self.rng.randrange(len(changed) + 1)
            match self.rng.randrange(3):
                case 0:
                    changed[at : at + 1] = self.rng.randbytes(1)
                case 1:
                    del changed[at : at + self.rng.randrange(1, 30)]
                case 2:
                    changed[at:at] = self.rng.randbytes(self.rng.randrange(1, 30))
        return bytes(changed)

    def packed(self, method: str, path: str, body: bytes) -> bytes:
        headers = {"Host": "localhost", "Connection": "close", "Content-Type": "application/json"}
        if body or method not in ("GET", "HEAD"):
            headers["Content-Length"] = str(len(body))
        for name in self.rng.sample(list(HEADERS), self.rng.choice([0, 0, 1, 1, 2, 5])):
            headers[name] = self.rng.choice(HEADERS[name])
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        return "\r\n".join(lines).encode("utf-8") + body


def answer(port: int, request: bytes, *, is_whole: bool = True) -> bytes:
    """What a server answers: of a stream, which does not end by itself, the beginning."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        found = b""
        try:
            connection.sendall(request)
            if not is_whole:  # or it would wait for the rest
                connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(1 << 16):
                found += part
                if b"text/event-stream" in found:
                    break
        except TimeoutError:
            raise
        except OSError:  # the connection was closed before the request was read to the end
            pass
        return found


CAMPAIGN = [pytest.param(seed, 2000, marks=pytest.mark.slow) for seed in range(1, 6)]  # ten thousand in all


@pytest.mark.parametrize(("seed", "count"), [(0, 400), *CAMPAIGN])
def test_malformed_requests_get_an_answer_that_tells_nothing(
    perceptor: OpenClip,
    studio: Studio,  # noqa: F811
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    seed: int,
    count: int,
) -> None:
    bounds = Bounds(read=FREE, write=FREE, sign_in=FREE, queued=10**6, queued_each=10**6)
    settings = WebSettings(folder=tmp_path / "web", bounds=bounds, port=80, owner=SECRET, devices=())

    def rooms(chosen: WebSettings, bell: Any) -> list[Any]:
        own = StudioRoom(chosen, bell, lambda: Studio(parts=OneClip(perceptor)))
        return [own, GameRoom(chosen, bell, lambda: studio)]

    app = create_app(settings, rooms)
    attack = Attack(seed, _documents(app), [route.path for route in app.routes if isinstance(route, Route)])
    hidden = [SECRET, str(tmp_path), str(Path(clipgen.__file__).parents[1]), sys.prefix, "Traceback", 'File "']
    statuses: dict[str, int] = {}
    slowest = 0.0
    with listening(app) as port:
        assert answer(port, WELL).startswith(b"HTTP/1.1 200")
        app.state.rooms[1].wait()
        for request, is_whole in attack.requests(count):
            began = time.monotonic()
            found = answer(port, request, is_whole=is_whole).decode("utf-8", "replace")
            slowest = max(slowest, time.monotonic() - began)
            status = found[9:12]
            statuses[status] = statuses.get(status, 0) + 1
            assert not status.startswith("5") and (status or not is_whole), (request[:2000], found[:2000])
            assert not [one for one in hidden if one in found], (request[:2000], found[:2000])
            assert "x-injected" not in found.lower()
        assert answer(port, WELL).startswith(b"HTTP/1.1 200")
    assert [one for one in caplog.records if one.name.startswith("clipgen") and one.levelname == "ERROR"] == []
    assert slowest < PATIENCE
    # the requests reach all layers: they are read, refused, not found and accepted
    assert {"200", "400", "403", "404", "405", "415"} <= statuses.keys(), statuses


def _documents(app: Any) -> dict[tuple[str, str], Any]:
    """Method and path of the operations that take a body, with the example that the API documents."""
    found = {}
    for path, item in (pair for room in app.state.rooms for pair in room.operations.items()):
        for method, operation in item.items():
            if isinstance(operation, dict) and "requestBody" in operation:
                example = next(iter(operation["requestBody"]["content"].values())).get("example", {})
                found[method.upper(), path] = example
    return found
