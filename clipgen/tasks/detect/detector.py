"""Phrases, embedded once, that are looked for in any number of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.errors import PromptError
from clipgen.media.overlays import Box
from clipgen.settings import DetectSettings
from clipgen.similarity import Matcher, Square, embed_images, embed_squares
from clipgen.tasks.detect.colours import colour_of, rivals, share_of
from clipgen.tasks.detect.others import Others
from clipgen.tasks.detect.outline import Outline, outline
from clipgen.tasks.detect.patches import corners, patches, whole
from clipgen.tasks.detect.places import Place, places

_LEAST = 5  # patches smaller than a fifth of the perceptor's input show too little: they are enlarged fivefold
_OVERLAP = 0.3  # intersection over union above which two boxes are of one thing
_INSIDE = 0.7  # of the smaller box lies in the larger one: a part of the same thing
_COLOURED = 0.1  # share of the pixels of a thing that have its colour, at least
_EQUAL = 1e-5  # margin below which a patch fits as well as the whole picture
_SLACK = 1.0  # by which a place may fit less than the threshold asks for, before the thing alone is looked at


@dataclass(frozen=True)
class Detection:
    """A thing that was found.

    text: the phrase; box: left, top, right, bottom in pixels of the upright picture; score: by how many standard
    deviations the phrase fits better than unrelated captions do, and half as much as how it compares with the other
    things that fit best (`Others`): the mean of the patch there and of the thing alone; margin: cosine of the patch
    less that of the whole picture.
    """

    text: str
    box: Box
    score: float
    margin: float

    def to_dict(self) -> dict[str, str | float | list[int]]:
        """Plain values, rounded as they are printed."""
        score, margin = round(self.score, 2), round(self.margin, 4)
        return {"text": self.text, "box": list(self.box), "score": score, "margin": margin}


@dataclass(frozen=True)
class Detected:
    """A picture and what was found in it, best first.

    index: its place among those that were given, from 0; path: None for pixels; size: (width, height) upright; missing:
    phrases that were not found.
    """

    index: int
    path: Path | None
    size: tuple[int, int]
    found: tuple[Detection, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Seen:
    """Squares of a picture, how each phrase fits each [W, N], cosines [W, N], and those of the whole picture [N].

    fits: see `Detection.score`; wholes: how many of the squares, the first ones, together are the whole picture;
    repainted: by how much each phrase with the other colour that fits best is better than the phrase itself, -inf for
    one without a colour [W, N].
    """

    squares: list[Square]
    fits: Tensor
    cosines: Tensor
    whole: Tensor
    wholes: int
    repainted: Tensor

    @property
    def margins(self) -> Tensor:
        """By how much each phrase fits each square better than the whole picture: [W, N]."""
        return self.cosines - self.whole


class Detector:
    """Phrases that are looked for in pictures.

        >>> detector = Detector(["a fox", "a castle"], matcher)
        >>> all(found.text in ("a fox", "a castle") for found in detector.find(image))
        True

    phrases: each is looked for by itself; labels: of everything that may be there: a place has the one that fits best;
    others: things that both are compared with, where given. Raises PromptError for neither phrases nor labels.

    Phrases and labels are compared, in patches of several scales, with unrelated captions (`Background.z`), with the
    things that fit best (`Others`), and with the whole picture; all patches vote for places (`places`), and colours say
    where the things there end (`outline`), which are then looked at once more without what is around them.
    """

    def __init__(
        self,
        phrases: Sequence[str],
        matcher: Matcher,
        settings: DetectSettings | None = None,
        *,
        labels: Sequence[str] = (),
        others: Others | None = None,
    ) -> None:
        self.phrases = list(dict.fromkeys(phrase.strip() for phrase in phrases if phrase.strip()))
        every = dict.fromkeys(label.strip() for label in labels if label.strip())
        self.texts = [*self.phrases, *(label for label in every if label not in self.phrases)]
        if not self.texts:
            raise PromptError("there is nothing to look for; give one phrase or more")
        self.matcher, self.settings = matcher, (settings or DetectSettings()).validate()
        self.rows = matcher.embed_texts(self.texts)
        self._others = others
        coloured = {number: some for number, text in enumerate(self.texts) if (some := rivals(text))}
        self._rivals = {number: matcher.embed_texts(some) for number, some in coloured.items()}

    def find(self, image: Tensor) -> list[Detection]:
        """What is in a picture [1, 3, H, W], best first."""
        return self.boxes(image, self.look(image))

    def look(self, image: Tensor) -> Seen:
        """How well the phrases fit the patches of a picture, the squares that are the whole of it first."""
        height, width = image.shape[-2:]
        first = whole(height, width)
        squares = first + patches(height, width, least=max(1, self.matcher.perceptor.input_size // _LEAST))
        rows = embed_squares(self.matcher.perceptor, image, squares)
        everything = F.normalize(rows[: len(first)].mean(0), dim=0) @ self.rows.T
        z = self.matcher.background.above_captions(rows, torch.cat([self.rows, *self._rivals.values()]))
        own, *coloured = z.split([len(self.texts), *map(len, self._rivals.values())], dim=1)
        repainted = torch.full_like(own, -torch.inf)
        for number, some in zip(self._rivals, coloured, strict=True):
            repainted[:, number] = some.amax(1) - own[:, number]
        fits = self._fits(rows, own)
        return Seen(squares, fits, rows @ self.rows.T, everything, len(first), repainted)

    def _fits(self, rows: Tensor, z: Tensor) -> Tensor:
        """How well the texts fit embedded pictures [Q, D], by z [Q, N] above captions, where others are given."""
        return z if self._others is None else self._others.fits(rows, self.rows, z)

    def boxes(self, image: Tensor, seen: Seen) -> list[Detection]:
        """What is in a picture that was looked at."""
        candidates = self._candidates(image, seen)
        if not candidates:
            return []
        things = [self._outline(image, place, seen) for _, place in candidates]
        closer = self._closer(things)
        found = []
        for row, ((number, place), thing) in enumerate(zip(candidates, things, strict=True)):
            score = (place.best + float(closer[row, number])) / 2
            if score >= self.settings.threshold and not self._repainted(number, place, thing, seen):
                margin = float(seen.margins[place.number, number])
                found.append(Detection(self.texts[number], _within(thing.box, image), score, margin))
        return self._apart(found)

    def _candidates(self, image: Tensor, seen: Seen) -> list[tuple[int, Place]]:
        """The places that fit well enough, those that overlap better ones left out, each with its phrase's number."""
        from torchvision.ops import nms  # late: torchvision takes seconds to import

        likely = seen.margins > -_EQUAL
        labels = seen.fits[:, len(self.phrases) :]
        if labels.shape[1]:
            likely[:, len(self.phrases) :] &= F.one_hot(labels.argmax(1), labels.shape[1]).bool()
        size, candidates = (image.shape[-2], image.shape[-1]), []
        for number in range(len(self.texts)):
            every = places(seen.squares, seen.fits[:, number], likely[:, number], size)
            good = [place for place in every if place.best >= self.settings.threshold - _SLACK]
            scores = torch.tensor([place.score for place in good])
            kept = nms(corners([place.square for place in good]), scores, _OVERLAP)[: self.settings.most]
            candidates += [(number, good[i]) for i in kept.tolist()]
        return candidates

    def _outline(self, image: Tensor, place: Place, seen: Seen) -> Outline:
        """The thing at a place."""
        if place.number < seen.wholes:  # it fills the picture, or a whole part of a long one
            return Outline.of_square(image, seen.squares[place.number])
        return outline(image, place.square)

    def _closer(self, things: Sequence[Outline]) -> Tensor:
        """How well each text fits each thing alone: [things, texts]."""
        rows = embed_images(self.matcher.perceptor, [thing.alone for thing in things])
        return self._fits(rows, self.matcher.background.above_captions(rows, self.rows))

    def _repainted(self, number: int, place: Place, thing: Outline, seen: Seen) -> bool:
        """Whether a thing has another colour than its phrase says."""
        colour = colour_of(self.texts[number])
        # both must say so: small CLIPs mix up colours, and a red panda has few red pixels
        return bool(colour and seen.repainted[place.number, number] > 0 and share_of(colour, thing.pixels) < _COLOURED)

    def _apart(self, found: list[Detection]) -> list[Detection]:
        """Without boxes of a thing that has a better one; a label's thing may have that of another label."""
        kept: list[Detection] = []
        for one in sorted(found, key=lambda one: -one.score):
            own = [other for other in kept if other.text == one.text]
            others = own if one.text in self.phrases else [other for other in kept if other.text not in self.phrases]
            if len(own) < self.settings.most and not any(_same(one.box, other.box) for other in others):
                kept.append(one)
        return kept


def _within(box: Box, image: Tensor) -> Box:
    """The part of a box that is in the picture, at least a pixel."""
    height, width = image.shape[-2:]
    left, top = min(max(0, box[0]), width - 1), min(max(0, box[1]), height - 1)
    return left, top, max(left + 1, min(width, box[2])), max(top + 1, min(height, box[3]))


def _same(a: Box, b: Box) -> bool:
    """Whether two boxes overlap so much that they are of one thing."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    common = max(0, width) * max(0, height)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return common > _OVERLAP * (sum(areas) - common) or common > _INSIDE * min(areas)
