"""A server that runs until it is stopped."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_address
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from clipgen.errors import OutputError
from clipgen.files import reason
from clipgen.web.app import MakeRooms, create_app, studio_and_game
from clipgen.web.settings import WebSettings

_GRACE = 30  # seconds that open requests have to end
# version of IP → family, an address for documentation, which no machine has, and that of this machine
_FAR = {4: (socket.AF_INET, "192.0.2.1", "127.0.0.1"), 6: (socket.AF_INET6, "2001:db8::1", "::1")}


class Server(uvicorn.Server):
    """A server that ends its event streams when it is stopped, also by closing its terminal.

    Uvicorn would wait for the streams, and be killed with its terminal.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        hang_up = getattr(signal, "SIGHUP", None)
        with super().capture_signals():
            main = threading.current_thread() is threading.main_thread()
            if hang_up is None or not main or signal.getsignal(hang_up) is signal.SIG_IGN:  # Windows, `nohup`
                yield
                return
            before = signal.signal(hang_up, self.handle_exit)
            try:
                yield
            finally:
                signal.signal(hang_up, before)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        app: Starlette = self.config.app  # type: ignore[assignment]  # as `serve` gives it
        app.state.bell.close()
        super().handle_exit(sig, frame)


def serve(settings: WebSettings, ready: Callable[[WebSettings], None], rooms: MakeRooms = studio_and_game) -> None:
    """Answer requests until a signal stops the server.

    ready: called with the settings, with the port that was chosen, when the address can be reached; rooms: makes what
    the server has, see `create_app`. Raises OutputError when the address cannot be used, or the folder.
    """
    listening = bound(settings.host, settings.port)
    settings = replace(settings, port=listening.getsockname()[1])
    logging.getLogger("clipgen.web").addHandler(logging.StreamHandler())
    app = create_app(settings, rooms)
    for room in app.state.rooms:  # before the address is printed
        room.claim()
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        proxy_headers=False,
    )
    ready(settings)
    with listening:
        Server(config).run(sockets=[listening])


def reachable(host: str) -> str:
    """The host to type in a browser: where a server listens at all addresses, the one that its network knows it by.

        >>> reachable("127.0.0.1"), reachable("studio.lan")
        ('127.0.0.1', 'studio.lan')

    Without a network it is that of this machine alone.
    """
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not address.is_unspecified:
        return host
    family, far, near = _FAR[address.version]
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as asked:
            asked.connect((far, 9))  # UDP sends nothing here: the system only chooses its own address
            found: str = asked.getsockname()[0]
    except OSError:
        return near
    return found


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens at an address. Raises OutputError."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except OSError as error:
        line = f"cannot listen at {host}, port {port}: {reason(error)}; choose another port"
        raise OutputError(line, settings=["host", "port"]) from error
    return listening
