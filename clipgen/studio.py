"""The executor, and the library's front door: load the parts once, use them for any number of jobs.

>>> import clipgen
>>> clipgen.generate("underwater scene Van Gogh", seed=7).save("reef.png")
>>> with clipgen.Studio(generator="cppn") as studio:
...     pictures = studio.generate(["a castle", "a cathedral"], size=(512, 384))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, Self, Unpack, cast, overload

from PIL import Image
from torch import Tensor

from clipgen import devices
from clipgen.errors import ImageError, PromptError, SettingsError
from clipgen.jobs import Inputs, Job
from clipgen.losses import Loss
from clipgen.media.footage import VideoFacts
from clipgen.media.images import from_pil, to_pil
from clipgen.parts import Parts
from clipgen.perceptors.base import Perceptor
from clipgen.settings import (
    AnimateSettings,
    CaptionVerb,
    ClassifyVerb,
    CompareVerb,
    DescribeSettings,
    FilmSettings,
    GenerateSettings,
    RankVerb,
    settings_in,
)
from clipgen.settings.keywords import (
    AnimateKeywords,
    CaptionKeywords,
    ClassifyKeywords,
    DescribeKeywords,
    PictureKeywords,
    RankKeywords,
    SearchKeywords,
)
from clipgen.similarity import Match, Matcher, Skipped, Store
from clipgen.tasks.animate import Film, make_film
from clipgen.tasks.caption import traits
from clipgen.tasks.caption.round_trip import RoundTrip, round_trip
from clipgen.tasks.describe import Event, describe
from clipgen.tasks.describe import settings_of as describe_settings
from clipgen.tasks.edit import edit_job
from clipgen.tasks.events import Compared, Described, Labelled, Ranked, Traits
from clipgen.tasks.generate import GeneratedImage, Run, again, prepare
from clipgen.tasks.sample import between, paint
from clipgen.tasks.sample import load as load_samples
from clipgen.tasks.unrelated import matcher_of
from clipgen.timelines import Timeline, read_timeline

Picture = str | Path | Image.Image


class Studio:
    """Parts, loaded once, bound to the verbs.

        >>> with Studio(perceptor="builtin", steps=80) as studio:
        ...     for seed in range(5):
        ...         studio.generate("a paper fox", seed=seed).save(f"fox-{seed}.png")

    perceptor: one name or several, for all verbs; None: `builtin` paints, `reader` describes; generator, device, dtype:
    names; weights: file or folder of the generator's weights, None for the built-in ones; parts: a pool to share with
    other studios, by default one of its own; defaults: any other setting of a picture, for all calls.

    Raises SettingsError and UnknownNameError for settings that are not known, DeviceError for a missing device.
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
        given: dict[str, object] = {**defaults, "generator": generator, "device": device, "dtype": dtype}
        if perceptor is not None:
            given["perceptor"] = perceptor
        self._own = _plain(given)
        self.settings = GenerateSettings.from_dict(self._own)
        devices.pick_device(self.settings.machine.device)
        self.weights = None if weights is None else Path(weights)
        self.parts = Parts() if parts is None else parts

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the loaded parts."""
        self.parts.close()

    def run(
        self,
        job: Job,
        *,
        state: Mapping[str, object] | None = None,
        losses: Sequence[Loss] = (),
        started: float | None = None,
        report: Callable[[str], None] = lambda line: None,
    ) -> Run:
        """Start a job that paints; iterate over what is returned for its steps.

            >>> job = Job("generate", Inputs(prompts=("a paper fox",)), GenerateSettings.of(seed=7))
            >>> for step in studio.run(job):
            ...     print(step.score)

        state: of a run of this job, to continue it; losses: a user's own, added to those of the settings; started:
        `time.monotonic()` from which a time budget counts; report: gets a line before what takes long.
        Raises what `prepare` and `Run` raise.
        """
        plan = prepare(job, self.parts, resume=state, losses=losses, started=started, report=report)
        return Run(plan, self.parts, state=state)

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

        prompts: one text gives one GeneratedImage, a list of texts, or a count, gives a list; count: pictures per prompt;
        losses: added to those of the settings; settings: of a picture, `perceptor` for one name or several.
        Returns PIL images whose `.info["clipgen"]` and saved files carry the job.

        Raises what `prepare` and `Run` raise.
        """
        run = self.stream(prompts, count=count or 1, losses=losses, **settings)
        for _ in run:
            pass
        images = [GeneratedImage.of(picture) for picture in run.pictures()]
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
        job = Job("generate", Inputs(prompts=lines), self._painting({**settings, "count": count}), self.weights)
        return self.run(job, losses=losses)

    def edit(self, picture: str | Path, words: str, **settings: Unpack[PictureKeywords]) -> GeneratedImage:
        """Change a picture file until it fits the words, and keep the rest of it.

            >>> studio.edit("photo.jpg", "a watercolour painting", seed=7).save("painted.png")

        settings: of a picture; init_weight is how strongly it is kept. Raises what `generate` raises.
        """
        given = {**self._own, **_plain(settings)}
        run = self.run(edit_job(picture, words, given, weights=self.weights))
        for _ in run:
            pass
        return GeneratedImage.of(run.pictures()[0])

    def animate(
        self, timeline: str | Path | Timeline, *, folder: str | Path | None = None, **settings: Unpack[AnimateKeywords]
    ) -> Film:
        """A film of a file of prompts; it is made when it is saved or gone through.

            >>> studio.animate("prompts/seasons.txt", fps=12).save("outputs/seasons.mp4")
            >>> for frame in studio.animate("prompts/seasons.txt"):
            ...     frame.image.save(f"{frame.index:05d}.png")

        timeline: a text, .srt or .toml file, or scenes; folder: where keyframes are kept, to resume from there, by
        default a temporary one; settings: of the film and its pictures, over those of the file.
        Raises what `make_film` raises.
        """
        read = timeline if isinstance(timeline, Timeline) else read_timeline(timeline)
        given = _plain(settings)
        names = {spec.name for _, spec in settings_in(FilmSettings)}
        film = FilmSettings.from_dict({**read.film, **{name: given[name] for name in given if name in names}})
        picture = {**read.picture, **{name: given[name] for name in given if name not in names}}
        if film.video_in is not None:
            picture = {"size": VideoFacts.of(film.video_in).painted_size(), **picture}
        job = Job("animate", Inputs(timeline=read), AnimateSettings(film, self._painting(picture)), self.weights)
        return self.film(job, folder=folder)

    def film(self, job: Job, *, folder: str | Path | None = None) -> Film:
        """The film of a job; see `animate` and `make_film`.

        >>> settings = AnimateSettings(FilmSettings(fps=12), GenerateSettings.of(seed=7))
        >>> film = studio.film(Job("animate", Inputs(timeline=timeline), settings))
        """
        return make_film(job, self.parts, folder=None if folder is None else Path(folder))

    @overload
    def caption(  # type: ignore[overload-overlap]  # a str is a sequence of them, too
        self,
        pictures: Picture,
        *,
        candidates: Sequence[str] | Path | None = ...,
        **settings: Unpack[CaptionKeywords],
    ) -> list[Match]: ...
    @overload
    def caption(
        self,
        pictures: Sequence[Picture],
        *,
        candidates: Sequence[str] | Path | None = ...,
        **settings: Unpack[CaptionKeywords],
    ) -> list[list[Match]]: ...
    def caption(
        self,
        pictures: Picture | Sequence[Picture],
        *,
        candidates: Sequence[str] | Path | None = None,
        **settings: Unpack[CaptionKeywords],
    ) -> list[Match] | list[list[Match]]:
        """Describe a picture, or several, in words, best first.

            >>> studio.caption("photo.jpg", top=3)[0].text
            'a fox in the snow'
            >>> studio.caption(["a.jpg", "b.jpg"], candidates=["a fox", "a castle"])

        pictures: paths or PIL images; candidates: captions to rank, or a file of them, instead of composed ones.
        Returns a list of Match for one picture, a list of such lists for several. Raises ClipgenError.
        """
        alone = isinstance(pictures, str | Path | Image.Image)
        texts = Inputs(text_file=str(candidates)) if isinstance(candidates, Path) else Inputs(texts=tuple(candidates or ()))
        if candidates is not None and not isinstance(candidates, Path) and not candidates:
            raise PromptError("there are no candidates to rank; give one or more")
        job = Job("caption", texts, CaptionVerb.from_dict(self._describing(settings)))
        found = [list(one.matches) for one in self._good(job, _listed(pictures)) if isinstance(one, Described)]
        return found[0] if alone else found

    def rank(self, phrase: str, pictures: Sequence[str | Path], **settings: Unpack[RankKeywords]) -> list[Ranked]:
        """Order picture files by how well they fit a phrase, best first.

        >>> studio.rank("golden hour", ["a.jpg", "b.jpg"])[0].path.name
        'b.jpg'
        """
        job = Job("rank", Inputs(texts=(phrase,)), RankVerb.from_dict(self._describing(settings)))
        return [one for one in self._good(job, pictures) if isinstance(one, Ranked)]

    def classify(self, picture: Picture, labels: Sequence[str], **settings: Unpack[ClassifyKeywords]) -> list[Match]:
        """The most probable labels of a picture, best first.

        >>> studio.classify("photo.jpg", ["cat", "dog"])[0].text
        'cat'
        """
        job = Job("classify", Inputs(texts=tuple(labels)), ClassifyVerb.from_dict(self._describing(settings)))
        (found,) = (one for one in self._good(job, [picture]) if isinstance(one, Labelled))
        return list(found.matches)

    def compare(
        self, pictures: Sequence[Picture], texts: Sequence[str] = (), **settings: Unpack[DescribeKeywords]
    ) -> list[tuple[float, ...]]:
        """The cosines of each picture with each text; without texts, with each picture.

        >>> [len(row) for row in studio.compare(["a.jpg", "b.jpg"], ["a cat", "a dog", "a fox"])]
        [3, 3]
        """
        job = Job("compare", Inputs(texts=tuple(texts)), CompareVerb.from_dict(self._describing(settings)))
        return [one.scores for one in self._good(job, pictures) if isinstance(one, Compared)]

    def sample(
        self, count: int = 1, *, walk: int | None = None, **settings: Unpack[PictureKeywords]
    ) -> list[Image.Image]:
        """What a generator paints without words: draws of count seeds, or pictures on the way over them.

            >>> studio.sample(3, generator="cppn", size=(32, 32), seed=7)[0].size
            (32, 32)

        walk: number of pictures on the way, None for the draws themselves; settings: generator, its options, size, seed.
        Raises SettingsError for numbers out of range.
        """
        job = Job("sample", Inputs(walk=walk), self._painting({"seed": 0, **settings, "count": count}), self.weights)
        return self.draw(job)

    def draw(self, job: Job) -> list[Image.Image]:
        """The pictures of a job of `sample`, in order; see there."""
        settings = job.settings
        if not isinstance(settings, GenerateSettings):
            raise SettingsError(f"a job of {job.verb} draws no samples")
        count, walk = settings.canvas.count, job.inputs.walk
        with self.parts.lock(devices.pick_device(settings.machine.device)):
            generator = load_samples(settings, self.parts, count=count, weights=job.weights)
            drawn = paint(generator) if walk is None else between(generator, range(count), walk)
        return [to_pil(picture) for picture in drawn]

    def describe(self, job: Job) -> Iterator[Event]:
        """The events of a job that captions, ranks, classifies or compares picture files.

            >>> job = Job("rank", Inputs(pictures=("a.jpg", "b.jpg"), texts=("a fox",)), RankVerb())
            >>> [one.path.name for one in studio.describe(job)]

        Yields Skipped for files that cannot be loaded. Raises what the verb raises.
        """
        return describe(job, self.matcher(self.describing(job)))

    def traits(
        self, kind: Literal["negative", "common", "contrast"], job: Job, *, others: Sequence[Path] = ()
    ) -> Iterator[Traits | Skipped]:
        """What the pictures of a caption job are not, share, or show in contrast to others; see `tasks.caption.traits`."""
        settings = job.settings
        if not isinstance(settings, CaptionVerb):
            raise SettingsError(f"a job of {job.verb} describes no sets of pictures")
        inputs = job.inputs
        candidates = Path(inputs.text_file) if inputs.text_file else inputs.texts or None
        return traits(
            kind,
            map(Path, inputs.pictures),
            self.matcher(settings.describe),
            others=others,
            candidates=candidates,
            top=settings.caption.top,
            views=settings.describe.views,
        )

    def round_trip(
        self, image: Tensor, captions: Sequence[str], settings: DescribeSettings, *, second: str | None = None
    ) -> list[RoundTrip]:
        """Paint a picture from each caption, and compare it with the one described [1, 3, H, W].

        settings: with which CLIP; second: another CLIP, which compares them too. See `tasks.caption.round_trip`.
        """
        # the default describes and was not trained to guide: the default of `generate` takes its place
        names = self.settings.search if settings.perceptors == DescribeSettings().perceptors else settings
        machine = {"device": settings.device, "dtype": settings.dtype}
        painting = self._painting({"perceptors": names.perceptors, "seed": 0, **machine})

        def generate(texts: Sequence[str]) -> list[GeneratedImage]:
            run = self.run(Job("generate", Inputs(prompts=tuple(texts)), painting, self.weights))
            for _ in run:
                pass
            return [GeneratedImage.of(picture) for picture in run.pictures()]

        other = self.perceptor(replace(settings, perceptors=(second,))) if second else None
        return round_trip(image, captions, generate=generate, perceptor=self.perceptor(settings), second=other)

    @staticmethod
    def describing(job: Job) -> DescribeSettings:
        """With which CLIP, and on what, a job compares. Raises SettingsError for a job of another verb."""
        return describe_settings(job)

    def matcher(self, settings: DescribeSettings) -> Matcher:
        """What compares pictures and words as settings ask; loaded when it is first asked for."""
        perceptor = self.perceptor(settings)
        key = ("matcher", perceptor.fingerprint, settings.hubness)
        return self.parts.shared(key, lambda: matcher_of(perceptor, store=Store(), hubness=settings.hubness))

    def _describing(self, settings: Mapping[str, object]) -> dict[str, object]:
        machine = self.settings.machine
        own: dict[str, object] = {"device": machine.device, "dtype": machine.dtype}
        if "perceptors" in self._own:
            own["perceptors"] = self._own["perceptors"]
        return {**own, **_plain(settings)}

    def _good(self, job: Job, pictures: Iterable[Picture]) -> Iterator[Event]:
        """The events of a job over pictures; raises ImageError for the first that cannot be loaded."""
        files = [from_pil(one) if isinstance(one, Image.Image) else Path(one) for one in pictures]
        for event in describe(job, self.matcher(self.describing(job)), files):
            if isinstance(event, Skipped):
                raise ImageError(event.reason)
            yield event

    def again(self, metadata: Mapping[str, object]) -> Run:
        """The run that made a picture, from the picture's metadata; the picture is number metadata["index"] of it.

            >>> metadata = read_metadata("fox.png")
            >>> run = studio.again(metadata)
            >>> for step in run:
            ...     pass
            >>> run.pictures()[metadata["index"]].save("fox-again.png")      # the same bytes

        Weights are those of the studio, where it has some, else those in the job. Raises ImageError for other metadata.
        """
        try:
            job = Job.from_json(metadata)
            steps = metadata["steps_done"]
            if not isinstance(job.settings, GenerateSettings) or not isinstance(steps, int):
                raise SettingsError(f"a job of {job.verb} paints no single picture")
        except (SettingsError, KeyError) as error:
            raise ImageError(f"the picture's settings cannot be used: {error}") from error
        job = replace(job, weights=self.weights or job.weights)
        return Run(again(job, self.parts), self.parts, stop_after=steps)

    def perceptor(self, settings: GenerateSettings | DescribeSettings) -> Perceptor:
        """The perceptor that settings name, on their device; loaded when it is first asked for."""
        machine = settings.machine if isinstance(settings, GenerateSettings) else settings
        names = settings.search.perceptors if isinstance(settings, GenerateSettings) else settings.perceptors
        device = devices.pick_device(machine.device)
        return self.parts.perceptor(names, device, devices.pick_dtype(machine.dtype, device))

    def _painting(self, settings: Mapping[str, object]) -> GenerateSettings:
        return GenerateSettings.from_dict({**self.settings.flat(), **_plain(settings)})


