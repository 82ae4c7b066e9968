"""The verbs of the library as functions, on one studio a process whose parts are loaded once; `close` frees them.

>>> first = clipgen.classify("a.jpg", ["cat", "dog"])     # loads the CLIP model
>>> second = clipgen.classify("b.jpg", ["cat", "dog"])    # uses it again
>>> clipgen.close()
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Unpack, overload

from PIL import Image

from clipgen.losses import Loss
from clipgen.parts import Parts
from clipgen.settings.keywords import (
    AnimateKeywords,
    CaptionKeywords,
    ClassifyKeywords,
    CurateKeywords,
    DescribeKeywords,
    DetectKeywords,
    DuplicatesKeywords,
    EstimateKeywords,
    ModerateKeywords,
    OrientKeywords,
    PairKeywords,
    PictureKeywords,
    QueryKeywords,
    RankKeywords,
    ScenesKeywords,
    TrackKeywords,
)
from clipgen.similarity import Match
from clipgen.studio.librarian import Folders
from clipgen.studio.pictures import Picture
from clipgen.studio.studio import Studio
from clipgen.tasks.animate import Film
from clipgen.tasks.curate import Finding
from clipgen.tasks.detect import Detection
from clipgen.tasks.duplicates import Group
from clipgen.tasks.estimate import Estimated
from clipgen.tasks.events import Ranked
from clipgen.tasks.generate import GeneratedImage, Run
from clipgen.tasks.moderate import Verdict
from clipgen.tasks.orient import Turn
from clipgen.tasks.pair import Paired
from clipgen.tasks.scenes import Scene
from clipgen.tasks.search import Found
from clipgen.tasks.track import Tracked
from clipgen.timelines import Timeline

# what the functions of this module share; it is empty until one of them is called
_PARTS = Parts()


def close() -> None:
    """Free the models that the functions of this module have loaded; the next call loads them again.

    >>> image = clipgen.generate("a castle", seed=7)
    >>> clipgen.close()
    """
    _PARTS.close()


def _studio(weights: str | Path | None = None) -> Studio:
    return Studio(weights=weights, parts=_PARTS)


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

    prompts: "text", "text:weight | text:weight:stop", or a list of such lines for one batch; count: pictures per
    prompt; losses: your own, added to those of the settings; weights: file or folder of the generator's weights;
    settings: of a picture, `perceptor` for one name or several.
    Returns a PIL image, or a list for a list of prompts or a count; `.info` and saved files carry the job.

    Raises ClipgenError: its subclasses say what was given, what is allowed and what to do.
    """
    studio = _studio(weights)
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
    return _studio(weights).stream(prompts, count=count, losses=losses, **settings)


def edit(
    picture: str | Path, words: str, *, weights: str | Path | None = None, **settings: Unpack[PictureKeywords]
) -> GeneratedImage:
    """Change a picture file until it fits the words, and keep the rest of it.

        >>> clipgen.edit("photo.jpg", "a watercolour painting", seed=7).save("painted.png")

    As `Studio.edit`; weights: file or folder of the generator's weights.
    """
    return _studio(weights).edit(picture, words, **settings)


def animate(
    timeline: str | Path | Timeline,
    *,
    folder: str | Path | None = None,
    weights: str | Path | None = None,
    **settings: Unpack[AnimateKeywords],
) -> Film:
    """A film of a file of prompts, a long text or a timeline; it is painted when it is saved or iterated over.

        >>> clipgen.animate("prompts/seasons.txt", seed=7).save("outputs/seasons.mp4")

    As `Studio.animate`; weights: file or folder of the generator's weights.
    """
    return _studio(weights).animate(timeline, folder=folder, **settings)


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
        return _studio().caption(pictures, candidates=candidates, **settings)
    return _studio().caption(pictures, candidates=candidates, **settings)


def rank(phrase: str, pictures: Sequence[str | Path], **settings: Unpack[RankKeywords]) -> list[Ranked]:
    """Order picture files by how well they fit a phrase, best first.

    >>> sorted(ranked.path.name for ranked in clipgen.rank("golden hour", ["a.jpg", "b.jpg"]))
    ['a.jpg', 'b.jpg']
    """
    return _studio().rank(phrase, pictures, **settings)


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
        return _studio().classify(pictures, labels, **settings)
    return _studio().classify(pictures, labels, **settings)


def compare(
    pictures: Sequence[Picture], texts: str | Sequence[str] = (), **settings: Unpack[DescribeKeywords]
) -> list[tuple[float, ...]]:
    """The cosines of each picture with each text; without texts, with each picture.

    >>> [len(row) for row in clipgen.compare(["a.jpg", "b.jpg"], ["a cat", "a dog", "a fox"])]
    [3, 3]
    """
    return _studio().compare(pictures, texts, **settings)


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
        return _studio().estimate(pictures, scale, **settings)
    return _studio().estimate(pictures, scale, **settings)


