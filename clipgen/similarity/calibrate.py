"""What a cosine means: its place among the cosines of captions and pictures that have nothing to do with each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.errors import WeightsError
from clipgen.models.weights import cache_folder, load_state, save_state
from clipgen.perceptors.base import Perceptor
from clipgen.similarity.embed import embed_images, embed_texts


@dataclass(frozen=True)
class Fit:
    """How well a text fits a picture beyond chance.

    z: standard deviations by which the cosine lies above those of the background; percentile: share of the background
    captions, in 0 to 100, that fit the picture less.
    """

    z: float
    percentile: float

    @property
    def chance(self) -> float:
        """The probability that an unrelated caption fits as well, by the normal distribution's tail.

        >>> round(Fit(z=1.96, percentile=97).chance, 3)
        0.025
        """
        return 0.5 * math.erfc(self.z / math.sqrt(2))


#: kinds of evidence for or against a text, each with a weight (`Subjects.evidence`)
EVIDENCE = 5


@dataclass(frozen=True)
class Limits:
    """Where a perceptor's knowledge ends, measured on pictures of what it was taught; each holds for nine tenths.

    standout: of those that it names right, by how many standard deviations the best of all subjects that it knows fits
    better than the others do; trust: what evidence weighs, and what is added, for the best of some texts to be right
    (`learn_trust`).
    """

    standout: float
    trust: tuple[float, ...] = ()


@dataclass(frozen=True)
class Unrelated:
    """Captions, and batches of pictures [1, 3, H, W] in [0, 1], of all sorts."""

    captions: Sequence[str]
    pictures: Iterable[Sequence[Tensor]]


class Background:
    """Embedded captions and pictures of all sorts, against which cosines are calibrated.

        >>> captions, pictures = embed_texts(perceptor, ["fox", "city"]), embed_images(perceptor, [image, 1 - image])
        >>> 0 <= Background(captions, pictures).fit(pictures[0], captions[0]).percentile <= 100
        True

    captions: [M, D], pictures: [P, D], unit vectors of one perceptor; limits: None where they were not measured;
    spread: standard deviation of their cosines.
    The cosines of small CLIPs and of large ones have ranges of their own; what counts is how one compares with those of
    the same picture with other captions and of the same caption with other pictures.
    """

    def __init__(self, captions: Tensor, pictures: Tensor, limits: Limits | None = None) -> None:
        self.captions, self.pictures, self.limits = captions, pictures, limits
        self.mean_picture = pictures.mean(0)
        self.spread = float((captions @ pictures.T).std())

    def fit(self, picture: Tensor, text: Tensor) -> Fit:
        """Calibrate one pair; both [D] unit.

        z is the smaller of two: among captions and among pictures. A text that fits everything is no finding, nor is a
        picture that everything fits.
        """
        percentile = 100 * (self.captions @ picture < picture @ text).double().mean().item()
        return Fit(self.z(picture[None], text[None]).item(), percentile)

    def z(self, pictures: Tensor, texts: Tensor) -> Tensor:
        """The z of `fit` for every text and every picture: [N, Q].

            >>> captions, pictures = embed_texts(perceptor, ["fox", "city"]), embed_images(perceptor, [image] * 2)
            >>> Background(captions, pictures).z(pictures, captions[:1]).shape
            torch.Size([1, 2])

        pictures: [Q, D], texts: [N, D], unit.
        """
        scores = texts @ pictures.T
        of_pictures, of_captions = texts @ self.pictures.T, pictures @ self.captions.T
        among_pictures = (scores - of_pictures.mean(1, keepdim=True)) / of_pictures.std(1, keepdim=True).clamp(min=1e-6)
        among_captions = (scores - of_captions.mean(1)) / of_captions.std(1).clamp(min=1e-6)
        return torch.minimum(among_pictures, among_captions)

    def above_captions(self, pictures: Tensor, texts: Tensor) -> Tensor:
        """How much better texts [N, D] fit pictures [Q, D] than unrelated captions do, in standard deviations: [Q, N].

        >>> captions, pictures = embed_texts(perceptor, ["fox", "city"]), embed_images(perceptor, [image, 1 - image])
        >>> Background(captions, pictures).above_captions(pictures, captions).shape
        torch.Size([2, 2])
        """
        others = pictures @ self.captions.T
        return (pictures @ texts.T - others.mean(1, keepdim=True)) / others.std(1, keepdim=True).clamp(min=1e-6)

    def save(self, path: Path) -> None:
        """Write it in half precision, whole or not at all."""
        state = {"captions": self.captions, "pictures": self.pictures}
        if self.limits:
            state["limits"] = torch.tensor([self.limits.standout, *self.limits.trust])
        save_state(path, state)

    @classmethod
    def load(cls, path: Path) -> Background:
        """Load what `save` wrote. Raises WeightsError for a missing, damaged or foreign file."""
        state = load_state(path)
        if not {"captions", "pictures"} <= state.keys():
            raise WeightsError(f"{path} is no background of captions and pictures; delete it, and it is made again")
        captions, pictures = (F.normalize(state[key].float(), dim=-1) for key in ("captions", "pictures"))
        if "limits" not in state:
            return cls(captions, pictures)
        standout, *trust = state["limits"].tolist()
        if len(trust) not in (0, EVIDENCE + 1):
            step = "repeat the command that trained it, to the same --out"
            raise WeightsError(f"{path} has limits of another clipgen; {step}")
        return cls(captions, pictures, Limits(standout, tuple(trust)))

    @classmethod
    def of(cls, fingerprint: str, make: Callable[[], Background]) -> Background:
        """The background of a perceptor: from the cache folder, or made now and saved there.

        fingerprint: of the perceptor; make: embeds the captions and pictures.
        """
        path = _folder() / f"{fingerprint[:32]}.safetensors"
        try:
            return cls.load(path)
        except WeightsError:
            made = make()
        with suppress(OSError):  # it will be made again; nothing else is lost
            made.save(path)
        return made


def background_of(perceptor: Perceptor, unrelated: Callable[[], Unrelated]) -> Background:
    """What a perceptor's cosines are calibrated against: the background that came with it, or one made now and saved.

        >>> pictures = Unrelated(["fox", "city"], [[image], [1 - image]])
        >>> len(background_of(perceptor, lambda: pictures).pictures) > 1
        True

    unrelated: gives what one is made of, where the perceptor came without.
    Raises WeightsError when a shipped file is missing or damaged.
    """
    if perceptor.background is not None:
        path = perceptor.background
        return _shipped(path, path.stat().st_mtime_ns if path.exists() else 0)
    return Background.of(perceptor.fingerprint, lambda: _made(perceptor, unrelated()))


def made_backgrounds() -> list[Path]:
    """The files of the backgrounds that were made on this machine."""
    return sorted(_folder().glob("*.safetensors"))


def _folder() -> Path:
    return cache_folder() / "backgrounds"


@lru_cache(maxsize=4)
def _shipped(path: Path, mtime_ns: int) -> Background:
    """mtime_ns is part of the cache's key, so that a file that was replaced is read again."""
    return Background.load(path)


def _made(perceptor: Perceptor, unrelated: Unrelated) -> Background:
    pictures = torch.cat([embed_images(perceptor, images) for images in unrelated.pictures])
    return Background(embed_texts(perceptor, unrelated.captions), pictures)
