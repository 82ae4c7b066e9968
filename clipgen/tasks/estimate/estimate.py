"""Estimate a number for a picture on a scale of worded steps."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from clipgen.errors import PromptError
from clipgen.extras import check_extra
from clipgen.settings import EstimateSettings
from clipgen.settings.describe import AUTO, pick_views
from clipgen.similarity import Embedded, Matcher, Picture, Skipped, in_groups
from clipgen.tasks.estimate.calibration import Calibration, check_replaceable, read_labels
from clipgen.tasks.estimate.scale import Scale, Span

_GROUP = 32  # pictures that are estimated together


@dataclass(frozen=True)
class Share:
    """The probability of a step: its words, and its value on the scale."""

    text: str
    value: float
    probability: float


@dataclass(frozen=True)
class Estimated:
    """A picture's place on a scale.

    index: the picture's place among those that were given, from 0; path: None for pixels; value: expectation; low,
    high: ends of the 80 % interval; fits: whether a step fits better than unrelated captions do, else the picture shows
    nothing of the kind; best: the step that fits best; z: its standard deviations above what unrelated captions and
    pictures reach; shares: the steps from the lowest value to the highest.
    """

    index: int
    path: Path | None
    value: float
    low: float
    high: float
    fits: bool
    best: str
    z: float
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class Calibrated:
    """A calibration that was fitted, and the file that it was written to."""

    calibration: Calibration
    path: Path


def estimate(
    pictures: Iterable[Picture],
    steps: Sequence[str],
    matcher: Matcher,
    settings: EstimateSettings | None = None,
    *,
    views: str = AUTO,
) -> Iterator[Estimated | Calibrated | Skipped]:
    """The place of each picture on a scale of worded steps, with an 80 % interval.

        >>> for one in estimate([folder / "a.png"], ["a red square=1", "a castle=8", "a city=35"], matcher):
        ...     print(one.path.name, 1 <= one.low <= one.value <= one.high <= 35)
        a.png True

    pictures: files, and pixels [1, 3, H, W] in [0, 1]; steps: each "TEXT=NUMBER", none for those of a calibration;
    settings: the labelled pictures to calibrate on, or a calibration to use; views: a name in VIEWS, or auto.
    Yields Calibrated after calibrating, Estimated for each picture, and Skipped for files that cannot be loaded, the
    labelled ones too. Raises PromptError for a scale that cannot be used, SettingsError for such tables and
    calibrations, ClipgenError when calibrating without SciPy.
    """
    chosen, made = (settings or EstimateSettings()).validate(), pick_views(views)
    if chosen.calibrate is not None and chosen.file is not None:
        check_extra("calibrating")
        check_replaceable(chosen.file)
        estimator = Estimator(Scale.of(steps), matcher)
        calibration = yield from _calibrated(Path(chosen.calibrate), estimator, made)
        calibration.save(chosen.file)
        yield Calibrated(calibration, chosen.file)
    elif chosen.file is not None:
        calibration = Calibration.load(chosen.file)
        clip = matcher.perceptor
        calibration.check(chosen.file, Scale.of(steps) if steps else None, clip.fingerprint, made, clip.dim)
        estimator = Estimator(calibration.scale, matcher)
    else:
        calibration, estimator = None, Estimator(Scale.of(steps), matcher)
    for group in in_groups(matcher.embed_pictures(pictures, views=made, batch=_GROUP), _GROUP):
        yield from [group] if isinstance(group, Skipped) else estimator.estimate(group, calibration)


def _calibrated(table: Path, estimator: Estimator, views: str) -> Generator[Skipped, None, Calibration]:
    """Fit the pictures of a table; yields those that cannot be loaded."""
    rows = read_labels(table)
    values, z, labels, vectors = list[float](), list[float](), list[float](), list[Tensor]()
    for one in estimator.matcher.embed_pictures([path for path, _ in rows], views=views):
        if isinstance(one, Skipped):
            yield one
        else:
            values.append(estimator.spans(one.vector[None])[0].value)
            z.append(estimator.z(one.vector[None]).max().item())
            labels.append(rows[one.index][1])
            vectors.append(one.vector)
    fingerprint = estimator.matcher.perceptor.fingerprint
    embedded = torch.stack(vectors).numpy() if vectors else None
    return Calibration.fit(estimator.scale, values, z, labels, vectors=embedded, perceptor=fingerprint, views=views)


class Estimator:
    """A scale, embedded once, for any number of pictures.

        >>> estimator = Estimator(Scale.of(["a fox=1", "a castle=2"]), matcher)
        >>> estimator.spans(matcher.perceptor.encode_image(image))[0].value
        1...

    Raises PromptError for steps of different values that the perceptor cannot tell apart.
    """

    def __init__(self, scale: Scale, matcher: Matcher) -> None:
        self.scale, self.matcher = scale, matcher
        self._check_texts()
        self.rows = matcher.embed_texts(scale.texts)
        unrelated = self.rows @ matcher.background.pictures.T
        self._mean, self._spread = unrelated.mean(1), unrelated.std(1).clamp(min=1e-6)

    def shares(self, pictures: Tensor) -> Tensor:
        """The probabilities [Q, K] of the steps for pictures [Q, D].

        They are the softmax of z among unrelated pictures, so temperature 1 in standard deviations of unrelated
        cosines: the same for all steps and perceptors. The scale of a perceptor's own softmax finds one caption among
        all others, and is far too sure between steps that are alike: on seven scales such as those of
        benchmarks/estimate.py its 80 % intervals held 0 to 52 % of the values, these 37 to 80 %.
        """
        return (((pictures @ self.rows.T) - self._mean) / self._spread).softmax(1)

    def z(self, pictures: Tensor) -> Tensor:
        """How far the steps fit pictures [Q, D] better than unrelated captions and pictures do: [Q, K]."""
        return self.matcher.background.z(pictures, self.rows).T

    def spans(self, pictures: Tensor) -> list[Span]:
        """Estimates and intervals of pictures [Q, D], not calibrated."""
        return self.scale.spans(self.shares(pictures).double().numpy())

    def estimate(self, pictures: Sequence[Embedded], calibration: Calibration | None = None) -> Iterator[Estimated]:
        """The estimates of embedded pictures."""
        vectors = torch.stack([one.vector for one in pictures])
        shares = self.shares(vectors).tolist()
        z, line = self.z(vectors), self.scale.line() if calibration is None else calibration.line
        for n, (one, span) in enumerate(zip(pictures, self.spans(vectors), strict=True)):
            span = span if calibration is None else calibration.apply(span.value, one.vector.numpy())
            best, fit = self.scale.texts[int(z[n].argmax())], z[n].max().item()
            steps = tuple(map(Share, self.scale.texts, self.scale.values, shares[n]))
            yield Estimated(one.index, one.path, span.value, span.low, span.high, fit >= line, best, fit, steps)

    def _check_texts(self) -> None:
        """Raise PromptError for steps that differ only in words that the perceptor does not know."""
        perceptor, first = self.matcher.perceptor, dict[str, tuple[str, float]]()
        for text, value in zip(self.scale.texts, self.scale.values, strict=True):
            other, level = first.setdefault(perceptor.known(text), (text, value))
            if level != value:
                raise PromptError(
                    f"{other!r} and {text!r} are both {perceptor.known(text)!r} to {perceptor.name}, which does not "
                    "know the other words; word the steps otherwise, or use another perceptor",
                    settings=["perceptors"],
                )  # fmt: skip
