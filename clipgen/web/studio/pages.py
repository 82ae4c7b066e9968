"""The pages of the studio."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from clipgen.models.shelf import generator_names
from clipgen.settings import (
    PLACES,
    QUALITIES,
    USUAL,
    DetectSettings,
    FilmSettings,
    GenerateSettings,
    Guides,
    about_of,
)
from clipgen.timelines.timeline import TRANSITIONS
from clipgen.values import Json
from clipgen.web.room import Link

if TYPE_CHECKING:
    from clipgen.web.studio.room import StudioRoom

LINKS = (
    Link("/", "Paint"),
    Link("/gallery", "Gallery"),
    Link("/film", "Film"),
    Link("/words", "Words"),
    Link("/detect", "Find"),
    Link("/sample", "Sample"),
    Link("/search", "Search"),
)
#: sizes that the form offers, width and height
SIZES = ((256, 256), (384, 256), (256, 384), (512, 512), (512, 288), (288, 512))


def routes(room: StudioRoom) -> list[BaseRoute]:
    """The routes of the pages."""
    pages = Pages(room)
    return [
        Route("/", pages.studio, name="studio"),
        Route("/gallery", pages.gallery, name="gallery"),
        Route("/film", pages.film, name="film"),
        Route("/words", pages.words, name="words"),
        Route("/detect", pages.detect, name="detect"),
        Route("/sample", pages.sample, name="sample"),
        Route("/search", pages.search, name="search"),
        Route("/picture/{id}", pages.picture, name="picture"),
    ]


class Pages:
    """The pages; what changes on them comes from the API."""

    def __init__(self, room: StudioRoom) -> None:
        self.room = room

    def studio(self, request: Request) -> Response:
        """Prompt box, queue and the last pictures."""
        bounds = self.room.settings.bounds
        context = {
            "generators": generator_names(),
            "qualities": list(QUALITIES),
            "sizes": SIZES,
            "regularisers": list(_regularisers()),
            "usual": GenerateSettings(),
            "places": dict(PLACES),
            "bounds": bounds,
        }
        return self._page(request, "studio.html", context)

    def gallery(self, request: Request) -> Response:
        """All pictures."""
        return self._page(request, "gallery.html", {})

    def film(self, request: Request) -> Response:
        """A storyboard: scenes as rows, and the films that were made."""
        context = {
            "film": FilmSettings(),
            "usual": GenerateSettings(),
            "sizes": SIZES,
            "transitions": TRANSITIONS,
            "generators": generator_names(),
            "qualities": list(QUALITIES),
        }
        return self._page(request, "film.html", context)

    def words(self, request: Request) -> Response:
        """A picture into words: captions, or labels of the visitor's own."""
        return self._page(request, "words.html", {})

    def detect(self, request: Request) -> Response:
        """Where things are in a picture."""
        return self._page(request, "detect.html", {"usual": DetectSettings()})

    def sample(self, request: Request) -> Response:
        """What a generator paints without words."""
        bounds, usual = self.room.settings.bounds, USUAL["sample"]
        context = {"generators": generator_names(), "sizes": SIZES, "bounds": bounds, "usual": usual}
        return self._page(request, "sample.html", context)

    def search(self, request: Request) -> Response:
        """Pictures of a library by words."""
        return self._page(request, "search.html", {"libraries": list(self.room.settings.libraries)})

    def picture(self, request: Request) -> Response:
        """One picture, with its settings and what can be done with it."""
        shown = self.room.gallery.find(request.path_params["id"], request.state.visitor)
        if shown is None:
            raise HTTPException(404, "There is no such picture of yours.")
        newer, older = self.room.gallery.neighbours(shown)
        context = {"shown": shown, "newer": newer, "older": older, "settings": list(settings_shown(shown.metadata))}
        return self._page(request, "picture.html", context)

    def _page(self, request: Request, name: str, context: Mapping[str, object]) -> Response:
        page: Response = request.app.state.templates.TemplateResponse(request, name, dict(context))
        return page


def _regularisers() -> list[tuple[str, str]]:
    """Name and help of the regularisers that are numbers."""
    return [
        (spec.name, about_of(spec).help)
        for spec in fields(Guides)
        if about_of(spec).loss is not None and spec.name != "palette_weight"
    ]


def settings_shown(metadata: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Name and value of the settings in a picture that are set.

    >>> list(settings_shown({"settings": {"canvas": {"seed": 7, "size": [64, 48]}, "tv": 0.0}, "version": "0.1.0"}))
    [('seed', '7'), ('size', '64, 48'), ('version', '0.1.0')]
    """
    settings = metadata.get("settings")
    groups: dict[str, Json] = settings if isinstance(settings, dict) else {}
    for name, value in groups.items():
        for inner, one in value.items() if isinstance(value, dict) else ((name, value),):
            if one not in (None, 0, False, [], ""):
                yield inner.replace("_", " "), ", ".join(map(str, one)) if isinstance(one, list) else str(one)
    if isinstance(version := metadata.get("version"), str):
        yield "version", version
