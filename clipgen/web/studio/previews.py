"""The last preview of each running job, in memory."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Sequence

from PIL import Image

# least seconds between two previews, and the share of a run's time that they may take
PAUSE, SHARE = 0.4, 0.03
_SIDE, _QUALITY = 768, 82


class Previews:
    """JPEGs of the pictures of running jobs.

        >>> previews = Previews()
        >>> previews.offer("1", 0, lambda: [picture]), previews.offer("1", 1, lambda: [picture])
        (True, False)
        >>> previews.get("1", 0)[:2], previews.get("2", 0)
        (b'\\xff\\xd8', None)

    clock: seconds of a clock that never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._guard = threading.Lock()
        self._made: dict[str, list[bytes]] = {}
        self._next: dict[str, float] = {}

    def offer(self, job: str, step: int, pictures: Callable[[], Sequence[Image.Image]]) -> bool:
        """Make previews of a step, unless the last ones are so recent that they would slow the run down."""
        began = self.clock()
        if began < self._next.get(job, 0.0):
            return False
        made = [_packed(picture) for picture in pictures()]
        now = self.clock()
        with self._guard:
            self._made[job] = made
            self._next[job] = now + max(PAUSE, (now - began) / SHARE)
        return True

    def get(self, job: str, index: int) -> bytes | None:
        """The last preview of a picture of a job; None before the first one and after the job."""
        with self._guard:
            made = self._made.get(job, [])
        return made[index] if index < len(made) else None

    def forget(self, job: str) -> None:
        """Free the previews of a job that has ended."""
        with self._guard:
            self._made.pop(job, None)
            self._next.pop(job, None)


def _packed(picture: Image.Image) -> bytes:
    picture.thumbnail((_SIDE, _SIDE))
    packed = io.BytesIO()
    picture.save(packed, "JPEG", quality=_QUALITY)
    return packed.getvalue()
