"""Drawings: strokes become pictures in many hands and on many sheets, with captions that say so."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from clipgen.errors import ImageError
from clipgen.train.sources import MANNERS, Drawing, Drawings, is_held_out, load_drawings
from clipgen.train.sources.drawings import render
from raising import refused

BOX = [[0, 0], [255, 0], [255, 255], [0, 255], [0, 0]]


def drawings() -> Drawings:
    box, stroke = np.array(BOX, np.float32), np.array([[10, 10], [240, 240]], np.float32)
    return Drawings([Drawing("box", (box, stroke, stroke + 5, stroke - 5), "1"), Drawing("the line", (stroke,), "2")])


@pytest.mark.parametrize("ending", [".ndjson", ".ndjson.gz"])
def test_a_file_is_split_by_hash(tmp_path: Path, ending: str) -> None:
    rows = [{"word": "See Saw" if i % 2 else "box", "key_id": str(i), "strokes": [[[0, 9], [5, 7]]]} for i in range(40)]
    path = tmp_path / f"drawn{ending}"
    text = "\n".join(json.dumps(row) for row in rows).encode()
    path.write_bytes(gzip.compress(text) if ending.endswith("gz") else text)
    kept, held = load_drawings(path), load_drawings(path, held_out=True)
    assert kept.labels == (("box",), ("see saw",))
    assert {d.key for d in held.drawings} == {str(i) for i in range(40) if is_held_out(str(i))}
    assert len(kept.drawings) + len(held.drawings) == 40 and held.drawings
    assert kept.drawings[0].strokes[0].tolist() == [[0, 5], [9, 7]]


# named: a gzip has the time in it, and the workers of a parallel run would name their tests by it
@pytest.mark.parametrize(
    "content",
    [b"no gzip", gzip.compress(b'{"word": "box"}\n'), gzip.compress(b"[1]"),
     gzip.compress(b"{}" * 99)[:10] + b"\xff" * 99],
    ids=["no gzip", "no strokes", "no row", "damaged"],
)
def test_a_damaged_file_is_reported(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "drawn.ndjson.gz"
    path.write_bytes(content)
    with refused(ImageError, match="drawn.ndjson.gz"):
        load_drawings(path)


def test_a_render_fills_the_sheet_at_every_size() -> None:
    for size in (32, 96):
        image = render([np.array(BOX, np.float32) / 7 + 100], size, ink=(200, 0, 0), width=0.04, margin=0.1)
        rows, columns = np.nonzero(image[..., 1] < 128)
        assert abs(rows.min() - 0.1 * size) <= 3 and abs(columns.max() - 0.9 * size) <= 3
        assert image[size // 2, size // 2].tolist() == [255] * 3 and image[rows[0], columns[0], 0] > 180


def test_drawings_differ_in_hand_and_sheet_and_their_captions_name_them() -> None:
    source, places = drawings(), list(MANNERS)
    made, shares, unfinished = set(), [], 0
    for i in range(200):
        example = source.sample(np.random.default_rng(i), 40)
        assert example.image.shape == (40, 40, 3) and source.labels[example.label][0] in example.caption
        assert "a the" not in example.caption
        if example.manner >= 0:
            made.add(places[example.manner])
        if example.manner == places.index("chalk"):
            assert np.median(example.image) < 110 and ("chalk" in example.caption or "blackboard" in example.caption)
        unfinished += "unfinished" in example.caption
        shares.append(float((np.abs(example.image.astype(float) - np.median(example.image)).max(2) > 60).mean()))
    assert made == {"drawing", "pencil sketch", "whiteboard", "chalk"} and unfinished
    assert np.median(shares) > 0.02  # lines are seen
    again = source.sample(np.random.default_rng(5), 40)
    assert np.array_equal(again.image, source.sample(np.random.default_rng(5), 40).image)
