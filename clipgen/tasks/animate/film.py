"""A film: a timeline, a painter that makes its pictures, and a projector that writes them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from PIL import Image

from clipgen.media.images import to_pil
from clipgen.settings import FilmSettings, GenerateSettings
from clipgen.synthesis import Step
from clipgen.tasks.animate.outline import Outline
from clipgen.tasks.animate.painter import PageData, Painter
from clipgen.tasks.animate.projector import Frame, projector_to
from clipgen.tasks.animate.record import FilmRecord, Output, write_record
from clipgen.tasks.animate.store import Store
from clipgen.tasks.animate.takes import Take
from clipgen.timelines import Timeline


class Film:
    """A timeline on its way to frames.

        >>> film = clipgen.animate("prompts/seasons.txt", generator="pixels", keyframes=2, seconds_per_scene=1, fps=4)
        >>> for step in film.shoot():
        ...     print(step.index, step.total, step.score)
        >>> for frame in film.frames():
        ...     frame.image.save(f"outputs/{frame.index:05d}.png")

    record: what is made; painter: makes the pictures; store: folder of what is painted; lock: of the device, which each
    step holds. `make_film` puts them together.

    reused: numbers of scenes that were found painted; notes: for the user.
    """

    def __init__(
        self, record: FilmRecord, painter: Painter, store: Store, lock: AbstractContextManager[object]
    ) -> None:
        self.record, self.painter, self.store, self.lock = record, painter, store, lock
        self.reused = painter.whole()

    @property
    def timeline(self) -> Timeline:
        """Its scenes."""
        return self.record.timeline

    @property
    def outline(self) -> Outline:
        """How the scenes are laid out in time."""
        return self.painter.outline

    @property
    def takes(self) -> tuple[Take, ...]:
        """The scenes in order."""
        return self.outline.takes

    @property
    def settings(self) -> FilmSettings:
        """The settings of the film, as its painter uses them."""
        return self.outline.settings

    @property
    def picture(self) -> GenerateSettings:
        """The settings of its pictures, with their seed."""
        return self.outline.picture

    @property
    def notes(self) -> list[str]:
        """What the user should know."""
        return self.painter.notes

    @property
    def seconds(self) -> float:
        """Length of the film."""
        return self.outline.seconds

    @property
    def sound(self) -> Path | None:
        """A file with the sound that the film has by itself."""
        return self.painter.sound

    @property
    def steps(self) -> int:
        """Optimisation steps that are still to do."""
        return self.painter.steps

    def shoot(self, output: Output | None = None) -> Iterator[Step]:
        """Paint what is missing; after a stop at any moment it resumes there.

        output: where the film will go, for its record. Raises what `Synthesis` and the parts that it loads raise.
        """
        self.record = replace(self.record, output=output or self.record.output)
        write_record(self.store.folder, self.record)
        steps = self.painter.paint()
        while True:
            # a step at a time: runs in other threads on the same device take turns with it
            with self.lock:
                step = next(steps, None)
            if step is None:
                return
            yield step

    @property
    def painted(self) -> int:
        """Number of frames that can be shown."""
        return self.painter.frames

    def frames(self) -> Iterator[Frame]:
        """All frames that can be shown, in order; none is kept in memory."""
        rate, fps = self.settings.keyframes, self.settings.fps
        for index in range(self.painted):
            seconds = index / fps
            take = self.outline.take_at(int(seconds * rate))
            yield Frame(index, seconds, take.index, take.scene.words, self.at(seconds))

    def at(self, seconds: float, size: tuple[int, int] | None = None) -> Image.Image:
        """The picture of a moment; a film of one network draws it at any size (width, height).

            >>> film = clipgen.animate("prompts/seasons.txt", as_network=True, generator="cppn")
            >>> film.at(1.5, (512, 384)).size
            (512, 384)

        Raises SettingsError for another size than that of the keyframes.
        """
        return to_pil(self.painter.frame(seconds, size)[0])

    def project(self, output: Output) -> Iterator[Frame]:
        """Write the frames that can be shown, and yield each when it is written; see `projector_to`."""
        return projector_to(output).write(self)

    def save(self, path: str | Path, *, captions: bool = False, audio: str | Path | None = None) -> Path:
        """Paint what is missing and write the film.

            >>> film = clipgen.animate("prompts/seasons.txt", generator="pixels", keyframes=2, fps=4)
            >>> film.save("outputs/seasons.gif", captions=True)
            PosixPath('outputs/seasons.gif')

        path: ends like a film (.mp4, .gif, .webp, .apng), in .html for a page, or is a folder of frames; captions: burn
        in the words of the scenes; audio: sound file, by default the film's own sound.
        Raises SettingsError or OutputError for a place that cannot be written, before the work where possible.
        """
        output = Output(Path(path), captions=captions, audio=None if audio is None else Path(audio))
        projector = projector_to(output)
        projector.check(self.outline)
        deque(self.shoot(output), maxlen=0)
        deque(projector.write(self), maxlen=0)
        return output.path

    def __iter__(self) -> Iterator[Frame]:
        """Paint what is missing, then go through the frames."""
        deque(self.shoot(), maxlen=0)
        return self.frames()

    def spans(self) -> list[tuple[float, float, str]]:
        """When the words of each scene are shown: (start, end, words), in seconds."""
        return self.outline.spans()

    @property
    def shown(self) -> list[Take]:
        """The scenes of which something can be shown: of a film that was stopped, the first ones."""
        return [take for take in self.takes if not self.steps or self.outline.frames(take.first) < self.painted]

    def middles(self) -> list[Image.Image]:
        """The picture in the middle of each scene that can be shown."""
        return [to_pil(self.painter.middle(take)[0]) for take in self.shown]

    def about(self) -> dict[str, object]:
        """What the film's files carry: its record, title, prompts and seed."""
        record = {name: value for name, value in self.record.to_json().items() if name != "output"}
        title = {} if self.timeline.title is None else {"title": self.timeline.title}
        prompts = [take.scene.prompt for take in self.takes]
        return {**title, **record, "prompts": prompts, "seed": self.picture.canvas.seed}

    def page(self) -> PageData:
        """What a page needs to draw the film by itself. Raises SettingsError where no page can draw it."""
        title = self.timeline.title or self.takes[0].scene.words
        return {"title": title, **self.painter.page(), "settings": self.about()}
