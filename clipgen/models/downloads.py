"""Download one file, from the first mirror that has it: whole and verified, or not at all.

>>> fetch(["https://a.example/vqgan.ckpt", "https://b.example/vqgan.ckpt"], Path("vqgan.ckpt"), sha256="6a0f…")
"""

from __future__ import annotations

import hashlib
import os
import ssl
from collections.abc import Callable, Sequence
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import cast
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from clipgen.errors import ClipgenError, WeightsError
from clipgen.files import reason, unwritable
from clipgen.files import sha256 as sha256_of
from clipgen.files.locks import exclusive
from clipgen.models.network import check_online

STALL = 20.0  # seconds without a byte until the next attempt
TRIES = 3  # attempts to resume an interrupted download from one mirror
BLOCK = 1 << 20
MAX_BYTES = 16 * 2**30  # a server that never ends must not fill the disk

Report = Callable[[int, int | None], None]


class _Interrupted(OSError):
    """The connection ended before the file was complete."""


# errors of the connection or the server; any other OSError is one of the local disk
_NETWORK_ERRORS = (URLError, HTTPException, TimeoutError, ConnectionError, ssl.SSLError, _Interrupted)


def fetch(
    urls: Sequence[str],
    target: Path,
    *,
    sha256: str | None = None,
    report: Report = lambda done, total: None,
    stall: float = STALL,
) -> str:
    """Download a file and return its sha256.

    urls: mirrors, tried in order; target: the file's path, written once the file is complete and verified (a .part file
    next to it is resumed, without a sum only from the mirror that it came from); sha256: the expected sum, None to
    accept any; report: called with the bytes so far and their total, None where the server does not send it; stall:
    seconds without a byte until the next attempt.
    Raises WeightsError when no mirror has the file, another process downloads it, or it cannot be written.
    """
    # not write_whole: a partial file must outlive the process, to be resumed
    failures: list[str] = []
    try:
        with exclusive(target) as alone:
            if not alone:
                raise WeightsError(f"another process is fetching {target}; wait for it, or stop it")
            if target.is_file() and sha256 is not None and sha256_of(target) == sha256:
                return sha256
            check_online(urls)
            for url in urls:
                part = _part(target, url, sha256)
                try:
                    _complete(url, part, report, stall, summed=sha256 is not None)
                except (*_NETWORK_ERRORS, ValueError) as error:
                    failures.append(f"{_host(url)}: {_reason(error)}")
                    continue
                found = sha256_of(part)
                if sha256 is None or found == sha256:
                    os.replace(part, target)
                    for other in {_part(target, one, sha256) for one in urls}:
                        other.unlink(missing_ok=True)
                    return found
                part.unlink()
                failures.append(f"{_host(url)}: another file (sha256 {found[:12]}…, expected {sha256[:12]}…)")
    except ClipgenError:
        raise
    except OSError as error:
        raise unwritable(target, error) from error
    raise WeightsError(f"cannot download {target.name}: {'; '.join(failures) or 'it has no url'}")


def _part(target: Path, url: str, sha256: str | None) -> Path:
    """Where a download grows: without a sum nothing would show that its halves are of two mirrors' files."""
    mirror = "" if sha256 is not None else f".{hashlib.sha256(url.encode()).hexdigest()[:8]}"
    return target.with_name(f"{target.name}{mirror}.part")


def _complete(url: str, part: Path, report: Report, stall: float, *, summed: bool) -> None:
    """Download the missing part of a file, resuming when the connection breaks; summed: whether it has a sum."""
    for attempt in range(TRIES):
        before = part.stat().st_size if part.exists() else 0
        try:
            _resume(url, part, before, report, stall, summed=summed)
            return
        except (_Interrupted, TimeoutError, ConnectionError, HTTPException):
            after = part.stat().st_size if part.exists() else 0
            if after == before and attempt + 1 == TRIES or after == before == 0:
                raise
    raise _Interrupted(f"interrupted {TRIES} times")


def _resume(url: str, part: Path, before: int, report: Report, stall: float, *, summed: bool) -> None:
    request = Request(url, headers={"User-Agent": "clipgen", **({"Range": f"bytes={before}-"} if before else {})})
    try:
        opened = urlopen(request, timeout=stall)
    except HTTPError as error:
        if error.code == 416 and before:  # complete, or a part of another file: the sum decides
            if summed:
                return
            part.unlink()
            raise _Interrupted("the part on this machine is no part of its file") from error
        raise
    with cast(HTTPResponse, opened) as answer:
        if answer.status != 206:
            before = 0  # the server sends the whole file
            if not summed and answer.headers.get_content_type() == "text/html":
                raise ValueError("a web page, not the file")
        length = answer.headers.get("Content-Length")
        total = before + int(length) if length is not None else None
        if total is not None and total > MAX_BYTES:
            raise ValueError(f"{total / 2**30:.0f} GB, larger than any model")
        done = before
        with open(part, "r+b" if before else "wb") as file:
            file.seek(before)
            while block := answer.read1(BLOCK):
                file.write(block)
                done += len(block)
                if done > MAX_BYTES:
                    raise ValueError("larger than any model")
                report(done, total)
            file.flush()
            os.fsync(file.fileno())
        if total is not None and done < total:
            raise _Interrupted(f"interrupted after {done} of {total} bytes")


def _host(url: str) -> str:
    return url.split("/")[2] if url.count("/") > 2 else url


def _reason(error: Exception) -> str:
    if isinstance(error, HTTPError):
        return f"{error.code} {error.reason}"
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(cause, TimeoutError):
        return "no answer"
    return reason(cause) if isinstance(cause, BaseException) else str(cause)
