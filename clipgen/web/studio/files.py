"""The files of the studio: pictures, thumbnails and uploads, by ids that are looked up, never by paths."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from clipgen.web.studio.uploads import ID

if TYPE_CHECKING:
    from clipgen.web.studio.room import StudioRoom

# a file never changes: its id is new for each
_FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}


def routes(room: StudioRoom) -> list[BaseRoute]:
    """The routes of the files."""
    files = Files(room)
    return [
        Route("/pictures/{id}.png", files.picture),
        Route("/thumbnails/{id}.webp", files.thumbnail),
        Route("/uploads/{id}.png", files.upload),
    ]


class Files:
    """Files of the visitor who asks."""

    def __init__(self, room: StudioRoom) -> None:
        self.room = room

    def picture(self, request: Request) -> Response:
        """A picture with its settings; with ?download, under the name of its prompt."""
        return self._of_gallery(request, 0)

    def thumbnail(self, request: Request) -> Response:
        """A picture, small."""
        return self._of_gallery(request, 1)

    def _of_gallery(self, request: Request, which: int) -> Response:
        shown = self.room.gallery.find(request.path_params["id"], request.state.visitor)
        if shown is None:
            raise HTTPException(404, "there is no such picture of yours")
        name = shown.name if which == 0 and "download" in request.query_params else None
        return _sent(self.room.gallery.files(shown)[which], name)

    def upload(self, request: Request) -> Response:
        """A picture that the visitor sent."""
        id = request.path_params["id"]
        if not ID.fullmatch(id) or self.room.uploads.size(id, request.state.visitor) is None:
            raise HTTPException(404, "there is no such picture of yours")
        return _sent(self.room.folder / "uploads" / f"{id}.png", None)


def _sent(path: Path, name: str | None) -> Response:
    if not path.is_file():
        raise HTTPException(404, "the file of this picture has been removed")
    return FileResponse(path, headers=_FOR_EVER, filename=name)
