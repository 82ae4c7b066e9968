"""Which files are pictures."""

from __future__ import annotations

import pytest
from PIL import Image

from clipgen.media import endings
from clipgen.media.endings import picture_endings


def test_heic_is_decoded() -> None:
    heif = pytest.importorskip("pi_heif", reason="HEIC needs pi-heif, an extra")
    assert ".heic" in picture_endings()
    assert heif.get_file_mimetype(b"\0\0\0\x18ftypheic" + bytes(40)) and "HEIF" in Image.OPEN


def test_heic_is_listed_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endings, "find_spec", lambda name: None)
    assert ".heic" in picture_endings()
