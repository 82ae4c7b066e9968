"""What a cosine means: where it stands among those of captions and pictures that have nothing to do with each other."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from clipgen.errors import WeightsError
from clipgen.models.weights import cache_folder, load_state, save_state


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
        """The probability that an unrelated caption fits as well, by the normal distribution's tail."""
        return 0.5 * math.erfc(self.z / math.sqrt(2))


class Background:
    """Embedded captions and pictures of all sorts, against which cosines are calibrated.

        >>> background = Background(captions, pictures)
        >>> background.fit(picture, score=0.31, text=words[0]).z

    captions: [M, D], pictures: [P, D], unit vectors of one perceptor; spread: standard deviation of their cosines.
    A cosine of small CLIPs and of large ones lies in ranges of their own; what counts is how it stands among cosines of
    the same picture with other captions and of the same caption with other pictures.
    """

    def __init__(self, captions: Tensor, pictures: Tensor) -> None:
        self.captions, self.pictures = captions, pictures
        self.mean_picture = pictures.mean(0)
        self.spread = float((captions @ pictures.T).std())

    def fit(self, picture: Tensor, text: Tensor) -> Fit:
        """Calibrate one pair; both [D] unit.

        z is the smaller of the two standings, among captions and among pictures: a text that fits everything, or a
        picture that everything fits, is no finding.
        """
        score = picture @ text
        of_captions, of_pictures = self.captions @ picture, self.pictures @ text
        z = min(((score - other.mean()) / other.std().clamp(min=1e-6)).item() for other in (of_captions, of_pictures))
        return Fit(z, 100 * (of_captions < score).double().mean().item())

    def save(self, path: Path) -> None:
        """Write it in fp16, whole or not at all."""
        save_state(path, {"captions": self.captions, "pictures": self.pictures})

    @classmethod
    def load(cls, path: Path) -> Background:
        """Read what `save` wrote. Raises WeightsError for a missing, damaged or foreign file."""
        state = load_state(path)
        if not {"captions", "pictures"} <= state.keys():
            raise WeightsError(f"{path} is no background of captions and pictures; delete it, it is made again")
        return cls(*(torch.nn.functional.normalize(state[key].float(), dim=-1) for key in ("captions", "pictures")))

    @classmethod
    def of(cls, fingerprint: str, make: Callable[[], Background]) -> Background:
        """The background of a perceptor: from the cache folder, or made now and kept there.

        fingerprint: of the perceptor's weights; make: embeds the captions and pictures.
        """
        path = cache_folder() / "backgrounds" / f"{fingerprint[:32]}.safetensors"
        try:
            return cls.load(path)
        except WeightsError:
            made = make()
        with suppress(OSError):  # it will be made again; nothing else is lost
            made.save(path)
        return made
