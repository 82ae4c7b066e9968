"""The verbs that paint, as functions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Unpack, overload

from PIL import Image

from clipgen.losses import Loss
from clipgen.settings.keywords import AnimateKeywords, PictureKeywords
from clipgen.studio.verbs.shared import shared_studio
from clipgen.tasks.animate import Film
from clipgen.tasks.generate import GeneratedImage, Run
from clipgen.timelines import Timeline


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
    studio = shared_studio(weights)
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
    return shared_studio(weights).stream(prompts, count=count, losses=losses, **settings)


def edit(
    picture: str | Path, words: str, *, weights: str | Path | None = None, **settings: Unpack[PictureKeywords]
) -> GeneratedImage:
    """Change a picture file until it fits the words, and keep the rest of it.

        >>> clipgen.edit("photo.jpg", "a watercolour painting", seed=7).save("painted.png")

    As `Studio.edit`; weights: file or folder of the generator's weights.
    """
    return shared_studio(weights).edit(picture, words, **settings)


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
    return shared_studio(weights).animate(timeline, folder=folder, **settings)


def sample(count: int = 1, *, walk: int | None = None, **settings: Unpack[PictureKeywords]) -> list[Image.Image]:
    """What a generator paints without words: draws of count seeds, or pictures on the way over them.

    >>> clipgen.sample(3, generator="cppn", size=(32, 32), seed=7)[0].size
    (32, 32)
    """
    return shared_studio().sample(count, walk=walk, **settings)
