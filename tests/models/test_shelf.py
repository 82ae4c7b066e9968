"""Models that are not shipped: downloaded from a local server, added, and found by name."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from clipgen.errors import OutputError, SettingsError, UnknownNameError, WeightsError
from clipgen.files.locks import exclusive
from clipgen.models import shelf, weights
from clipgen.settings import GenerateSettings
from raising import refused

FILES = {"model.yaml": b"model: {}\n", "model.ckpt": bytes(range(200)) * 50}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server, and a registry with one model of it; the shelf is a folder of this test."""
    far, near = tmp_path / "far", tmp_path / "near"
    far.mkdir(), near.mkdir()
    for name, data in FILES.items():
        (far / name).write_bytes(data)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(far)))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    rows = ", ".join(f'{{ path = "big/{name}", urls = ["{url}/{name}"] }}' for name in FILES)
    (near / "registry.toml").write_text(
        f'[[model]]\nname = "big"\nrole = "generator"\nmake = "vqgan"\narchitecture = "a"\nfiles = [{rows}]\n'
        'licence = "none"\ncommercial = false\nsize_mb = 1\nnotes = "n"\n'
    )
    monkeypatch.setattr(weights, "models_folder", lambda: near)
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path / "home"))
    yield url
    server.shutdown()
    server.server_close()


def place(tmp_path: Path) -> Path:
    return tmp_path / "home" / "models" / "big"


def test_the_error_of_a_missing_model_names_the_command_and_the_file(address: str, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="clipgen models pull big") as caught:
        shelf.generator("big", None)
    assert str(place(tmp_path) / "model.yaml") in str(caught.value)


def test_a_model_is_fetched_once_and_found_by_name(address: str, tmp_path: Path) -> None:
    seen: list[str] = []
    card = shelf.pull("big", lambda file, done, total: seen.append(file))
    assert card.present and not card.shipped and set(seen) == set(FILES)
    assert shelf.generator("big", None) == ("vqgan", place(tmp_path) / "model.ckpt")
    assert GenerateSettings.of(generator="big").validate().generator == "big"
    seen.clear()
    (place(tmp_path) / ".model.ckpt.lock").touch()  # of a process that was killed once the file was whole
    shelf.pull("big", lambda file, done, total: seen.append(file))
    assert seen == [] and not (place(tmp_path) / ".model.ckpt.lock").exists()


def test_the_sum_of_the_first_download_is_required_later(address: str, tmp_path: Path) -> None:
    shelf.pull("big")
    file = place(tmp_path) / "model.ckpt"
    assert weights.recorded_sha256(file) == hashlib.sha256(FILES["model.ckpt"]).hexdigest()
    file.write_bytes(b"other")
    with pytest.raises(WeightsError, match="model.ckpt.*clipgen models pull big"):
        shelf.generator("big", None)
    shelf.pull("big")
    assert file.read_bytes() == FILES["model.ckpt"]


def test_a_file_put_there_by_hand_is_taken(address: str, tmp_path: Path) -> None:
    place(tmp_path).mkdir(parents=True)
    for name, data in FILES.items():
        (place(tmp_path) / name).write_bytes(data)
    assert shelf.generator("big", None)[0] == "vqgan"
    (place(tmp_path) / "model.yaml").write_text("model: {other: 1}\n")
    with pytest.raises(WeightsError, match="model.yaml"):
        shelf.generator("big", None)


def test_names(address: str) -> None:
    assert {"vqgan", "cppn", "pixels", "big"} <= set(shelf.generator_names())
    assert shelf.generator("cppn", None) == ("cppn", None)
    assert shelf.generator("vqgan", Path("a.ckpt")) == ("vqgan", Path("a.ckpt"))
    with pytest.raises(UnknownNameError, match="'bigg'.*'big'"):
        shelf.pull("bigg")
    with refused(UnknownNameError, "generator"):
        shelf.generator("bigg", None)
    with pytest.raises(SettingsError, match="a.ckpt.*big"):
        shelf.generator("big", Path("a.ckpt"))


