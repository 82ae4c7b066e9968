"""Films before they are painted: their scenes in time, and what is left to paint of them."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from clipgen.errors import SettingsError
from clipgen.jobs import Job, job_of
from clipgen.settings import AnimateSettings
from clipgen.values import Json
from clipgen.web.studio.queue import DONE, Queue

if TYPE_CHECKING:  # it imports torch
    from clipgen.studio import Studio

FILMS = "films"
_KEPT = 30 * 24 * 3600.0  # seconds that painted scenes are kept
_LAST = 20  # films in which a step of the same settings is looked for


def scenes_of(visitor: str, folder: Path) -> Path:
    """Where the scenes of a visitor's films are kept in the folder of a server; visitors do not share them.

    >>> scenes_of("owner", Path("/srv"))
    PosixPath('/srv/films/4c1029697ee358715d3a14a2add817c4')
    """
    return folder / FILMS / hashlib.sha256(visitor.encode()).hexdigest()[:32]


def forget_old(folder: Path) -> int:
    """Delete scenes that were painted long ago, in the folder of a server; return their number.

    A film that still needs one paints it again, to the same pixels.

    >>> forget_old(Path("/srv"))
    0
    """
    before = time.time() - _KEPT
    old = [path for path in (folder / FILMS).glob("*/scenes/*") if path.is_dir() and path.stat().st_mtime < before]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return len(old)


def outlined(job: Job, studio: Studio, folder: Path) -> dict[str, Json]:
    """The plan of a film: its scenes, its length, and the steps that are left; nothing is painted.

        >>> settings = AnimateSettings(picture=GenerateSettings.of(generator="pixels", seed=7))
        >>> film = Job("animate", Inputs(timeline=timeline), settings)
        >>> [scene["painted"] for scene in outlined(film, studio, folder / "scenes")["scenes"]]
        [False, False]

    job: placed, of animate; folder: of scenes that are painted already. Raises what `make_film` raises.
    """
    film = studio.film(job, folder=folder)
    outline, rate = film.outline, film.settings.keyframes
    scenes: list[Json] = [
        {
            "prompt": take.scene.prompt,
            "start": round(take.first / rate, 2),
            "seconds": round(take.count / rate, 2),
            "transition": take.transition if take.index else None,
            "keyframes": take.count,
            "steps": take.steps(film.settings),
            "painted": take.index in film.reused,
        }
        for take in film.takes
    ]
    frames = outline.frames(outline.keyframes)
    return {"scenes": scenes, "seconds": round(film.seconds, 2), "frames": frames, "steps": film.steps}


def seconds_a_step(job: Job, visitor: str, queue: Queue) -> float | None:
    """How long a step took in the visitor's last film with the same settings of its pictures; None where there is none.

    job: as it is in the queue, not placed.
    """
    wanted = _pictures(job_of(job, "animate").settings)
    films = (entry for entry in queue.entries(visitor, limit=_LAST, verb="animate") if entry.state == DONE)
    alike = (entry for entry in films if _pictures(Job.from_json(entry.job).settings) == wanted)
    return next((found for entry in alike if (found := queue.mean_of_steps(entry.id)) is not None), None)


def _pictures(settings: object) -> Mapping[str, object]:
    """The settings of a film's pictures, without the seed."""
    if not isinstance(settings, AnimateSettings):
        raise SettingsError("a job of another verb makes no film", settings=["verb"])
    return settings.picture.changed(seed=0).to_dict()
