"""The verbs that compare pictures, films and words, as functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Unpack, overload

from PIL import Image

from clipgen.settings.keywords import (
    CaptionKeywords,
    ClassifyKeywords,
    DescribeKeywords,
    DetectKeywords,
    EstimateKeywords,
    ModerateKeywords,
    PairKeywords,
    RankKeywords,
    ScenesKeywords,
    TrackKeywords,
)
from clipgen.similarity import Match
from clipgen.studio.pictures import Picture
from clipgen.studio.verbs.shared import shared_studio
from clipgen.tasks.detect import Detection
from clipgen.tasks.estimate import Estimated
from clipgen.tasks.events import Ranked
from clipgen.tasks.moderate import Verdict
from clipgen.tasks.pair import Paired
from clipgen.tasks.scenes import Scene
from clipgen.tasks.track import Tracked


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

        >>> [match.text for match in clipgen.caption("photo.jpg", top=3)]
        ['...', '...', '...']

    As `Studio.caption`; `perceptor` names the CLIP model.
    """
    if isinstance(pictures, str | Path | Image.Image):
        return shared_studio().caption(pictures, candidates=candidates, **settings)
    return shared_studio().caption(pictures, candidates=candidates, **settings)


def rank(phrase: str, pictures: Sequence[str | Path], **settings: Unpack[RankKeywords]) -> list[Ranked]:
    """Order picture files by how well they fit a phrase, best first.

    >>> sorted(ranked.path.name for ranked in clipgen.rank("golden hour", ["a.jpg", "b.jpg"]))
    ['a.jpg', 'b.jpg']
    """
    return shared_studio().rank(phrase, pictures, **settings)


@overload
def classify(  # type: ignore[overload-overlap]  # a str is a sequence of them, too
    pictures: Picture, labels: Sequence[str], **settings: Unpack[ClassifyKeywords]
) -> list[Match]: ...
@overload
def classify(
    pictures: Sequence[Picture], labels: Sequence[str], **settings: Unpack[ClassifyKeywords]
) -> list[list[Match]]: ...
def classify(
    pictures: Picture | Sequence[Picture], labels: Sequence[str], **settings: Unpack[ClassifyKeywords]
) -> list[Match] | list[list[Match]]:
    """The most probable labels of a picture, or of several, best first.

        >>> sorted(match.text for match in clipgen.classify("photo.jpg", ["cat", "dog"]))
        ['cat', 'dog']

    As `Studio.classify`.
    """
    if isinstance(pictures, str | Path | Image.Image):
        return shared_studio().classify(pictures, labels, **settings)
    return shared_studio().classify(pictures, labels, **settings)


def compare(
    pictures: Sequence[Picture], texts: str | Sequence[str] = (), **settings: Unpack[DescribeKeywords]
) -> list[tuple[float, ...]]:
    """The cosines of each picture with each text; without texts, with each picture.

    >>> [len(row) for row in clipgen.compare(["a.jpg", "b.jpg"], ["a cat", "a dog", "a fox"])]
    [3, 3]
    """
    return shared_studio().compare(pictures, texts, **settings)


@overload
def estimate(  # type: ignore[overload-overlap]  # a str is a sequence of them, too
    pictures: Picture, scale: Mapping[str, float] | None = ..., **settings: Unpack[EstimateKeywords]
) -> Estimated: ...
@overload
def estimate(
    pictures: Sequence[Picture], scale: Mapping[str, float] | None = ..., **settings: Unpack[EstimateKeywords]
) -> list[Estimated]: ...
def estimate(
    pictures: Picture | Sequence[Picture],
    scale: Mapping[str, float] | None = None,
    **settings: Unpack[EstimateKeywords],
) -> Estimated | list[Estimated]:
    """The place of a picture, or of several, on a scale of worded steps, with an 80 % interval.

        >>> one = clipgen.estimate("photo.jpg", {"a baby": 1, "a child": 8, "an old person": 75})
        >>> 1 <= one.low <= one.value <= one.high <= 75
        True

    As `Studio.estimate`.
    """
    if isinstance(pictures, str | Path | Image.Image):
        return shared_studio().estimate(pictures, scale, **settings)
    return shared_studio().estimate(pictures, scale, **settings)