def _listed(pictures: Picture | Sequence[Picture]) -> Sequence[Picture]:
    return [pictures] if isinstance(pictures, str | Path | Image.Image) else pictures


def _plain(settings: Mapping[str, object]) -> dict[str, object]:
    """Settings by their plain names: `perceptor` is one name or several of `perceptors`."""
    given = dict(settings)
    if "perceptor" in given:
        names = given.pop("perceptor")
        given["perceptors"] = (names,) if isinstance(names, str) else tuple(cast(Iterable[str], names))
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}


@overload
def generate(  # type: ignore[overload-overlap]  # a str is a sequence of them, too
    prompts: str,
    *,
    losses: Sequence[Loss] = ...,
    weights: str | Path | None = ...,
    **settings: Unpack[PictureKeywords],
) -> GeneratedImage: ...
@overload
def generate(
    prompts: Sequence[str],
    *,
    count: int = ...,
    losses: Sequence[Loss] = ...,
    weights: str | Path | None = ...,
    **settings: Unpack[PictureKeywords],
) -> list[GeneratedImage]: ...
def generate(
    prompts: str | Sequence[str],
    *,
    count: int | None = None,
    losses: Sequence[Loss] = (),
    weights: str | Path | None = None,
    **settings: Unpack[PictureKeywords],
) -> GeneratedImage | list[GeneratedImage]:
    """Paint pictures from words.

        >>> image = clipgen.generate("underwater scene Van Gogh", seed=7)
        >>> image.save("reef.png")

    prompts: "text", "text:weight | text:weight:stop", or a list of such lines for one batch; count: pictures per prompt;
    losses: of your own, added to those of the settings; weights: the generator's own file or folder; settings: of a
    picture, `perceptor` for one name or several.
    Returns a PIL image, or a list for a list of prompts or a count; the job travels in `.info` and in saved files.

    Raises ClipgenError: its subclasses say what was given, what is allowed and what to do.
    """
    with Studio(weights=weights) as studio:
        if count is None and isinstance(prompts, str):
            return studio.generate(prompts, losses=losses, **settings)
        return studio.generate(prompts, count=count or 1, losses=losses, **settings)


