"""The room of the game: what it has, and what it answers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from clipgen.errors import ClipgenError, OutputError
from clipgen.files.locks import exclusive
from clipgen.values import Json
from clipgen.web.bell import Bell
from clipgen.web.game.board import Board
from clipgen.web.game.prompts import MOST, Prompt, Prompts
from clipgen.web.game.referee import Referee
from clipgen.web.game.rounds import Rounds
from clipgen.web.game.schema import opened
from clipgen.web.room import Link
from clipgen.web.settings import WebSettings

if TYPE_CHECKING:  # it imports torch
    from clipgen.studio import Studio

_log = logging.getLogger("clipgen.web")


class GameRoom:
    """Canvas, boards and prompts.

        >>> room = GameRoom(WebSettings(folder=folder / "web"), Bell())
        >>> [link.text for link in room.links]
        ['Draw']

    settings: of the server; bell: rung after each drawing that is saved; studio: gives the studio that judges, by
    default one of its own; alone: whether the server has no other room: then the game is its first page.
    Raises OutputError when the folder cannot be used.
    """

    def __init__(
        self, settings: WebSettings, bell: Bell, studio: Callable[[], Studio] | None = None, *, alone: bool = False
    ) -> None:
        self.settings, self.bell, self.alone = settings, bell, alone
        self.folder = settings.folder.resolve()
        self.database = opened(settings)
        self.prompts, self.board = Prompts(self.database), Board(self.database)
        self.rounds = Rounds(self.database, settings.bounds)
        self.referee = Referee(self.board, studio or _once(_own_studio))
        self._closing, self._claims, self._is_claimed = threading.Event(), ExitStack(), False
        self._thread = threading.Thread(target=self._prepare, name="clipgen-game", daemon=True)

    @property
    def links(self) -> Sequence[Link]:
        """Its lines of the navigation."""
        return [Link("/game", "Draw")]

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """Its pages and its API."""
        from clipgen.web.game import api, owner, pages, rounds_api

        return [*pages.routes(self), *api.routes(self), *rounds_api.routes(self), *owner.routes(self)]

    @property
    def operations(self) -> Mapping[str, Json]:
        """The documentation of its API."""
        from clipgen.web.game.operations import OPERATIONS

        return OPERATIONS

    def prompt(self, id: object) -> Prompt:
        """A prompt by what a request says. Raises HTTPException where there is none."""
        found = self.prompts.get(id) if type(id) is int and 0 <= id <= MOST else None
        if found is None:
            raise HTTPException(404, "there is no such prompt")
        return found

    def start(self) -> None:
        """Begin to judge; scores are recalculated where the model or the rule has changed.

        Raises OutputError when another server uses the folder.
        """
        self.claim()
        self._thread.start()

    def wait(self) -> None:
        """Until the models are loaded, and the boards show the scores of the present version."""
        self._thread.join()

    def claim(self) -> None:
        """Take over the file until `close`; a database on a server is shared.

        Raises OutputError when another server uses the folder.
        """
        if self._is_claimed or not self.database.is_file:
            return
        if not self._claims.enter_context(exclusive(self.folder / "game")):
            raise OutputError(f"another server uses {self.folder}; name another folder", settings=["folder"])
        self._is_claimed = True

    def close(self) -> None:
        """Stop a recalculation, which the next start begins again."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()
        self.database.close()
        self._claims.close()

    def _prepare(self) -> None:
        """Load the models before the first drawing comes."""
        try:
            version = self.referee.judge.version
            # another server of the same database, of another version, may have saved drawings since
            if self.board.version != version or self.board.unscored(version):
                self.referee.rescore(self._closing.is_set)
                self.bell.ring()
            _ = self.referee.moderator
        except ClipgenError as error:
            _log.error("the game cannot score: %s", error)
        except Exception:
            _log.exception("the game cannot score")


def rescore(settings: WebSettings) -> int:
    """Recalculate all scores of a server that does not run; how many there are.

    Raises OutputError when a server uses the folder, and what loading the models raises.
    """
    room = GameRoom(settings, Bell())
    try:
        room.claim()
        return room.referee.rescore()
    finally:
        room.close()


def _own_studio() -> Studio:
    from clipgen.studio import Studio  # late: it imports torch, which takes seconds

    return Studio()


def _once(make: Callable[[], Studio]) -> Callable[[], Studio]:
    """The same studio at each call, from any thread."""
    lock = threading.Lock()
    made: list[Studio] = []

    def studio() -> Studio:
        with lock:
            if not made:
                made.append(make())
            return made[0]

    return studio
