"""Picture files carry their settings, in every format, and give them back."""

from __future__ import annotations

import io
import json
import os
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from clipgen.errors import ImageError, OutputError, SettingsError
from clipgen.media import pictures
from clipgen.media.images import load_image
from clipgen.media.pictures import FORMATS, add_text, read_metadata, save_picture

METADATA = {"prompt": "sea 海 | fog:-0.5", "seed": 7, "size": [4, 2], "note": 'quotes " and \\ and 🦊'}
ENDINGS = sorted(FORMATS)


@pytest.fixture
def picture() -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8))


@pytest.mark.parametrize("ending", [*ENDINGS, ".JPG"])
def test_metadata_travel_in_the_file(tmp_path: Path, picture: Image.Image, ending: str) -> None:
    file = tmp_path / "new" / "folder" / f"reef{ending}"
    save_picture(file, picture, METADATA)
    assert read_metadata(file) == METADATA
    with Image.open(file) as saved:
        assert saved.format == FORMATS[ending.lower()].name and saved.size == picture.size
    assert os.listdir(file.parent) == [file.name]


def test_a_png_keeps_every_pixel_and_names_its_program(tmp_path: Path, picture: Image.Image) -> None:
    save_picture(tmp_path / "reef.png", picture, METADATA)
    with Image.open(tmp_path / "reef.png") as saved:
        assert saved.info["Software"].startswith("clipgen ") and saved.tobytes() == picture.tobytes()


@pytest.mark.parametrize("ending", [".jpg", ".webp"])
def test_lossy_formats_stay_close(tmp_path: Path, ending: str) -> None:
    smooth = Image.linear_gradient("L").resize((64, 64)).convert("RGB")
    save_picture(tmp_path / f"reef{ending}", smooth, METADATA)
    with Image.open(tmp_path / f"reef{ending}") as saved:
        assert np.abs(np.asarray(saved).astype(int) - np.asarray(smooth)).mean() < 2


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_picture_gives_the_same_bytes(tmp_path: Path, picture: Image.Image, ending: str) -> None:
    for name in ("a", "b"):
        save_picture(tmp_path / f"{name}{ending}", picture, METADATA)
    assert (tmp_path / f"a{ending}").read_bytes() == (tmp_path / f"b{ending}").read_bytes()


@pytest.mark.parametrize("ending", ENDINGS)
def test_metadata_of_a_large_batch(tmp_path: Path, picture: Image.Image, ending: str) -> None:
    metadata = {"prompts": [f"a castle by the sea, number {number}" for number in range(4000)]}
    assert len(json.dumps(metadata)) > 2**16
    save_picture(tmp_path / f"batch{ending}", picture, metadata)
    assert read_metadata(tmp_path / f"batch{ending}") == metadata


def test_more_metadata_than_a_jpg_can_carry(tmp_path: Path, picture: Image.Image) -> None:
    rng = np.random.default_rng(0)
    metadata = {"prompts": [rng.bytes(60).hex() for _ in range(4000)]}
    with pytest.raises(OutputError) as caught:
        save_picture(tmp_path / "batch.jpg", picture, metadata)
    assert list(caught.value.settings) == ["output"] and os.listdir(tmp_path) == []
    save_picture(tmp_path / "batch.webp", picture, metadata)
    assert read_metadata(tmp_path / "batch.webp") == metadata


def test_exif_survives_other_programs(tmp_path: Path, picture: Image.Image) -> None:
    save_picture(tmp_path / "reef.jpg", picture, METADATA)
    with Image.open(tmp_path / "reef.jpg") as saved:
        exif = saved.getexif()
        comment = exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment]
        assert comment.startswith(b"ASCII\0\0\0") and json.loads(comment[8:].decode("ascii")) == METADATA
        saved.save(tmp_path / "edited.webp", exif=exif)
    assert read_metadata(tmp_path / "edited.webp") == METADATA
    assert load_image(tmp_path / "reef.jpg").shape == (1, 3, 6, 8)


def test_no_metadata_is_an_error(tmp_path: Path, picture: Image.Image) -> None:
    for ending in ENDINGS:
        picture.save(tmp_path / f"foreign{ending}")
        with pytest.raises(ImageError):
            read_metadata(tmp_path / f"foreign{ending}")
    exif = Image.Exif()
    exif[ExifTags.Base.Software] = "a camera"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b'ASCII\0\0\0{"seed": 7}'
    picture.save(tmp_path / "camera.jpg", exif=exif)
    with pytest.raises(ImageError):
        read_metadata(tmp_path / "camera.jpg")


