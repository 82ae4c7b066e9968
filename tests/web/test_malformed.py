"""Malformed requests: each gets an answer below 500, and none a traceback."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from .conftest import Web, job

JUNK: list[Any] = [
    None, True, -1, 0, 1.5, 1e308, 2**70, "", " ", "x" * 30_000, "a\0b", "|", ":", "../../etc/passwd", "/etc/passwd",
    "local-dir:/etc", "hf:a/b", "vqgan:/etc/passwd", "uploads/000000000000000000000000.png", "\u202e", "💥", [], {},
    [[]], [None], ["a"] * 2000, {"a": {"b": {}}}, [1, 2], [0, 0], [99999, 99999], [-1, 5], ["64", "64"], "nan",
]  # fmt: skip
OTHERS = ["index", "device", "init_image", "perceptors", "unknown", "vram", "race"]
BODIES = [
    b"", b"null", b"[]", b"1", b'"x"', b"{", b"\xff\xfe", b"{" * 5000, b"[" * 100_000, b'{"a": NaN}', b'{"a": 1e999}',
    b'{"a": ' + b"9" * 5000 + b"}", b'{"verb": "\\ud800"}', b'{"\\ud800": 1}', b'{"verb": "generate", "verb": 1}',
    b'{"a":' * 60 + b"1" + b"}" * 60,
]  # fmt: skip
PICTURES = [
    b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", b"RIFF\0\0\0\0WEBP",
    b"\xff\xd8\xff\xe0" + bytes(100), b"II*\0" + b"\xff" * 50, b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    bytes(1000),
]  # fmt: skip
PATHS = [
    "/api/jobs/", "/api/jobs/x", "/api/jobs/%00", "/api/jobs/x/events", "/api/jobs/x/previews/-1", "/api/nothing",
    "/api/jobs/x/previews/99999999999999999999", "/api/events?after=x", "/api/events?after=-1",
    "/api/pictures?before=x",
    "/api/pictures?limit=-5", "/api/pictures?limit=99999999999999999999", '/api/pictures?q="', "/api/pictures?q=*%00",
    "/api/pictures?q=AND%20OR%20NEAR(", "/api/pictures?limit=1&limit=x", "/api/pictures/x", "/picture/x",
    "/api/reading?prompt=%F0%28", "/api/reading?prompt=a&perceptor=local-dir:/etc", "/api/reading?prompt=a&perceptor=x",
    "/api/reading?prompt=|", "/?start=%22%3E", "/static", "/static/", "/static/%00", "/sign-in?next=//[",
    "/%", "/a" * 3000, "/api/jobs?limit=" + "9" * 400,
]  # fmt: skip


def mutants(seed: int, count: int) -> Iterator[Any]:
    """Jobs in which some part is replaced by junk, added or missing."""
    rng = random.Random(seed)
    whole = {
        "format": 2, "version": "0.1.0", "weights": None, "models": {"generator": {"name": "pixels", "sha256": None}},
        "files": {"a": "b"}, **job(),
    }  # fmt: skip
    whole["inputs"] |= {"pictures": [], "texts": ["a"], "text_file": None, "walk": None, "folders": []}
    whole["settings"] |= {"canvas": {"count": 1}, "guides": {"palette": ["#aabbcc"]}}
    whole["settings"] |= {"image_prompts": [], "prior": None}
    for _ in range(count):
        mutant = copy.deepcopy(whole)
        place = mutant
        while True:
            key = rng.choice(list(place))
            if not isinstance(place[key], dict) or rng.random() < 0.3:
                break
            place = place[key]
        match rng.randrange(4):
            case 0:
                del place[key]
            case 1:
                place[rng.choice(OTHERS)] = rng.choice(JUNK)
            case _:
                place[key] = rng.choice(JUNK)
        if rng.random() < 0.3:
            mutant["verb"] = rng.choice(["edit", "sample", "animate", "caption", "rank", "search", "index", "compare"])
        yield mutant


def check(status: int, text: str) -> None:
    assert status < 500, text
    assert "Traceback" not in text and 'File "' not in text


@pytest.mark.parametrize("seed", range(4))
def test_jobs_with_junk_in_them(still: Web, seed: int) -> None:
    for mutant in mutants(seed, 100):
        body = json.dumps(mutant).encode()
        answer = still.client.post("/api/jobs", content=body, headers={"Content-Type": "application/json"})
        check(answer.status_code, answer.text)
        if answer.status_code == 201:
            shown = still.client.get(answer.json()["url"])
            check(shown.status_code, shown.text)
            text = json.dumps(answer.json()["job"])
            assert "/etc" not in text.replace(json.dumps(mutant["inputs"].get("prompts"))[1:-1], "")
            still.client.post(f"{answer.json()['url']}/cancel")


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_bodies_that_are_no_job(still: Web, body: bytes) -> None:
    for path, method in {"/api/jobs": "POST", "/api/pictures/0123456789abcdef": "PATCH", "/sign-in": "POST"}.items():
        answer = still.client.request(method, path, content=body, headers={"Content-Type": "application/json"})
        check(answer.status_code, answer.text)
        assert answer.status_code >= 400 or path == "/sign-in"


@pytest.mark.parametrize("data", PICTURES, ids=range(len(PICTURES)))
def test_uploads_that_are_no_picture(still: Web, data: bytes) -> None:
    answer = still.client.post("/api/uploads", content=data)
    assert answer.status_code == 400
    check(answer.status_code, answer.text)
    assert str(still.room.folder) not in answer.text and "/tmp" not in answer.text


@pytest.mark.parametrize("path", PATHS, ids=range(len(PATHS)))
def test_addresses_that_lead_nowhere(still: Web, path: str) -> None:
    # streams do not end: HEAD and an unknown method are enough for what is refused, GET for all others
    methods = ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]
    for method in methods if path.startswith("/api/events") else ["GET", *methods]:
        answer = still.client.request(method, path, headers=[(b"Accept", b"text/html"), (b"Cookie", b"a=\xff; b")])
        check(answer.status_code, answer.text)


def test_what_is_too_large_is_refused_before_it_is_read(still: Web) -> None:
    bounds = still.room.settings.bounds
    big = {"Content-Type": "application/json"}
    assert still.client.post("/api/jobs", content=b" " * (bounds.json_bytes + 1), headers=big).status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(bounds.json_bytes // 50_000 + 2):
            yield b" " * 50_000

    assert still.client.post("/api/jobs", content=endless(), headers=big).status_code == 413
