"""Sums of files."""

import hashlib
from pathlib import Path

import pytest

from clipgen.errors import WeightsError
from clipgen.files import sha256


def test_the_sum_is_counted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.bin").write_bytes(b"weights")
    first = sha256(tmp_path / "a.bin")
    assert first == hashlib.sha256(b"weights").hexdigest()
    monkeypatch.setattr(hashlib, "file_digest", lambda *_: pytest.fail("read again"))
    assert sha256(tmp_path / "a.bin") == first
    with pytest.raises(WeightsError, match="cannot read"):
        sha256(tmp_path / "none")
