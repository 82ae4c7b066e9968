"""Judge drawings by a prompt: how well they show it, and what they show instead."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.errors import PromptError
from clipgen.media.images import from_pil
from clipgen.media.strokes import Drawing
from clipgen.similarity import Matcher, embed_images

#: number of the rule below; raised whenever a change of it changes scores
RULE = 1
_TEMPLATES = ("a drawing of {}", "{}")
_TEXT = ("handwritten text", "handwriting", "a written word", "letters", "printed text")
_RIVALS = 10  # the other prompts that a drawing fits best: a page of guesses
_SIDE = 160  # pixels of a drawing that is embedded; perceptors reduce it to their own size


@dataclass(frozen=True)
class Judged:
    """What is said of a drawing.

    score: 0 to 100; text: probability that it is writing; guesses: the prompts that it fits best, best first; row: its
    embedding [D].
    """

    score: float
    text: float
    guesses: tuple[str, ...]
    row: Tensor


class Judge:
    """Scores drawings of prompts with one perceptor.

        >>> judge = Judge(matcher, ["a fox", "a castle", "the sea"])
        >>> drawing = Drawing.of([{"points": [[100, 400], [256, 80], [400, 400]]}])
        >>> 0 < judge.judge(drawing, "a castle").score < 100, judge.judge(Drawing(()), "a castle").score
        (True, 0.0)

    prompts: with their articles, all that a drawing is compared with; a prompt need not be among them to be drawn.
    Those with words that the perceptor does not know are left out. Raises PromptError when fewer than two remain.

    The score is the mean of two probabilities: that the prompt fits better than the other prompts do (the normal
    distribution of its z among them), and the prompt's share in the softmax over its nearest rivals, the prompts that
    the drawing fits best. It is multiplied by the probability that the drawing is no writing: the share of all prompts
    in the softmax over prompts and descriptions of text. All three come from the perceptor alone; nothing is tuned.
    """

    def __init__(self, matcher: Matcher, prompts: Sequence[str]) -> None:
        self.matcher = matcher
        unknown = matcher.perceptor.unknown_words
        self.prompts = tuple(dict.fromkeys(prompt for prompt in prompts if not unknown(prompt)))
        if len(self.prompts) < 2:
            raise PromptError(
                f"{len(self.prompts)} of the prompts are known; give two or more to compare drawings with"
            )
        self._known: dict[str, Tensor] = {}
        self.rows = torch.stack([self._embedded(prompt) for prompt in self.prompts])
        self.text = matcher.embed_texts(_TEXT)

    @property
    def version(self) -> str:
        """What scores depend on: the rule, the perceptor and the prompts; equal versions give equal scores."""
        parts = [RULE, self.matcher.perceptor.fingerprint, self.prompts, _TEMPLATES, _TEXT, _RIVALS, _SIDE]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def check(self, prompt: str) -> None:
        """Raise PromptError for a prompt with words that the perceptor does not know."""
        if unknown := self.matcher.perceptor.unknown_words(prompt):
            raise PromptError(f"{', '.join(map(repr, unknown))} cannot be judged; use other words", settings=["prompt"])

    def embed(self, drawings: Sequence[Drawing]) -> Tensor:
        """Embed drawings, wherever and however large they are on their sheets: [N, D], rounded as they are stored."""
        pictures = [from_pil(drawing.framed(_SIDE)) for drawing in drawings]
        return embed_images(self.matcher.perceptor, pictures).half().float()

    def judge(self, drawing: Drawing, prompt: str, *, guesses: int = 3) -> Judged:
        """Judge one drawing; one of a single colour, as an empty sheet is, scores 0, which no other drawing does."""
        rows = self.embed([drawing])
        if drawing.is_plain:
            return Judged(0.0, 0.0, (), rows[0])
        score, text = self.scores(rows, prompt).item(), self.writing(rows).item()
        return Judged(score, text, self.guesses(rows[0], guesses), rows[0])

    def scores(self, rows: Tensor, prompt: str) -> Tensor:
        """The scores of embedded drawings [N, D], none of a single colour, for one prompt: [N], 0.01 to 100."""
        own, others = rows @ self._embedded(prompt), rows @ self._others(prompt).T
        beyond = (own - others.mean(1)) / others.std(1, correction=0).clamp(min=1e-6)
        rivals = others.topk(min(_RIVALS, others.shape[1])).values
        scale = self.matcher.perceptor.logit_scale
        share = torch.softmax(scale * torch.cat([own[:, None], rivals], 1), 1)[:, 0]
        fits = (torch.special.ndtr(beyond) + share) / 2
        return (100 * fits * (1 - self.writing(rows))).clamp(0.01, 100)

    def writing(self, rows: Tensor) -> Tensor:
        """The probability that embedded drawings [N, D] are writing: [N]."""
        logits = self.matcher.perceptor.logit_scale * (rows @ torch.cat([self.rows, self.text]).T)
        return torch.softmax(logits, 1)[:, len(self.rows) :].sum(1)

    def guesses(self, row: Tensor, count: int) -> tuple[str, ...]:
        """The prompts that an embedded drawing [D] fits best, best first; of writing, its description is one."""
        names = (*self.prompts, _TEXT[0])
        fits = torch.cat([self.rows, self.text[:1]]) @ row
        return tuple(names[place] for place in fits.topk(min(count, len(names))).indices.tolist())

    def _others(self, prompt: str) -> Tensor:
        if prompt not in self.prompts:
            return self.rows
        own = self.prompts.index(prompt)
        return torch.cat([self.rows[:own], self.rows[own + 1 :]])

    def _embedded(self, prompt: str) -> Tensor:
        """A prompt as the mean of its templates: [D]."""
        if prompt not in self._known:
            rows = self.matcher.embed_texts([template.format(prompt) for template in _TEMPLATES])
            self._known[prompt] = F.normalize(rows.mean(0), dim=0)
        return self._known[prompt]
