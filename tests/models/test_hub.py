"""Files of the hub, from a server on the loopback that answers as the hub does."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from huggingface_hub import constants

from clipgen.errors import UnknownNameError, WeightsError
from clipgen.models import hub, shelf, weights
from clipgen.settings import GenerateSettings

COMMIT = "c" * 40
FILES = {"f16/model.ckpt": bytes(range(250)) * 40, "f16/model.yaml": b"model: {}\n", "other/big.bin": b"never asked"}
NAME = "hf:someone/vqgans/f16/model.ckpt"


class Hub(BaseHTTPRequestHandler):
    asked: list[str] = []
    corrupt = False

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, body: bool) -> None:
        path = self.path.partition("?")[0]
        if path.startswith("/api/models/someone/vqgans"):
            siblings = [{"rfilename": name} for name in FILES]
            tree = [{"type": "file", "path": name, "size": len(data), "oid": "0" * 40} for name, data in FILES.items()]
            told: object = tree if "/tree/" in path else {"id": "someone/vqgans", "sha": COMMIT, "siblings": siblings}
            return self.give(json.dumps(told).encode(), body, "application/json")
        name = path.removeprefix("/someone/vqgans/resolve/").partition("/")[2]
        if name not in FILES:
            return self.send_error(404)
        if body:
            self.asked.append(name)
        self.give(FILES[name], body, "application/octet-stream", name)

    def give(self, data: bytes, body: bool, kind: str, name: str = "") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-Repo-Commit", COMMIT)
        large = name.endswith((".ckpt", ".bin"))
        self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest() if large else hashlib.sha1(data).hexdigest()}"')
        self.end_headers()
        if body:
            self.wfile.write(data[::-1] if self.corrupt and large else data)


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setattr(Hub, "asked", [])
    monkeypatch.setattr(Hub, "corrupt", False)
    monkeypatch.setattr(constants, "ENDPOINT", url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", url + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    yield Hub.asked
    server.shutdown()
    server.server_close()


def test_a_file_is_fetched_once_with_its_config(asked: list[str]) -> None:
    assert hub.cached(NAME) is None
    path = hub.fetch(NAME)
    assert path.read_bytes() == FILES["f16/model.ckpt"] and path.with_suffix(".yaml").exists()
    assert sorted(asked) == ["f16/model.ckpt", "f16/model.yaml"]
    hub.fetch(NAME)
    assert len(asked) == 2
    assert hub.cached(NAME) == path and shelf.generator(NAME, None) == ("vqgan", path)
    assert shelf.fingerprint(NAME, None) == hashlib.sha256(FILES["f16/model.ckpt"]).hexdigest()
    assert GenerateSettings.of(generator=NAME).validate().generator == NAME


def test_a_damaged_file_is_deleted_and_downloaded_again(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Hub, "corrupt", True)
    with pytest.raises(WeightsError, match="model.ckpt"):
        hub.fetch(NAME)
    assert hub.cached(NAME) is None
    monkeypatch.setattr(Hub, "corrupt", False)
    assert hub.fetch(NAME).read_bytes() == FILES["f16/model.ckpt"]


def test_a_file_that_changes_later_is_reported(asked: list[str]) -> None:
    hub.fetch(NAME).resolve().write_bytes(b"changed")
    with pytest.raises(WeightsError, match="model.ckpt|snapshots"):
        shelf.generator(NAME, None)


def test_a_missing_file_is_reported_without_the_network(asked: list[str]) -> None:
    with pytest.raises(WeightsError, match=f"`clipgen models pull {NAME}`"):
        shelf.generator(NAME, None)
    assert asked == []


def test_files_that_the_hub_does_not_have(asked: list[str]) -> None:
    with pytest.raises(WeightsError, match="hf:someone/vqgans/none.ckpt"):
        hub.fetch("hf:someone/vqgans/none.ckpt")
    with pytest.raises(UnknownNameError, match="OWNER/NAME/FILE"):
        hub.fetch("hf:someone")


def test_a_card_may_be_of_files_on_the_hub(asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "registry.toml").write_text(
        f'[[model]]\nname = "far"\nrole = "generator"\nmake = "vqgan"\narchitecture = "a"\n'
        f'files = [{{ path = "{NAME}" }}]\nlicence = "MIT"\nsize_mb = 1\nnotes = "n"\n'
    )
    monkeypatch.setattr(weights, "models_folder", lambda: tmp_path)
    assert not weights.find("far", "generator").present
    card = shelf.pull("far")
    assert card.present and shelf.generator("far", None) == ("vqgan", hub.cached(NAME))
