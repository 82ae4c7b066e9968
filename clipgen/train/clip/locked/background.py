"""What the cosines of a trained tower are held against, and where its knowledge ends."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from clipgen.perceptors import openclip
from clipgen.perceptors.openclip import OpenClip
from clipgen.perceptors.openclip.load import BACKGROUND_FILE
from clipgen.similarity import Background, Limits, Subjects, embed_texts
from clipgen.similarity.articles import with_article
from clipgen.similarity.phrases import Phrases
from clipgen.train.sources import Lettering, Mixture, Source
from clipgen.train.world import SCENES

UNSEEN = 910_001  # seed of other draws than those of training
_PICTURES, _CAPTIONS = 800, 2000
_SMALL = 48  # side of pictures of which only the caption is used
_EACH, _AMONG = 400, 100  # pictures of each source of which texts are right or wrong, and texts to choose from


@torch.no_grad()
def add_background(folder: Path, sources: Sequence[Source], shares: Sequence[float]) -> None:
    """Embed pictures and captions of the sources, unrelated to each other, by the weights in a folder, into it.

    sources: their held-out parts, so that the cosines are those of pictures that training never saw.
    """
    perceptor = openclip.load_perceptor(f"local-dir:{folder}", torch.device("cpu"))
    size = perceptor.input_size
    mixture = Mixture(sources, shares, seed=UNSEEN, batch=100, size=size, count=-(-_PICTURES // 100))
    shown = [mixture[i] for i in range(len(mixture))]
    pictures = torch.cat([perceptor.encode_image(batch.images.float() / 255) for batch in shown])
    said = Mixture(sources, shares, seed=UNSEEN + 1, batch=_CAPTIONS, size=_SMALL, count=1)[0].captions
    limits = _limits(perceptor, pictures, torch.cat([batch.facts for batch in shown]), sources)
    Background(embed_texts(perceptor, said), pictures[:_PICTURES], limits).save(folder / BACKGROUND_FILE)


def _limits(perceptor: OpenClip, pictures: Tensor, facts: Tensor, sources: Sequence[Source]) -> Limits | None:
    """The limits of what a perceptor knows, by pictures with facts as of `Mixed` that training did not see."""
    names = Phrases.shipped().known_to(perceptor).subjects()
    place, scenes = {text: i for i, text in enumerate(names)}, list(SCENES.values())
    right = torch.zeros(len(pictures), len(names), dtype=torch.bool)
    for row, (source, label, scene, _) in zip(right, facts.tolist(), strict=True):
        shown = [with_article(name) for name in sources[source].labels[label]] if label >= 0 else []
        row[[place[text] for text in (*shown, *(scenes[scene].names if scene >= 0 else ())) if text in place]] = True
    known, subjects = right.any(1), Subjects.of(names, partial(embed_texts, perceptor))
    # the words in pictures of text are read by no CLIP of this size
    cases = [_case(perceptor, subjects, source) for source in sources if not isinstance(source, Lettering)]
    with torch.enable_grad():
        return subjects.limits(pictures[known], right[known], [case for case in cases if len(case[0])])


def _case(perceptor: OpenClip, subjects: Subjects, source: Source) -> tuple[Tensor, Tensor]:
    """The evidence of the best of some captions of a source: where it is a picture's own, and where that is missing."""
    rng = np.random.default_rng((UNSEEN, 3))
    shown = [source.plain(rng, perceptor.input_size) for _ in range(_EACH)]
    images = torch.from_numpy(np.stack([one.image for one in shown])).permute(0, 3, 1, 2)
    pictures = torch.cat([perceptor.encode_image(part.float() / 255) for part in images.split(100)])
    captions = list(dict.fromkeys(one.caption for one in shown))
    rows, own = embed_texts(perceptor, captions), torch.tensor([captions.index(one.caption) for one in shown])
    scores = pictures @ rows.T
    offered = torch.from_numpy(rng.random(scores.shape).argsort(1).argsort(1) < _AMONG)
    offered[torch.arange(_EACH), own] = True
    best = scores.masked_fill(~offered, -1.0).argmax(1)
    offered[torch.arange(_EACH), own] = False
    wrong = scores.masked_fill(~offered, -1.0).argmax(1)
    named = best == own
    return subjects.evidence(pictures[named], rows[best[named]]), subjects.evidence(pictures, rows[wrong])
