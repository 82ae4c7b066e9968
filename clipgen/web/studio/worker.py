"""Workers: a thread a device, which runs the jobs of the queue one after the other."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from clipgen.errors import ClipgenError, DeviceError
from clipgen.jobs import Job
from clipgen.web.messages import Places
from clipgen.web.studio.gallery import Gallery
from clipgen.web.studio.painting import Desk
from clipgen.web.studio.placing import placed
from clipgen.web.studio.previews import Previews
from clipgen.web.studio.queue import FAILED, WAITING, Entry, Queue

if TYPE_CHECKING:  # it imports torch
    from clipgen.studio import Studio

_log = logging.getLogger("clipgen.web")
_PAUSE = 5.0  # seconds until a queue is asked again after its database failed
_Answer = TypeVar("_Answer")


class Worker:
    """Runs jobs on one device until it is closed.

    queue, gallery, previews: where jobs come from and results go; studio: makes the studio that runs them, in the
    worker's thread; places: of files; device: its name; verbs: of the jobs that it takes.
    """

    def __init__(
        self,
        queue: Queue,
        gallery: Gallery,
        previews: Previews,
        studio: Callable[[], Studio],
        *,
        places: Places,
        verbs: Sequence[str],
        device: str = "auto",
    ) -> None:
        self.queue, self.gallery, self.previews, self.studio = queue, gallery, previews, studio
        self.places, self.device, self.verbs = places, device, verbs
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"clipgen-{device}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Let the job end after its step, and wait for that; it waits in the queue, and resumes at that step."""
        self._closing.set()
        with self.queue.arrival:
            self.queue.arrival.notify_all()
        self._thread.join()

    def _work(self) -> None:
        while (entry := self._patiently(self._next)) is not None:
            self._patiently(self._do(entry))

    def _patiently(self, ask: Callable[[], _Answer]) -> _Answer | None:
        """Ask the queue again while its database fails, as on a full disk; None when the worker is closed."""
        while True:
            try:
                return ask()
            except ClipgenError as error:
                _log.error("%s; the worker tries again in %g s", error, _PAUSE)
            if self._closing.wait(_PAUSE):
                return None  # a job that still counts as running waits again after the next start

    def _next(self) -> Entry | None:
        """Wait for a job; None when the worker is closed."""
        with self.queue.arrival:
            while not self._closing.is_set():
                if (entry := self.queue.take(self.verbs)) is not None:
                    return entry
                self.queue.arrival.wait()
        return None

    def _do(self, entry: Entry) -> Callable[[], None]:
        """Run one job, and return what records how it ended; whatever happens in it, the next one is run."""
        end = partial(self.queue.end, entry.id)
        try:
            pictures = partial(self.gallery.present, entry.visitor)
            job = placed(Job.from_json(entry.job), self.places, self.device, pictures)
            state = self._desk().run(entry, job)
        except ClipgenError as error:
            return partial(end, FAILED, self.places.hidden(str(error)))
        except MemoryError:
            return partial(end, FAILED, str(DeviceError.out_of_memory()))
        except Exception:
            _log.exception("job %s", entry.id)
            return partial(end, FAILED, "clipgen made a mistake; the log of the server says which")
        return partial(self.queue.put_back, entry.id) if state == WAITING else partial(end, state)

    def _desk(self) -> Desk:
        return Desk(
            self.queue,
            self.gallery,
            self.previews,
            self.studio(),
            self.places,
            self._closing.is_set,
        )
