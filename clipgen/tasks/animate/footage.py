"""Frames of a video that is painted over: read in order, a few at a time, and how things move in them."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.errors import ImageError, SettingsError
from clipgen.media.images import paintable_size

MAX_SIDE = 8192  # pixels: beyond it a file is more likely broken than meant
DRIFT = 1.5  # pixels: where going there and back leads further astray, something was hidden


@dataclass(frozen=True)
class VideoFacts:
    """What a video file tells of itself: (width, height) as shown, its length, and whether it has sound."""

    size: tuple[int, int]
    seconds: float
    sound: bool

    @classmethod
    def of(cls, path: str | Path) -> VideoFacts:
        """Read them; raises ImageError for what is no video."""
        frames = _open(Path(path))
        meta = next(frames)
        frames.close()
        width, height = meta["size"]
        if abs(int(meta.get("rotate", 0))) % 180 == 90:
            width, height = height, width
        seconds = float(meta.get("duration") or 0)
        if not 0 < seconds < 86400 or not 0 < max(width, height) <= MAX_SIDE:
            raise ImageError(f"{path} is a video of {width} x {height} pixels and {seconds:g} s, which cannot be used")
        return cls((width, height), seconds, bool(meta.get("audio_codec")))

    def painted_size(self) -> tuple[int, int]:
        """The size of a painted frame where none is asked for: the video's form.

        >>> VideoFacts((1920, 1080), 10.0, True).painted_size()
        (336, 192)
        """
        return paintable_size(self.size)


class Footage:
    """The frames of a video at a rate and a size, as [1, 3, H, W] in [0, 1].

        >>> footage = Footage("walk.mp4", fps=24, size=(336, 192))
        >>> footage.at(48).shape
        torch.Size([1, 3, 192, 336])

    A frame that covers more than the size is cropped at its middle. Only the last `keep` frames stay in memory: asking
    in order is fast, going further back reads from the beginning again. Raises ImageError for what is no video.
    """

    def __init__(self, path: str | Path, *, fps: float, size: tuple[int, int], keep: int = 2) -> None:
        self.path, self.fps, self.size = Path(path), fps, size
        self._kept: deque[tuple[int, Tensor]] = deque(maxlen=max(2, keep))
        self._frames: Iterator[Tensor] | None = None
        self._next = 0

    def at(self, index: int) -> Tensor:
        """A frame by its number; beyond the end the last one."""
        for number, frame in self._kept:
            if number == index:
                return frame
        if self._frames is None or index < self._next:
            self._frames, self._next = self._read(), 0
            self._kept.clear()
        while self._next <= index:
            new = next(self._frames, None)
            if new is None:
                break
            self._kept.append((self._next, new))
            self._next += 1
        if not self._kept:
            raise ImageError(f"{self.path} gave no frame; is it a video?")
        return self._kept[-1][1]

    def _read(self) -> Iterator[Tensor]:
        width, height = self.size
        cover = f"scale={width}:{height}:force_original_aspect_ratio=increase:flags=area,crop={width}:{height}"
        frames = _open(self.path, ["-vf", f"fps={self.fps},{cover}", "-s", f"{width}x{height}"])
        next(frames)
        for raw in frames:
            pixels = np.frombuffer(raw, np.uint8).reshape(height, width, 3)
            yield torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float() / 255


def _open(path: Path, told: Sequence[str] = ()) -> Any:
    import imageio_ffmpeg  # late: only videos need it

    if not path.is_file():
        raise ImageError(f"there is no video {path}; check the name")
    return _guarded(imageio_ffmpeg.read_frames(str(path), output_params=list(told)), path)


def _guarded(frames: Iterator[Any], path: Path) -> Iterator[Any]:
    logger = logging.getLogger("imageio_ffmpeg")
    level = logger.level
    try:
        logger.setLevel(logging.ERROR)  # it warns of the size that is asked for
        yield next(frames)
        logger.setLevel(level)
        yield from frames
    except (OSError, RuntimeError) as error:
        raise ImageError(f"{path} cannot be read as a video ({str(error).strip().splitlines()[-1]})") from error
    finally:
        logger.setLevel(level)


def flow(onto: Tensor, of: Tensor) -> Tensor:
    """Where what one frame shows is found in another: [1, 2, H, W], in pixels right and down.

        >>> moved = shift(painted, flow(frame, frame_before))

    onto, of: [1, 3, H, W] in [0, 1]. Source: DIS optical flow of OpenCV, Kroeger et al. 2016 (arXiv 1603.03590).
    Raises SettingsError where OpenCV is not installed.
    """
    try:
        import cv2  # late: only videos need it
    except ImportError as error:
        raise SettingsError(
            "painting over a video needs OpenCV; install it with: pip install 'clipgen[video]'"
        ) from error
    finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    greys = [(frame[0].mean(0) * 255).round().byte().cpu().numpy() for frame in (onto, of)]
    return torch.from_numpy(finder.calc(greys[0], greys[1], np.zeros((*greys[0].shape, 2), np.float32))).permute(
        2, 0, 1
    )[None]


def shift(image: Tensor, by: Tensor) -> Tensor:
    """Fetch every pixel from where a flow says: [1, C, H, W], by: [1, 2, H, W] in pixels."""
    fetched = F.grid_sample(image, _places(by).to(image), mode="bicubic", padding_mode="border", align_corners=False)
    return fetched.clamp(0, 1)


def trusted(there: Tensor, back: Tensor) -> Tensor:
    """Where a flow and the way back agree, [1, 1, H, W] in [0, 1]: elsewhere something was hidden or comes new."""
    grid = _places(there)
    returned = F.grid_sample(back, grid, padding_mode="border", align_corners=False)
    inside = (grid.abs() <= 1).all(-1)[:, None]
    astray = (there + returned).norm(dim=1, keepdim=True)
    # a soft edge: a hard one would be seen
    return ((2 * DRIFT - astray) / DRIFT).clamp(0, 1) * inside


def _places(by: Tensor) -> Tensor:
    """Where a flow leads from each pixel, as `grid_sample` takes it: [1, H, W, 2], each from -1 to 1."""
    height, width = by.shape[-2:]
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    places = torch.stack([x + by[0, 0], y + by[0, 1]], dim=-1)
    return ((places + 0.5) / torch.tensor([width, height]) * 2 - 1)[None]
