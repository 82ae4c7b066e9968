"""What a file is: its sha256.

>>> sha256("model.ckpt")
'484257c3…'
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from clipgen.errors import WeightsError


def sha256(path: str | Path) -> str:
    """The sha256 of a file in hexadecimal, remembered while its size and its time of change stay the same.

    Raises WeightsError when the file cannot be read.
    """
    try:
        status = Path(path).stat()
        return _sha256(str(path), status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror or error}") from error


@lru_cache(maxsize=256)
def _sha256(path: str, mtime_ns: int, size: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
