"""The model that is tuned: its towers in parts, its vocabulary, and how it is written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen.perceptors.openclip import OpenClip
from clipgen.perceptors.openclip.load import BACKGROUND_FILE, load_model, load_perceptor, vocabulary_of
from clipgen.similarity import Background
from clipgen.train.tune.folder import Record, write_model, write_vocabulary
from clipgen.train.tune.material import Material
from clipgen.train.tune.tower import cut_of, stages_of, through
from clipgen.train.tune.words import first_rows, grown, table_of

BATCH = 64  # pictures in one pass


class Model:
    """A copy of the base with tokens for new words, of which the stages above a cut are trained.

        >>> model = Model(record, load_perceptor("builtin", torch.device("cpu")), ["zorblax"])
        >>> len(model.above)
        1

    record: of the tuning; old: the base as a perceptor; names: those among the captions.
    """

    def __init__(self, record: Record, old: OpenClip, names: Sequence[str]) -> None:
        self.record, self.old, self.device = record, old, old.device
        loaded = load_model(record.base)
        self.merges, self.own = loaded.merges, [*loaded.own, *record.new_words]
        self.config, model, self.tokenizer = grown(loaded, record.new_words)
        self.clip = model.to(self.device).requires_grad_(False)
        self.stages = stages_of(self.clip.visual)
        cut = cut_of(self.stages, record.recipe.last_blocks)
        self.below, self.above = self.stages[:cut], self.stages[cut:]
        known = old.words()
        self.words = [*known, *record.new_words] if known else []
        self.names = [*old.names, *names] if old.names else []
        self.known = vocabulary_of(self.words, self.names).known if known else old.known

    @property
    def parameters(self) -> list[nn.Parameter]:
        """Of the stages above the cut."""
        return [parameter for stage in self.above for parameter in stage.parameters]

    @property
    def scale(self) -> float:
        """The factor of its softmax over cosines."""
        return float(self.clip.logit_scale.exp())

    @torch.no_grad()
    def lower(self, images: Tensor) -> Tensor:
        """What is below the part that is trained: views [V, 3, S, S] in [0, 1] → [V, …]."""
        return through(self.below, (images.to(self.device) - self.old.mean) / self.old.std).cpu()

    @torch.no_grad()
    def embed(self, seen: Tensor) -> Tensor:
        """Unit vectors [N, D] of what `lower` made of pictures, by the present weights."""
        rows = [F.normalize(through(self.above, some.to(self.device)).float(), dim=-1) for some in seen.split(BATCH)]
        return torch.cat(rows).cpu()

    @torch.no_grad()
    def up_to_head(self, seen: Tensor) -> Tensor:
        """What the head gets, of what `lower` made of pictures."""
        parts = seen.split(BATCH) if len(seen) else []
        rows = [through(self.above[:-1], part.to(self.device)).cpu() for part in parts]
        return torch.cat(rows) if rows else seen

    @torch.no_grad()
    def by_head(self, seen: Tensor) -> Tensor:
        """Unit vectors [N, D] of what the head gets, by the present weights."""
        return F.normalize(self.stages[-1].run(seen.to(self.device)).float(), dim=-1).cpu()

    def first_rows(self, mine: Material) -> tuple[Tensor, list[str]]:
        """First rows of the table for the new words [N, W], and the known names that they are like.

        A word starts near the known name that fits its pictures best, so that least has to change.
        """
        words, names = self.record.new_words, list(self.old.names)
        if not words:
            return torch.zeros(0, table_of(self.clip).weight.shape[1], device=self.device), []
        embedded, near = self.embed(mine.seen[:, 0]), list(words)
        if names:
            texts = [f"a picture of {name}" for name in names]
            known = torch.cat([self.old.encode_text(texts[i : i + 256]).cpu() for i in range(0, len(texts), 256)])
            for number, word in enumerate(words):
                shown = torch.tensor([word in pair.caption.lower() for pair in mine.pairs])
                if shown.any():
                    near[number] = names[int((known @ embedded[shown].mean(0)).argmax())]
        generator = torch.Generator().manual_seed(self.record.recipe.seed)
        return first_rows(self.clip, self.old.tokenizer, near, generator=generator).to(self.device), near

    @torch.no_grad()
    def write(self, folder: Path, images: Tensor) -> None:
        """Write its folder; images: unrelated ones, uint8 [N, 3, S, S], for a base that came with a background."""
        write_model(folder, self.config, self.clip, self.merges, self.own)
        write_vocabulary(folder, self.words, self.names)
        if self.old.background is not None:
            new = load_perceptor(f"local-dir:{folder}", self.device)
            Background(Background.load(self.old.background).captions, embedded(new, images)).save(
                folder / BACKGROUND_FILE
            )


@torch.no_grad()
def embedded(perceptor: OpenClip, images: Tensor) -> Tensor:
    """Pictures, uint8 [N, 3, S, S], by a perceptor: unit vectors [N, D], on the CPU."""
    parts = images.split(BATCH)
    return torch.cat([perceptor.encode_image(part.to(perceptor.device).float() / 255).cpu() for part in parts])
