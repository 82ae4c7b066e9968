"""What the EXIF orientation means, and that writing it changes nothing else."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageOps

from clipgen.errors import ImageError
from clipgen.media.orientation import Edit, orientation_edits, reverted, turned, with_edits
from raising import refused

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF")


def picture(mode: str = "RGB") -> Image.Image:
    rows = np.random.default_rng(3).integers(0, 255, (3, 5, len(mode)), dtype=np.uint8)
    return Image.fromarray(rows.squeeze()).resize((40, 24), Image.Resampling.NEAREST)


def exif_of(orientation: int | None) -> Image.Exif:
    """EXIF data with tags before and after the orientation's, and in a directory of their own."""
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription], exif[ExifTags.Base.Software] = "a reef", "tests"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"ASCII\0\0\0anything"
    if orientation is not None:
        exif[ExifTags.Base.Orientation] = orientation
    return exif


def file_of(form: str, *, exif: Image.Exif | None = None, mode: str = "RGB") -> bytes:
    packed = io.BytesIO()
    options = {"WEBP": {"lossless": True}, "JPEG": {"quality": 98, "subsampling": 0}}.get(form, {})
    picture(mode).save(packed, form, **options, **({"exif": exif} if exif is not None else {}))
    return packed.getvalue()


def orientation_of(data: bytes) -> int | None:
    with Image.open(io.BytesIO(data)) as opened:
        return opened.getexif().get(ExifTags.Base.Orientation)


def stored(data: bytes) -> np.ndarray:
    """The pixels as they are in the file: without the orientation, which Pillow applies to TIFF by itself."""
    return shown(with_edits(data, orientation_edits(data, 1)))


def shown(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as opened:
        return np.asarray(ImageOps.exif_transpose(opened).convert("RGBA"))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("before", [None, 1, 2, 3, 4, 5, 6, 7, 8])
def test_every_orientation_becomes_every_turn_of_it(form: str, before: int | None) -> None:
    data = file_of(form, exif=None if before is None else exif_of(before))
    for quarters in range(4):
        edits = orientation_edits(data, turned(before or 1, quarters))
        turn = with_edits(data, edits)
        assert np.array_equal(shown(turn), np.rot90(shown(data), -quarters))
        assert with_edits(turn, reverted(edits)) == data


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("before", [None, 6])
def test_other_tags_stay(form: str, before: int | None) -> None:
    data = file_of(form, exif=exif_of(before))
    changed = with_edits(data, orientation_edits(data, 8))
    with Image.open(io.BytesIO(changed)) as opened:
        exif = opened.getexif()
        assert exif[ExifTags.Base.ImageDescription] == "a reef" and exif[ExifTags.Base.Software] == "tests"
        assert exif[ExifTags.Base.Orientation] == 8
        inner = exif.get_ifd(ExifTags.IFD.Exif)  # Pillow writes none into a TIFF
        assert form == "TIFF" or inner[ExifTags.Base.UserComment] == b"ASCII\0\0\0anything"
    assert np.array_equal(stored(changed), stored(data))
    assert len(changed) - len(data) < 200


def test_the_pixels_of_a_jpeg_keep_their_bytes() -> None:
    for exif in (None, exif_of(None), exif_of(3)):
        data = file_of("JPEG", exif=exif)
        changed = with_edits(data, orientation_edits(data, 6))
        start = data.index(b"\xff\xdb")  # tables, header and pixels
        assert changed.endswith(data[start:]) and changed[:4] == data[:4]


def test_a_tag_that_is_there_is_changed_in_place() -> None:
    data = file_of("JPEG", exif=exif_of(3))
    changed = with_edits(data, orientation_edits(data, 6))
    assert len(changed) == len(data) and sum(a != b for a, b in zip(data, changed, strict=True)) == 1


def test_a_webp_with_alpha_keeps_it() -> None:
    data = file_of("WEBP", mode="RGBA")
    changed = with_edits(data, orientation_edits(data, 3))
    assert np.array_equal(shown(changed), np.rot90(shown(data), 2)) and orientation_of(changed) == 3
    assert len(changed) == struct.unpack_from("<I", changed, 4)[0] + 8


@pytest.mark.parametrize("form", ["GIF", "BMP"])
def test_formats_without_the_tag_are_refused(form: str) -> None:
    packed = io.BytesIO()
    picture().save(packed, form)
    with refused(ImageError):
        orientation_edits(packed.getvalue(), 6)


@pytest.mark.parametrize("form", FORMATS)
def test_damage_is_reported_not_written(form: str) -> None:
    data = file_of(form, exif=exif_of(3))
    for length in range(4, min(len(data), 400), 7):
        try:
            edits = orientation_edits(data[:length], 6)
        except ImageError:
            continue
        assert with_edits(with_edits(data[:length], edits), reverted(edits)) == data[:length]
    exif = data.index(b"II*\0") if b"II*\0" in data else data.index(b"MM\0*")
    with refused(ImageError):
        orientation_edits(data[: exif + 4] + b"\xff\xff\xff\x7f" + data[exif + 8 :], 6)


def test_exif_data_that_fill_their_segment_are_refused() -> None:
    exif = exif_of(None)
    exif[ExifTags.Base.ImageDescription] = "x" * (65_533 - len(exif_of(None).tobytes()) + 2)
    data = file_of("JPEG", exif=exif)
    with refused(ImageError):
        orientation_edits(data, 6)


def test_edits_are_made_where_they_belong_only() -> None:
    with refused(ImageError):
        with_edits(b"abcd", [Edit(1, b"x", b"y")])


def test_a_webp_whose_picture_cannot_be_decoded_is_refused() -> None:
    file = io.BytesIO()
    Image.new("RGB", (8, 4)).save(file, "WEBP")
    data = file.getvalue()
    with pytest.raises(ImageError):
        orientation_edits(data[:20] + b"\xff" * (len(data) - 20), 6)
