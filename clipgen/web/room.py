"""The contract of a room: one part of the site, such as the studio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.routing import BaseRoute

from clipgen.values import Json


@dataclass(frozen=True)
class Link:
    """A line of the navigation: where it leads, and its text."""

    path: str
    text: str


class Room(Protocol):
    """One part of the site; `create_app` puts its routes behind the guard, and calls start and close once each.

    links: its lines of the navigation; routes: its pages and its part of the API, whose paths no other room has;
    operations: the documentation of its part of the API, as `paths` of OpenAPI.
    """

    @property
    def links(self) -> Sequence[Link]: ...

    @property
    def routes(self) -> Sequence[BaseRoute]: ...

    @property
    def operations(self) -> Mapping[str, Json]: ...

    def claim(self) -> None:
        """Take what no other server may use at the same time; raises OutputError where one does."""

    def start(self) -> None:
        """Begin what the room does by itself, after `claim`; in the event loop of the server."""

    def close(self) -> None:
        """End it; what is not done yet is done after the next start."""
