"""Sort pictures by labels of one's own, without training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.errors import PromptError
from clipgen.similarity import embed_images
from clipgen.tasks.caption import Matcher
from clipgen.tasks.caption.phrases import with_article

#: How a label may be said; the mean of all sayings is compared. `{}` takes it with its article, `{bare}` without.
TEMPLATES = (
    "{}",
    "{bare}",
    "a picture of {}",
    "an image of {}",
    "a drawing of {}",
    "an illustration of {}",
    "a photo of {}",
)


@dataclass(frozen=True)
class Label:
    """A label and its share in the softmax over all labels."""

    text: str
    probability: float
    score: float


class Classifier:
    """Labels, embedded once, for any number of pictures.

        >>> cats = Classifier(["cat", "dog"], matcher)
        >>> cats.classify([load_image("photo.jpg")])[0][0].text
        'cat'

    labels: two or more; templates: how each may be said.
    Raises PromptError for fewer than two labels, and for a template without a place for the label.
    """

    def __init__(self, labels: Sequence[str], matcher: Matcher, *, templates: Sequence[str] = TEMPLATES) -> None:
        self.labels = list(dict.fromkeys(label.strip() for label in labels if label.strip()))
        if len(self.labels) < 2:
            raise PromptError(f"there are {len(self.labels)} labels; give two or more to choose from")
        for template in templates:
            if "{}" not in template and "{bare}" not in template:
                raise PromptError(f"the template {template!r} has no {{}} where the label goes")
        self.matcher = matcher
        said = [_say(template, label) for label in self.labels for template in templates]
        rows = matcher.read(said).view(len(self.labels), len(templates), -1)
        self.rows = F.normalize(rows.mean(1), dim=-1)

    def classify(self, images: Sequence[Tensor], *, top: int = 5, views: str = "centre") -> list[list[Label]]:
        """The most probable labels of each picture [1, 3, H, W] in [0, 1], best first."""
        pictures = embed_images(self.matcher.perceptor, images, views=views)
        keys, scores = self.matcher.keys(pictures, self.rows), pictures @ self.rows.T
        shares = torch.softmax(self.matcher.perceptor.logit_scale * keys, dim=1)
        best = shares.topk(min(top, len(self.labels)), dim=1).indices
        return [
            [Label(self.labels[i], shares[n, i].item(), scores[n, i].item()) for i in row]
            for n, row in enumerate(best.tolist())
        ]


def _say(template: str, label: str) -> str:
    return template.replace("{}", with_article(label)).replace("{bare}", label)
