"""Studio: the parts, loaded once, and every verb of the library as a method on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias, Unpack, overload

from PIL import Image
from torch import Tensor

from clipgen import devices
from clipgen.jobs import Inputs, Job
from clipgen.losses import Loss
from clipgen.parts import Parts
from clipgen.settings import DescribeSettings
from clipgen.settings.describe import COMPARING, INSPECTING, LIBRARY, VIEWING
from clipgen.settings.keywords import AnimateKeywords, PictureKeywords, SearchKeywords
from clipgen.studio.defaults import Defaults
from clipgen.studio.inspector import Inspector
from clipgen.studio.librarian import Librarian
from clipgen.studio.viewer import Viewer
from clipgen.synthesis import Step
from clipgen.tasks import browse, describe, inspection, sample, viewing
from clipgen.tasks.animate import Film, Frame, make_film
from clipgen.tasks.caption.round_trip import RoundTrip, round_trip
from clipgen.tasks.edit import edit_job
from clipgen.tasks.generate import GeneratedImage, Picture, Run, RunState, again, picture_job, prepare
from clipgen.tasks.rating import Rating, rate
from clipgen.timelines import Timeline, read_timeline

#: what a job of any verb yields, see `Studio.run`
Event: TypeAlias = (
    "Step | Picture | Frame | Image.Image | describe.Event | browse.Event | inspection.Event | viewing.Event"
)


class Studio(Librarian, Inspector, Viewer):
    """Parts, loaded once, bound to the verbs.

        >>> with Studio(perceptor="builtin", steps=80) as studio:
        ...     for seed in range(5):
        ...         studio.generate("a paper fox", seed=seed).save(f"fox-{seed}.png")

    perceptor: one name or several, for all verbs; None: `builtin` paints, `reader` describes; generator, device, dtype:
    names; weights: file or folder of the generator's weights, None for the built-in ones; parts: a pool to share with
    other studios, by default one of its own; defaults: any other setting of a picture, for all calls.

    Raises SettingsError and UnknownNameError for settings that do not exist, DeviceError for a missing device.
    Parts are loaded when they are first needed, and freed by `close` or at the end of `with`. Safe between threads.
    """

    def __init__(
        self,
        perceptor: str | Sequence[str] | None = None,
        generator: str = "vqgan",
        device: str = "auto",
        dtype: str = "auto",
        *,
        weights: str | Path | None = None,
        parts: Parts | None = None,
        **defaults: Unpack[SearchKeywords],
    ) -> None:
        given = PictureKeywords(**defaults, generator=generator, device=device, dtype=dtype)
        if perceptor is not None:
            given["perceptor"] = perceptor
        super().__init__(Defaults.of(given), Parts() if parts is None else parts)
        self.settings = self.defaults.painting({})
        devices.pick_device(self.settings.machine.device)
        self.weights = None if weights is None else Path(weights)

    def run(self, job: Job) -> Iterator[Event]:
        """Do a job of any verb, and yield its events: what commands, web pages, queues and other machines call.

            >>> job = Job("generate", Inputs(prompts=("a paper fox",)), GenerateSettings.of(steps=2, seed=7))
            >>> [type(event).__name__ for event in studio.run(Job.from_json(job.to_json()))]
            ['Step', 'Step', 'Picture']

        generate, edit: a Step after each step, then the pictures; animate: the frames; sample: the pictures; verbs that
        compare pictures with words: as `describe`; verbs of a library: as `browse`. Raises what these raise.
        To stop, save and resume, take the `Run` of `start` or the `Film` of `film`: what this iterates over.
        """
        ways: dict[str, Callable[[Job], Iterable[Event]]] = {
            "generate": self._painting,
            "edit": self._painting,
            "animate": self.film,
            "sample": self.draw,
            **dict.fromkeys(COMPARING, self.describe),
            **dict.fromkeys(LIBRARY, self.browse),
            **dict.fromkeys(INSPECTING, self.inspect),
            **dict.fromkeys(VIEWING, self.view),
        }
        yield from ways[job.verb](job)

    def start(
        self,
        job: Job,
        *,
        state: RunState | None = None,
        losses: Sequence[Loss] = (),
        started: float | None = None,
        report: Callable[[str], None] = lambda line: None,
    ) -> Run:
        """Start a job that paints: a run whose pictures and state can be asked for between its steps.

            >>> job = Job("generate", Inputs(prompts=("a paper fox",)), GenerateSettings.of(steps=2, seed=7))
            >>> [step.index for step in studio.start(job)]
            [0, 1]

        state: of a run of this job, to resume it; losses: a user's own, added to those of the settings; started:
        `time.monotonic()` from which a time budget counts; report: called with a line before each long phase.
        Raises what `prepare` and `Run` raise.
        """
        plan = prepare(job, self.parts, resume=state, losses=losses, started=started, report=report)
        return Run(plan, self.parts, state=state)

    def _painting(self, job: Job) -> Iterator[Event]:
        run = self.start(job)
        yield from run
        yield from run.pictures()

    def rate(self, run: Run, pictures: Sequence[Picture]) -> list[Rating]:
        """How well pictures of a run show their prompts, by the CLIP that describes, which did not guide the run.

        >>> run = studio.stream("a paper fox")
        >>> for step in run:
        ...     pass
        >>> [rating.word in ("weak", "fair", "strong", "not rated") for rating in studio.rate(run, run.pictures())]
        [True]
        """
        settings = DescribeSettings(device=run.settings.machine.device)
        judge = self.perceptor(settings)
        with self._lock(settings):
            return rate(pictures, judge, run.perceptor)

    @overload
    def generate(  # type: ignore[overload-overlap]  # a str is a sequence of them, too
        self, prompts: str, *, losses: Sequence[Loss] = ..., **settings: Unpack[PictureKeywords]
    ) -> GeneratedImage: ...
    @overload
    def generate(
        self,
        prompts: Sequence[str],
        *,
        count: int = ...,
        losses: Sequence[Loss] = ...,
        **settings: Unpack[PictureKeywords],
    ) -> list[GeneratedImage]: ...
    def generate(
        self,
        prompts: str | Sequence[str],
        *,
        count: int | None = None,
        losses: Sequence[Loss] = (),
        **settings: Unpack[PictureKeywords],
    ) -> GeneratedImage | list[GeneratedImage]:
        """Paint one prompt, or several in one batch.

            >>> studio.generate("a paper fox | watercolor:0.4", seed=7).save("fox.png")
            >>> from clipgen.losses import Symmetry
            >>> studio.generate("a mask", losses=[0.5 * Symmetry()])

        prompts: one text gives one GeneratedImage; a list of texts, or a count, gives a list; count: pictures per
        prompt; losses: added to those of the settings; settings: of a picture, `perceptor` for one name or several.
        Returns PIL images whose `.info["clipgen"]` and saved files carry the job.

        Raises what `prepare` and `Run` raise.
        """
        images = _painted(self.stream(prompts, count=count or 1, losses=losses, **settings))
        return images[0] if isinstance(prompts, str) and count is None else images

    def stream(
        self,
        prompts: str | Sequence[str],
        *,
        count: int = 1,
        losses: Sequence[Loss] = (),
        **settings: Unpack[PictureKeywords],
    ) -> Run:
        """As `generate`, step by step; `.pictures()` of what is returned gives the best so far at any time.

        >>> for step in studio.stream("a paper fox", steps=300):
        ...     if max(step.score) > 0.35:
        ...         break
        """
        lines = (prompts,) if isinstance(prompts, str) else tuple(prompts)
        painting = self.defaults.painting({**settings, "count": count})
        return self.start(Job("generate", Inputs(prompts=lines), painting, self.weights), losses=losses)

    def edit(self, picture: str | Path, words: str, **settings: Unpack[PictureKeywords]) -> GeneratedImage:
        """Change a picture file until it fits the words, and keep the rest of it.

            >>> studio.edit("photo.jpg", "a watercolour painting", seed=7).save("painted.png")

        settings: of a picture; init_weight is how strongly it is kept. Raises what `generate` raises.
        """
        return _painted(self.start(edit_job(picture, words, self.defaults.editing(settings), weights=self.weights)))[0]

    def again(self, metadata: Mapping[str, object]) -> Run:
        """The run that made a picture, from the picture's metadata; the picture is number metadata["index"] of it.

            >>> studio.generate("a paper fox", seed=7).save("fox.png")
            >>> metadata = read_metadata("fox.png")
            >>> run = studio.again(metadata)
            >>> for step in run:
            ...     pass
            >>> run.pictures()[metadata["index"]].save("fox-again.png")
            >>> Path("fox-again.png").read_bytes() == Path("fox.png").read_bytes()
            True

        Weights are those of the studio if it has its own, else those in the job. Raises ImageError for other metadata.
        """
        job, steps = picture_job(metadata)
        job = replace(job, weights=self.weights or job.weights)
        return Run(again(job, self.parts, metadata), self.parts, stop_after=steps)

    def animate(
        self, timeline: str | Path | Timeline, *, folder: str | Path | None = None, **settings: Unpack[AnimateKeywords]
    ) -> Film:
        """A film of a file of prompts; it is painted when it is saved or iterated over.

            >>> studio.animate("prompts/seasons.txt", fps=12).save("outputs/seasons.mp4")
            >>> for frame in studio.animate("prompts/seasons.txt"):
            ...     frame.image.save(f"{frame.index:05d}.png")

        timeline: a text, .srt or .toml file, or scenes; folder: where keyframes are saved, to resume from there, by
        default a temporary one; settings: of the film and its pictures, in place of those of the file.
        Raises what `make_film` raises.
        """
        scenes = timeline if isinstance(timeline, Timeline) else read_timeline(timeline)
        settings_of_film = self.defaults.filming(scenes, settings)
        return self.film(Job("animate", Inputs(timeline=scenes), settings_of_film, self.weights), folder=folder)

    def film(self, job: Job, *, folder: str | Path | None = None) -> Film:
        """The film of a job; see `animate` and `make_film`.

        >>> settings = AnimateSettings(FilmSettings(fps=12), GenerateSettings.of(seed=7))
        >>> film = studio.film(Job("animate", Inputs(timeline=timeline), settings))
        """
        return make_film(job, self.parts, folder=None if folder is None else Path(folder))

    def sample(
        self, count: int = 1, *, walk: int | None = None, **settings: Unpack[PictureKeywords]
    ) -> list[Image.Image]:
        """What a generator paints without words: draws of count seeds, or pictures on the way over them.

            >>> studio.sample(3, generator="cppn", size=(32, 32), seed=7)[0].size
            (32, 32)

        walk: number of pictures on the way, None for the draws; settings: generator, its options, size, seed.
        Raises SettingsError for numbers out of range.
        """
        painting = self.defaults.painting({**settings, "count": count})
        return self.draw(Job("sample", Inputs(walk=walk), painting, self.weights))

    def draw(self, job: Job) -> list[Image.Image]:
        """The pictures of a job of `sample`, in order; see there."""
        return sample.draw(job, self.parts)

    def round_trip(
        self, image: Tensor, captions: Sequence[str], settings: DescribeSettings, *, second: str | None = None
    ) -> list[RoundTrip]:
        """Paint a picture from each caption, and compare it with the one described [1, 3, H, W].

        settings: with which CLIP; second: another CLIP, which compares them too. See `tasks.caption.round_trip`.
        """
        painting = self.defaults.round_trip(settings)
        # before the lock, which a run takes for each of its steps
        painted = _painted(self.start(Job("generate", Inputs(prompts=tuple(captions)), painting, self.weights)))
        own = self.perceptor(settings)
        other = self.perceptor(replace(settings, perceptors=(second,))) if second else None
        with self._lock(settings):
            return round_trip(image, captions, generate=lambda _: painted, perceptor=own, second=other)


def _painted(run: Run) -> list[GeneratedImage]:
    for _ in run:
        pass
    return [GeneratedImage.of(picture) for picture in run.pictures()]
