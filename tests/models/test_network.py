import socket
import time
from collections.abc import Iterator

import pytest

from clipgen.errors import WeightsError
from clipgen.models import network
from raising import refused


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a server that accepts connections."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/model.ckpt"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network.urllib.request, "getproxies", dict)


def test_one_server_that_answers_is_enough(server: str) -> None:
    network.check_online([server])
    network.check_online(["http://127.0.0.1:9/model.ckpt", server])


def test_no_server_is_reported_with_its_name() -> None:
    with refused(WeightsError, match="127.0.0.1"):
        network.check_online(["http://127.0.0.1:9/model.ckpt"])


def test_a_name_that_is_not_found_in_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object, **__: object) -> None:
        time.sleep(1)
        raise OSError

    monkeypatch.setattr(network.socket, "create_connection", slow)
    began = time.monotonic()
    with refused(WeightsError, match="slow.example"):
        network.check_online(["https://slow.example/model.ckpt"], patience=0.1)
    assert time.monotonic() - began < 0.9


def test_a_proxy_is_asked_instead(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network.urllib.request, "proxy_bypass", lambda _: False)
    monkeypatch.setattr(network.urllib.request, "getproxies", lambda: {"https": server})
    network.check_online(["https://far.invalid/model.ckpt"])
    assert network._place("https://far.invalid/x") == ("127.0.0.1", int(server.split(":")[2].split("/")[0]))
    monkeypatch.setattr(network.urllib.request, "proxy_bypass", lambda _: True)
    assert network._place("https://far.invalid/x") == ("far.invalid", 443)
