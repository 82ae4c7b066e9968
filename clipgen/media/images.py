"""Pictures in, and between files, PIL and tensors: NCHW float32 RGB in [0, 1] everywhere; size = (width, height).

    >>> load_image(folder / "a.png", size=(32, 24)).shape
    torch.Size([1, 3, 24, 32])
"""

from __future__ import annotations

import math
import os
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps

from clipgen.errors import ClipgenError, ImageError
from clipgen.files import reason
from clipgen.media.endings import HEIF, picture_endings, register_heif
from clipgen.media.facts import Facts

if TYPE_CHECKING:
    from torch import Tensor

PIXELS = 256 * 256  # of a picture that is edited, where no size is given
_MOST = 64_000_000  # pixels of a picture that is loaded
GRID = 16  # its sides are multiples of this, which every generator can make


def load_image(path: str | Path, size: tuple[int, int] | None = None, max_pixels: int = _MOST) -> Tensor:
    """Load a picture: rotated as its EXIF says, transparency over white, cropped at the centre to fill `size`.

        >>> load_image(folder / "a.png", size=(48, 32)).shape
        torch.Size([1, 3, 32, 48])

    path: any format that Pillow decodes (of an animation, the first frame); size: (width, height), or None for the
    picture's own; max_pixels: larger pictures are refused before they are decoded.
    Returns float32 [1, 3, H, W] in [0, 1]. Raises ImageError when missing, unreadable, truncated or too large.
    """
    rgb = _decoded(path, max_pixels)
    return from_pil(rgb if size is None else ImageOps.fit(rgb, size, Image.Resampling.LANCZOS))


def _decoded(path: str | Path, max_pixels: int = _MOST) -> Image.Image:
    """The picture of a file as `load_image` loads it, in bytes."""
    with open_picture(path) as picture:
        _check_pixels(picture, path, max_pixels)
        return upright_rgb(picture, path)


def load_reduced(path: str | Path, side: int, max_pixels: int = _MOST) -> tuple[Image.Image, Facts]:
    """Load a picture as `load_image` does, reduced until its short side is about `side`, with facts of the file.

        >>> reduced, facts = load_reduced(folder / "a.png", 16)
        >>> reduced.size, facts.size
        ((24, 16), (48, 32))

    Large JPEGs are decoded at a fraction of their size, which is several times as fast; a picture that is small already
    keeps its size. Raises ImageError as `load_image` does.
    """
    with open_picture(path) as picture:
        _check_pixels(picture, path, max_pixels)
        facts = Facts.of(picture)
        scale = max(side / min(picture.size), 1 / 64)
        if scale < 1:
            picture.draft(None, (math.ceil(picture.width * scale), math.ceil(picture.height * scale)))
        rgb = upright_rgb(picture, path)
    scale = max(side / min(rgb.size), 1 / 64)
    if scale >= 1:
        return rgb, facts
    width, height = (max(1, round(edge * scale)) for edge in rgb.size)
    return rgb.resize((width, height), Image.Resampling.BOX), facts


def later_frames(path: str | Path, count: int = 4, side: int = 512, max_pixels: int = _MOST) -> list[Tensor]:
    """Frames of an animation after its first, spread to its last; none of a still picture.

        >>> later_frames(folder / "a.png")
        []

    count: of the frames, at most; side: they are reduced until their short side is at most that.
    Returns them as `load_image` does. Raises ImageError as it does, also where one of the frames is damaged.
    """
    with open_picture(path) as picture:
        _check_pixels(picture, path, max_pixels)
        # the further pictures in a camera's file are previews and depths
        last = getattr(picture, "n_frames", 1) - 1 if picture.format != "MPO" else 0
        found = []
        for number in sorted({round(i * last / count) for i in range(1, count + 1)} - {0}):
            picture.seek(number)
            rgb = upright_rgb(picture, path)
            scale = min(1.0, side / min(rgb.size))
            width, height = (max(1, round(edge * scale)) for edge in rgb.size)
            found.append(from_pil(rgb.resize((width, height), Image.Resampling.BOX)))
    return found


def _check_pixels(picture: Image.Image, path: str | Path, max_pixels: int) -> None:
    if picture.width * picture.height > max_pixels:
        raise ImageError(
            f"{path} is {picture.width} x {picture.height}; "
            f"at most {max_pixels / 1e6:g} million pixels are loaded: shrink it first"
        )


def paintable_size(size: tuple[int, int]) -> tuple[int, int]:
    """The default size for editing a picture or video: its aspect ratio, and about as many pixels as a new picture.

    >>> paintable_size((1920, 1080))
    (336, 192)
    """
    scale = math.sqrt(PIXELS / (size[0] * size[1]))
    width, height = (max(GRID, round(side * scale / GRID) * GRID) for side in size)
    return width, height


