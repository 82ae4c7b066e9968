"""Describer: the verbs of the library that compare pictures with words, as methods on loaded parts."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, Self, TypeVar, Unpack, overload

from PIL import Image

from clipgen import devices
from clipgen.errors import ImageError, PromptError
from clipgen.jobs import Inputs, Job
from clipgen.parts import Parts
from clipgen.perceptors.base import Perceptor
from clipgen.settings import (
    CaptionVerb,
    ClassifyVerb,
    CompareVerb,
    DescribeSettings,
    EstimateVerb,
    GenerateSettings,
    PairVerb,
    RankVerb,
)
from clipgen.settings.keywords import (
    CaptionKeywords,
    ClassifyKeywords,
    DescribeKeywords,
    EstimateKeywords,
    PairKeywords,
    RankKeywords,
)
from clipgen.similarity import Match, Matcher, Skipped
from clipgen.store import Store
from clipgen.studio.defaults import Defaults
from clipgen.studio.pictures import Picture, in_folders, loadable
from clipgen.tasks.describe import Event, describe, describe_sets, settings_of
from clipgen.tasks.estimate import Estimated
from clipgen.tasks.events import Compared, Described, Labelled, Ranked, Traits
from clipgen.tasks.pair import Paired
from clipgen.tasks.templates import Tuned, labelled_pictures, tune_templates
from clipgen.tasks.unrelated import matcher_of

T = TypeVar("T")


class Describer:
    """Captions, ranks, classifies and compares pictures with parts that are loaded once: one half of a `Studio`.

        >>> with Describer(Defaults.of({"perceptor": "vit-b-32"}), Parts()) as describer:
        ...     found = describer.classify("photo.jpg", ["cat", "dog"])

    defaults: settings for all calls; parts: the pool that CLIP models are loaded from, when they are first needed.
    """

    def __init__(self, defaults: Defaults, parts: Parts) -> None:
        self.defaults, self.parts = defaults, parts

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the loaded parts."""
        self.parts.close()

    @overload
    def caption(  # type: ignore[overload-overlap]  # a str is a sequence of them, too
        self, pictures: Picture, *, candidates: Sequence[str] | Path | None = ..., **settings: Unpack[CaptionKeywords]
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

            >>> [match.text for match in studio.caption("photo.jpg", top=3)]
            ['...', '...', '...']
            >>> len(studio.caption(["a.jpg", "b.jpg"], candidates=["a fox", "a castle"]))
            2

        pictures: paths or PIL images; candidates: captions to rank instead of composed ones, or the name of a file of
        them.
        Returns a list of Match for one picture, a list of such lists for several. Raises ClipgenError.
        """
        if candidates is not None and not isinstance(candidates, Path) and not candidates:
            raise PromptError("there are no candidates to rank; give one or more")
        if isinstance(candidates, str | Path):
            inputs = Inputs(text_file=str(candidates))
        else:
            inputs = Inputs(texts=tuple(candidates or ()))
        job = Job("caption", inputs, CaptionVerb.from_dict(self.defaults.describing(settings)))
        found = [list(one.matches) for one in self._loaded(job, pictures) if isinstance(one, Described)]
        return found[0] if isinstance(pictures, str | Path | Image.Image) else found

    def rank(self, phrase: str, pictures: Sequence[str | Path], **settings: Unpack[RankKeywords]) -> list[Ranked]:
        """Order picture files by how well they fit a phrase, best first.

        >>> sorted(ranked.path.name for ranked in studio.rank("golden hour", ["a.jpg", "b.jpg"]))
        ['a.jpg', 'b.jpg']
        """
        job = Job("rank", Inputs(texts=(phrase,)), RankVerb.from_dict(self.defaults.describing(settings)))
        return [one for one in self._loaded(job, pictures) if isinstance(one, Ranked)]

    @overload
    def classify(  # type: ignore[overload-overlap]  # a str is a sequence of them, too
        self, pictures: Picture, labels: Sequence[str], **settings: Unpack[ClassifyKeywords]
    ) -> list[Match]: ...
    @overload
    def classify(
        self, pictures: Sequence[Picture], labels: Sequence[str], **settings: Unpack[ClassifyKeywords]
    ) -> list[list[Match]]: ...
    def classify(
        self, pictures: Picture | Sequence[Picture], labels: Sequence[str], **settings: Unpack[ClassifyKeywords]
    ) -> list[Match] | list[list[Match]]:
        """The most probable labels of a picture, or of several, best first.

            >>> sorted(match.text for match in studio.classify("photo.jpg", ["cat", "dog"]))
            ['cat', 'dog']
            >>> len(studio.classify(["a.jpg", "b.jpg"], ["cat", "dog"]))
            2

        pictures: paths or PIL images; labels: two or more.
        Returns a list of Match for one picture, a list of such lists for several. Raises ClipgenError.
        """
        verb = ClassifyVerb.from_dict(self.defaults.describing(settings))
        job = Job("classify", Inputs(texts=_several(labels)), verb)
        found = [list(one.matches) for one in self._loaded(job, pictures) if isinstance(one, Labelled)]
        return found[0] if isinstance(pictures, str | Path | Image.Image) else found

    def tune_templates(
        self, folder: str | Path, candidates: Sequence[str] = (), **settings: Unpack[DescribeKeywords]
    ) -> Tuned:
        """Choose the templates of `classify` by the pictures in a folder's folders, which are named by their labels.

            >>> tuned = studio.tune_templates("animals", ["a photo of {}", "a drawing of {}"])
            >>> tuned.after >= tuned.before
            True

        candidates: templates to choose from besides the default ones; none: those that are shipped. Files that cannot
        be loaded are left out. Raises PromptError for fewer than two labels, and for templates that have no place for
        one.
        """
        chosen = ClassifyVerb.from_dict(self.defaults.describing(settings)).describe
        rows, _ = labelled_pictures(Path(folder))
        events = tune_templates(rows, self.matcher(chosen), candidates, views=chosen.views)
        return [event for event in self._in_turn(chosen, events) if isinstance(event, Tuned)][-1]

    def compare(
        self, pictures: Sequence[Picture], texts: str | Sequence[str] = (), **settings: Unpack[DescribeKeywords]
    ) -> list[tuple[float, ...]]:
        """The cosines of each picture with each text; without texts, with each picture.

        >>> [len(row) for row in studio.compare(["a.jpg", "b.jpg"], ["a cat", "a dog", "a fox"])]
        [3, 3]
        """
        job = Job("compare", Inputs(texts=_several(texts)), CompareVerb.from_dict(self.defaults.describing(settings)))
        return [one.scores for one in self._loaded(job, pictures) if isinstance(one, Compared)]

    def pair(
        self,
        pictures: Picture | Sequence[Picture],
        text: str | Path | Sequence[str],
        **settings: Unpack[PairKeywords],
    ) -> list[Paired]:
        """Give each line of a text a picture of its own, so that the pairs fit best overall.

            >>> [one.text for one in studio.pair(["a.jpg", "b.jpg"], "captions.txt")]
            ['a red fox', 'a blue castle']

        pictures: paths, folders or PIL images; text: a file, or lines, where "" separates sections.
        Returns the lines in order, with their pictures; where there are fewer pictures, some have none. Raises
        ClipgenError.
        """
        inputs = Inputs(text_file=str(text)) if isinstance(text, str | Path) else Inputs(texts=tuple(text))
        job = Job("pair", inputs, PairVerb.from_dict(self.defaults.describing(settings)))
        return [one for one in self._loaded(job, in_folders(pictures)) if isinstance(one, Paired)]

    @overload
    def estimate(  # type: ignore[overload-overlap]  # a str is a sequence of them, too
        self, pictures: Picture, scale: Mapping[str, float] | None = ..., **settings: Unpack[EstimateKeywords]
    ) -> Estimated: ...
    @overload
    def estimate(
        self, pictures: Sequence[Picture], scale: Mapping[str, float] | None = ..., **settings: Unpack[EstimateKeywords]
    ) -> list[Estimated]: ...
    def estimate(
        self,
        pictures: Picture | Sequence[Picture],
        scale: Mapping[str, float] | None = None,
        **settings: Unpack[EstimateKeywords],
    ) -> Estimated | list[Estimated]:
        """The place of a picture, or of several, on a scale of worded steps, with an 80 % interval.

            >>> one = studio.estimate("photo.jpg", {"a fox": 1, "a castle": 8, "a city": 35})
            >>> 1 <= one.low <= one.value <= one.high <= 35
            True

        pictures: paths or PIL images; scale: the value of each step, None for that of the `calibration`; calibrate: a
        table of labelled pictures, whose calibration is used and written to a file, see `EstimateSettings.file`.
        Returns an Estimated for one picture, a list of them for several. Raises ClipgenError.
        """
        steps = tuple(f"{text}={value}" for text, value in (scale or {}).items())
        job = Job("estimate", Inputs(texts=steps), EstimateVerb.from_dict(self.defaults.describing(settings)))
        found = [one for one in self._loaded(job, pictures) if isinstance(one, Estimated)]
        return found[0] if isinstance(pictures, str | Path | Image.Image) else found

    def describe(self, job: Job) -> Iterator[Event]:
        """The events of a job that captions, ranks, classifies, compares, pairs or estimates picture files.

            >>> job = Job("rank", Inputs(pictures=("a.jpg", "b.jpg"), texts=("a fox",)), RankVerb())
            >>> sorted(event.path.name for event in studio.describe(job))
            ['a.jpg', 'b.jpg']

        Yields Skipped for files that cannot be loaded. Raises what the verb raises.
        """
        settings = self.describing(job)
        return self._in_turn(settings, describe(job, self.matcher(settings)))

    def traits(
        self, kind: Literal["negative", "common", "contrast"], job: Job, *, others: Sequence[Path] = ()
    ) -> Iterator[Traits | Skipped]:
        """What the pictures of a caption job are not, share, or show in contrast to others; see `describe_sets`."""
        settings = self.describing(job)
        return self._in_turn(settings, describe_sets(kind, job, self.matcher(settings), others=others))

    @staticmethod
    def describing(job: Job) -> DescribeSettings:
        """CLIP model, device and views of a job. Raises SettingsError for a job of another verb."""
        return settings_of(job)

    def matcher(self, settings: DescribeSettings) -> Matcher:
        """The matcher of pictures and words for some settings; loaded at the first call."""
        perceptor, device = self.perceptor(settings), devices.pick_device(settings.device)
        dtype = devices.pick_dtype(settings.dtype, device)
        return self.parts.shared(
            ("matcher", settings.perceptors, device, dtype, settings.hubness),
            lambda: matcher_of(perceptor, store=Store(), hubness=settings.hubness),
            version=perceptor,
        )

    def perceptor(self, settings: GenerateSettings | DescribeSettings) -> Perceptor:
        """The perceptor that settings name, on their device; loaded at the first call."""
        machine = settings.machine if isinstance(settings, GenerateSettings) else settings
        names = settings.search.perceptors if isinstance(settings, GenerateSettings) else settings.perceptors
        device = devices.pick_device(machine.device)
        return self.parts.perceptor(names, device, devices.pick_dtype(machine.dtype, device))

    def _lock(self, settings: DescribeSettings) -> threading.RLock:
        """The lock of the device that settings name: threads share the parts."""
        return self.parts.lock(devices.pick_device(settings.device))

    def _loaded(self, job: Job, pictures: Picture | Sequence[Picture]) -> Iterator[Event]:
        """The events of a job over pictures; raises ImageError for the first that cannot be loaded."""
        settings = self.describing(job)
        for event in self._in_turn(settings, describe(job, self.matcher(settings), loadable(pictures))):
            if isinstance(event, Skipped):
                raise ImageError(event.reason)
            yield event

    def _in_turn(self, settings: DescribeSettings, events: Iterator[T]) -> Iterator[T]:
        """The same events; each is made under the lock of its device."""
        while True:
            with self._lock(settings):
                event = next(events, None)
            if event is None:
                return
            yield event


def _several(texts: str | Sequence[str]) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else tuple(texts)
