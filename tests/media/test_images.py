from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from clipgen.errors import ImageError
from clipgen.media import images
from clipgen.media.images import find_images, from_pil, later_frames, load_ahead, load_image, resize_area, to_pil
from raising import refused


@pytest.fixture
def picture() -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8))


def test_pictures_survive_the_tensor(picture: Image.Image) -> None:
    image = from_pil(picture)
    assert image.shape == (1, 3, 6, 8) and image.dtype == torch.float32 and image.is_contiguous()
    assert to_pil(image[0]).tobytes() == picture.tobytes()


def test_to_pil_clamps_and_takes_any_float() -> None:
    image = torch.tensor([-1.0, 0.5, 2.0]).view(3, 1, 1).to(torch.bfloat16)
    assert to_pil(image).getpixel((0, 0)) == (0, 128, 255)
    with pytest.raises(ValueError, match=r"\[3, H, W\]"):
        to_pil(torch.zeros(1, 3, 2, 2))


def test_load_fills_the_size_from_the_middle(tmp_path: Path) -> None:
    wide = Image.new("RGB", (40, 20), "black")
    wide.paste((255, 255, 255), (10, 0, 30, 20))
    wide.save(tmp_path / "wide.png")
    assert load_image(tmp_path / "wide.png").shape == (1, 3, 20, 40)
    middle = load_image(tmp_path / "wide.png", size=(10, 10))
    assert middle.shape == (1, 3, 10, 10) and middle[..., 2:-2].min() > 0.99


def test_load_turns_upright(tmp_path: Path, picture: Image.Image) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 270 degrees to see it upright
    picture.save(tmp_path / "turned.png", exif=exif)
    assert torch.equal(load_image(tmp_path / "turned.png"), from_pil(picture.rotate(270, expand=True)))


def test_load_puts_transparency_over_white(tmp_path: Path) -> None:
    Image.new("RGBA", (2, 2), (255, 0, 0, 0)).save(tmp_path / "clear.png")
    assert torch.equal(load_image(tmp_path / "clear.png"), torch.ones(1, 3, 2, 2))
    palette = Image.new("P", (2, 2), 0)
    palette.putpalette([255, 0, 0])
    palette.save(tmp_path / "palette.png", transparency=0)
    assert torch.equal(load_image(tmp_path / "palette.png"), torch.ones(1, 3, 2, 2))


def test_load_scales_16_bit_greys(tmp_path: Path) -> None:
    Image.fromarray(np.full((2, 2), 128 * 257, dtype=np.uint16)).save(tmp_path / "grey.png")
    assert load_image(tmp_path / "grey.png").unique().tolist() == pytest.approx([128 / 255])


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK"])
def test_load_reads_other_modes(tmp_path: Path, mode: str, picture: Image.Image) -> None:
    file = tmp_path / ("picture.tif" if mode == "CMYK" else "picture.png")
    picture.convert(mode).save(file)
    assert load_image(file).shape == (1, 3, 6, 8)


