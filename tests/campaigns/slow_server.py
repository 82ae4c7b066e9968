"""A server on the loopback that sends a file slowly, from any byte on."""

from __future__ import annotations

import hashlib
import threading
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import torch
from safetensors.torch import save

DATA = save({"a": torch.arange(500_000, dtype=torch.int32)})
SUM = hashlib.sha256(DATA).hexdigest()
_BLOCK, _PAUSE = 100_000, 0.05  # bytes, and seconds between them


class _Answers(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        first = int((self.headers.get("Range") or "bytes=0-")[6:-1])
        if first >= len(DATA):
            return self.send_error(416)
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(len(DATA) - first))
        self.end_headers()
        for start in range(first, len(DATA), _BLOCK):
            try:
                self.wfile.write(DATA[start : start + _BLOCK])
            except OSError:  # who asked was killed
                return
            time.sleep(_PAUSE)


@cache
def address() -> str:
    """The file's address; the server is started once."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}/a.safetensors"