def test_ones_own_model_gets_a_name(address: str, tmp_path: Path) -> None:
    for name in ("own", "second"):
        (tmp_path / f"{name}.ckpt").write_bytes(b"w")
        (tmp_path / f"{name}.yaml").write_bytes(b"y")
        shelf.add(name, [tmp_path / f"{name}.ckpt", tmp_path / f"{name}.yaml"])
    assert shelf.generator("own", None) == ("vqgan", tmp_path / "own.ckpt")
    assert shelf.generator("second", None) == ("vqgan", tmp_path / "second.ckpt")
    for name, file, error, given in (
        ("own", "own.ckpt", SettingsError, "'own'"),
        ("vqgan", "own.ckpt", SettingsError, "'vqgan'"),
        ("a b", "own.ckpt", SettingsError, "'a b'"),
        ("third", "none.ckpt", WeightsError, "none.ckpt"),
        ("third", "own.yaml", WeightsError, ".safetensors"),  # what it may end in
    ):
        with pytest.raises(error, match=given):
            shelf.add(name, [tmp_path / file])


@pytest.mark.parametrize("folder", ["\N{GRINNING FACE}", "\N{CJK UNIFIED IDEOGRAPH-20000}", 'a "b" \\ c', "\x7f"])
def test_ones_own_model_may_lie_in_any_folder(address: str, tmp_path: Path, folder: str) -> None:
    file = tmp_path / folder / "own.ckpt"
    file.parent.mkdir()
    file.write_bytes(b"w")
    shelf.add("own", [file])
    assert shelf.generator("own", None) == ("vqgan", file)


def test_a_path_that_is_no_utf_8_is_refused_before_it_is_written(address: str, tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"\xff.ckpt")
    try:
        file.write_bytes(b"w")
    except OSError:
        pytest.skip("this file system has no such names")
    with refused(SettingsError, match="rename"):
        shelf.add("own", [file])
    assert all(card.name != "own" for card in weights.cards())


def test_a_damaged_list_of_ones_own_models_is_named(address: str, tmp_path: Path) -> None:
    (tmp_path / "own.ckpt").write_bytes(b"w")
    shelf.add("own", [tmp_path / "own.ckpt"])
    added = weights.shelf_folder() / weights.ADDED
    added.write_text('[[model]]\nname = "\\ud83d"\n', encoding="utf-8")
    with refused(WeightsError, match="added.toml.*mend it"):
        weights.cards()


def test_models_that_are_added_at_once_are_both_there(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.ckpt").write_bytes(b"w")
    write, both = shelf.write_whole, threading.Barrier(2, timeout=0.3)

    @contextmanager
    def slow(path: Path) -> Iterator[Path]:
        with suppress(threading.BrokenBarrierError):  # who waits for the other never comes
            both.wait()
        with write(path) as part:
            yield part

    monkeypatch.setattr(shelf, "write_whole", slow)
    with ThreadPoolExecutor(2) as threads:
        added = [threads.submit(shelf.add, name, [tmp_path / "own.ckpt"]) for name in ("one", "two")]
    assert [one.result().name for one in added] == ["one", "two"]
    assert {"big", "one", "two"} == {card.name for card in weights.cards()}


def test_a_list_that_another_process_has_for_long_is_an_error(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.ckpt").write_bytes(b"w")
    monkeypatch.setattr(shelf, "PATIENCE", 0.1)
    with exclusive(weights.shelf_folder() / weights.ADDED), pytest.raises(OutputError, match="added.toml"):
        shelf.add("own", [tmp_path / "own.ckpt"])


def test_what_was_written_by_hand_above_the_models_stays(address: str, tmp_path: Path) -> None:
    (tmp_path / "own.ckpt").write_bytes(b"w")
    shelf.add("own", [tmp_path / "own.ckpt"])
    added = weights.shelf_folder() / weights.ADDED
    card = added.read_text(encoding="utf-8").replace("[[model]]", " [[ model ]]")
    added.write_text(f"# my models\n{card}", encoding="utf-8")
    shelf.add("second", [tmp_path / "own.ckpt"])
    text = added.read_text(encoding="utf-8")
    assert text.startswith("# my models\n") and text.count("name = ") == 2
    assert {"big", "own", "second"} == {card.name for card in weights.cards()}
