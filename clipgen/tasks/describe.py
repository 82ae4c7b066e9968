"""Jobs of the verbs that compare pictures with words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from clipgen.jobs import Inputs, Job, job_of
from clipgen.prompts import read_text_file
from clipgen.settings import (
    CaptionVerb,
    ClassifyVerb,
    DescribeSettings,
    EstimateVerb,
    PairVerb,
    RankVerb,
)
from clipgen.settings.describe import DESCRIBING
from clipgen.similarity import Matcher, Picture
from clipgen.tasks.caption import caption, traits
from clipgen.tasks.classify import classify
from clipgen.tasks.compare import compare
from clipgen.tasks.estimate import Calibrated, Estimated, estimate
from clipgen.tasks.events import Compared, Described, Labelled, Ranked, Skipped, Traits
from clipgen.tasks.pair import Paired, pair
from clipgen.tasks.rank import rank

Event = Described | Ranked | Labelled | Compared | Paired | Calibrated | Estimated | Skipped


def settings_of(job: Job) -> DescribeSettings:
    """CLIP model, device and views of a job. Raises SettingsError for a job of another verb.

    >>> settings_of(Job("rank", Inputs(texts=("a fox",)), RankVerb())).perceptors
    ('reader',)
    """
    settings = getattr(job_of(job, *DESCRIBING).settings, "describe", None)
    assert isinstance(settings, DescribeSettings)  # all these verbs have them
    return settings


def describe(job: Job, matcher: Matcher, pictures: Iterable[Picture] | None = None) -> Iterator[Event]:
    """Caption, rank, classify, compare, pair or estimate the pictures of a job.

        >>> job = Job("rank", Inputs(pictures=("a.jpg", "b.jpg"), texts=("a fox",)), RankVerb())
        >>> len(list(describe(job, matcher)))
        2

    matcher: of the job's perceptor; pictures: files, and pixels [1, 3, H, W] in [0, 1], by default the job's files.
    Yields what the verb yields, and Skipped for files that cannot be loaded. Raises SettingsError for a job of another
    verb, and what the verb raises.
    """
    settings, views = job.settings, settings_of(job).views
    files = map(Path, job.inputs.pictures) if pictures is None else pictures
    texts = job.inputs.texts
    if isinstance(settings, CaptionVerb):
        return caption(files, matcher, settings.caption, views=views, candidates=_candidates(job.inputs))
    if isinstance(settings, RankVerb):
        return rank(texts[0] if texts else "", files, matcher, settings.rank, views=views)
    if isinstance(settings, ClassifyVerb):
        return classify(files, texts, matcher, settings.classify, views=views)
    if isinstance(settings, PairVerb):
        return pair(_lines(job.inputs), files, matcher, settings.pair, views=views)
    if isinstance(settings, EstimateVerb):
        return estimate(files, texts, matcher, settings.estimate, views=views)
    return compare(files, texts, matcher, views=views)


def describe_sets(
    kind: Literal["negative", "common", "contrast"], job: Job, matcher: Matcher, *, others: Iterable[Picture] = ()
) -> Iterator[Traits | Skipped]:
    """What the pictures of a caption job are not, share, or show in contrast to others.

        >>> job = Job("caption", Inputs(pictures=("a.jpg", "b.jpg"), texts=("a fox", "a castle")), CaptionVerb())
        >>> [len(found.traits) for found in describe_sets("common", job, matcher)]
        [2]

    The candidates of the job are the phrases to choose from; other arguments, events and errors as of `traits`. Raises
    SettingsError for a job of another verb.
    """
    settings, inputs = job_of(job, "caption").settings, job.inputs
    assert isinstance(settings, CaptionVerb)  # as `Job` checks
    return traits(
        kind,
        map(Path, inputs.pictures),
        matcher,
        others=others,
        candidates=_candidates(inputs),
        top=settings.caption.top,
        views=settings.describe.views,
    )


def _lines(inputs: Inputs) -> Sequence[str]:
    return read_text_file(inputs.text_file).splitlines() if inputs.text_file else inputs.texts


def _candidates(inputs: Inputs) -> Path | tuple[str, ...] | None:
    return Path(inputs.text_file) if inputs.text_file else inputs.texts or None