def test_load_refuses_what_it_cannot_read(tmp_path: Path, picture: Image.Image) -> None:
    (tmp_path / "text.png").write_text("no picture")
    big = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    big.save(tmp_path / "cut.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "cut.png").read_bytes()[:5000])
    Image.fromarray(np.zeros((2, 2), np.float32)).save(tmp_path / "float.tif")
    for name in ("none.png", "text.png", "cut.png", "float.tif", "."):
        with pytest.raises(ImageError) as caught:
            load_image(tmp_path / name)
        assert str(tmp_path / name) in str(caught.value) and "\n" not in str(caught.value)


def test_load_refuses_a_huge_picture_before_decoding_it(tmp_path: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(tmp_path / "huge.png")
    with pytest.raises(ImageError, match="huge.png"):
        load_image(tmp_path / "huge.png")
    Image.new("1", (100, 100)).save(tmp_path / "small.png")
    with pytest.raises(ImageError, match="100 x 100"):
        load_image(tmp_path / "small.png", max_pixels=100)


def test_resize_area_is_the_mean_when_it_shrinks() -> None:
    stripes = torch.tensor([0.0, 1.0]).repeat(32).expand(1, 3, 64, 64)
    assert torch.allclose(resize_area(stripes, (8, 8)), torch.full((1, 3, 8, 8), 0.5))


def test_resize_area_grows_within_bounds_and_carries_gradients() -> None:
    image = torch.rand(2, 3, 5, 7, requires_grad=True)
    grown = resize_area(image, (20, 10))
    assert grown.shape == (2, 3, 10, 20) and grown.min() >= 0 and grown.max() <= 1
    grown.sum().backward()
    assert image.grad is not None and image.grad.abs().sum() > 0
    assert resize_area(image, (7, 5)) is image


def test_pictures_are_found_in_order_and_once(tmp_path: Path) -> None:
    for name in ("b.png", "a.JPG", "in/c.webp", "notes.txt", ".hidden.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")

    def names(*paths: str, **options: bool) -> list[str]:
        found = find_images([tmp_path / path for path in paths], **options)
        return [path.relative_to(tmp_path).as_posix() for path in found]

    assert names("") == ["a.JPG", "b.png"]
    assert names("b.png", "", recursive=True) == ["b.png", "a.JPG", "in/c.webp"]
    assert names("notes.txt") == ["notes.txt"]  # named outright, whatever it is called
    with pytest.raises(ImageError, match=str(tmp_path / "none")):
        names("none")
    (tmp_path / "empty").mkdir()
    with refused(ImageError, "recursive"):
        names("empty")


def test_a_folder_gives_the_pictures_that_a_library_takes(tmp_path: Path) -> None:
    for name in ("a.png", "b.heic", "c.HEIF", "d.pdf", "e.mpg", "f.eps", "g.txt"):
        (tmp_path / name).write_bytes(b"x")
    assert [path.name for path in find_images([tmp_path])] == ["a.png", "b.heic", "c.HEIF"]
    assert find_images([tmp_path / "d.pdf"]) == [tmp_path / "d.pdf"]


def test_heic_that_was_named_outright_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pi_heif", reason="HEIC needs pi-heif, an extra")
    (tmp_path / "a.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(40))
    for registered in (Image.OPEN, Image.EXTENSION):
        for name in [name for name, kind in registered.items() if "HEIF" in (name, kind)]:
            monkeypatch.delitem(registered, name)
    monkeypatch.setattr(Image, "ID", [name for name in Image.ID if name != "HEIF"])
    with pytest.raises(ImageError):
        load_image(tmp_path / "a.heic")
    assert "HEIF" in Image.OPEN


def test_reading_ahead_keeps_the_order_and_tells_errors(tmp_path: Path) -> None:
    paths = [tmp_path / f"{i}.png" for i in range(9)]
    for i, path in enumerate(paths):
        Image.new("RGB", (4, 4), (i, 0, 0)).save(path)
    paths[5].write_bytes(b"no picture")
    found = list(load_ahead(paths, ahead=3))
    assert [path for path, _ in found] == paths
    assert [isinstance(image, ImageError) for _, image in found] == [i == 5 for i in range(9)]
    assert [round(float(image[0, 0, 0, 0]) * 255) for _, image in found if not isinstance(image, ImageError)] == [
        0, 1, 2, 3, 4, 6, 7, 8,
    ]  # fmt: skip
    assert list(load_ahead([])) == []


def test_what_is_read_ahead_waits_in_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / f"{i}.png" for i in range(4)]
    for path in paths:
        Image.new("RGB", (4, 4)).save(path)
    made: list[Image.Image] = []

    def counted(picture: Image.Image) -> torch.Tensor:
        made.append(picture)
        return from_pil(picture)

    monkeypatch.setattr(images, "from_pil", counted)
    for _ in load_ahead(paths):
        break  # waits for the threads
    assert len(made) == 1  # in single precision they would take four times the memory


@pytest.mark.parametrize("ending", ["gif", "png", "webp", "tiff"])
def test_later_frames_are_spread_over_an_animation(tmp_path: Path, ending: str) -> None:
    frames = [Image.new("RGB", (40, 30), (0, 0, 10 * i)) for i in range(21)]
    frames[0].save(tmp_path / f"a.{ending}", save_all=True, append_images=frames[1:])
    found = [frame[0, 2].mean().item() * 255 for frame in later_frames(tmp_path / f"a.{ending}")]
    assert found == pytest.approx([50, 100, 150, 200], abs=6)
    (small,) = later_frames(tmp_path / f"a.{ending}", count=1, side=15)
    assert small.shape == (1, 3, 15, 20)
    frames[0].save(tmp_path / f"b.{ending}", save_all=True, append_images=frames[1:2])
    assert len(later_frames(tmp_path / f"b.{ending}")) == 1


def test_still_pictures_have_no_later_frames(tmp_path: Path) -> None:
    still = Image.new("RGB", (40, 30), "red")
    still.save(tmp_path / "a.gif")
    still.save(tmp_path / "a.jpg", format="MPO", save_all=True, append_images=[still])  # a camera's preview
    assert later_frames(tmp_path / "a.gif") == later_frames(tmp_path / "a.jpg") == []
    for name, data in (("bad.gif", b"no picture"), ("cut.png", (tmp_path / "a.jpg").read_bytes()[:100])):
        (tmp_path / name).write_bytes(data)
        with refused(ImageError, match=name):
            later_frames(tmp_path / name)
    with refused(ImageError, match="a.gif"):
        later_frames(tmp_path / "a.gif", max_pixels=100)


def test_a_link_to_nothing_is_found_so_that_it_can_be_reported(tmp_path: Path) -> None:
    (tmp_path / "lost.png").symlink_to(tmp_path / "nowhere.png")
    assert find_images([tmp_path]) == [tmp_path / "lost.png"]
