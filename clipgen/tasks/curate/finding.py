"""Finding: one thing that is wrong with one picture file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

#: what can be wrong with a picture, in the order in which it is reported
KINDS = (
    "broken", "wrong suffix", "dark", "light", "blurred", "low information", "odd size", "odd aspect", "duplicate",
    "leak", "outlier", "doubtful label",
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """Something that is wrong with a picture file.

        >>> Finding(Path("cats/7.jpg"), "blurred", 0.81, "edges are spread over many pixels").to_dict()["score"]
        0.81

    path: of the file; kind: one of KINDS; score: how clear it is, from 0.5, where it begins to be reported, to 1;
    reason: in words; others: the files that it is a copy of, or that speak for another label.
    """

    path: Path
    kind: str
    score: float
    reason: str
    others: tuple[Path, ...] = ()

    def to_dict(self) -> dict[str, str | float | list[str]]:
        """Plain values, rounded as they are printed."""
        return {
            "path": str(self.path),
            "kind": self.kind,
            "score": round(self.score, 3),
            "reason": self.reason,
            "others": [str(path) for path in self.others],
        }


def beyond(value: float, line: float) -> float:
    """The score of a value at or above a line: 0.5 at the line, 0.75 at twice the line, 1 far beyond.

    >>> beyond(3.0, 3.0), beyond(6.0, 3.0)
    (0.5, 0.75)
    """
    return 1 - 0.5 * line / value if value > line else 0.5 * value / line


def below(value: float, line: float) -> float:
    """The score of a value of at least 0 at or below a line: 0.5 at the line, 0.75 at half of it, 1 at 0.

    >>> below(0.4, 0.4), below(0.2, 0.4), below(0.0, 0.4)
    (0.5, 0.75, 1.0)
    """
    return 1 - 0.5 * value / line if value < line else 0.5 * line / value
