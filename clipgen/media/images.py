"""Pictures in and out. One convention everywhere: NCHW float32 RGB in [0, 1]; size = (width, height).

    >>> image = load_image("photo.jpg", size=(256, 256))        # Tensor [1, 3, 256, 256]
    >>> save_png(path, to_pil(image[0]), {"prompt": "a reef"})
    >>> read_metadata(path)
    {'prompt': 'a reef'}
"""

from __future__ import annotations

import json
import math
import warnings
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from clipgen import __version__
from clipgen.errors import ImageError
from clipgen.files import write_whole

if TYPE_CHECKING:
    from torch import Tensor

METADATA_KEY = "clipgen"
PIXELS = 256 * 256  # of a picture that is painted over, where no size is asked for
GRID = 16  # its sides are multiples of this, which every generator can make


def load_image(path: str | Path, size: tuple[int, int] | None = None, max_pixels: int = 64_000_000) -> Tensor:
    """Read a picture: turned upright by its EXIF, transparency over white, cut to the middle to fill `size`.

        >>> load_image("photo.jpg", size=(512, 384)).shape
        torch.Size([1, 3, 384, 512])

    path: any format Pillow reads (of an animation, the first frame); size: (width, height), or None for the
    picture's own; max_pixels: refuse larger pictures before they are decoded.
    Returns float32 [1, 3, H, W] in [0, 1]. Raises ImageError when missing, unreadable, truncated or too large.
    """
    with _opened(path) as picture:
        if picture.width * picture.height > max_pixels:
            raise ImageError(
                f"{path} is {picture.width} x {picture.height}; "
                f"at most {max_pixels / 1e6:g} million pixels are read: shrink it first"
            )
        rgb = _upright_rgb(picture, path)
    return from_pil(rgb if size is None else ImageOps.fit(rgb, size, Image.Resampling.LANCZOS))


def paintable_size(size: tuple[int, int]) -> tuple[int, int]:
    """The size at which a picture or video is painted over where none is asked for: its form, as many pixels as usual.

    >>> paintable_size((1920, 1080))
    (336, 192)
    """
    scale = math.sqrt(PIXELS / (size[0] * size[1]))
    width, height = (max(GRID, round(side * scale / GRID) * GRID) for side in size)
    return width, height


def find_images(paths: Sequence[str | Path], *, recursive: bool = False) -> list[Path]:
    """Pictures by name, and those in folders, in order and once each.

        >>> find_images(["photo.jpg", "holiday/"], recursive=True)

    paths: a file stands for itself whatever it is called, a folder for its files with a picture's ending.
    Raises ImageError for a path that is not there and when nothing is found.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        if path.is_dir():
            inside = path.rglob("*") if recursive else path.iterdir()
            endings = Image.registered_extensions()
            files = (file for file in inside if file.suffix.lower() in endings and not file.name.startswith("."))
            found.update(dict.fromkeys(sorted(file for file in files if file.is_file())))
        elif path.exists():
            found[path] = None
        else:
            raise ImageError(f"there is no picture {path}; check the name")
    if not found:
        hint = "" if recursive else "; folders inside are looked into with -r"
        raise ImageError(f"no pictures in {', '.join(map(str, paths)) or '(nothing given)'}{hint}")
    return list(found)


@contextmanager
def _opened(path: str | Path) -> Iterator[Image.Image]:
    """Open a picture and give every way in which that fails, now or while it is decoded, one clear error."""
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures on its own; load_image has the bound
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                yield picture
    except ImageError:
        raise
    except FileNotFoundError as error:
        raise ImageError(f"there is no picture {path}; check the name") from error
    except Image.UnidentifiedImageError as error:
        raise ImageError(f"{path} is not a picture in a format known here; use png, jpg or webp") from error
    except Image.DecompressionBombError as error:
        raise ImageError(f"{path} is too large to read: {error}") from error
    # damaged files make Pillow's decoders raise nearly anything
    except Exception as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise ImageError(f"cannot read the picture {path}: {reason}") from error


def _upright_rgb(picture: Image.Image, path: str | Path) -> Image.Image:
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
    """Turn a PIL picture into float32 [1, 3, H, W] in [0, 1].

    >>> from_pil(Image.new("RGB", (4, 2))).shape
    torch.Size([1, 3, 2, 4])
    """
    import torch  # here, so that reading metadata costs no torch import

    pixels = torch.from_numpy(np.array(picture.convert("RGB"), copy=True))
    return pixels.permute(2, 0, 1)[None].to(torch.float32).div_(255).contiguous()


def to_pil(image: Tensor) -> Image.Image:
    """Turn one image [3, H, W] in [0, 1] into an 8-bit PIL picture; values outside are clamped.

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