def stream(
    prompts: str | Sequence[str],
    *,
    count: int = 1,
    losses: Sequence[Loss] = (),
    weights: str | Path | None = None,
    **settings: Unpack[PictureKeywords],
) -> Run:
    """As `generate`, step by step.

    >>> for step in clipgen.stream("a paper fox | watercolor:0.4", generator="cppn", steps=300):
    ...     if max(step.score) > 0.35:
    ...         break
    """
    return Studio(weights=weights).stream(prompts, count=count, losses=losses, **settings)


def edit(
    picture: str | Path, words: str, *, weights: str | Path | None = None, **settings: Unpack[PictureKeywords]
) -> GeneratedImage:
    """Change a picture file until it fits the words, and keep the rest of it.

        >>> clipgen.edit("photo.jpg", "a watercolour painting", seed=7).save("painted.png")

    As `Studio.edit`; weights: the generator's own file or folder.
    """
    with Studio(weights=weights) as studio:
        return studio.edit(picture, words, **settings)


def animate(
    timeline: str | Path | Timeline,
    *,
    folder: str | Path | None = None,
    weights: str | Path | None = None,
    **settings: Unpack[AnimateKeywords],
) -> Film:
    """A film of a file of prompts, a long text or a timeline; it is made when it is saved or gone through.

        >>> clipgen.animate("prompts/seasons.txt", seed=7).save("outputs/seasons.mp4")

    As `Studio.animate`; weights: the generator's own file or folder.
    """
    return Studio(weights=weights).animate(timeline, folder=folder, **settings)


