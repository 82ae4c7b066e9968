"""Whether the network is there, found out in seconds: libraries that download try again for a minute."""

from __future__ import annotations

import socket
import threading
import urllib.request
from collections.abc import Sequence
from urllib.parse import urlsplit

from clipgen.errors import WeightsError

PATIENCE = 2.5  # seconds for an answer of any server
_PORTS = {"http": 80, "https": 443}


def check_online(urls: Sequence[str], *, patience: float = PATIENCE) -> None:
    """Raise WeightsError when no server of some addresses can be reached.

        >>> check_online(["http://127.0.0.1:9/model.ckpt"])
        Traceback (most recent call last):
        clipgen.errors.WeightsError: no network: 127.0.0.1:9 cannot be reached; try again when it can

    urls: one that answers is enough; where a proxy is set, it is asked for. patience: seconds for all together.
    """
    reached, done = threading.Event(), threading.Event()
    places = list(dict.fromkeys(map(_place, urls)))
    left = [len(places)]
    lock = threading.Lock()

    def knock(place: tuple[str, int]) -> None:
        try:
            socket.create_connection(place, timeout=patience).close()
            reached.set()
        except OSError:
            pass
        with lock:
            left[0] -= 1
            if reached.is_set() or not left[0]:
                done.set()

    # in threads, because looking up a name has no time limit of its own
    for place in places:
        threading.Thread(target=knock, args=(place,), daemon=True).start()
    done.wait(patience)
    if places and not reached.is_set():
        names = ", ".join(dict.fromkeys(urlsplit(url).netloc for url in urls))
        raise WeightsError(f"no network: {names} cannot be reached; try again when it can")


def _place(url: str) -> tuple[str, int]:
    """Host and port that a download from an address connects to: of the proxy, where one is set."""
    parts = urlsplit(url)
    proxy = urllib.request.getproxies().get(parts.scheme)
    if proxy and not urllib.request.proxy_bypass(parts.netloc):
        parts = urlsplit(proxy if "//" in proxy else f"//{proxy}")
    return parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 80)