def pair(
    pictures: Picture | Sequence[Picture], text: str | Path | Sequence[str], **settings: Unpack[PairKeywords]
) -> list[Paired]:
    """Give each line of a text a picture of its own, so that the pairs fit best overall.

        >>> [one.text for one in clipgen.pair("holiday", ["a beach"])]
        ['a beach']

    As `Studio.pair`.
    """
    return _studio().pair(pictures, text, **settings)


def sample(count: int = 1, *, walk: int | None = None, **settings: Unpack[PictureKeywords]) -> list[Image.Image]:
    """What a generator paints without words: draws of count seeds, or pictures on the way over them.

    >>> clipgen.sample(3, generator="cppn", size=(32, 32), seed=7)[0].size
    (32, 32)
    """
    return _studio().sample(count, walk=walk, **settings)


def search(
    texts: str | Sequence[str] = (),
    folders: Folders = (),
    *,
    pictures: str | Path | Sequence[str | Path] = (),
    **settings: Unpack[QueryKeywords],
) -> list[Found]:
    """Find the pictures and films in some folders that fit words and pictures, best first.

        >>> found = clipgen.search("a red fox", "holiday", top=20, unlikely=True)
        >>> found[0].path.name
        'beach.jpg'

    As `Studio.search`.
    """
    return _studio().search(texts, folders, pictures=pictures, **settings)


def duplicates(folders: Folders = (), **settings: Unpack[DuplicatesKeywords]) -> list[Group]:
    """Groups of files in some folders that are one picture, or shots of one scene; nothing is changed.

    >>> clipgen.duplicates("holiday")
    []
    """
    return _studio().duplicates(folders, **settings)


def curate(folders: Folders = (), **settings: Unpack[CurateKeywords]) -> list[Finding]:
    """What is wrong with the pictures in some folders; nothing is changed.

        >>> [(finding.path.name, finding.kind) for finding in clipgen.curate("holiday", by_folder=True)]
        []

    As `Studio.curate`.
    """
    return _studio().curate(folders, **settings)


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
        return _studio().detect(pictures, phrases, **settings)
    return _studio().detect(pictures, phrases, **settings)


@overload
def moderate(  # type: ignore[overload-overlap]  # a str is a sequence of them, too
    pictures: Picture, **settings: Unpack[ModerateKeywords]
) -> Verdict: ...
@overload
def moderate(pictures: Sequence[Picture], **settings: Unpack[ModerateKeywords]) -> list[Verdict]: ...
def moderate(
    pictures: Picture | Sequence[Picture], **settings: Unpack[ModerateKeywords]
) -> Verdict | list[Verdict]:
    """Judge a picture, or several: clear, check or veil, with the reason; nothing is changed.

        >>> clipgen.moderate("photo.jpg").band in ("clear", "check", "veil")
        True

    As `Studio.moderate`, which says what the built-in CLIPs cannot know.
    """
    if isinstance(pictures, str | Path | Image.Image):
        return _studio().moderate(pictures, **settings)
    return _studio().moderate(pictures, **settings)


def moderate_text(text: str, *, prompts: str | Path | None = None) -> Verdict:
    """Judge a text by lists of words, without any model; prompts: a folder of your own.

    >>> clipgen.moderate_text("a red fox").band
    'clear'
    """
    return _studio().moderate_text(text, prompts=prompts)


def orient(folders: Folders = (), **settings: Unpack[OrientKeywords]) -> list[Turn]:
    """The pictures in some folders that surely lie on their side or stand on their head; nothing is changed.

        >>> for turn in clipgen.orient("holiday", head="my/orient.safetensors"):
        ...     print(turn.path, turn.degrees)

    As `Studio.orient`.
    """
    return _studio().orient(folders, **settings)
def scenes(film: str | Path, **settings: Unpack[ScenesKeywords]) -> list[Scene]:
    """The scenes of a film, in order, each with a caption.

        >>> [(scene.start, scene.end) for scene in clipgen.scenes("film.mp4", captions=False)]
        [(0.0, 2.0)]

    As `Studio.scenes`.
    """
    return _studio().scenes(film, **settings)


def track(
    film: str | Path, phrases: str | Sequence[str], *, output: str | Path | None = None,
    **settings: Unpack[TrackKeywords],
) -> list[Tracked]:
    """The things in each frame of a film, by words; the same thing has the same number in all frames.

        >>> rows = clipgen.track("film.mp4", "a red car", output="tracked.mp4")
        >>> [row.index for row in rows[:3]]
        [0, 1, 2]

    As `Studio.track`.
    """
    return _studio().track(film, phrases, output=output, **settings)