@overload
def caption(  # type: ignore[overload-overlap]  # a str is a sequence of them, too
    pictures: Picture, *, candidates: Sequence[str] | Path | None = ..., **settings: Unpack[CaptionKeywords]
) -> list[Match]: ...
@overload
def caption(
    pictures: Sequence[Picture], *, candidates: Sequence[str] | Path | None = ..., **settings: Unpack[CaptionKeywords]
) -> list[list[Match]]: ...
def caption(
    pictures: Picture | Sequence[Picture],
    *,
    candidates: Sequence[str] | Path | None = None,
    **settings: Unpack[CaptionKeywords],
) -> list[Match] | list[list[Match]]:
    """Describe a picture, or several, in words, best first.

        >>> clipgen.caption("photo.jpg", top=3)[0].text
        'a fox in the snow'

    As `Studio.caption`; `perceptor` names the CLIP model.
    """
    with Studio() as studio:
        if isinstance(pictures, str | Path | Image.Image):
            return studio.caption(pictures, candidates=candidates, **settings)
        return studio.caption(pictures, candidates=candidates, **settings)


def rank(phrase: str, pictures: Sequence[str | Path], **settings: Unpack[RankKeywords]) -> list[Ranked]:
    """Order picture files by how well they fit a phrase, best first.

    >>> clipgen.rank("golden hour", ["a.jpg", "b.jpg"])[0].path.name
    'b.jpg'
    """
    with Studio() as studio:
        return studio.rank(phrase, pictures, **settings)


def classify(picture: Picture, labels: Sequence[str], **settings: Unpack[ClassifyKeywords]) -> list[Match]:
    """The most probable labels of a picture, best first.

    >>> clipgen.classify("photo.jpg", ["cat", "dog"])[0].text
    'cat'
    """
    with Studio() as studio:
        return studio.classify(picture, labels, **settings)


def compare(
    pictures: Sequence[Picture], texts: Sequence[str] = (), **settings: Unpack[DescribeKeywords]
) -> list[tuple[float, ...]]:
    """The cosines of each picture with each text; without texts, with each picture.

    >>> [len(row) for row in clipgen.compare(["a.jpg", "b.jpg"], ["a cat", "a dog", "a fox"])]
    [3, 3]
    """
    with Studio() as studio:
        return studio.compare(pictures, texts, **settings)


def sample(count: int = 1, *, walk: int | None = None, **settings: Unpack[PictureKeywords]) -> list[Image.Image]:
    """What a generator paints without words: draws of count seeds, or pictures on the way over them.

    >>> clipgen.sample(3, generator="cppn", size=(32, 32), seed=7)[0].size
    (32, 32)
    """
    with Studio() as studio:
        return studio.sample(count, walk=walk, **settings)
