"""Ray: what is said without it, without a cluster, and without room; how cores are shared."""

import socket
import sys
from types import SimpleNamespace

import pytest

from clipgen.cluster import Cluster, Node, share
from clipgen.errors import DeviceError, SettingsError
from raising import refused


def test_without_ray_one_line_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with refused(SettingsError, "ray", match="clipgen\\[ray\\]"):
        Cluster()


def test_a_local_cluster_is_its_own_whatever_runs_here(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    node = {"Alive": True, "Resources": {"CPU": 2.0}}
    ray = SimpleNamespace(init=lambda address, **_: asked.append(address), nodes=lambda: [node], shutdown=lambda: None)
    monkeypatch.setitem(sys.modules, "ray", ray)
    Cluster("local", size=1)
    assert asked == ["local"]


def test_an_address_where_nothing_answers_is_refused_at_once() -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'clipgen[ray]'")
    with socket.socket() as bound:  # a port that nobody listens on
        bound.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{bound.getsockname()[1]}"
        with refused(DeviceError, "ray", match=address):
            Cluster(address)
    with refused(DeviceError, "ray", match="no:port"):
        Cluster("no:port")


@pytest.mark.parametrize(
    ("nodes", "size", "cores"),
    [
        ([Node(2, 0)], 1, 2),  # one worker has the cores that the command alone would have
        ([Node(2, 0)], 2, 1),
        ([Node(16, 0), Node(16, 0), Node(4, 0)], 3, 8),  # two of them on one machine, and none on the small one
        ([Node(16, 0), Node(16, 0), Node(4, 0)], 2, 16),
        ([Node(64, 8), Node(8, 1)], 9, 8),
        ([Node(64, 0), Node(8, 1)], 1, 8),  # machines without a GPU have no worker
        ([Node(2, 0)], 3, 0),
        ([Node(64, 1)], 2, 0),
        ([], 1, 0),
    ],
)
def test_workers_share_cores_and_gpus(nodes: list[Node], size: int, cores: int) -> None:
    assert share(nodes, size) == cores
