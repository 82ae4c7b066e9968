"""Pictures of text: signs, labels and pages in print, and words by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from clipgen.errors import ImageError
from clipgen.files import reason
from clipgen.grounds import COLOUR_NAMES, GROUNDS
from clipgen.train.sources import camera
from clipgen.train.sources.base import Example, is_held_out, manner
from clipgen.train.world.captions import choose

# Hershey's strokes (public domain), which OpenCV draws; the scripts are the nearest to handwriting
_PRINT = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX)
_HAND = (cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_HERSHEY_SCRIPT_COMPLEX, cv2.FONT_HERSHEY_PLAIN)
_BY_HAND, _IN_PRINT, _SIGN = range(3)
_CAPTIONS: tuple[tuple[str, ...], ...] = (
    ("handwritten text", "handwriting", "the handwritten word {}", "a note that says {}", "handwritten text: {}",
     "words written by hand"),
    ("printed text", "text", "the word {}", "the printed word {}", "a page of text", "a label that says {}", "letters"),
    ("a sign that says {}", "a sign with text", "a sign that reads {}", "a shop sign"),
)  # fmt: skip
_TEXT = """
    stop open closed sale exit welcome hello danger no yes coffee pizza bread milk happy birthday love free new
    keep out please thank you taxi bus hotel school push pull enter wait go slow one way police fire water tea
    books art music home work play game over start menu today tomorrow monday friday summer winter party quiet
    dogs cats wet paint parking cash only big small red blue green north south east west left right up down
    good morning night dear friend sorry maybe never always list eggs butter apples shopping to do call mum dad
    see you soon the and for with from your my our is are was not have had best price fresh daily special lunch
    dinner hot cold ice cream lemon juice beer wine bar club live stay safe first last time help info tickets
