from pathlib import Path

import torch
from PIL import Image

from clipgen.studio.pictures import loadable


def test_a_path_stays_a_path() -> None:
    assert loadable("a.jpg") == loadable(Path("a.jpg")) == loadable(["a.jpg"]) == [Path("a.jpg")]


def test_a_pil_image_becomes_pixels() -> None:
    path, pixels = loadable(["a.jpg", Image.new("RGB", (4, 2), "red")])
    assert path == Path("a.jpg") and isinstance(pixels, torch.Tensor)
    assert pixels.shape == (1, 3, 2, 4) and pixels[0, :, 0, 0].tolist() == [1, 0, 0]


def test_transparency_is_over_white_and_turned_pictures_are_upright() -> None:
    turned = Image.new("RGBA", (4, 2))
    turned.getexif()[0x0112] = 6
    (pixels,) = loadable(turned)
    assert isinstance(pixels, torch.Tensor) and pixels.shape == (1, 3, 4, 2) and pixels.min() == 1
