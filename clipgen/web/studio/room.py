"""The room of the studio: what it has, and what it answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute

from clipgen.errors import OutputError
from clipgen.files.locks import exclusive
from clipgen.values import Json
from clipgen.web.bell import Bell
from clipgen.web.messages import Places
from clipgen.web.room import Link
from clipgen.web.security import OWNER
from clipgen.web.settings import WebSettings
from clipgen.web.studio import films, gallery, uploads
from clipgen.web.studio.admission import ADMITTED, Admission
from clipgen.web.studio.gallery import Gallery
from clipgen.web.studio.previews import Previews
from clipgen.web.studio.queue import PAINTING, Queue
from clipgen.web.studio.schema import opened
from clipgen.web.studio.uploads import Uploads
from clipgen.web.studio.worker import Worker

if TYPE_CHECKING:  # it imports torch
    from clipgen.studio import Studio


class StudioRoom:
    """Prompt box, queue and gallery.

        >>> room = StudioRoom(WebSettings(folder=folder / "web"), Bell())
        >>> [link.text for link in room.links][:2]
        ['Paint', 'Gallery']

    settings: of the server; bell: rung after each event; make: makes the studio of all workers, by default with parts
    of its own. Raises OutputError when the folder cannot be used.
    """

    def __init__(self, settings: WebSettings, bell: Bell, make: Callable[[], Studio] | None = None) -> None:
        self.settings, self.folder = settings, settings.folder.resolve()
        self._make, self._making, self._alone = make or _own_studio, threading.Lock(), ExitStack()
        self.database = opened(self.folder)
        self.queue = Queue(self.database, settings.bounds, bell)
        self.gallery = Gallery(self.database, self.folder)
        self.uploads = Uploads(self.database, self.folder, settings.bounds)
        self.previews = Previews()
        self.places = Places(self.folder, settings.libraries)
        self.admission = Admission(settings.bounds, self.size_of, settings.libraries)
        self.workers: list[Worker] = []
        self._is_claimed = False

    @property
    def links(self) -> Sequence[Link]:
        """Its lines of the navigation."""
        from clipgen.web.studio.pages import LINKS

        return LINKS

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """Its pages and its API."""
        from clipgen.web.studio import api, files, pages

        return [*pages.routes(self), *api.routes(self), *files.routes(self)]

    @property
    def operations(self) -> Mapping[str, Json]:
        """The documentation of its API."""
        from clipgen.web.studio.operations import OPERATIONS

        return OPERATIONS

    @cached_property
    def _studio(self) -> Studio:
        return self._make()

    def studio(self) -> Studio:
        """The studio of all workers, made at the first call."""
        with self._making:
            return self._studio

    def claim(self) -> None:
        """Take over the folder. Raises OutputError when another server uses it."""
        if self._is_claimed:
            return
        if not self._alone.enter_context(exclusive(self.folder / "studio")):
            raise OutputError(f"another server uses {self.folder}; name another folder", settings=["folder"])
        self._is_claimed = True

    def start(self) -> None:
        """Take over the folder, and begin to work. Raises what `claim` raises."""
        self.claim()
        self.queue.recover()
        self.gallery.purge()
        self.gallery.adopt(OWNER)
        films.forget_old(self.folder)
        short = [verb for verb in ADMITTED if verb not in PAINTING]
        # short jobs run between the steps of long ones
        self.workers = [
            self._worker(device, verbs) for device in self.settings.devices for verbs in (PAINTING, short)
        ]
        for worker in self.workers:
            worker.start()

    def _worker(self, device: str, verbs: Sequence[str]) -> Worker:
        return Worker(
            self.queue,
            self.gallery,
            self.previews,
            self.studio,
            places=self.places,
            verbs=verbs,
            device=device,
        )

    def close(self) -> None:
        """Stop after the steps that run; their jobs resume there after the next start."""
        for worker in self.workers:
            worker.close()
        self.database.close()
        self._alone.close()

    def size_of(self, file: str, visitor: str) -> tuple[int, int] | None:
        """Width and height of a file that a visitor has, by the name that jobs use; None for any other name."""
        place, _, name = file.partition("/")
        id = name.removesuffix(".png")
        if place == gallery.PICTURES and gallery.ID.fullmatch(id) and (shown := self.gallery.find(id, visitor)):
            return shown.width, shown.height
        return self.uploads.size(id, visitor) if place == uploads.UPLOADS and uploads.ID.fullmatch(id) else None


def _own_studio() -> Studio:
    from clipgen.studio import Studio  # late: it imports torch, which takes seconds

    return Studio()
