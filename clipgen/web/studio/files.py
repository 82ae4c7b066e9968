"""The files of the studio: pictures, thumbnails and uploads, by ids that are looked up, never by paths."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from clipgen.errors import ImageError
from clipgen.media.images import load_reduced
from clipgen.web.messages import number_in
from clipgen.web.studio.films import FILMS
from clipgen.web.studio.uploads import ID

if TYPE_CHECKING:
    from clipgen.web.studio.room import StudioRoom

# a file never changes: its id is new for each
_SIDE, _LARGEST = 240, 1600  # of pictures of a library that are shown: by default, and at most
_FOR_AN_HOUR = {"Cache-Control": "private, max-age=3600"}
_FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}


def routes(room: StudioRoom) -> list[BaseRoute]:
    """The routes of the files."""
    files = Files(room)
    return [
        Route("/pictures/{id}.png", files.picture),
        Route("/thumbnails/{id}.webp", files.thumbnail),
        Route("/uploads/{id}.png", files.upload),
        Route("/films/{id}.mp4", files.film),
        Route("/library/{name}/{path:path}", files.library),
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

    def film(self, request: Request) -> Response:
        """A film of the visitor."""
        entry = self.room.queue.entry(request.path_params["id"], request.state.visitor)
        if entry is None or entry.job["verb"] != "animate":
            raise HTTPException(404, "there is no such film of yours")
        return _sent(self.room.folder / FILMS / f"{entry.id}.mp4", None)

    def library(self, request: Request) -> Response:
        """A picture of a library, as a JPEG with at most `side` pixels on its short side; never the file itself."""
        folder = self.room.settings.libraries.get(request.path_params["name"])
        path = None if folder is None else inside(folder, request.path_params["path"])
        if path is None:
            raise HTTPException(404, "there is no such picture in the library")
        side = max(16, number_in(request, "side", _SIDE, _LARGEST))
        return Response(_reduced(path, side), media_type="image/jpeg", headers=_FOR_AN_HOUR)


def inside(folder: Path, name: str) -> Path | None:
    """The picture file of a name in a folder; None for any other file, and for what links lead out of the folder.

    >>> inside(folder, "a.png") == folder.resolve() / "a.png", inside(folder, "../two/a.png"), inside(folder, "..")
    (True, None, None)
    """
    if "\0" in name or ".." in name.split("/") or Path(name).suffix.lower() not in Image.registered_extensions():
        return None
    try:
        path = (folder / name).resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    return path if path.is_file() and path.is_relative_to(folder.resolve()) else None


def _reduced(path: Path, side: int) -> bytes:
    try:
        picture, _ = load_reduced(path, side)
    except ImageError:
        raise HTTPException(404, "this picture of the library cannot be shown") from None
    packed = io.BytesIO()
    picture.save(packed, "JPEG", quality=82)
    return packed.getvalue()


def _sent(path: Path, name: str | None) -> Response:
    if not path.is_file():
        raise HTTPException(404, "the file of this picture has been removed")
    return FileResponse(path, headers=_FOR_EVER, filename=name)
