"""Files that PyAV opens."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clipgen.media.containers import open_container

av = pytest.importorskip("av")


def test_a_title_that_is_not_utf8_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "old.wav"
    with av.open(str(path), "w") as container:
        container.metadata["title"] = "plain as can be"
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    data = path.read_bytes()
    assert data.count(b"plain") == 1
    path.write_bytes(data.replace(b"plain", b"\xff\xfe\xff\xe9n"))
    with open_container(path) as container:
        assert container.metadata["title"].endswith("n as can be") and len(container.streams.audio) == 1
