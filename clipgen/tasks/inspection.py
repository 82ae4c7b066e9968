"""Jobs of the verbs that look inside pictures: what their settings and inputs make."""

from __future__ import annotations

from clipgen.errors import SettingsError
from clipgen.jobs import Job
from clipgen.prompts import read_prompt_file
from clipgen.settings import DetectVerb, ModerateVerb
from clipgen.similarity import Matcher, Skipped
from clipgen.tasks.detect import Detected, Detector, Others
from clipgen.tasks.moderate import Moderated, Moderator

#: what a job yields
Event = Detected | Moderated | Skipped


def detector_of(job: Job, matcher: Matcher) -> Detector:
    """The detector of a job: its texts are phrases, and its text file has the labels of everything that may be there.

        >>> detector_of(Job("detect", Inputs(texts=("a fox",)), DetectVerb()), matcher).phrases
        ['a fox']

    Raises SettingsError for a job of another verb, PromptError for neither texts nor labels.
    """
    if not isinstance(job.settings, DetectVerb):
        raise SettingsError(f"a job of {job.verb} detects nothing", settings=["job"])
    labels = read_prompt_file(job.inputs.text_file) if job.inputs.text_file else ()
    return Detector(job.inputs.texts, matcher, job.settings.detect, labels=labels, others=Others.of(matcher))


def moderator_of(job: Job, matcher: Matcher) -> Moderator:
    """The moderator of a job, with its thresholds.

        >>> moderator_of(Job("moderate", settings=ModerateVerb()), matcher).thresholds.pictures > 144
        True

    Raises SettingsError for a job of another verb, and what `Moderator` raises.
    """
    if not isinstance(job.settings, ModerateVerb):
        raise SettingsError(f"a job of {job.verb} judges nothing", settings=["job"])
    return Moderator(matcher, job.settings.moderate)