def pair(
    pictures: Picture | Sequence[Picture], text: str | Path | Sequence[str], **settings: Unpack[PairKeywords]
) -> list[Paired]:
    """Give each line of a text a picture of its own, so that the pairs fit best overall.

        >>> [one.text for one in clipgen.pair("holiday", ["a beach"])]
        ['a beach']

    As `Studio.pair`.
    """
    return shared_studio().pair(pictures, text, **settings)


@overload
def detect(  # type: ignore[overload-overlap]  # a str is a sequence of them, too
    pictures: Picture, phrases: str | Sequence[str], **settings: Unpack[DetectKeywords]
) -> list[Detection]: ...
@overload
def detect(
    pictures: Sequence[Picture], phrases: str | Sequence[str], **settings: Unpack[DetectKeywords]
) -> list[list[Detection]]: ...
def detect(
    pictures: Picture | Sequence[Picture], phrases: str | Sequence[str], **settings: Unpack[DetectKeywords]
) -> list[Detection] | list[list[Detection]]:
    """Where things are in a picture, or in several, best first; a phrase of which nothing is there has no box.

        >>> found = clipgen.detect("photo.jpg", ["a red car", "a traffic light"])
        >>> all(one.text in ("a red car", "a traffic light") for one in found)
        True

    As `Studio.detect`.
    """
    if isinstance(pictures, str | Path | Image.Image):
        return shared_studio().detect(pictures, phrases, **settings)
    return shared_studio().detect(pictures, phrases, **settings)


@overload
def moderate(  # type: ignore[overload-overlap]  # a str is a sequence of them, too
    pictures: Picture, **settings: Unpack[ModerateKeywords]
) -> Verdict: ...
@overload
def moderate(pictures: Sequence[Picture], **settings: Unpack[ModerateKeywords]) -> list[Verdict]: ...
def moderate(pictures: Picture | Sequence[Picture], **settings: Unpack[ModerateKeywords]) -> Verdict | list[Verdict]:
    """Judge a picture, or several: clear, check or veil, with the reason; nothing is changed.

        >>> clipgen.moderate("photo.jpg").band in ("clear", "check", "veil")
        True

    As `Studio.moderate`, which says what the built-in CLIPs cannot know.
    """
    if isinstance(pictures, str | Path | Image.Image):
        return shared_studio().moderate(pictures, **settings)
    return shared_studio().moderate(pictures, **settings)


def moderate_text(text: str, *, prompts: str | Path | None = None) -> Verdict:
    """Judge a text by lists of words, without any model; prompts: a folder of your own.

    >>> clipgen.moderate_text("a red fox").band
    'clear'
    """
    return shared_studio().moderate_text(text, prompts=prompts)


def scenes(film: str | Path, **settings: Unpack[ScenesKeywords]) -> list[Scene]:
    """The scenes of a film, in order, each with a caption.

        >>> [(scene.start, scene.end) for scene in clipgen.scenes("film.mp4", captions=False)]
        [(0.0, 2.0)]

    As `Studio.scenes`.
    """
    return shared_studio().scenes(film, **settings)


def track(
    film: str | Path,
    phrases: str | Sequence[str],
    *,
    output: str | Path | None = None,
    **settings: Unpack[TrackKeywords],
) -> list[Tracked]:
    """The things in each frame of a film, by words; the same thing has the same number in all frames.

        >>> rows = clipgen.track("film.mp4", "a red car", output="tracked.mp4")
        >>> [row.index for row in rows[:3]]
        [0, 1, 2]

    As `Studio.track`.
    """
    return shared_studio().track(film, phrases, output=output, **settings)
