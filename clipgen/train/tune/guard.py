"""Pictures of other things: what a tuned CLIP has to keep, and how much of it is lost.

clipgen ships no photographs, so these are rendered by the picture world (scenes, styles, shapes) and drawn by the
built-in StyleGAN (common things); a user adds pictures of their own. Half are kept in mind while training, the others
measure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.errors import ImageError
from clipgen.generators.stylegan.generator import StyleGAN
from clipgen.media.images import load_image, resize_area
from clipgen.train.attack import attack
from clipgen.train.pairs import Pair, divided
from clipgen.train.world import World

_UNSEEN = 970_001  # seeds that no training and no other measurement uses
_RADIUS, _STEPS, _ATTACKED = 2.0, 2, 128  # of the attack: L2 at 64 px, as in `clipgen.train.measure`
_OF_WORLD = 0.5  # share of rendered pictures; the others are draws
_SENTENCES = ("{}", "a picture of {}")


@dataclass(frozen=True)
class Question:
    """A picture's question: which of the names of a kind it shows."""

    kind: str
    answer: int


@dataclass
class Others:
    """Pictures [N, 3, S, S] (uint8), a caption and a question of each; names: those of each kind.

    problems: one line for each picture of the user's that cannot be loaded.
    """

    images: Tensor
    captions: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def others(part: int, count: int, size: int, *, seed: int, own: Sequence[Pair] = ()) -> Others:
    """Other pictures than those to tune on.

        >>> others(0, 20, 32, seed=1).images.shape
        torch.Size([20, 3, 32, 32])

    part: 0 to be kept in mind, 1 to measure: they have no picture in common; own: captioned pictures of the user's,
    half of which are added to each.
    """
    world, problems = World(), list[str]()
    rendered = list(_rendered(part, round(_OF_WORLD * count), size, seed))
    drawn = list(_drawn(part, count - len(rendered), size, seed))
    added = list(_own(divided(own, 0.5)[part], size, problems))
    images, captions, questions = zip(*rendered, *drawn, *added, strict=True)
    names = {"scene": world.scenes, "style": world.styles, "shape": world.things, "thing": _classes()}
    names["own"] = tuple(sorted({caption for _, caption, question in added if question.kind == "own"}))
    place = {name: i for i, name in enumerate(names["own"])}
    asked = [Question("own", place[c]) if q.kind == "own" else q for c, q in zip(captions, questions, strict=True)]
    return Others(torch.stack(images), list(captions), asked, names, problems)


_Row = tuple[Tensor, str, Question]


def _rendered(part: int, count: int, size: int, seed: int) -> Iterator[_Row]:
    world, number = World(), 0
    while count:
        sample = world.sample((_UNSEEN + part, seed, number), size)
        number, facts = number + 1, sample.facts
        kinds = {"scene": facts.scene, "style": facts.style, "shape": -1 if facts.things[1] >= 0 else facts.things[0]}
        asked = [Question(kind, answer) for kind, answer in kinds.items() if answer >= 0]
        if asked:
            count -= 1
            yield torch.from_numpy(sample.image).permute(2, 0, 1), sample.caption, asked[number % len(asked)]


@torch.no_grad()
def _drawn(part: int, count: int, size: int, seed: int) -> Iterator[_Row]:
    stylegan = StyleGAN.load()
    names = _classes()
    order = np.random.default_rng((_UNSEEN, seed)).permutation(len(names))
    for i in range(count):
        thing = int(order[i % len(names)])
        stylegan.draw_from(None, [(str(thing), 1.0)])
        stylegan.start([(_UNSEEN + part) * 1000 + seed * 7919 + i], (stylegan.network.side,) * 2)
        image = resize_area(stylegan(), (size, size))[0]
        yield (image * 255).round().byte(), f"a picture of {names[thing]}", Question("thing", thing)


@lru_cache(maxsize=1)
def _classes() -> tuple[str, ...]:
    return tuple(StyleGAN.load().network.names)


def _own(pairs: Sequence[Pair], size: int, problems: list[str]) -> Iterator[_Row]:
    for pair in pairs:
        try:
            image = load_image(pair.path, size=(size, size))[0]
        except ImageError as error:
            problems.append(str(error))
            continue
        yield (image * 255).round().byte(), pair.caption, Question("own", 0)


class Guard:
    """The questions of other pictures, asked of any weights.

    pictures: with their names; embed: texts → unit vectors; new: captions that are rivals of every answer: an old
    picture that is taken for a new thing is lost.
    """

    def __init__(self, pictures: Others, embed: Callable[[list[str]], Tensor], new: Sequence[str]) -> None:
        self.pictures = pictures
        rivals = [_named(embed, new)] if new else []
        self._rows = {
            kind: torch.cat([_named(embed, names), *rivals]) for kind, names in pictures.names.items() if names
        }
        self._kinds = sorted({question.kind for question in pictures.questions})

    def accuracy(self, embeddings: Tensor) -> float:
        """The share of the pictures that get their name, by their embeddings [N, D]."""
        return self.right(embeddings, range(len(embeddings))).float().mean().item()

    def right(self, embeddings: Tensor, which: Sequence[int]) -> Tensor:
        """Whether some pictures, by number, get their name: [n]."""
        asked = [self.pictures.questions[i] for i in which]
        found = torch.zeros(len(which), dtype=torch.bool)
        for kind in self._kinds:
            mine = torch.tensor([i for i, question in enumerate(asked) if question.kind == kind], dtype=torch.long)
            truth = torch.tensor([asked[i].answer for i in mine.tolist()], dtype=torch.long)
            if len(mine):
                found[mine] = (embeddings[mine] @ self._rows[kind].T).argmax(1).cpu() == truth
        return found

    def attacked(self, encode: Callable[[Tensor], Tensor], *, seed: int = 0) -> float:
        """The share of pictures that get their name after an attack on it.

        encode: pictures [N, 3, S, S] in [0, 1] → unit vectors, with gradients; the attack is of two steps in an L2 ball
        of radius 2 (at 64 px).
        """
        count, size = min(_ATTACKED, len(self.pictures.images)), self.pictures.images.shape[-1]
        which = torch.linspace(0, len(self.pictures.images) - 1, count).round().long().tolist()
        images = self.pictures.images[which].float() / 255
        asked = [self.pictures.questions[i] for i in which]

        def loss(x: Tensor) -> Tensor:
            embedded = encode(x)
            terms = [
                F.cross_entropy(30 * embedded[i : i + 1] @ self._rows[q.kind].T, torch.tensor([q.answer]))
                for i, q in enumerate(asked)
            ]
            return torch.stack(terms).sum()

        radius = torch.full((count, 1, 1, 1), _RADIUS * size / 64)
        changed = attack(images, loss, radius=radius, steps=_STEPS, generator=torch.Generator().manual_seed(seed))
        with torch.no_grad():
            return self.right(encode(changed), which).float().mean().item()


def _named(embed: Callable[[list[str]], Tensor], names: Sequence[str]) -> Tensor:
    rows = embed([sentence.format(name) for name in names for sentence in _SENTENCES])
    return F.normalize(rows.view(len(names), len(_SENTENCES), -1).mean(1), dim=-1)