"""
_WORDS = tuple(_TEXT.split())


class Lettering:
    """Words by hand, in print and on signs, with captions.

        >>> Lettering().sample(np.random.default_rng(0), 48).image.shape
        (48, 48, 3)

    fonts: a folder of .ttf and .otf files; those in its folder `hand` are handwriting. Without it text is drawn in
    Hershey's strokes and Pillow's own font. held_out: texts that training never sees instead of the others.
    Raises ImageError for a font that cannot be read.
    """

    name = "lettering"
    labels: tuple[tuple[str, ...], ...] = (
        ("handwritten text", "handwriting"),
        ("printed text", "text"),
        ("sign with text", "text sign"),
    )

    def __init__(self, fonts: Path | None = None, *, held_out: bool = False) -> None:
        self.held_out = held_out
        found = sorted(p for p in fonts.rglob("*") if p.suffix.lower() in (".ttf", ".otf")) if fonts else []
        self._hand: list[Path | None] = [path for path in found if path.parent.name == "hand"]
        self._print: list[Path | None] = [None, *(path for path in found if path.parent.name != "hand")]
        for path in found:
            try:
                ImageFont.truetype(path, 20)
            except OSError as error:
                raise ImageError(f"the font {path} cannot be read: {reason(error)}") from error

    def sample(self, rng: np.random.Generator, size: int) -> Example:
        """Draw a text in some hand or font on some ground; the same generator gives the same picture."""
        kind = int(rng.choice(3, p=(0.5, 0.25, 0.25)))
        text = self._text(rng, 1 if kind == _SIGN else int(rng.integers(1, 5)))
        ink, ground = _colours(rng, kind)
        image = self._written(rng, text, kind, 2 * size, ink, ground)
        if rng.random() < 0.5:
            image = camera.turn(rng, image, 6)
        image = camera.scale(image, size)
        if rng.random() < 0.5:
            image = camera.light(rng, image)
        caption = choose(rng, _CAPTIONS[kind]).format(" ".join(text))
        return Example(camera.degrade(rng, image), caption, kind, manner=manner("lettering"))

    def plain(self, rng: np.random.Generator, size: int) -> Example:
        """Draw a text in black print on white."""
        text = self._text(rng, 1)
        black, white = np.zeros(3), np.full(3, 255.0)
        image = camera.scale(self._written(rng, text, _SIGN, 2 * size, black, white), size)
        return Example(image, f"a sign that says {text[0]}", _SIGN, manner=manner("lettering"))

    def _text(self, rng: np.random.Generator, lines: int) -> list[str]:
        """Lines of one or two words; the key of the first decides in which part it is."""
        while True:
            text = [" ".join(_some(rng, int(rng.integers(1, 3)))) for _ in range(lines)]
            if is_held_out(text[0]) == self.held_out:
                return text

    def _written(
        self, rng: np.random.Generator, text: Sequence[str], kind: int, size: int, ink: np.ndarray, ground: np.ndarray
    ) -> np.ndarray:
        fonts = self._hand if kind == _BY_HAND else self._print
        strokes = not fonts or rng.random() < 1 / 3
        cover = _by_strokes(rng, text, kind, size) if strokes else _by_font(rng, text, fonts, size)
        image = np.broadcast_to(ground, (size, size, 3)).astype(np.float32)
        return np.clip(image + (ink - image) * cover[..., None], 0, 255).astype(np.uint8)


def _some(rng: np.random.Generator, count: int) -> list[str]:
    return [choose(rng, _WORDS) for _ in range(count)]


def _colours(rng: np.random.Generator, kind: int) -> tuple[np.ndarray, np.ndarray]:
    """Ink and ground (one colour or a picture [S, S, 3]) that differ enough to be read."""
    if kind != _SIGN:
        dark, pale = rng.uniform(0, 90, 3), rng.uniform(205, 256, 3)
        return (pale, dark) if rng.random() < 0.15 else (dark, pale)
    while True:
        first, second = (COLOUR_NAMES[i] for i in rng.choice(len(COLOUR_NAMES), 2, replace=False))
        a, b = (GROUNDS["plain"](rng, 8, 8, name, name).reshape(-1, 3).mean(0) for name in (first, second))
        if abs(float((a - b) @ np.array([0.3, 0.6, 0.1]))) > 70:
            return a, b


def _by_strokes(rng: np.random.Generator, text: Sequence[str], kind: int, size: int) -> np.ndarray:
    """Coverage [size, size] of text in Hershey's strokes; by hand each word has its own slant and height."""
    face = (_HAND if kind == _BY_HAND else _PRINT)[int(rng.integers(3))]
    longest = max(cv2.getTextSize(line, face, 1.0, 1)[0][0] for line in text)
    gain = min(size * rng.uniform(0.7, 0.95) / longest, size * 0.8 / (len(text) * 34))
    width, mask = max(1, round(gain * rng.uniform(1.0, 3.5))), np.zeros((size, size), np.uint8)
    left, step = int((size - longest * gain) / 2), size / (len(text) + 1)
    for number, line in enumerate(text, 1):
        wobble = int(rng.normal(0, 0.01 * size)) if kind == _BY_HAND else 0
        place = (left + wobble, int(step * number + 10 * gain) + wobble)
        cv2.putText(mask, line, place, face, gain, 255, width, cv2.LINE_AA)
    if kind == _BY_HAND:
        slant = np.array([[1, rng.normal(0, 0.15), 0], [rng.normal(0, 0.04), 1, 0]], np.float32)
        slant[:, 2] = size / 2 - slant[:, :2] @ np.array([size / 2, size / 2], np.float32)
        mask = np.asarray(cv2.warpAffine(mask, slant, (size, size), flags=cv2.INTER_LINEAR), np.uint8)
    return mask.astype(np.float32) / 255


def _by_font(rng: np.random.Generator, text: Sequence[str], fonts: Sequence[Path | None], size: int) -> np.ndarray:
    """Coverage [size, size] of text in an outline font; None among the fonts: Pillow's own."""
    path = fonts[int(rng.integers(len(fonts)))]
    lines, sheet = "\n".join(text), Image.new("L", (size, size))
    pixels = size * 0.8 / len(text)
    for _ in range(12):  # the largest that fits
        font = ImageFont.truetype(path, pixels) if path else ImageFont.load_default(pixels)
        box = ImageDraw.Draw(sheet).multiline_textbbox((0, 0), lines, font=font)
        if box[2] - box[0] < 0.92 * size and box[3] - box[1] < 0.92 * size:
            break
        pixels *= 0.85
    place = ((size - box[2] - box[0]) / 2, (size - box[3] - box[1]) / 2)
    ImageDraw.Draw(sheet).multiline_text(place, lines, fill=255, font=font, align=choose(rng, ("left", "center")))
    return np.asarray(sheet, np.float32) / 255
