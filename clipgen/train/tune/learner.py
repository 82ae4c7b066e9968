"""What a tuning learns from, and the three things it does with it: the head, the last blocks, the sweep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen.perceptors.openclip import OpenClip
from clipgen.similarity import Embedded, embed_pictures
from clipgen.train.pairs import divided
from clipgen.train.tune.guard import Guard, Others
from clipgen.train.tune.material import Material
from clipgen.train.tune.model import Model
from clipgen.train.tune.sweep import Point, chosen, mix, sweep
from clipgen.train.tune.texts import Captions
from clipgen.train.tune.trainer import Phase, Shown, Trainer, imagine, judged
from clipgen.train.tune.words import known_rivals


class Learner:
    """Trains a model whose table `learning` has opened.

    mine: the captioned pictures; kept: other pictures, with what is below the cut [A, …] and their embeddings by the
    old weights [A, D]; rows: of the table, for new words; folder: for checkpoints; report: called with each line.
    """

    def __init__(
        self,
        model: Model,
        mine: Material,
        kept: Others,
        seen: Tensor,
        before: Tensor,
        rows: nn.Parameter,
        folder: Path,
        report: Callable[[str], None],
    ) -> None:
        self.model, self.recipe, self.report = model, model.record.recipe, report
        named = {pair.caption: pair.named for pair in mine.pairs}
        numbers, places = ({one: i for i, one in enumerate(some)} for some in (named, mine.pairs))
        self.learnt, self.held_out = divided(mine.pairs, self.recipe.held_out)
        self.captions = Captions(model.clip, model.tokenizer, model.known, list(named.items()), model.device)
        self.new = list(named)
        said = {caption: i for i, caption in enumerate(dict.fromkeys(kept.captions))}
        rivals = known_rivals(model.old.names or list(said), self.new)
        names = self.captions.embed([f"a picture of {name}" if model.old.names else name for name in rivals])
        self.shown = Shown(
            learnt=mine.seen[[places[pair] for pair in self.learnt]],
            caption=torch.tensor([numbers[pair.caption] for pair in self.learnt]),
            held_out=mine.seen[[places[pair] for pair in self.held_out], 0],
            held_caption=torch.tensor([numbers[pair.caption] for pair in self.held_out], dtype=torch.long),
            others=seen,
            before=before,
            fits=(before * self.captions.embed(list(said)).cpu()[[said[one] for one in kept.captions]]).sum(-1),
            imagined=torch.empty(0),
            imagined_before=torch.empty(0, before.shape[1]),
        )
        self.trainer = Trainer(self.recipe, self.captions, rows, names, model.scale, model.device, folder)
        self.old = [parameter.detach().clone() for parameter in model.parameters]

    def fit(self) -> None:
        """Train the head and the new words' tokens, then, if asked, the last blocks."""
        model, recipe, shown = self.model, self.recipe, self.shown
        learnt = model.up_to_head(shown.learnt.flatten(0, 1)).unflatten(0, shown.learnt.shape[:2])
        others = model.up_to_head(shown.others)
        imagined = imagine(others, recipe.imagined, seed=recipe.seed) if others.ndim == 2 else shown.imagined
        at_head = replace(
            shown, learnt=learnt, held_out=model.up_to_head(shown.held_out), others=others, imagined=imagined,
            imagined_before=model.by_head(imagined) if len(imagined) else shown.imagined_before,
        )  # fmt: skip
        head = Phase("head", model.stages[-1:], at_head, recipe.head_lr, recipe.word_lr)
        self.trainer.fit(head, self.report)
        if recipe.last_blocks:
            blocks = Phase("blocks", model.above, shown, recipe.lr, recipe.lr * recipe.word_lr / recipe.head_lr)
            self.trainer.fit(blocks, self.report)

    def swept(self, measured: Others, seen: Tensor) -> tuple[list[Point], Point]:
        """Measure every mixture of old and new weights, and put the chosen one in place.

        measured: other pictures than those that were kept in mind, with what is below the cut [N, …].
        """
        model, shown, parameters = self.model, self.shown, self.model.parameters
        new = [parameter.detach().clone() for parameter in parameters]
        rivals = self.trainer.rivals()

        def embed_texts(texts: list[str]) -> Tensor:
            return self.captions.embed(texts).cpu()

        guard = Guard(measured, embed_texts, self.new)

        # where nothing is held out, what was learnt has to tell
        some, truth = shown.held_out, shown.held_caption
        if not len(some):
            some, truth = shown.learnt[:, 0], shown.caption

        def measure(alpha: float) -> Point:
            loss, right = judged(self.trainer.scale, model.embed(some).to(model.device), rivals, truth)
            return Point(alpha, loss, right, guard.accuracy(model.embed(seen)))

        mix(parameters, self.old, new, 0.0)
        before = Guard(measured, embed_texts, []).accuracy(model.embed(seen))
        points = sweep(parameters, self.old, new, self.recipe.alphas, measure)
        point = chosen(points, before=before, allowed=self.recipe.allowed)
        mix(parameters, self.old, new, point.alpha)
        self.report(f"{_worth(point)}; {_worth(points[-1])}" if point != points[-1] else _worth(point))
        return points, point

    @torch.no_grad()
    def named_right(self, perceptor: OpenClip) -> float | None:
        """The share of the held-out pictures that a perceptor gives their caption, among all; None without any."""
        if not self.held_out:
            return None
        rows = [F.normalize(perceptor.encode_text(some).cpu().mean(0), dim=-1) for some in self.captions.plain]
        if len(rows) == 1:
            rivals = [f"a picture of {name}" for name in known_rivals(perceptor.names, self.new)]
            rows += list(perceptor.encode_text(rivals).cpu()) if rivals else []
        found = embed_pictures(perceptor, [pair.path for pair in self.held_out])
        pictures = torch.stack([one.vector for one in found if isinstance(one, Embedded)])
        return (pictures @ torch.stack(rows).T).argmax(1).eq(self.shown.held_caption).float().mean().item()


def _worth(point: Point) -> str:
    """What a share of the new weights is worth: the steps' own figures are those of all of them."""
    return (
        f"{100 * point.alpha:.0f} % of the way to the new weights: held-out pictures {100 * point.right:.1f} % right, "
        f"other pictures {100 * point.kept:.1f} %"
    )
