"""Many pictures in one file: contact sheets, videos, gifs, and the curve of a run.

    >>> VideoWriter.probe()                                   # before the work, not after it
    >>> with VideoWriter("reef.mp4", fps=24) as video:
    ...     for step in generation:
    ...         video.add(to_pil(step.image[0]))
    >>> contact_sheet(pictures, labels=["a fox", "a castle"]).save("sheet.png")

Every file is written beside its place and moved there when it is whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from clipgen.errors import ImageError, SettingsError
from clipgen.images import write_beside

GAP = 8
PAPER, INK, FAINT = (255, 255, 255), (34, 34, 34), (214, 214, 214)
LOSS_COLOUR, SCORE_COLOUR = (200, 80, 40), (30, 110, 180)


def contact_sheet(
    images: Sequence[Image.Image], labels: Sequence[str] | None = None, columns: int | None = None
) -> Image.Image:
    """Lay pictures out in a grid, each in a cell of the largest one's size, with its label below.

        >>> contact_sheet([fox, castle], labels=["a fox", "a castle"]).size
        (536, 300)

    images: one or more; labels: one per picture, broken into lines as wide as the cell; columns: by default the count
    that makes the sheet nearly square.

    Raises SettingsError for no pictures, another number of labels or columns below 1.
    """
    if not images:
        raise SettingsError("a contact sheet needs one picture or more, and none was given")
    if labels is not None and len(labels) != len(images):
        raise SettingsError(f"{len(images)} pictures and {len(labels)} labels were given; give one label per picture")
    if columns is not None and columns < 1:
        raise SettingsError(f"columns is {columns}; it must be 1 or more")
    across = min(len(images), columns or math.ceil(math.sqrt(len(images))))
    width, height = (max(image.size[axis] for image in images) for axis in (0, 1))
    font = ImageFont.load_default(size=max(11, width // 18))
    texts = [wrapped(label, font, width) for label in labels or []]
    line = sum(font.getmetrics()) if isinstance(font, ImageFont.FreeTypeFont) else 12
    below = max((len(lines) for lines in texts), default=0) * line
    rows = math.ceil(len(images) / across)
    sheet = Image.new("RGB", (across * (width + GAP) + GAP, rows * (height + below + GAP) + GAP), PAPER)
    draw = ImageDraw.Draw(sheet)
    for i, image in enumerate(images):
        left, top = GAP + i % across * (width + GAP), GAP + i // across * (height + below + GAP)
        sheet.paste(image.convert("RGB"), (left + (width - image.width) // 2, top + (height - image.height) // 2))
        for j, text in enumerate(texts[i] if texts else []):
            draw.text((left + width / 2, top + height + j * line), text, fill=INK, font=font, anchor="ma")
    return sheet


def wrapped(text: str, font: Any, width: int) -> list[str]:
    """Break a text into lines that are at most `width` pixels wide; a longer word stands alone and is cut.

    >>> wrapped("a castle at sunset", ImageFont.load_default(size=12), 60)
    ['a castle at', 'sunset']
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
            continue
        while len(word) > 1 and font.getlength(word) > width:
            word = word.removesuffix("…")[:-1] + "…"
        lines.append(word)
    return lines


class VideoWriter:
    """Write frames to an mp4 one after another; none is held in memory.

        >>> with VideoWriter("run.mp4", fps=24) as video:
        ...     for frame in frames:
        ...         video.add(frame)

    path: ends in .mp4; fps: frames a second. H.264 at crf 18, yuv420p, which every player shows; frames of odd size are
    padded by a pixel, never resized. The file appears when the block ends, by an error too: what was made is kept.

    Raises ImageError when the file cannot be written or the encoder fails, SettingsError for fps of 0 or less, another
    ending, or frames of different sizes.
    """

    def __init__(self, path: str | Path, fps: float = 24) -> None:
        self.path, self.fps = Path(path), fps
        if self.path.suffix.lower() != ".mp4":
            raise SettingsError(f"{path} does not end in .mp4; videos are written as mp4")
        if not fps > 0:
            raise SettingsError(f"fps is {fps}; it must be more than 0")
        self.frames = 0
        self._size = (0, 0)
        self._encoder: Any = None
        self._beside: Path
        self._stack = ExitStack()

    @staticmethod
    def probe() -> str:
        """The path of the encoder. Raises ImageError when it is missing, which is better known before the work."""
        import imageio_ffmpeg  # late: only videos need it

        try:
            return str(imageio_ffmpeg.get_ffmpeg_exe())
        except (RuntimeError, OSError) as error:
            raise ImageError(
                f"no ffmpeg was found ({error}); reinstall imageio-ffmpeg, which brings one, or leave --video out"
            ) from error

    def __enter__(self) -> Self:
        self.probe()
        self._beside = self._stack.enter_context(write_beside(self.path))
        return self

    def add(self, frame: Image.Image) -> None:
        """Append one frame; the first sets the size."""
        padded = _even(frame.convert("RGB"))
        if self._encoder is None:
            self._size = frame.size
            self._encoder = self._open(padded.size)
        if frame.size != self._size:
            raise SettingsError(f"a frame is {frame.size} and the first was {self._size}; all must be of one size")
        try:
            self._encoder.send(np.ascontiguousarray(np.asarray(padded)))
        except (OSError, StopIteration) as error:
            self._encoder = None  # what it left is no video
            raise ImageError(f"the encoder stopped while {self.path} was written: {_line(error)}") from error
        self.frames += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._encoder is None:
            # an empty video is no video: leave by the error path, on which nothing is put into place
            if kind is None:
                kind, error = ImageError, ImageError(f"{self.path} got no frame; a video needs one or more")
                self._stack.__exit__(kind, error, trace)
                raise error
            self._stack.__exit__(kind, error, trace)
            return
        try:
            self._finish()
        except (OSError, RuntimeError) as failed:
            broken = ImageError(f"the encoder could not finish {self.path}: {_line(failed)}; is the disk full?")
            self._stack.__exit__(ImageError, broken, trace)
            raise broken from failed
        self._stack.__exit__(None, None, None)

    def _finish(self) -> None:
        import imageio_ffmpeg

        self._encoder.close()
        # ffmpeg's exit code is not passed on, and a full disk shows only here
        found, _ = imageio_ffmpeg.count_frames_and_secs(str(self._beside))
        if found != self.frames:
            raise RuntimeError(f"it holds {found} of {self.frames} frames")

    def _open(self, size: tuple[int, int]) -> Any:
        import imageio_ffmpeg

        encoder = imageio_ffmpeg.write_frames(
            str(self._beside),
            size,
            fps=self.fps,
            codec="libx264",
            quality=None,
            pix_fmt_out="yuv420p",
            macro_block_size=2,
            ffmpeg_log_level="error",
            output_params=["-crf", "18", "-movflags", "+faststart"],
        )
        encoder.send(None)
        return encoder


