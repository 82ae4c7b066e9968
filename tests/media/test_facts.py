"""What picture files say of themselves, and reduced loading."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from clipgen.errors import ImageError
from clipgen.media.facts import Facts
from clipgen.media.images import load_image, load_reduced, to_pil
from raising import refused

XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:subject><rdf:Bag><rdf:li>red fox</rdf:li><rdf:li>a &amp; b</rdf:li>
</rdf:Bag></dc:subject></x:xmpmeta>"""


def facts(path: Path) -> Facts:
    with Image.open(path) as opened:
        return Facts.of(opened)


def test_keywords_of_exif_xmp_and_png(tmp_path: Path) -> None:
    picture, exif, info = Image.new("RGB", (30, 20)), Image.Exif(), PngInfo()
    exif[0x010E], exif[0x9C9E], exif[0x0132] = "at sea", "boats\0".encode("utf-16-le"), "2024:05:17 10:31:02"
    picture.save(tmp_path / "a.jpg", exif=exif, xmp=XMP)
    found = facts(tmp_path / "a.jpg")
    assert (found.words, found.taken) == ("at sea boats red fox a & b", "2024:05:17 10:31:02")
    info.add_text("Title", "a reef")
    picture.save(tmp_path / "a.png", pnginfo=info)
    assert facts(tmp_path / "a.png").words == "a reef"


@pytest.mark.parametrize("damaged", [b"abcd", b"\x1c\x02\x19\x90ab", b"\x1c\x02\x05\0\x03foxabcd"])
def test_a_damaged_block_of_keywords_is_no_words(tmp_path: Path, damaged: bytes) -> None:
    exif = Image.Exif()
    exif[0x010E] = "at sea"
    Image.new("RGB", (30, 20)).save(tmp_path / "a.jpg", exif=exif)
    whole = (tmp_path / "a.jpg").read_bytes()
    block = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + len(damaged).to_bytes(4) + damaged
    (tmp_path / "a.jpg").write_bytes(whole[:2] + b"\xff\xed" + (len(block) + 2).to_bytes(2) + block + whole[2:])
    reduced, found = load_reduced(tmp_path / "a.jpg", 16)
    assert reduced.size == (24, 16) and found.words == "at sea"


@pytest.mark.parametrize("wrong", [0, 9, 99])
def test_an_impossible_orientation_is_none(tmp_path: Path, wrong: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = wrong
    Image.new("RGB", (30, 20)).save(tmp_path / "a.jpg", exif=exif)
    assert facts(tmp_path / "a.jpg") == Facts((30, 20), 1, "", "", "JPEG")


@pytest.mark.parametrize("ending", [".jpg", ".png", ".webp", ".gif", ".tiff", ".bmp"])
def test_reduced_pictures_are_the_whole_ones_made_smaller(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    Image.linear_gradient("L").resize((800, 600)).convert("RGB").save(path)
    reduced, found = load_reduced(path, 100)
    assert reduced.size == (133, 100) and found.size == (800, 600)
    whole = to_pil(load_image(path)[0]).resize((133, 100), Image.Resampling.BOX)
    assert np.abs(np.asarray(reduced, int) - np.asarray(whole, int)).mean() < 3


def test_small_pictures_keep_their_size_and_large_ones_are_refused(tmp_path: Path) -> None:
    Image.new("RGB", (30, 20)).save(tmp_path / "a.png")
    assert load_reduced(tmp_path / "a.png", 100)[0].size == (30, 20)
    with refused(ImageError, match="a.png"):
        load_reduced(tmp_path / "a.png", 100, max_pixels=500)
