"""Drawings by hand, rendered from their strokes: pens, pencils, paper, whiteboards and blackboards."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from clipgen.errors import ImageError
from clipgen.files import reason
from clipgen.train.sources import camera
from clipgen.train.sources.base import Example, is_held_out, manner, plain
from clipgen.train.world.captions import choose, indefinite
from clipgen.values import parse_json

_SHIFT = 4  # fractional bits of cv2's coordinates
_LEADS = (
    "a drawing of {}", "a drawing of {}", "a sketch of {}", "a child's drawing of {}", "a doodle of {}",
    "a simple drawing of {}", "a line drawing of {}", "a quick sketch of {}", "{}", "{}", "a picture of {}",
)  # fmt: skip
_PENS = {"black pen": (20, 20, 24), "blue pen": (30, 50, 170), "red pen": (190, 30, 40), "green pen": (20, 120, 50),
         "pencil": (95, 95, 100), "purple pen": (110, 40, 140), "orange pen": (225, 120, 20)}  # fmt: skip
_PAPERS = {"white": (255, 255, 255), "paper": (246, 242, 232), "yellow": (250, 236, 140), "grey": (222, 222, 226),
           "brown": (205, 178, 140), "blue": (206, 224, 242), "pink": (248, 214, 222)}  # fmt: skip


@dataclass(frozen=True)
class Drawing:
    """The strokes of a drawing, [N, 2] each, with coordinates of 0 to 255, in drawing order, and what it shows."""

    word: str
    strokes: tuple[np.ndarray, ...]
    key: str


def load_drawings(path: Path, *, held_out: bool = False) -> Drawings:
    """Load drawings: one a line, ``{"word", "key_id", "strokes": [[[x…], [y…]], …]}``, gzipped or not.

    Example: ``load_drawings(Path("quickdraw.ndjson.gz")).labels[0]`` → ("aircraft carrier",).
    held_out: the drawings that training never sees instead of the others. Raises ImageError for a damaged file.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            found = [_drawing(line) for line in file if line.strip()]
    except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error) as error:
        raise ImageError(f"the drawings {path} cannot be read: {reason(error)}") from error
    return Drawings([drawing for drawing in found if is_held_out(drawing.key) == held_out])


def _drawing(line: str) -> Drawing:
    row = parse_json(line)
    strokes = tuple(np.array(stroke[:2], np.float32).T for stroke in row["strokes"])
    return Drawing(plain(str(row["word"])), strokes, str(row["key_id"]))


class Drawings:
    """Drawings rendered in many ways, with captions.

    >>> line = Drawing("line", (np.array([[0, 0], [255, 255]], np.float32),), "1")
    >>> Drawings([line]).sample(np.random.default_rng(0), 32).image.shape
    (32, 32, 3)
    """

    name = "drawings"

    def __init__(self, drawings: Sequence[Drawing]) -> None:
        self.drawings = tuple(drawings)
        words = sorted({drawing.word for drawing in drawings})
        self.labels: tuple[tuple[str, ...], ...] = tuple((word,) for word in words)
        self._place = {word: place for place, word in enumerate(words)}
        self._by_word = [[d for d in drawings if d.word == word] for word in words]

    def label_of(self, drawing: Drawing) -> int:
        """Index of a drawing's label."""
        return self._place[drawing.word]

    def sample(self, rng: np.random.Generator, size: int) -> Example:
        """Draw a word, then one of its drawings, in a random way; the same generator gives the same picture."""
        label = int(rng.integers(len(self.labels)))
        drawing = self._by_word[label][int(rng.integers(len(self._by_word[label])))]
        strokes, whole = _unsteady(rng, drawing.strokes), True
        if rng.random() < 0.12 and len(strokes) > 2:
            strokes, whole = strokes[: int(np.ceil(len(strokes) * rng.uniform(0.55, 0.95)))], False
        image, made, how = _SURFACES[int(rng.choice(3, p=(0.8, 0.1, 0.1)))](rng, strokes, size)
        lead = "an unfinished drawing of {}" if not whole and rng.random() < 0.5 else choose(rng, _LEADS)
        caption = how.format(lead.format(indefinite(drawing.word)))
        says = any(word in caption for word in ("drawing", "sketch", "doodle", "whiteboard", "chalk", "black"))
        return Example(camera.degrade(rng, image), caption, label, manner=manner(made) if says else -1)

    def plain(self, rng: np.random.Generator, size: int) -> Example:
        """Draw a word, then one of its drawings, black on white."""
        label = int(rng.integers(len(self.labels)))
        drawing = self._by_word[label][int(rng.integers(len(self._by_word[label])))]
        caption = f"a drawing of {indefinite(drawing.word)}"
        return Example(render(drawing.strokes, size), caption, label, manner=manner("drawing"))


def render(
    strokes: Sequence[np.ndarray],
    size: int,
    *,
    ink: Sequence[int] = (0, 0, 0),
    width: float = 0.02,
    margin: float = 0.07,
) -> np.ndarray:
    """Draw strokes on white: uint8 [size, size, 3].

        >>> render([np.array([[0, 0], [255, 255]], np.float32)], 32).shape
        (32, 32, 3)

    strokes: [N, 2] each, in any units: they are scaled to the picture; ink: RGB; width: of a line, and margin: of the
    empty edge, as shares of the picture's side.
    """
    cover = _cover(_fitted(strokes, margin), size, width)
    return (255 + (np.array(ink, np.float32) - 255) * cover).astype(np.uint8)


