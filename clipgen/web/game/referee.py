"""The referee: scores and moderates drawings, and recalculates all scores when the model or the rule has changed."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from clipgen.media.strokes import Drawing
from clipgen.web.database import Row
from clipgen.web.game import prompts
from clipgen.web.game.board import Board, New, Saved

if TYPE_CHECKING:  # they import torch
    from clipgen.studio import Studio
    from clipgen.tasks.judge import Judge, Judged
    from clipgen.tasks.moderate import Moderator, Verdict

_BATCH = 32  # drawings that are embedded at once
#: side in pixels of the picture of a drawing
PICTURE = 256


class Referee:
    """Judges drawings with the parts of a studio; safe between threads.

    board: where scores are stored; studio: makes or gives the studio, at the first call.
    """

    def __init__(self, board: Board, studio: Callable[[], Studio]) -> None:
        self.board, self._studio = board, studio
        self._making = threading.RLock()

    @cached_property
    def _judge(self) -> Judge:
        return self._studio().judge(prompts.texts())

    @cached_property
    def _moderator(self) -> Moderator:
        from clipgen.jobs import Job
        from clipgen.settings import ModerateVerb

        studio = self._studio()
        return studio.moderator(Job("moderate", settings=ModerateVerb.from_dict(studio.defaults.describing({}))))

    @property
    def judge(self) -> Judge:
        """The judge, made at the first call, which takes seconds."""
        with self._making:
            return self._judge

    @property
    def moderator(self) -> Moderator:
        """The moderator, made at the first call."""
        with self._making:
            return self._moderator

    @property
    def perceptor(self) -> str:
        """Fingerprint of the perceptor that judges."""
        return self.judge.matcher.perceptor.fingerprint

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """The device, which runs that paint use, too."""
        from clipgen.devices import pick_device

        with self._studio().parts.lock(pick_device("auto")):
            yield

    def look(self, drawing: Drawing, prompt: str) -> Judged:
        """Judge a drawing, without saving it. Raises PromptError for a prompt that the perceptor does not know."""
        judge = self.judge
        judge.check(prompt)
        with self._turn():
            return judge.judge(drawing, prompt)

    def weigh(self, drawing: Drawing, prompt: str) -> tuple[Judged, Verdict]:
        """Judge a drawing, and moderate it: what is needed before others see it. Raises what `look` raises."""
        judged, moderator = self.look(drawing, prompt), self.moderator
        with self._turn():
            (verdict,) = moderator.judge(judged.row[None])
        return judged, verdict

    def judge_text(self, text: str) -> Verdict:
        """Moderate a name or a prompt."""
        from clipgen.tasks.moderate import Recipe, judge_text

        return judge_text(text, Recipe.shipped())

    def save(self, drawing: Drawing, prompt: prompts.Prompt, *, name: str, visitor: str) -> tuple[Judged, Saved]:
        """Judge a drawing, moderate it, and store it with its score."""
        judged, verdict = self.weigh(drawing, prompt.text)
        new = New(
            prompt.id, drawing, name, visitor, _png(drawing), judged.row.half().numpy().tobytes(),
            verdict.band, verdict.reason, judged.score,
        )  # fmt: skip
        return judged, self.board.save(new, perceptor=self.perceptor, version=self.judge.version)

    def rescore(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Compute all scores of the present version, and let the boards show them; how many there are.

        Drawings are embedded again only where the model has changed; killed at any moment, the boards show the scores
        of the version before. stop: asked between batches; then nothing changes, and 0 is returned.
        """
        judge = self.judge
        while missing := self.board.without_embedding(self.perceptor, _BATCH):
            if stop():
                return 0
            self._embed(missing)
        scores: list[tuple[int, float]] = []
        for rows in self.board.embedded(self.perceptor):
            if stop():
                return 0
            scores += scores_of(rows, judge)
        with self.board.database.writing():
            self.board.score(scores, judge.version)
            self.board.show(judge.version)
        return len(scores)

    def _embed(self, drawings: Sequence[tuple[int, Drawing]]) -> None:
        judge = self.judge
        with self._turn():
            rows = judge.embed([drawing for _, drawing in drawings]).half().numpy()
        numbers = [number for number, _ in drawings]
        self.board.embed(zip(numbers, (row.tobytes() for row in rows), strict=True), self.perceptor)


def scores_of(rows: Sequence[Row], judge: Judge) -> list[tuple[int, float]]:
    """Number and score of embedded drawings, see `Board.embedded`."""
    import torch

    halves = np.frombuffer(b"".join(row["row"] for row in rows), np.float16)
    vectors = torch.from_numpy(halves.astype(np.float32)).view(len(rows), -1)
    places: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        if not row["plain"]:
            places.setdefault(row["prompt"], []).append(place)
    found = dict.fromkeys(range(len(rows)), 0.0)
    for prompt, some in places.items():
        found |= zip(some, judge.scores(vectors[some], prompt).tolist(), strict=True)
    return [(row["number"], found[place]) for place, row in enumerate(rows)]


def _png(drawing: Drawing) -> bytes:
    written = io.BytesIO()
    drawing.render(PICTURE).save(written, "PNG")
    return written.getvalue()
