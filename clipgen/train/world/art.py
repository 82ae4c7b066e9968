"""The optional art pack: captioned sprites of things in several art sets, from a folder that is not part of clipgen.

With the same sheets at twice the scale in a folder `hd/`, large pictures of things are sharp.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from clipgen.errors import ImageError, UnknownNameError
from clipgen.values import parse_json

_CELL = 96
_COLUMNS = 32
FAMILIES: dict[str, tuple[str, ...]] = {
    "noto": ("noto",),
    "fluent": ("fluent3d", "fluentcolor"),
    "twemoji": ("twemoji",),
}


@dataclass(frozen=True)
class Sprite:
    """One drawing of a thing: premultiplied RGBA at three scales, with its names, categories and colour.

    fine: loads the drawing at twice the largest scale, where the pack has it.
    """

    thing: int
    family: str
    levels: tuple[np.ndarray, ...]
    names: tuple[str, ...]
    categories: tuple[str, ...]
    colour: str | None
    fine: Callable[[], np.ndarray] | None = None

    def level(self, pixels: float) -> np.ndarray:
        """The drawing [H, W, 4] at the scale for a side of so many pixels."""
        if pixels > _CELL and self.fine is not None:
            return self.fine()
        return self.levels[0 if pixels > 60 else 1 if pixels > 30 else 2]


@dataclass(frozen=True)
class Art:
    """All sprites of a pack and the names of their things; `things[i]` is the name of `by_thing[i]`."""

    things: tuple[str, ...]
    by_thing: tuple[tuple[Sprite, ...], ...]


def _plain(name: str) -> str:
    """A name without punctuation that prompts do not have: "person: red hair" becomes "person red hair"."""
    return name.replace(":", "").replace("“", "").replace("”", "").replace("’", "'").strip().lower()


class _FineSheet:
    """The sheet of a set at twice the scale, in `hd/`: loaded when first used, since it takes 170 MB."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def pixels(self) -> np.ndarray:
        try:
            return np.asarray(Image.open(self.path).convert("RGBA"))
        except (OSError, ValueError) as error:
            raise ImageError(f"art pack: cannot read {self.path}: {error}") from error

    def cell(self, index: int) -> Callable[[], np.ndarray]:
        """Loads the premultiplied drawing of an index."""
        return lambda: premultiplied(_cell(self.pixels, index, 2 * _CELL))


def _cell(sheet: np.ndarray, index: int, side: int) -> np.ndarray:
    y, x = divmod(index, _COLUMNS)
    cell = sheet[y * side : (y + 1) * side, x * side : (x + 1) * side]
    if cell.shape != (side, side, 4):
        raise ValueError(f"its sheet has no cell {index}")
    return cell


def premultiplied(cell: np.ndarray) -> np.ndarray:
    """Colours and alpha [H, W, 4] of uint8, the colours multiplied by alpha.

    >>> premultiplied(np.array([[[200, 100, 0, 128]]], np.uint8))
    array([[[100,  50,   0, 128]]], dtype=uint8)
    """
    alpha = cell[..., 3:].astype(np.float32) / 255
    return np.concatenate([cell[..., :3] * alpha, cell[..., 3:].astype(np.float32)], 2).round().astype(np.uint8)


def _levels(cell: np.ndarray) -> tuple[np.ndarray, ...]:
    full = premultiplied(cell)
    half = cv2.resize(full, (_CELL // 2, _CELL // 2), interpolation=cv2.INTER_AREA)
    return full, half, cv2.resize(full, (_CELL // 4, _CELL // 4), interpolation=cv2.INTER_AREA)


def _sprite(row: dict[str, Any], thing: int, family: str, sheet: np.ndarray, fine: _FineSheet | None) -> Sprite:
    cell = _cell(sheet, row["index"], _CELL)
    names = (_plain(row["name"]), *(_plain(s) for s in row["synonyms"]))
    main = max(row["colours"].items(), key=lambda kv: kv[1], default=(None, 0))
    colour = main[0] if main[1] > 0.6 else None
    load = fine.cell(row["index"]) if fine else None
    return Sprite(thing, family, _levels(cell), names, tuple(row["categories"]), colour, load)


def load_art(folder: Path, without: str | None = None, *, only: str | None = None) -> Art:
    """Load the sprite sheets of a folder, without one art family or with one alone (for the held-out metric).

    >>> load_art(Path("emoji"), without="noto").things[0]

    Raises ImageError when a sheet is missing or damaged, UnknownNameError for an unknown family.
    """
    for given in (without, only):
        if given is not None and given not in FAMILIES:
            raise UnknownNameError.of("art family", given, FAMILIES)
    found: dict[str, list[Sprite]] = {}
    index: dict[str, int] = {}
    for family, sets in FAMILIES.items():
        if family == without or only not in (None, family):
            continue
        for name in sets:
            try:
                rows = parse_json((folder / f"{name}.json").read_text(encoding="utf-8"))
                sheet = np.asarray(Image.open(folder / f"{name}.webp").convert("RGBA"))
                hd = folder / "hd" / f"{name}.webp"
                fine = _FineSheet(hd) if hd.is_file() else None
                for row in rows:
                    thing = index.setdefault(_plain(row["name"]), len(index))
                    found.setdefault(_plain(row["name"]), []).append(_sprite(row, thing, family, sheet, fine))
            except (OSError, ValueError, KeyError) as error:
                why = f"a row lacks {error}" if isinstance(error, KeyError) else error
                raise ImageError(f"art pack: cannot read set {name!r} in {folder}: {why}") from error
    return Art(tuple(found), tuple(tuple(v) for v in found.values()))


def paste(
    image: np.ndarray,
    sprite: Sprite,
    *,
    centre: tuple[float, float],
    side: float,
    degrees: float,
    flip: bool,
    gain: np.ndarray,
) -> None:
    """Composite a sprite in place; centre and side are shares of the picture, gain [3] multiplies its colours."""
    height, width = image.shape[:2]
    pixels = side * min(height, width)
    source = sprite.level(pixels)
    scale = pixels / source.shape[0]
    cos, sin = np.cos(np.radians(degrees)) * scale, np.sin(np.radians(degrees)) * scale
    mirror = -1.0 if flip else 1.0
    half = source.shape[0] / 2
    matrix = np.array([[cos * mirror, sin, 0], [-sin * mirror, cos, 0]])
    matrix[:, 2] = np.array([centre[0] * width, centre[1] * height]) - matrix[:, :2] @ np.array([half, half])
    interpolation = cv2.INTER_CUBIC if scale > 1.3 else cv2.INTER_LINEAR
    drawn = cv2.warpAffine(source, matrix, (width, height), flags=interpolation).astype(np.float32)
    cover = drawn[..., 3:] / 255
    image[:] = np.clip(image * (1 - cover) + drawn[..., :3] * gain, 0, 255).astype(np.uint8)
