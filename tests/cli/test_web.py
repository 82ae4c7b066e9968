import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from clipgen.web import serve as serving
from clipgen.web.game import room as game_room
from clipgen.web.security import is_ours
from clipgen.web.settings import WebSettings

from .conftest import Cli, one_line


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[WebSettings]:
    """The settings of servers that would have been started."""
    found: list[WebSettings] = []

    def serve(settings: WebSettings, ready: Any, rooms: Any) -> None:
        found.append(settings)
        ready(settings)

    monkeypatch.setattr(serving, "serve", serve)
    return found


def test_only_this_machine_can_reach_it_by_default(cli: Cli, served: list[WebSettings]) -> None:
    address, owner = cli("web").output.splitlines()
    assert address == "http://127.0.0.1:8100"
    assert owner.endswith(f"http://127.0.0.1:8100/game/owner#{served[0].owner}") and len(served[0].owner) >= 24
    assert served[0].is_local and served[0].token is None


def test_beyond_this_machine_a_token_is_needed(cli: Cli, served: list[WebSettings]) -> None:
    printed = cli("web", "--host", "0.0.0.0").output.splitlines()[0]
    token = served[0].token
    assert token is not None and len(token) >= 24 and printed.endswith(f":8100/?token={token}")
    warned = cli("web", "--host", "0.0.0.0", "--token", "mine").stderr
    assert "a token of 4 characters can be guessed" in warned and "--token" in warned
    assert cli("web", "--host", "0.0.0.0", "--open").stderr == cli("web", "--token", "mine").stderr == ""
    assert "--owner" in cli("web", "--host", "0.0.0.0", "--open", "--owner", "me").stderr
    del served[3:]
    assert [settings.token for settings in served[1:]] == ["mine", None] and served[2].is_shared


def test_several_servers_share_a_database_and_the_token_of_the_owner(
    cli: Cli, served: list[WebSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("web", "--database", "postgresql://a:b@c/d", "--owner", "mine")
    monkeypatch.setenv("CLIPGEN_DATABASE", "postgresql://e:f@g/h")
    monkeypatch.setenv("CLIPGEN_OWNER", "ours")
    printed = cli("web").output
    assert [(one.database, one.owner) for one in served] == [
        ("postgresql://a:b@c/d", "mine"), ("postgresql://e:f@g/h", "ours"),
    ]  # fmt: skip
    assert "g/h" not in printed and ":f@" not in repr(served[1]) and "ours" not in repr(served[1])


def test_a_wrong_address_of_a_database_is_one_line(cli: Cli) -> None:
    one_line(cli("web", "--port", 0, "--database", "mysql://a@b/c"), 1, "--database", "postgresql://")


@pytest.mark.parametrize(("host", "near"), [("0.0.0.0", "127.0.0.1"), ("::", "[::1]")])
def test_the_printed_address_can_be_typed(
    cli: Cli, served: list[WebSettings], monkeypatch: pytest.MonkeyPatch, host: str, near: str
) -> None:
    address = urlsplit(cli("web", "--host", host).output.splitlines()[0])
    assert address.hostname and not ip_address(address.hostname).is_unspecified and address.port == 8100
    assert is_ours(address.netloc, served[0])

    def unreachable(*_: object) -> None:
        raise OSError("Network is unreachable")

    monkeypatch.setattr(serving.socket, "socket", unreachable)
    assert cli("web", "--host", host).output.startswith(f"http://{near}:8100/?token=")


def test_contradictions_and_missing_folders_are_one_line(cli: Cli, served: list[WebSettings], tmp_path: Path) -> None:
    one_line(cli("web", "--open", "--token", "x"), 2, "--open", "--token")
    one_line(cli("web", "--library", tmp_path / "no"), 2, "no")
    assert served == []


def test_libraries_have_names(cli: Cli, served: list[WebSettings], tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    cli("web", "--library", "photos")
    assert served[0].libraries == {"photos": tmp_path.resolve() / "photos"}


def test_a_missing_package_is_one_line(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "clipgen.web.serve")
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    one_line(cli("web"), 1, "clipgen[web]")


def test_a_port_in_use_is_one_line(cli: Cli) -> None:
    with serving.bound("127.0.0.1", 0) as taken:
        one_line(cli("web", "--port", taken.getsockname()[1]), 1, "--port")


def test_scores_of_the_game_are_recalculated_without_a_server(
    cli: Cli, served: list[WebSettings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[Path] = []
    monkeypatch.setattr(game_room, "rescore", lambda settings: found.append(settings.folder) or 3)
    assert cli("web", "--rescore", "--folder", tmp_path).output == "scores: 3\n"
    assert found == [tmp_path] and served == []