def save_gif(path: str | Path, frames: Iterable[Image.Image], fps: float = 12) -> None:
    """Write frames as an endless gif.

        >>> save_gif("run.gif", frames, fps=12)

    path: ends in .gif; frames: one or more of one size; fps: gif counts in hundredths of a second, 50 are the most.

    Raises SettingsError for no frames, another ending or fps out of range, ImageError when it cannot be written.
    """
    if Path(path).suffix.lower() != ".gif":
        raise SettingsError(f"{path} does not end in .gif")
    if not 0 < fps <= 50:
        raise SettingsError(f"fps is {fps}; a gif takes more than 0 and at most 50")
    # Pillow's own choice of colours takes 80 times as long
    small = [frame.convert("RGB").quantize(256, method=Image.Quantize.FASTOCTREE) for frame in frames]
    if not small:
        raise SettingsError(f"{path} got no frame; a gif needs one or more")
    with write_beside(path) as beside:
        small[0].save(
            beside, format="GIF", save_all=True, append_images=small[1:], duration=round(1000 / fps), loop=0, disposal=1
        )


class Scored(Protocol):
    """A step as far as a curve goes: one loss and one score per picture."""

    @property
    def loss(self) -> Sequence[float]: ...

    @property
    def score(self) -> Sequence[float]: ...


def plot_curve(history: Sequence[Scored], path: str | Path, size: tuple[int, int] = (800, 400)) -> None:
    """Draw loss and score over the steps, one line per picture, each on its own scale, and save it as PNG.

        >>> plot_curve(list(generation), "curve.png")

    history: the steps, from the first; size: (width, height) in pixels.

    Raises SettingsError for an empty history, ImageError when it cannot be written.
    """
    if not history:
        raise SettingsError("there is no step to draw; a curve needs one or more")
    plot = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(plot)
    font = ImageFont.load_default(size=13)
    width, height = size
    frame = (60, 24, width - 60, height - 28)
    draw.rectangle(frame, outline=FAINT)
    for name, colour, x, anchor in (
        ("loss", LOSS_COLOUR, frame[0] - 4, "rm"),
        ("score", SCORE_COLOUR, frame[2] + 4, "lm"),
    ):
        values = np.array([getattr(step, name) for step in history], dtype=np.float64)
        _draw_lines(draw, values, frame, colour)
        draw.text((x, frame[3]), f"{np.nanmin(values):.3f}", fill=colour, font=font, anchor=anchor)
        draw.text((x, frame[1]), f"{np.nanmax(values):.3f}", fill=colour, font=font, anchor=anchor)
        draw.text((x, (frame[1] + frame[3]) / 2), name, fill=colour, font=font, anchor=anchor)
    draw.text((frame[0], frame[3] + 4), "1", fill=INK, font=font, anchor="ma")
    draw.text((frame[2], frame[3] + 4), f"{len(history)} steps", fill=INK, font=font, anchor="ma")
    with write_beside(path) as beside:
        plot.save(beside, format="PNG")


def _draw_lines(
    draw: ImageDraw.ImageDraw, values: np.ndarray, frame: tuple[int, int, int, int], colour: tuple[int, int, int]
) -> None:
    left, top, right, bottom = frame
    low, high = np.nanmin(values), np.nanmax(values)
    x = np.linspace(left, right, len(values))
    y = bottom - (values - low) / max(high - low, 1e-12) * (bottom - top)
    for column in y.T:
        points = [(float(a), float(b)) for a, b in zip(x, column, strict=True) if math.isfinite(b)]
        if len(points) == 1:
            points *= 2  # a line of one point is drawn as a dot
        draw.line(points, fill=colour, width=2)


def _even(image: Image.Image) -> Image.Image:
    """Repeat the last column and row where a side is odd: yuv420p halves the colour planes."""
    width, height = image.size
    if not (width % 2 or height % 2):
        return image
    return Image.fromarray(np.pad(np.asarray(image), ((0, height % 2), (0, width % 2), (0, 0)), mode="edge"))


def _line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1]