def _fitted(strokes: Sequence[np.ndarray], margin: float) -> list[np.ndarray]:
    """The strokes centred in the unit square, with a margin."""
    points = np.concatenate(strokes)
    low, high = points.min(0), points.max(0)
    gain = (1 - 2 * margin) / max(1e-6, float((high - low).max()))
    return [(stroke - (low + high) / 2) * gain + 0.5 for stroke in strokes]


def _cover(strokes: Sequence[np.ndarray], size: int, width: float) -> np.ndarray:
    """How much of each pixel lines cover: float32 [size, size, 1]; drawn at twice the size, since lines are thin."""
    large = 2 * size
    mask = np.zeros((large, large), np.uint8)
    for stroke in strokes:
        points = np.round(stroke * large * 2**_SHIFT).astype(np.int32)
        cv2.polylines(mask, [points], False, 255, max(1, round(width * large)), cv2.LINE_AA, _SHIFT)
    return (cv2.resize(mask, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32) / 255)[..., None]


def _unsteady(rng: np.random.Generator, strokes: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Another hand's version: mirrored, turned, stretched, sheared, with a little tremor, somewhere on the sheet."""
    a, s = rng.normal(0, 0.14), np.exp(rng.normal(0, 0.1))
    stretch = np.array([[s, rng.normal(0, 0.08)], [0, 1 / s]])
    matrix = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]) @ stretch
    matrix[:, 0] *= -1 if rng.random() < 0.35 else 1
    tremor = abs(rng.normal(0, 0.9))
    moved = [stroke @ matrix.T + rng.normal(0, tremor, stroke.shape) for stroke in strokes]
    margin = rng.uniform(0.02, 0.2)
    shift = rng.uniform(-0.7, 0.7, 2) * margin
    return [stroke + shift for stroke in _fitted(moved, margin)]


def _on_paper(rng: np.random.Generator, strokes: Sequence[np.ndarray], size: int) -> tuple[np.ndarray, str, str]:
    pen = "black pen" if rng.random() < 0.5 else choose(rng, tuple(_PENS))
    width, sheet = rng.uniform(0.008, 0.045), "white" if rng.random() < 0.6 else choose(rng, tuple(_PAPERS))
    image = np.full((size, size, 3), _PAPERS[sheet], np.float32)
    if sheet != "white":
        _rule(rng, image)
        image += _shade(rng, size, 10)
    cover = _cover(strokes, size, width)
    if pen == "pencil":
        cover = cover * rng.uniform(0.55, 1.0, cover.shape).astype(np.float32)
    ink = np.array(_PENS[pen], np.float32) + rng.normal(0, 10, 3)
    image = image + (ink - image) * cover
    said = f"{{}} in {pen}" if pen not in ("black pen", "pencil") and rng.random() < 0.3 else "{}"
    return _as_bytes(image), "pencil sketch" if pen == "pencil" else "drawing", said


def _on_whiteboard(rng: np.random.Generator, strokes: Sequence[np.ndarray], size: int) -> tuple[np.ndarray, str, str]:
    image = np.full((size, size, 3), rng.uniform(222, 250), np.float32) + _shade(rng, size, 22)
    ink = np.array(_PENS[choose(rng, ("black pen", "blue pen", "red pen", "green pen"))], np.float32)
    cover = _cover(strokes, size, rng.uniform(0.02, 0.045)) * np.float32(rng.uniform(0.75, 0.95))
    return _as_bytes(image + (ink - image) * cover), "whiteboard", "{} on a whiteboard"


def _on_blackboard(rng: np.random.Generator, strokes: Sequence[np.ndarray], size: int) -> tuple[np.ndarray, str, str]:
    board = np.array(((38, 70, 54), (44, 48, 50), (20, 24, 28))[int(rng.integers(3))], np.float32)
    image = np.full((size, size, 3), board, np.float32) + _shade(rng, size, 14) + rng.normal(0, 4, (size, size, 1))
    chalk = np.array(((238, 238, 232), (240, 226, 130), (238, 170, 180))[int(rng.choice(3, p=(0.7, 0.15, 0.15)))])
    grain = (rng.random((size, size, 1)) < rng.uniform(0.7, 0.95)).astype(np.float32)
    cover = _cover(strokes, size, rng.uniform(0.02, 0.045)) * (0.25 + 0.75 * grain)
    return _as_bytes(image + (chalk - image) * cover), "chalk", choose(rng, ("{} in chalk", "{} on a blackboard"))


_SURFACES = (_on_paper, _on_whiteboard, _on_blackboard)


def _rule(rng: np.random.Generator, image: np.ndarray) -> None:
    """Print lines or squares on some sheets, in place."""
    roll, size = rng.random(), len(image)
    if roll > 0.45:
        return
    step, first = max(3, int(size * rng.uniform(0.06, 0.12))), int(rng.integers(4))
    image[first::step] = image[first::step] * 0.8 + np.array([30, 40, 50], np.float32)
    if roll < 0.2:
        image[:, first::step] = image[:, first::step] * 0.8 + np.array([30, 40, 50], np.float32)


def _shade(rng: np.random.Generator, size: int, depth: float) -> np.ndarray:
    """An uneven light over a sheet: [size, size, 1]."""
    corners = rng.normal(0, depth, (2, 2)).astype(np.float32)
    return cv2.resize(corners, (size, size), interpolation=cv2.INTER_LINEAR)[..., None]


def _as_bytes(image: np.ndarray) -> np.ndarray:
    return np.clip(image, 0, 255).astype(np.uint8)
