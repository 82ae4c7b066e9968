"""What happens to files, for tests of what reads them."""

from __future__ import annotations

import random
import resource
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from clipgen.errors import ClipgenError

NUMBERS = (b"-1", b"0", b"1e99", b"99999999999999999999", b"4294967296", b"nan", b"[]", b"{}", b"null", b"'x'")


def spoiled(data: bytes) -> bytes:
    """With a tenth of them overwritten, in the middle."""
    start, end = len(data) * 45 // 100, len(data) * 55 // 100
    return data[:start] + bytes(end - start) + data[end:]


def damaged(data: bytes, rng: random.Random) -> bytes:
    """One of the things that happen to files: cut, flipped, doubled, shuffled, with other numbers or text in them."""
    at = rng.randrange(len(data))
    kind = rng.randrange(6)
    if kind == 0:
        return data[:at]
    if kind == 1:
        flipped = bytearray(data)
        for _ in range(rng.choice((1, 1, 4, 64))):
            # heads, where formats tell of themselves, more often than the numbers behind
            place = rng.randrange(min(len(data), rng.choice((64, 1024, len(data)))))
            flipped[place] = rng.randrange(256)
        return bytes(flipped)
    if kind == 2:
        return data[:at] + data[max(0, at - rng.randrange(200)) :]
    if kind == 3:
        digits = [i for i, byte in enumerate(data[:4096]) if chr(byte).isdigit()] or [0]
        place = rng.choice(digits)
        return data[:place] + rng.choice(NUMBERS) + data[place + 1 :]
    if kind == 4:
        return data[:at] + rng.randbytes(rng.randrange(1, 50)) + data[at:]
    return data[at:] + data[:at]


def try_damaged(
    count: int,
    choose: Callable[[random.Random], tuple[Path, Callable[[], object]]],
    *,
    seconds: float,
    megabytes: float,
) -> tuple[int, int]:
    """Damage a file, try to read it, and put it back, so many times; how often it was read, and refused in one line.

    choose: a file, and what reads it; seconds: of the processor that one may take, whatever else runs on the machine;
    megabytes: that all together may add to the memory of the process.
    """
    rng = random.Random(7)
    read, refused, longest = 0, 0, 0.0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(count):
        target, load = choose(rng)
        kept = target.read_bytes()
        target.write_bytes(damaged(kept, rng))
        began = time.process_time()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                load()
            read += 1
        except ClipgenError as error:
            refused += 1
            assert "\n" not in str(error) and len(str(error)) < 2000, (number, target.name)
        longest = max(longest, time.process_time() - began)
        target.write_bytes(kept)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert longest < seconds and grown < megabytes, (longest, grown)
    return read, refused
