"""One job, run: its events into the queue, its pictures into the gallery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from clipgen.errors import ClipgenError, SettingsError
from clipgen.jobs import Job
from clipgen.settings import GenerateSettings
from clipgen.values import Json
from clipgen.web.messages import Places
from clipgen.web.studio.films import FILMS, scenes_of
from clipgen.web.studio.gallery import Gallery
from clipgen.web.studio.placing import searches_gallery
from clipgen.web.studio.previews import Previews
from clipgen.web.studio.queue import CANCELLED, DONE, WAITING, Entry, Queue

if TYPE_CHECKING:  # they import torch
    from PIL import Image

    from clipgen.studio import Studio
    from clipgen.synthesis import Step
    from clipgen.tasks.generate import Picture, Run, SavedRun

RUNS = "runs"
PAINTING = ("generate", "edit")


class StoppedError(Exception):
    """A job that ends before its first step."""


@dataclass(frozen=True)
class Desk:
    """What a worker works with.

    queue, gallery, previews: where events and pictures go; studio: runs the jobs; places: of files; is_closing: whether
    the server stops.
    """

    queue: Queue
    gallery: Gallery
    previews: Previews
    studio: Studio
    places: Places
    is_closing: Callable[[], bool]

    def run(self, entry: Entry, job: Job) -> str:
        """Run a job and return its new state: done, cancelled, or queued where the server stops."""
        try:
            if job.verb in PAINTING:
                return self._paint(entry, job)
            if job.verb == "animate":
                return self._film(entry, job)
            return self._answer(entry, job)
        except StoppedError:
            return self._ended(entry)
        finally:
            self.previews.forget(entry.id)

    def _paint(self, entry: Entry, job: Job) -> str:
        def report(line: str) -> None:
            if self._is_stopped(entry):
                raise StoppedError
            self.queue.tell(entry.id, "phase", {"text": line})

        report("loading the models")
        saved = self._saved(entry)
        run = self.studio.start(saved.job if saved else job, state=saved.state if saved else None, report=report)
        for note in run.notes:
            self.queue.tell(entry.id, "note", {"text": self.places.hidden(note)})
        for step in run:
            self._show(entry, step)
            if self._is_stopped(entry):
                break
        return self._finish(entry, run)

    def _film(self, entry: Entry, job: Job) -> str:
        """Paint and write a film; painted scenes stay: it resumes, and the next one reuses what did not change."""
        from clipgen.tasks.animate import Output  # late: it imports torch

        self.queue.tell(entry.id, "phase", {"text": "loading the models"})
        film = self.studio.film(job, folder=scenes_of(entry.visitor, self.places.folder))
        if film.reused:
            numbers = ", ".join(str(index + 1) for index in film.reused)
            self.queue.tell(entry.id, "note", {"text": f"unchanged, and not painted again: scenes {numbers}"})
        for note in film.notes:
            self.queue.tell(entry.id, "note", {"text": self.places.hidden(note)})
        total, output = film.steps, Output(self.places.folder / FILMS / f"{entry.id}.mp4")
        for done, step in enumerate(film.shoot(output), start=1):
            self._show(entry, replace(step, index=done - 1, total=max(total, done)))
            if self._is_stopped(entry):
                return self._ended(entry)
        self.queue.tell(entry.id, "phase", {"text": "writing the film"})
        for _ in film.project(output):
            if self._is_stopped(entry):
                return self._ended(entry)
        return DONE

    def _finish(self, entry: Entry, run: Run) -> str:
        state = DONE
        if self._is_stopped(entry) and run.done < run.total:
            state = self._ended(entry)
        if state == WAITING:
            run.save_state(self._run_file(entry))
            return state
        self._run_file(entry).unlink(missing_ok=True)
        pictures = run.pictures()
        shown = [self._keep(entry, picture) for picture in pictures]
        if state == DONE:
            self._rate(entry, run, pictures, shown)
        return state

    def _show(self, entry: Entry, step: Step) -> None:
        from clipgen.media.images import to_pil  # late: it needs torch

        done, left = step.index + 1, (step.total - step.index - 1) * step.seconds
        is_shown = self.previews.offer(entry.id, done, lambda: [to_pil(image) for image in step.image])
        data: dict[str, Json] = {
            "done": done,
            "total": step.total,
            "score": [round(score, 4) for score in step.score],
            "loss": [round(loss, 4) for loss in step.loss],
            "seconds": round(step.seconds, 4),
            "left": round(left, 1),
            "preview": is_shown,
        }
        self.queue.progress(entry.id, done, step.total, data)
        if step.note:
            self.queue.tell(entry.id, "note", {"text": step.note})

    def _keep(self, entry: Entry, picture: Picture) -> str:
        metadata = cast("dict[str, Json]", relative(cast(Json, picture.metadata), self.places.folder))
        shown = self.gallery.add(picture.image, metadata, job=entry.id, visitor=entry.visitor)
        self.queue.tell(entry.id, "picture", {"picture": shown.to_json()})
        return shown.id

    def _rate(self, entry: Entry, run: Run, pictures: list[Picture], shown: list[str]) -> None:
        """Rate pictures that are saved; without a rating they are as good."""
        try:
            ratings = self.studio.rate(run, pictures)
        except ClipgenError as error:
            self.queue.tell(entry.id, "note", {"text": f"not rated: {self.places.hidden(str(error))}"})
            return
        for id, rating in zip(shown, ratings, strict=True):
            self.gallery.change(id, {"fit": rating.word})
            z = None if rating.z is None else round(rating.z, 2)
            self.queue.tell(entry.id, "rating", {"picture": id, "fit": rating.word, "z": z, "reason": rating.reason})

    def _answer(self, entry: Entry, job: Job) -> str:
        """Run a job of any other verb."""
        from clipgen.web.studio.records import as_json, kind_of  # late: it imports torch

        self.queue.tell(entry.id, "phase", {"text": "loading the models"})
        is_own = searches_gallery(Job.from_json(entry.job))
        for index, event in enumerate(self.studio.run(job)):
            if job.verb == "sample":
                self._keep_sample(entry, job, cast("Image.Image", event), index)
            else:
                self._tell(entry, kind_of(event), cast("dict[str, Json]", as_json(event, self.places)), is_own)
            if self._is_stopped(entry):
                return self._ended(entry)
        return DONE

    def _tell(self, entry: Entry, kind: str, data: dict[str, Json], is_own: bool) -> None:
        """Report an event; what was found in the gallery has the picture with it."""
        if is_own and kind == "found":
            shown = self.gallery.find(Path(str(data["path"])).stem, entry.visitor)
            if shown is None or shown.deleted is not None:  # since the search began
                return
            data["picture"] = shown.brief()
        self.queue.tell(entry.id, kind, data)

    def _keep_sample(self, entry: Entry, job: Job, image: Image.Image, index: int) -> None:
        packed = cast("dict[str, Json]", relative(cast(Json, job.to_json()), self.places.folder))
        assert isinstance(job.settings, GenerateSettings)  # of a job of sample
        first = job.settings.canvas.seed or 0
        seed = first + index if job.inputs.walk is None else first
        metadata: dict[str, Json] = {**packed, "prompt": "", "seed": seed, "index": index}
        shown = self.gallery.add(image, metadata, job=entry.id, visitor=entry.visitor)
        self.queue.tell(entry.id, "picture", {"picture": shown.to_json()})

    def _is_stopped(self, entry: Entry) -> bool:
        return self.is_closing() or self.queue.is_cancelled(entry.id)

    def _ended(self, entry: Entry) -> str:
        return CANCELLED if self.queue.is_cancelled(entry.id) else WAITING

    def _run_file(self, entry: Entry) -> Path:
        return self.places.folder / RUNS / f"{entry.id}.run"

    def _saved(self, entry: Entry) -> SavedRun | None:
        """The state in which the server stopped a run; None where it starts from the beginning."""
        from clipgen.tasks.generate import load_run  # late: it imports torch

        path = self._run_file(entry)
        if not path.exists():
            return None
        try:
            return load_run(path)
        except SettingsError:  # of another version: the run starts again
            path.unlink()
            return None


def relative(value: Json, folder: Path) -> Json:
    """JSON in which files in a folder are named relative to it, as jobs from outside name them.

    >>> relative({"init_image": "/srv/uploads/1.png", "steps": 2}, Path("/srv"))
    {'init_image': 'uploads/1.png', 'steps': 2}
    """
    if isinstance(value, str):
        return value.removeprefix(f"{folder}/")
    if isinstance(value, list):
        return [relative(one, folder) for one in value]
    if isinstance(value, dict):
        return {name.removeprefix(f"{folder}/"): relative(one, folder) for name, one in value.items()}
    return value