def save_png(path: str | Path, picture: Image.Image, metadata: Mapping[str, Any]) -> None:
    """Write a PNG that carries its metadata, whole or not at all.

        >>> save_png("reef.png", picture, {"prompt": "a reef", "seed": 7})

    path: ends in .png, its folder is made when missing; metadata: JSON values, kept as compressed text.
    Raises ImageError for another ending, an unwritable folder or a full disk.
    """
    if Path(path).suffix.lower() != ".png":
        raise ImageError(f"{path} does not end in .png; pictures are written as PNG, which carries their settings")
    info = PngInfo()
    info.add_itxt(METADATA_KEY, json.dumps(dict(metadata), ensure_ascii=False), zip=True)
    info.add_text("Software", f"clipgen {__version__}")
    with write_whole(path) as part:
        picture.save(part, format="PNG", pnginfo=info)


def add_text(path: str | Path, name: str, text: str) -> None:
    """Write a text into a PNG that is there, beside what it carries already; its pixels stay as they are.

        >>> add_text("reef.png", "Description", "a coral reef")

    name: of the text chunk; an older text of that name is replaced.
    Raises ImageError when it is no PNG, an animated one, or cannot be written.
    """
    with _opened(path) as picture:
        if picture.format != "PNG" or getattr(picture, "is_animated", False):
            raise ImageError(f"{path} is no plain PNG; only those carry texts: take --sidecar for other pictures")
        texts = {**picture.text, name: text}  # type: ignore[attr-defined]
        info = PngInfo()
        for key, value in texts.items():
            info.add_itxt(key, value, zip=len(value) > 200)
        kept = {key: picture.info[key] for key in ("icc_profile", "exif", "dpi", "gamma") if key in picture.info}
        with write_whole(path) as part:
            picture.save(part, format="PNG", pnginfo=info, **kept)


def read_metadata(path: str | Path) -> dict[str, Any]:
    """Read the metadata that `save_png` wrote.

        >>> read_metadata("reef.png")["seed"]
        7

    Raises ImageError when the picture cannot be read or was not made by clipgen.
    """
    with _opened(path) as picture:
        text = picture.info.get(METADATA_KEY)
    if not isinstance(text, str):
        raise ImageError(f"{path} carries no clipgen settings; only PNG pictures as clipgen wrote them do")
    try:
        metadata = json.loads(text)
    except ValueError as error:
        raise ImageError(f"the clipgen settings in {path} are damaged: {error}") from error
    if not isinstance(metadata, dict):
        raise ImageError(f"the clipgen settings in {path} are damaged: not a table")
    return metadata


def load_ahead(paths: Sequence[Path], *, ahead: int = 4) -> Iterator[tuple[Path, Tensor | ImageError]]:
    """Read pictures in order, some of them ahead in threads; a picture that cannot be read comes as its error.

        >>> for path, image in load_ahead(find_images(["holiday/"])):
        ...     ...

    ahead: pictures decoded while the caller works on one.
    """

    def load(path: Path) -> Tensor | ImageError:
        try:
            return load_image(path)
        except ImageError as error:
            return error

    with ThreadPoolExecutor(max_workers=2) as threads:
        waiting = deque((path, threads.submit(load, path)) for path in paths[:ahead])
        for path in [*paths[ahead:], *[None] * min(ahead, len(paths))]:
            first, future = waiting.popleft()
            if path is not None:
                waiting.append((path, threads.submit(load, path)))
            yield first, future.result()
