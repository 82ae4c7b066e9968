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
