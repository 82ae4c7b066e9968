"""Inspector: the verbs that look inside pictures, as methods on loaded parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Unpack, overload

from PIL import Image
from torch import Tensor

from clipgen.errors import ImageError
from clipgen.jobs import Inputs, Job
from clipgen.settings import DescribeSettings, DetectVerb, ModerateVerb
from clipgen.settings.keywords import DetectKeywords, MachineKeywords, ModerateKeywords
from clipgen.similarity import Skipped
from clipgen.studio.describer import Describer
from clipgen.studio.pictures import Picture, loadable
from clipgen.tasks.detect import Detected, Detection, Detector, detect
from clipgen.tasks.inspection import Event, detector_of, moderator_of
from clipgen.tasks.judge import Judge
from clipgen.tasks.moderate import Moderated, Moderator, Verdict, judge_text, moderate
from clipgen.tasks.moderate.recipe import recipe_of


class Inspector(Describer):
    """Finds things in pictures and judges pictures with parts that are loaded once: one part of a `Studio`."""

    @overload
    def detect(  # type: ignore[overload-overlap]  # a str is a sequence of them, too
        self, pictures: Picture, phrases: str | Sequence[str], **settings: Unpack[DetectKeywords]
    ) -> list[Detection]: ...
    @overload
    def detect(
        self, pictures: Sequence[Picture], phrases: str | Sequence[str], **settings: Unpack[DetectKeywords]
    ) -> list[list[Detection]]: ...
    def detect(
        self, pictures: Picture | Sequence[Picture], phrases: str | Sequence[str], **settings: Unpack[DetectKeywords]
    ) -> list[Detection] | list[list[Detection]]:
        """Where things are in a picture, or in several, best first; a phrase of which nothing is there has no box.

            >>> found = studio.detect("photo.jpg", ["a red car", "a traffic light"])
            >>> all(one.box[0] < one.box[2] for one in found)
            True

        pictures: paths or PIL images; phrases: one or several, each looked for by itself.
        Returns a list of Detection for one picture, a list of such lists for several. Raises ClipgenError.
        """
        texts = (phrases,) if isinstance(phrases, str) else tuple(phrases)
        job = Job("detect", Inputs(texts=texts), DetectVerb.from_dict(self.defaults.describing(settings)))
        found = [list(one.found) for one in self._every(job, pictures) if isinstance(one, Detected)]
        return found[0] if isinstance(pictures, str | Path | Image.Image) else found

    @overload
    def moderate(  # type: ignore[overload-overlap]  # a str is a sequence of them, too
        self, pictures: Picture, **settings: Unpack[ModerateKeywords]
    ) -> Verdict: ...
    @overload
    def moderate(self, pictures: Sequence[Picture], **settings: Unpack[ModerateKeywords]) -> list[Verdict]: ...
    def moderate(
        self, pictures: Picture | Sequence[Picture], **settings: Unpack[ModerateKeywords]
    ) -> Verdict | list[Verdict]:
        """Judge a picture, or several: clear, check or veil, with the reason; nothing is changed.

            >>> studio.moderate("photo.jpg").band in ("clear", "check", "veil")
            True

        pictures: paths or PIL images. The built-in CLIPs were never shown anything indecent: they know few of the
        prompts (`moderator(job).unknown`), so a full-size CLIP or a head is needed to find it.
        Returns a Verdict for one picture, a list for several. Raises ClipgenError.
        """
        job = Job("moderate", Inputs(), ModerateVerb.from_dict(self.defaults.describing(settings)))
        found = [one.verdict for one in self._every(job, pictures) if isinstance(one, Moderated)]
        return found[0] if isinstance(pictures, str | Path | Image.Image) else found

    def moderate_text(self, text: str, *, prompts: str | Path | None = None) -> Verdict:
        """Judge a text by lists of words, without any model.

            >>> studio.moderate_text("a red fox").band
            'clear'

        prompts: folder with lists of your own, see `Recipe.load`.
        """
        return judge_text(text, recipe_of(None if prompts is None else str(prompts)))

    def judge(self, prompts: Sequence[str], **settings: Unpack[MachineKeywords]) -> Judge:
        """The judge of the drawing game, which scores drawings by how well they show a prompt.

            >>> from clipgen.media.strokes import Drawing
            >>> judge = studio.judge(["a fox", "a castle"])
            >>> drawing = Drawing.of([{"points": [[100, 400], [256, 80], [400, 400]]}])
            >>> 0 < judge.judge(drawing, "a castle").score < 100
            True

        prompts: what drawings are compared with. Made at the first call for some prompts. Raises ClipgenError.
        """
        machine = DescribeSettings.from_dict(self.defaults.describing(settings))
        matcher = self.matcher(machine)
        return self.parts.shared(("judge", machine, tuple(prompts)), lambda: Judge(matcher, prompts), version=matcher)

    def inspect(self, job: Job) -> Iterator[Event]:
        """The events of a job that finds things in picture files, or judges them.

            >>> job = Job("detect", Inputs(pictures=("a.jpg",), texts=("a fox",)), DetectVerb())
            >>> [event.path.name for event in studio.inspect(job)]
            ['a.jpg']

        Yields Skipped for files that cannot be loaded. Raises what the verb raises.
        """
        return self._events(job, map(Path, job.inputs.pictures))

    def detector(self, job: Job) -> Detector:
        """The detector of a job of `detect`: finds what it looks for in pixels [1, 3, H, W]."""
        return detector_of(job, self.matcher(self.describing(job)))

    def moderator(self, job: Job) -> Moderator:
        """The moderator of a job of `moderate`, with its thresholds; made at the first call for some settings."""
        matcher = self.matcher(self.describing(job))
        return self.parts.shared(("moderator", job.settings), lambda: moderator_of(job, matcher), version=matcher)

    def _events(self, job: Job, pictures: Iterable[Path | Tensor]) -> Iterator[Event]:
        if isinstance(settings := job.settings, ModerateVerb):
            judged = moderate(pictures, self.moderator(job), views=settings.describe.views)
            return self._in_turn(settings.describe, judged)
        return self._in_turn(self.describing(job), detect(pictures, self.detector(job)))

    def _every(self, job: Job, pictures: Picture | Sequence[Picture]) -> Iterator[Event]:
        """The events of a job over pictures; raises ImageError for the first that cannot be loaded."""
        for event in self._events(job, loadable(pictures)):
            if isinstance(event, Skipped):
                raise ImageError(event.reason)
            yield event