def find_images(paths: Sequence[str | Path], *, recursive: bool = False) -> list[Path]:
    """Picture files by name and in folders, in order and once each.

        >>> [path.name for path in find_images([folder / "b.png", folder])]
        ['b.png', 'a.png']

    paths: a file is included whatever its name, a folder adds its files with the ending of a picture format;
    recursive: folders in folders too.
    Raises ImageError for a path that does not exist, and when nothing is found.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        if os.path.isdir(path):
            inside = path.rglob("*") if recursive else path.iterdir()
            endings = picture_endings()
            files = (file for file in inside if file.suffix.lower() in endings and not file.name.startswith("."))
            # a link to nothing is included, so that it is reported as a file that cannot be loaded
            found.update(dict.fromkeys(sorted(file for file in files if file.is_file() or file.is_symlink())))
        elif os.path.exists(path):
            found[path] = None
        else:
            raise ImageError(f"there is no picture {path}; check the name")
    if not found:
        where = ", ".join(map(str, paths)) or "(nothing given)"
        hint = "" if recursive else "; set recursive to search folders in folders"
        raise ImageError(f"no pictures in {where}{hint}", settings=() if recursive else ["recursive"])
    return list(found)


@contextmanager
def open_picture(path: str | Path) -> Iterator[Image.Image]:
    """Open a picture with Pillow; every failure, now or in the block, while it is decoded, becomes one ImageError.

    >>> with open_picture(folder / "a.png") as opened:
    ...     opened.format
    'PNG'
    """
    heif = Path(path).suffix.lower() in HEIF
    if heif:
        register_heif()
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures on its own; load_image has the bound
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                yield picture
    except ClipgenError:
        raise
    except FileNotFoundError as error:
        raise ImageError(f"there is no picture {path}; check the name") from error
    except Image.UnidentifiedImageError as error:
        known = "use png, jpg or webp" if not heif or "HEIF" in Image.OPEN else "pip install 'clipgen[library]'"
        raise ImageError(f"{path} is not a picture in a known format; {known}") from error
    except Image.DecompressionBombError as error:
        raise ImageError(f"{path} is too large: {error}") from error
    # damaged files make Pillow's decoders raise nearly anything
    except Exception as error:
        if "truncated" in str(error):
            raise ImageError(f"the picture {path} ends too early; copy or download it again") from error
        raise ImageError(f"cannot read the picture {path}: {reason(error)}") from error


def upright_rgb(picture: Image.Image, path: str | Path = "the picture") -> Image.Image:
    """A picture as people see it: turned as its EXIF says, transparency over white, 16 bits as 8; path: for errors.

        >>> upright_rgb(Image.new("RGBA", (4, 2))).getpixel((0, 0))
        (255, 255, 255)

    Raises ImageError for floating-point pixels.
    """
    upright = ImageOps.exif_transpose(picture)
    if upright.mode == "F":
        raise ImageError(f"{path} holds floating-point pixels, whose range is unknown; save it with 8 or 16 bits")
    if upright.mode.startswith("I"):
        # Pillow clips 16-bit greys at 255 instead of scaling them
        grey = np.asarray(upright).astype(np.float64) / 257
        return Image.fromarray(grey.clip(0, 255).round().astype(np.uint8)).convert("RGB")
    if upright.has_transparency_data:
        rgba = upright.convert("RGBA")
        white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, rgba).convert("RGB")
    return upright.convert("RGB")


def from_pil(picture: Image.Image) -> Tensor:
    """Convert a PIL picture to float32 [1, 3, H, W] in [0, 1].

    >>> from_pil(Image.new("RGB", (4, 2))).shape
    torch.Size([1, 3, 2, 4])
    """
    import torch  # late: finding files and reading metadata need no torch, which takes seconds to import

    pixels = torch.from_numpy(np.array(picture.convert("RGB"), copy=True))
    return pixels.permute(2, 0, 1)[None].to(torch.float32).div_(255).contiguous()


def to_pil(image: Tensor) -> Image.Image:
    """Convert one image [3, H, W] in [0, 1] to an 8-bit PIL picture; values outside are clamped.

        >>> to_pil(torch.zeros(3, 2, 4)).size
        (4, 2)

    Raises ValueError for another shape.
    """
    if image.ndim != 3 or image.shape[0] != 3:
        raise ValueError(f"image has shape {tuple(image.shape)}; it must be [3, H, W]")
    pixels = image.detach().float().clamp(0, 1).mul(255).round().byte()
    return Image.fromarray(pixels.permute(1, 2, 0).contiguous().cpu().numpy())


def resize_area(image: Tensor, size: tuple[int, int]) -> Tensor:
    """Resize without aliasing: the mean over areas when it shrinks, antialiased bicubic otherwise.

        >>> resize_area(torch.rand(1, 3, 512, 512), (64, 64)).shape
        torch.Size([1, 3, 64, 64])

    image: [B, 3, H, W] in [0, 1]; size: (width, height). Differentiable.
    """
    import torch.nn.functional as F

    width, height = size
    if image.shape[-2:] == (height, width):
        return image
    if height <= image.shape[-2] and width <= image.shape[-1]:
        return F.interpolate(image, (height, width), mode="area")
    bicubic = F.interpolate(image, (height, width), mode="bicubic", align_corners=False, antialias=True)
    return bicubic.clamp(0, 1)


def load_ahead(paths: Sequence[Path], *, ahead: int = 4) -> Iterator[tuple[Path, Tensor | ImageError]]:
    """Load pictures in order, some of them ahead in threads; a picture that cannot be loaded yields its error.

        >>> [(path.name, image.shape[1]) for path, image in load_ahead(find_images([folder]))]
        [('a.png', 3), ('b.png', 3)]

    ahead: pictures decoded while the caller works on one; they wait in bytes, a quarter of the memory of a tensor.
    """

    def load(path: Path) -> Image.Image | ImageError:
        try:
            return _decoded(path)
        except ImageError as error:
            return error

    with ThreadPoolExecutor(max_workers=2) as threads:
        waiting = deque((path, threads.submit(load, path)) for path in paths[:ahead])
        for path in [*paths[ahead:], *[None] * min(ahead, len(paths))]:
            first, future = waiting.popleft()
            if path is not None:
                waiting.append((path, threads.submit(load, path)))
            image = future.result()
            yield first, image if isinstance(image, ImageError) else from_pil(image)
