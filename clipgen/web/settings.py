"""What a server is started with: where its files are, whom it answers, and what it accepts at most."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from clipgen.errors import SettingsError

FOLDER = Path("outputs/web")
HOST, PORT = "127.0.0.1", 8100


@dataclass(frozen=True)
class Rate:
    """A token bucket: requests per second in the long run, and as many at once after a pause."""

    per_second: float
    burst: int


@dataclass(frozen=True)
class Bounds:
    """What a server accepts at most.

        >>> Bounds(queued=5).queued
        5

    json_bytes, upload_bytes: of a request; upload_pixels: of a picture before it is decoded, upload_side: after that;
    kept_uploads, kept_uploads_each: bytes of all uploads, and of those of one visitor; queued, queued_each: jobs that
    wait, in all and of one visitor; pixels: of all pictures of a job together; pictures, steps, cutouts, race, texts,
    characters: of a job; scenes, film_seconds, film_fps: of a film; judging: drawings of the game that wait for
    their score to be saved; rounds, rounds_each: of the game that are open, in all and of one address; players: of a
    round; streams: open event streams of one address; read, write, sign_in: requests of one address.
    """

    json_bytes: int = 1_000_000
    upload_bytes: int = 32_000_000
    upload_pixels: int = 50_000_000
    upload_side: int = 2048
    kept_uploads: int = 20_000_000_000
    kept_uploads_each: int = 2_000_000_000
    queued: int = 200
    queued_each: int = 50
    pixels: int = 4_194_304
    pictures: int = 16
    steps: int = 3000
    cutouts: int = 256
    race: int = 32
    texts: int = 1000
    characters: int = 20_000
    judging: int = 24
    rounds: int = 200
    rounds_each: int = 10
    players: int = 20
    scenes: int = 64
    film_seconds: float = 180.0
    film_fps: int = 60
    streams: int = 32
    read: Rate = Rate(100, 1000)
    write: Rate = Rate(5, 60)
    sign_in: Rate = Rate(0.2, 10)


@dataclass(frozen=True)
class WebSettings:
    """How a server is started.

        >>> WebSettings(host="0.0.0.0", token="secret").is_local
        False

    folder: of queue, pictures and uploads; host: address to listen at; port: 0 for any free one; token: that visitors
    must have, None for no token; names: host names that the server is reached by, besides localhost and addresses;
    libraries: folders of pictures that may be searched, by the name that visitors see; devices: each has one worker;
    database: address of the PostgreSQL database of the game, "" for a file in the folder; owner: token of who may hide
    drawings of the game, by default a random one.
    A server without a token that listens beyond this machine keeps what visitors make apart from each other.
    """

    folder: Path = FOLDER
    host: str = HOST
    port: int = PORT
    token: str | None = None
    names: tuple[str, ...] = ()
    libraries: dict[str, Path] = field(default_factory=dict)
    devices: tuple[str, ...] = ("auto",)
    database: str = field(default="", repr=False)
    owner: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    bounds: Bounds = field(default_factory=Bounds)

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)

    @property
    def is_shared(self) -> bool:
        """Whether visitors are strangers to each other."""
        return not self.is_local and self.token is None

    @property
    def cookie(self) -> str:
        """Start of the names of the cookies; browsers share cookies between the ports of a host."""
        return f"clipgen-{self.port}"


def is_loopback(host: str) -> bool:
    """Whether an address or name is of this machine alone.

    >>> is_loopback("localhost"), is_loopback("::1"), is_loopback("0.0.0.0"), is_loopback("example.org")
    (True, True, False, False)
    """
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def named_folders(folders: Sequence[Path]) -> dict[str, Path]:
    """Folders by the name that visitors see: the last part of their path, numbered where several have the same.

        >>> list(named_folders([folder, folder]))
        ['two', 'two-2']

    Raises SettingsError for a folder that does not exist.
    """
    found: dict[str, Path] = {}
    for folder in folders:
        if not folder.is_dir():
            raise SettingsError(f"there is no folder {folder}; check the name", settings=["library"])
        stem = folder.resolve().name or "root"
        number = sum(name == stem or name.startswith(f"{stem}-") for name in found) + 1
        found[stem if number == 1 else f"{stem}-{number}"] = folder.resolve()
    return found
