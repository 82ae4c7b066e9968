from pathlib import Path

import pytest
import torch
from PIL import Image

from clipgen.errors import ImageError
from clipgen.media.masks import feathered, load_mask
from raising import refused


def saved(path: Path, mode: str, size: tuple[int, int], colour: int | tuple[int, ...]) -> Path:
    Image.new(mode, size, colour).save(path)
    return path


def test_a_mask_of_another_size_is_refused_by_both_sizes(tmp_path: Path) -> None:
    mask = saved(tmp_path / "mask.png", "L", (20, 10), 255)
    with refused(ImageError, "mask", "init_image", match="20 x 10 pixels and photo.jpg 30 x 10"):
        load_mask(mask, (30, 10), of="photo.jpg")
    with refused(ImageError, "mask", "init_image", match="turned as its EXIF says"):
        load_mask(mask, (10, 20))


def test_a_black_mask_is_refused_and_a_grey_one_is_not(tmp_path: Path) -> None:
    with refused(ImageError, "mask", match="black everywhere"):
        load_mask(saved(tmp_path / "black.png", "L", (4, 4), 0), (4, 4))
    assert load_mask(saved(tmp_path / "grey.png", "L", (4, 4), 51), (4, 4)).mean() == pytest.approx(0.2)


def test_transparency_is_refused_because_it_may_mean_either(tmp_path: Path) -> None:
    with refused(ImageError, "mask", match="transparent in places"):
        load_mask(saved(tmp_path / "a.png", "RGBA", (4, 4), (255, 255, 255, 0)), (4, 4))
    opaque = saved(tmp_path / "b.png", "RGBA", (4, 4), (255, 255, 255, 255))
    assert load_mask(opaque, (4, 4)).min() == 1


def test_a_mask_is_turned_as_its_exif_says(tmp_path: Path) -> None:
    mask = Image.new("L", (4, 2))
    mask.putpixel((0, 0), 255)
    exif = Image.Exif()
    exif[0x0112] = 6  # the first row is the right side
    mask.save(tmp_path / "turned.png", exif=exif)
    loaded = load_mask(tmp_path / "turned.png", (2, 4))
    assert loaded.nonzero().tolist() == [[0, 0, 0, 1]]


def test_the_rim_lies_inside_of_the_white_and_not_at_the_edge_of_the_picture() -> None:
    mask = torch.zeros(1, 1, 40, 40)
    mask[..., 10:40, 5:35] = 1
    soft = feathered(mask, 6)
    assert (soft[mask == 0] == 0).all() and (soft[mask == 1] > 0).all()
    assert soft[0, 0, 25, 20] == 1 and soft[0, 0, 39, 20] == 1  # the edge of the picture is no edge of the white
    assert soft[0, 0, 25, 5] == pytest.approx(1 / 7)
    assert soft[0, 0, 25, 5:12].diff().min() > 0


def test_a_thin_line_is_painted_in_full() -> None:
    mask = torch.zeros(1, 1, 20, 20)
    mask[..., 9:12, :] = 1
    assert feathered(mask, 16).amax() == 1
    assert torch.equal(feathered(mask, 0), mask)