@pytest.mark.parametrize("text", ["no json", json.dumps([1]), "", "[" * 20_000])
def test_damaged_metadata_are_an_error(tmp_path: Path, picture: Image.Image, text: str) -> None:
    info = PngInfo()
    info.add_itxt("clipgen", text, zip=True)
    picture.save(tmp_path / "damaged.png", pnginfo=info)
    picture.save(tmp_path / "damaged.jpg", exif=pictures._exif_bytes(pictures._PLAIN + text.encode()))
    picture.save(tmp_path / "packed.webp", exif=pictures._exif_bytes(pictures._PACKED + text.encode()))
    for name in ("damaged.png", "damaged.jpg", "packed.webp"):
        with pytest.raises(ImageError) as caught:
            read_metadata(tmp_path / name)
        assert name in str(caught.value) and "\n" not in str(caught.value)


def test_packed_metadata_cannot_fill_the_memory(tmp_path: Path, picture: Image.Image) -> None:
    bomb = zlib.compress(b" " * 50_000_000 + b"{}", 9)
    picture.save(tmp_path / "bomb.webp", exif=pictures._exif_bytes(pictures._PACKED + bomb))
    with pytest.raises(ImageError):
        read_metadata(tmp_path / "bomb.webp")


def test_a_truncated_jpg_is_an_error(tmp_path: Path, picture: Image.Image) -> None:
    whole = io.BytesIO()
    picture.save(whole, "JPEG", exif=pictures._exif_bytes(pictures._PLAIN + b'{"seed": 7}'))
    for size in range(2, 120, 7):
        (tmp_path / "cut.jpg").write_bytes(whole.getvalue()[:size])
        try:
            read_metadata(tmp_path / "cut.jpg")
        except ImageError as error:
            assert "\n" not in str(error)
    # a segment that states more bytes than there are
    (tmp_path / "cut.jpg").write_bytes(b"\xff\xd8\xff\xe1" + struct.pack(">H", 60_000) + b"Exif\0\0II*\0")
    with pytest.raises(ImageError):
        read_metadata(tmp_path / "cut.jpg")


@pytest.mark.parametrize("name", ["reef.gif", "reef.tiff", "reef"])
def test_another_ending_is_a_settings_error(tmp_path: Path, picture: Image.Image, name: str) -> None:
    with pytest.raises(SettingsError) as caught:
        save_picture(tmp_path / name, picture, {})
    assert list(caught.value.settings) == ["output"] and os.listdir(tmp_path) == []


class FullDisk(Image.Image):
    def save(self, fp: object, **options: object) -> None:  # type: ignore[override]
        Path(str(fp)).write_bytes(b"half a picture")
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_full_disk_leaves_the_old_picture_whole(tmp_path: Path, picture: Image.Image, ending: str) -> None:
    path = tmp_path / f"reef{ending}"
    save_picture(path, picture, METADATA)
    before = path.read_bytes()
    with pytest.raises(OutputError) as caught:
        save_picture(path, FullDisk(), {})
    assert "No space left on device" in str(caught.value) and "\n" not in str(caught.value)
    assert os.listdir(tmp_path) == [path.name] and path.read_bytes() == before


def test_reading_metadata_needs_no_torch() -> None:
    script = "import sys, clipgen.media.pictures; sys.exit('torch' in sys.modules or 'av' in sys.modules)"
    assert os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", script]) == 0


def test_a_text_is_added_and_the_rest_stays(tmp_path: Path) -> None:
    path = tmp_path / "reef.png"
    picture = Image.effect_noise((20, 10), 80).convert("RGB")
    save_picture(path, picture, {"prompt": "a reef"})
    add_text(path, "Description", "a coral reef, 珊瑚")
    add_text(path, "Description", "a reef")
    with Image.open(path) as found:
        assert found.text["Description"] == "a reef" and found.tobytes() == picture.tobytes()  # type: ignore[attr-defined]
        assert found.text["Software"].startswith("clipgen")  # type: ignore[attr-defined]
    assert read_metadata(path) == {"prompt": "a reef"}
    picture.save(tmp_path / "reef.jpg")
    with pytest.raises(ImageError) as caught:
        add_text(tmp_path / "reef.jpg", "Description", "x")
    assert list(caught.value.settings) == ["sidecar"]
