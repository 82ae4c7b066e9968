"""What labelled pictures teach beyond the words of a scale: a direction of the embeddings along which values grow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_PENALTIES = 10.0 ** np.arange(-5, 3, 0.5)  # of the ridge, in shares of the largest variance; the labels choose


@dataclass(frozen=True)
class Learned:
    """A value that is linear in the estimate of a picture and in its embedding.

        >>> rng = np.random.default_rng(0)
        >>> vectors = rng.normal(size=(60, 8))
        >>> made, left_out = Learned.fit(np.zeros(60), vectors, 3 * vectors[:, 0] + 10)
        >>> bool(abs(made.apply(np.zeros(1), np.eye(8)[:1])[0] - 13) < 0.5)
        True

    offset: value where all else is 0; slope: by the estimate; direction: [D], by the embedding.
    """

    offset: float
    slope: float
    direction: tuple[float, ...]

    @classmethod
    def fit(cls, estimates: Floats, vectors: Floats, labels: Floats) -> tuple[Self, Floats]:
        """Fit labels [N] to estimates [N] and vectors [N, D]; returns also what each is without its own label: [N].

        Ridge regression, in which the estimate weighs as much as the whole embedding; of the penalties the one with the
        least squared error of labels that are left out (Allen 1974, The relationship between variable selection and
        data augmentation and a method for prediction).
        """
        spread, middle = max(float(estimates.std()), 1e-9), vectors.mean(0)
        scale = max(float(np.sqrt(((vectors - middle) ** 2).sum(1).mean())), 1e-9)
        rows = np.concatenate([(estimates - estimates.mean())[:, None] / spread, (vectors - middle) / scale], axis=1)
        left, singular, right = np.linalg.svd(rows, full_matrices=False)
        along = left.T @ labels
        best, penalty = labels, np.inf
        for tried in _PENALTIES * singular[0] ** 2:
            kept = singular**2 / (singular**2 + tried)
            leverage = 1 / len(labels) + (left**2 * kept).sum(1)
            errors = (labels - labels.mean() - left @ (kept * along)) / (1 - leverage).clip(1e-9)
            if penalty == np.inf or (errors**2).sum() < ((labels - best) ** 2).sum():
                best, penalty = labels - errors, tried
        weights = right.T @ (singular / (singular**2 + penalty) * along)
        slope, direction = float(weights[0]) / spread, weights[1:] / scale
        offset = float(labels.mean() - slope * estimates.mean() - direction @ middle)
        return cls(offset, slope, tuple(direction.tolist())), best

    def apply(self, estimates: Floats, vectors: Floats) -> Floats:
        """The values [N] for estimates [N] and vectors [N, D]."""
        return np.asarray(self.offset + self.slope * estimates + vectors @ np.asarray(self.direction), np.float64)
