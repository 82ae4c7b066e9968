"""A recipe with a perceptor: judges embedded pictures, and texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from clipgen.errors import PromptError
from clipgen.files import sha256
from clipgen.settings import ModerateSettings
from clipgen.similarity import Matcher
from clipgen.tasks.moderate.head import Head
from clipgen.tasks.moderate.recipe import Recipe, recipe_of
from clipgen.tasks.moderate.text import judge_text
from clipgen.tasks.moderate.thresholds import Thresholds, made_pictures
from clipgen.tasks.moderate.verdict import CHECK, CLEAR, VEIL, Verdict, worst

_HEAD = "head"  # the category of a head


@dataclass(frozen=True)
class _Category:
    """The prompts of a category that the perceptor knows, embedded: rows [P, D]."""

    name: str
    prompts: tuple[str, ...]
    rows: Tensor


class Moderator:
    """Judges pictures and texts by one recipe.

        >>> moderator = Moderator(matcher, recipe=Recipe((("foxes", ("a fox",)),), ("a city",), ()))
        >>> moderator.judge(matcher.perceptor.encode_image(image))[0].category
        'foxes'

    settings: the recipe's folder, a head's file, and the shares of safe pictures that may be checked and veiled;
    recipe: instead of that of the settings.
    Raises PromptError for a recipe without prompts, WeightsError for a head that cannot be loaded.

    The score of a category is the z of its best prompt (`Background.z`) less that of the best safe prompt. A prompt
    with a word that the perceptor does not know is not asked: what would be asked instead is something else. `unknown`
    has the categories of which no prompt is left.
    """

    def __init__(
        self, matcher: Matcher, settings: ModerateSettings | None = None, *, recipe: Recipe | None = None
    ) -> None:
        self.matcher, self.settings = matcher, (settings or ModerateSettings()).validate()
        self.recipe = recipe_of(self.settings.prompts) if recipe is None else recipe
        known = {name: self._known(prompts) for name, prompts in self.recipe.prompts}
        self.unknown = tuple(name for name, prompts in known.items() if not prompts)
        self.asked = sum(map(len, known.values()))
        self.categories = [_Category(name, some, matcher.embed_texts(some)) for name, some in known.items() if some]
        safe = self._known(self.recipe.safe)
        self.safe = matcher.embed_texts(safe) if safe else torch.zeros(0, matcher.perceptor.dim)
        path = self.settings.head
        self.head = None if path is None else Head.load(Path(path), matcher.perceptor.dim)
        if not self.categories and self.head is None and not self.unknown:
            raise PromptError("the recipe has no prompts for pictures; add a file of them", settings=["prompts"])
        self.thresholds = self._thresholds()

    def _known(self, prompts: Sequence[str]) -> tuple[str, ...]:
        return tuple(prompt for prompt in prompts if not self.matcher.perceptor.unknown_words(prompt))

    def judge(self, rows: Tensor) -> list[Verdict]:
        """Judge embedded pictures: unit vectors [N, D]."""
        scores, reasons = self._scores(rows)
        names = [category.name for category in self.categories] + ([_HEAD] if self.head else [])
        return [
            worst([self._verdict(i, name, reasons[i][n], float(row[i])) for i, name in enumerate(names)])
            for n, row in enumerate(scores)
        ]

    def judge_text(self, text: str) -> Verdict:
        """Judge a text by the words of the recipe."""
        return judge_text(text, self.recipe)

    def _verdict(self, number: int, category: str, reason: str, score: float) -> Verdict:
        check, veil = self.thresholds.check[number], self.thresholds.veil[number]
        band = VEIL if score >= veil else CHECK if score >= check else CLEAR
        return Verdict(band, category, reason, score, veil)

    def _scores(self, rows: Tensor) -> tuple[Tensor, list[list[str]]]:
        """The score of each category [N, C], the head's last, and the reason of each for each picture."""
        background = self.matcher.background
        # without safe prompts: the mean of unrelated captions, whose z is 0
        safe = background.above_captions(rows, self.safe).amax(1) if len(self.safe) else torch.zeros(len(rows))
        scores, reasons = [], []
        for category in self.categories:
            best = background.above_captions(rows, category.rows).max(1)
            scores.append(best.values - safe)
            reasons.append([category.prompts[i] for i in best.indices.tolist()])
        if self.head is not None:
            scores.append(self.head.logits(rows))
            reasons.append([self.head.name] * len(rows))
        return torch.stack(scores, 1) if scores else torch.zeros(len(rows), 0), reasons

    def _thresholds(self) -> Thresholds:
        chosen, head = self.settings, self.settings.head
        recipe = [
            self.matcher.perceptor.fingerprint, self.recipe.fingerprint, chosen.false_check, chosen.false_veil,
            sha256(head) if head else "",
        ]  # fmt: skip
        return Thresholds.of(recipe, self._choose)

    @torch.no_grad()
    def _choose(self) -> Thresholds:
        perceptor, background = self.matcher.perceptor, self.matcher.background
        made = perceptor.encode_image(made_pictures().to(next(perceptor.parameters()).device)).cpu()
        groups = [self._scores(rows)[0] for rows in (background.pictures, made)]
        return Thresholds.chosen(groups, check=self.settings.false_check, veil=self.settings.false_veil)
