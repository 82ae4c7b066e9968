"""A drawing as it was drawn, as an animated picture."""

from __future__ import annotations

import io

from PIL import Image

from clipgen.media.strokes import Drawing

_FRAMES, _PACE, _PAUSE = 40, 60, 2500  # at most; milliseconds of each, and of the last one
_COLOURS = 64


def replay_gif(drawing: Drawing, side: int) -> bytes:
    """A drawing stroke by stroke, side × side pixels, as GIF that plays again and again.

    >>> drawing = Drawing.of([{"points": [[100, 100], [200, 300], [400, 380]]}])
    >>> picture = Image.open(io.BytesIO(replay_gif(drawing, 64)))
    >>> picture.format, picture.size, picture.n_frames
    ('GIF', (64, 64), 3)
    """
    frames = list(drawing.stages(side, _FRAMES))
    palette = frames[-1].quantize(_COLOURS)
    first, *rest = (frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames)
    written = io.BytesIO()
    pace = [_PACE] * len(rest) + [_PAUSE]
    first.save(written, "GIF", save_all=True, append_images=rest, duration=pace, loop=0)
    return written.getvalue()
