"""The model in training, with its loss."""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen.perceptors import openclip
from clipgen.train.clip.recipe import Recipe, model_config
from clipgen.train.world import World

_LENGTHS = 6  # groups of captions with a similar length


class Heads(nn.Module):
    """Linear classifiers of the world's facts, for pictures and captions, removed after training.

    The in-batch contrast alone separates a thousand things slowly; classifying them is a denser signal.
    """

    def __init__(self, dim: int, world: World) -> None:
        super().__init__()
        sizes = (len(world.things), len(world.scenes), len(world.styles), len(world.colours))
        self.parts = nn.ModuleList(nn.Linear(dim, n) for n in sizes)

    def forward(self, embedding: Tensor, facts: Tensor) -> Tensor:
        """Mean cross-entropy of the facts that are not -1; embedding [N, D] unit, facts [N, 5]."""
        scaled = embedding * 16  # a unit vector's logits would be too small for a confident softmax
        things = self.parts[0](scaled)
        both = [F.cross_entropy(things, facts[:, i], ignore_index=-1, reduction="none") for i in (0, 1)]
        count = (facts[:, :2] >= 0).sum(1).clamp(min=1)
        named = ((both[0] + both[1]) / count).mean()
        rest = [
            F.cross_entropy(part(scaled), facts[:, i], ignore_index=-1, reduction="none").mean()
            for part, i in zip(list(self.parts)[1:], (2, 3, 4), strict=True)
        ]
        return named + 0.5 * rest[0] + 0.5 * rest[1] + 0.2 * rest[2]


class Learner(nn.Module):
    """The model in training with its loss; pictures [N, 3, S, S] in [0, 1], of any size."""

    mean: Tensor
    std: Tensor

    def __init__(self, recipe: Recipe, merges: Path, world: World) -> None:
        super().__init__()
        config = model_config(recipe)
        self.clip = openclip.build_model(config, merges)
        self.heads = Heads(config["model_cfg"]["embed_dim"], world)
        for name in ("mean", "std"):
            self.register_buffer(name, torch.tensor(config["preprocess_cfg"][name]).view(1, 3, 1, 1), persistent=False)

    def text_parameters(self) -> list[nn.Parameter]:
        """The weights of the text tower, and the scale of its cosines."""
        return [p for name, p in self.clip.named_parameters() if not name.startswith("visual.")]

    def embed_images(self, images: Tensor) -> Tensor:
        """Embed pictures: [N, D] unit."""
        return self.clip.encode_image((images.to(self.mean.device) - self.mean) / self.std, normalize=True).float()

    def embed_tokens(self, tokens: Tensor) -> Tensor:
        """Embed tokens: [N, D] unit.

        Captions of similar length are embedded together without their padding: half the work for the same result.
        """
        lengths = tokens.argmax(1) + 1  # the end token has the highest number of the vocabulary
        order = lengths.argsort(stable=True)
        parts = [self._embed_cropped(tokens[part, : int(lengths[part[-1]])]) for part in order.chunk(_LENGTHS)]
        return torch.cat(parts)[order.argsort()]

    def _embed_cropped(self, tokens: Tensor) -> Tensor:
        clip, tokens = self.clip, tokens.to(self.mean.device)
        length = tokens.shape[1]
        x = clip.token_embedding(tokens) + clip.positional_embedding[:length]
        x = clip.ln_final(clip.transformer(x, attn_mask=clip.attn_mask[:length, :length]))
        ends = x[torch.arange(len(x), device=x.device), tokens.argmax(1)]
        return F.normalize(ends @ clip.text_projection, dim=-1).float()

    def contrast(self, pictures: Tensor, captions: Tensor, facts: Tensor) -> Tensor:
        """Symmetric InfoNCE of embeddings [N, D]; samples with equal facts are not negatives of each other."""
        logits = self.clip.logit_scale.exp().clamp(max=100) * pictures @ captions.T
        same = (facts[:, None] == facts[None]).all(-1)
        same.fill_diagonal_(False)
        logits = logits.masked_fill(same, -1e4)
        target = torch.arange(len(logits), device=logits.device)
        return 0.5 * (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target))

    def naming(self, pictures: Tensor, names: Tensor, truth: Tensor) -> Tensor:
        """Cross-entropy of the names of pictures among single names, over the pictures that have one.

        pictures: [N, D]; names: [K, D]; truth: index of each picture's name, [N], below 0: none. Captions contain
        several facts; single names are what zero-shot classification uses.
        """
        known = truth >= 0
        if not known.any():
            return pictures.sum() * 0
        return F.cross_entropy(self.clip.logit_scale.exp().clamp(max=100) * pictures[known] @ names.T, truth[known])

    def losses(self, pictures: Tensor, captions: Tensor, facts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Contrastive loss of embedded pictures and captions, classification loss, and in-batch top-1."""
        hits = (pictures @ captions.T).argmax(1) == torch.arange(len(pictures), device=pictures.device)
        return self.contrast(pictures, captions, facts), self.heads(pictures, facts), hits.float().mean()
