"""Fetch one file from the network: from the first mirror that has it, whole and checked, or not at all.

>>> fetch(["https://a.example/vqgan.ckpt", "https://b.example/vqgan.ckpt"], Path("vqgan.ckpt"), sha256="6a0f…")
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Sequence
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import cast
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from clipgen.errors import ClipgenError, WeightsError
from clipgen.files import exclusive, reason, unwritable
from clipgen.files import sha256 as sha256_of

STALL = 20.0  # seconds without a byte after which a mirror is given up
TRIES = 3  # times that a mirror that cuts is asked for the rest
BLOCK = 1 << 20
MAX_BYTES = 16 * 2**30  # a server that never ends must not fill the disk

Report = Callable[[int, int | None], None]


class _Cut(OSError):
    """The line ended before the file did."""


# what is wrong with the line or the server; any other OSError is of our own disk
_LINE = (URLError, HTTPException, TimeoutError, ConnectionError, ssl.SSLError, _Cut)


def fetch(
    urls: Sequence[str],
    target: Path,
    *,
    sha256: str | None = None,
    report: Report = lambda done, total: None,
    stall: float = STALL,
) -> str:
    """Fetch a file to a place and return its sha256.

    urls: mirrors, tried in order; target: appears when it is whole and right; a partial file next to it, ending in
    .part, is resumed; sha256: the expected one, None to accept any; report: called with the bytes so far and the total,
    None where the server does not send it; stall: seconds without a byte until the next try.
    Raises WeightsError when no mirror has the file or another process fetches it, OutputError when it cannot be
    written.
    """
    # not write_whole: a partial file must outlive the process, to be resumed
    part = target.with_name(target.name + ".part")
    failures: list[str] = []
    try:
        with exclusive(target) as alone:
            if not alone:
                raise WeightsError(f"another process is fetching {target}; wait for it, or stop it")
            if target.is_file() and sha256 is not None and sha256_of(target) == sha256:
                return sha256
            for url in urls:
                try:
                    _complete(url, part, report, stall)
                except (*_LINE, ValueError) as error:
                    failures.append(f"{_host(url)}: {_reason(error)}")
                    continue
                found = sha256_of(part)
                if sha256 is None or found == sha256:
                    os.replace(part, target)
                    return found
                part.unlink()
                failures.append(f"{_host(url)}: another file (sha256 {found[:12]}…, expected {sha256[:12]}…)")
    except ClipgenError:
        raise
    except OSError as error:
        raise unwritable(target, error) from error
    raise WeightsError(f"cannot fetch {target.name}: {'; '.join(failures) or 'no address is known'}")


def _complete(url: str, part: Path, report: Report, stall: float) -> None:
    """Fetch what is missing of a file, asking again for the rest when the line is cut."""
    for attempt in range(TRIES):
        before = part.stat().st_size if part.exists() else 0
        try:
            _go_on(url, part, before, report, stall)
            return
        except (_Cut, TimeoutError, ConnectionError, HTTPException):
            there = part.stat().st_size if part.exists() else 0
            if there == before and attempt + 1 == TRIES or there == before == 0:
                raise
    raise _Cut(f"cut {TRIES} times")


def _go_on(url: str, part: Path, before: int, report: Report, stall: float) -> None:
    request = Request(url, headers={"User-Agent": "clipgen", **({"Range": f"bytes={before}-"} if before else {})})
    try:
        opened = urlopen(request, timeout=stall)
    except HTTPError as error:
        if error.code == 416 and before:  # nothing is missing, or the part is of another file: the sum tells
            return
        raise
    with cast(HTTPResponse, opened) as answer:
        if answer.status != 206:
            before = 0  # the whole file comes again
        length = answer.headers.get("Content-Length")
        total = before + int(length) if length is not None else None
        if total is not None and total > MAX_BYTES:
            raise ValueError(f"{total / 2**30:.0f} GB, more than any model has")
        done = before
        with open(part, "r+b" if before else "wb") as file:
            file.seek(before)
            while block := answer.read1(BLOCK):
                file.write(block)
                done += len(block)
                if done > MAX_BYTES:
                    raise ValueError("more than any model has")
                report(done, total)
            file.flush()
            os.fsync(file.fileno())
        if total is not None and done < total:
            raise _Cut(f"cut after {done} of {total} bytes")


def _host(url: str) -> str:
    return url.split("/")[2] if url.count("/") > 2 else url


def _reason(error: Exception) -> str:
    if isinstance(error, HTTPError):
        return f"{error.code} {error.reason}"
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(cause, TimeoutError):
        return "no answer"
    return reason(cause) if isinstance(cause, BaseException) else str(cause)
