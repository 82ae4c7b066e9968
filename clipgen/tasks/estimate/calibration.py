"""Calibration of estimates on labelled pictures: what they teach, and intervals as wide as they have to be."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from clipgen.errors import SettingsError
from clipgen.extras import check_extra
from clipgen.files import reason, write_whole
from clipgen.prompts import read_text_file
from clipgen.similarity import SIGNIFICANT
from clipgen.tasks.estimate.learned import Learned
from clipgen.tasks.estimate.scale import COVERED, Scale, Span
from clipgen.values import parse_json
from clipgen.values import text as text_in
from clipgen.values import texts as texts_in

#: labelled pictures that a calibration needs: with fewer, an interval that holds 80 % says nothing
LEAST = 10
_FOLDS = 5
_LOOSEST = 0.25  # share of unrelated pictures that may pass as of the kind, where labelled pictures lie so low
_KIND = "clipgen calibration of estimate"
Floats = NDArray[np.float64]
#: which pictures are used, which are asked → what the curve is fitted to of the ones, and asked at of the others
Places = Callable[[NDArray[np.bool_], NDArray[np.bool_]], tuple[Floats, Floats]]


@dataclass(frozen=True)
class Calibration:
    """What estimates on a scale become: a rising curve through (x, y), and how far values lie from it.

        >>> estimates, labels = [0.1 * i for i in range(20)], [float(i) for i in range(20)]
        >>> found = Calibration.fit(Scale(("low", "high"), (0.0, 2.0)), estimates, [3.0] * 20, labels)
        >>> round(found.apply(1.05, np.zeros(0)).value, 2)
        10.5

    texts, values: of the scale; below, above: ends of the interval, from the curve; least, most: bounds of the result;
    line: z below which a picture shows nothing of the kind; count: labelled pictures; error: their mean absolute error,
    each left out of its own fit; blind: the same error when the picture is not looked at; perceptor: its fingerprint;
    views: of the pictures; learned: what x is of an estimate and an embedding; None: the estimate itself.
    """

    texts: tuple[str, ...]
    values: tuple[float, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]
    below: float
    above: float
    least: float
    most: float
    line: float
    count: int
    error: float
    blind: float
    perceptor: str = ""
    views: str = ""
    learned: Learned | None = None

    @classmethod
    def fit(
        cls,
        scale: Scale,
        estimates: Sequence[float],
        z: Sequence[float],
        labels: Sequence[float],
        *,
        vectors: NDArray[np.floating] | None = None,
        perceptor: str = "",
        views: str = "",
    ) -> Self:
        """Fit labels to the estimates of their pictures; z: of the step that fits each best; vectors: [N, D], of them.

        Where that comes nearer to labels that are left out, the words alone do not decide: see `Learned`. The curve is
        the rising one with the least squared error (isotonic regression). Between below and above lie 80 % of the
        labels in five-fold cross-validation, each seen from a fit without it (Barber et al. 2021, arXiv 1905.02928).
        The line is that of the scale, or lower if more than 5 % of the labelled pictures lie below it, but
        not so low that more than a quarter of unrelated pictures would pass by chance.
        Raises SettingsError for fewer than LEAST labels or labels that are all equal, ClipgenError without SciPy.
        """
        if len(labels) < LEAST or len(set(labels)) < 2:
            raise SettingsError(
                f"labelled pictures that can be used: {len(labels)}, with {len(set(labels))} values; give {LEAST} or "
                "more, and two values or more", settings=["calibrate"],
            )  # fmt: skip
        truth, raw = np.asarray(labels, np.float64), np.asarray(estimates, np.float64)
        misses, blind, x, learned = _nearest(raw, truth, None if vectors is None else vectors.astype(np.float64))
        ranked, tail = np.sort(misses), (1 - COVERED) / 2 * (len(truth) + 1)
        x, y = _curve(x, truth)
        line = max(scale.line(_LOOSEST), min(scale.line(), float(np.quantile(z, SIGNIFICANT))))
        ends = [*scale.values, *labels]
        return cls(
            scale.texts, scale.values, tuple(x.tolist()), tuple(y.tolist()), float(ranked[max(0, int(tail) - 1)]),
            float(ranked[min(len(ranked), math.ceil(len(truth) + 1 - tail)) - 1]), min(ends), max(ends), line,
            len(truth), float(abs(misses).mean()), float(abs(blind).mean()), perceptor, views,
            learned,
        )  # fmt: skip

    @property
    def scale(self) -> Scale:
        """The scale that it is for."""
        return Scale(self.texts, self.values)

    def apply(self, value: float, vector: NDArray[np.floating]) -> Span:
        """The calibrated estimate for an estimate on the scale, and the embedding [D] of its picture."""
        if self.learned is not None:
            (value,) = self.learned.apply(np.array([value]), vector[None].astype(np.float64)).tolist()
        found = float(np.interp(value, self.x, self.y))
        low, high = max(self.least, found + self.below), min(self.most, found + self.above)
        return Span(found, min(found, low), max(found, high))

    def save(self, path: Path) -> None:
        """Write it as JSON, whole or not at all. Raises OutputError."""
        with write_whole(path) as part:
            part.write_text(json.dumps({"kind": _KIND, **asdict(self)}, indent=2, ensure_ascii=False) + "\n", "utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Load what `save` wrote. Raises SettingsError for a file that is missing, damaged or of another kind."""
        try:
            table = parse_json(path.read_text("utf-8"))
            if table["kind"] != _KIND:
                raise ValueError("another kind")
            return cls._of(table)
        except OSError as error:
            raise SettingsError(f"cannot read {path}: {reason(error)}", settings=["calibration"]) from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise SettingsError(
                f"{path} is no calibration of estimate; name another file", settings=["calibration"]
            ) from error

    @classmethod
    def _of(cls, table: Mapping[str, Any]) -> Self:
        """From the values of a file. Raises ValueError, TypeError or KeyError where they are no calibration."""
        x, y, values = (tuple(map(float, table[name])) for name in ("x", "y", "values"))
        below, above, least, most, line, error, blind = (
            float(table[name]) for name in ("below", "above", "least", "most", "line", "error", "blind")
        )
        texts = texts_in(table, "texts")
        paired = x and len(x) == len(y) and len(texts) == len(values)
        if not paired or not all(map(math.isfinite, (*x, *y, *values, below, above, least, most, line))):
            raise ValueError("the curve or the scale is damaged")
        perceptor, views = text_in(table, "perceptor"), text_in(table, "views")
        return cls(
            texts, values, x, y, below, above, least, most, line, int(table["count"]), error, blind, perceptor, views,
            _learned(table["learned"]),
        )  # fmt: skip

    def check(self, path: Path, scale: Scale | None, perceptor: str, views: str, dim: int) -> None:
        """Raise SettingsError where it was made for another scale, perceptor or views; dim: of its embeddings."""
        if self.learned is not None and len(self.learned.direction) != dim:
            raise SettingsError(f"{path} is damaged; calibrate again", settings=["calibration"])
        if scale is not None and (scale.texts, scale.values) != (self.texts, self.values):
            steps = ", ".join(f"{text}={value:g}" for text, value in zip(self.texts, self.values, strict=True))
            raise SettingsError(f"{path} was made for another scale: {steps}", settings=["calibration"])
        for name, own, given in (("perceptor", self.perceptor, perceptor), ("views", self.views, views)):
            if own != given:
                raise SettingsError(f"{path} was made with another {name}; calibrate again", settings=["calibration"])


def check_replaceable(path: Path) -> None:
    """Raise SettingsError where a calibration would replace a file that is none."""
    if path.exists():
        try:
            table = parse_json(path.read_text("utf-8"))
        except (OSError, ValueError):
            table = None
        if not isinstance(table, dict) or table.get("kind") != _KIND:
            raise SettingsError(f"{path} is there and no calibration; name another file", settings=["calibration"])


def read_labels(path: Path) -> list[tuple[Path, float]]:
    """The pictures and values of a table: csv with commas, semicolons or tabs, with or without a header.

        >>> size = (folder / "ages.csv").write_text("picture,value\\na.png,3\\nb.png,61\\n")
        >>> [(path.name, value) for path, value in read_labels(folder / "ages.csv")]
        [('a.png', 3.0), ('b.png', 61.0)]

    Names of pictures count from the folder of the table. With a header, the columns "picture" and "value" may stand
    anywhere. Raises PromptError for a file that is no text, SettingsError for a row without a number.
    """
    lines = read_text_file(path).splitlines()
    first = lines[0] if lines else ""
    try:
        rows = list(csv.reader(lines, delimiter=max(",;\t", key=first.count)))
    except csv.Error as error:
        raise SettingsError(f"{path} is not a csv file: {error}", settings=["calibrate"]) from error
    head = [cell.strip().lower() for cell in rows[0]] if rows else []
    named = {"picture", "value"} <= set(head)
    columns = (head.index("picture"), head.index("value")) if named else (0, 1)
    found = []
    for number, row in enumerate(rows, 1):
        if not any(map(str.strip, row)) or number == 1 and named:
            continue
        try:
            name, value = row[columns[0]].strip(), float(row[columns[1]])
            if not name or not math.isfinite(value):
                raise ValueError("no picture or value")
        except (IndexError, ValueError) as error:
            wanted = "a row is PICTURE,NUMBER; a header names the columns picture and value"
            raise SettingsError(f"{path}, line {number}: {wanted}", settings=["calibrate"]) from error
        found.append((path.parent / name, value))
    return found


def _learned(table: Any) -> Learned | None:
    """From the values of a file. Raises ValueError, TypeError or KeyError where they are none."""
    if table is None:
        return None
    found = Learned(float(table["offset"]), float(table["slope"]), tuple(map(float, table["direction"])))
    if not all(map(math.isfinite, (found.offset, found.slope, *found.direction))):
        raise ValueError("what was learned is damaged")
    return found


def _nearest(raw: Floats, truth: Floats, vectors: Floats | None) -> tuple[Floats, Floats, Floats, Learned | None]:
    """Misses of labels that are left out, and blind ones, by the estimates or by what is learned, whichever are less.

    Also what the curve is fitted to, and what was learned.
    """
    misses, blind = _left_out(lambda used, asked: (raw[used], raw[asked]), truth)
    if vectors is None:
        return misses, blind, raw, None

    def places(used: NDArray[np.bool_], asked: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        made, left_out = Learned.fit(raw[used], vectors[used], truth[used])
        return left_out, made.apply(raw[asked], vectors[asked])

    taught, _ = _left_out(places, truth)
    if abs(taught).mean() >= abs(misses).mean():
        return misses, blind, raw, None
    made, left_out = Learned.fit(raw, vectors, truth)
    return taught, blind, left_out, made


def _left_out(places: Places, y: Floats) -> tuple[Floats, Floats]:
    """How far each label lies above the curve, and above the median, of labels in other folds."""
    folds = np.empty(len(y), np.int64)
    folds[y.argsort(kind="stable")] = np.arange(len(y)) % _FOLDS
    misses, blind = np.empty_like(y), np.empty_like(y)
    for fold in range(_FOLDS):
        own, others = folds == fold, folds != fold
        x, asked = places(others, own)
        misses[own] = y[own] - np.interp(asked, *_curve(x, y[others]))
        blind[own] = y[own] - np.median(y[others])
    return misses, blind


def _curve(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The points of the rising curve through (x, y) with the least squared error, in between linear."""
    check_extra("calibrating")
    from scipy.optimize import isotonic_regression  # late: it takes a third of a second to import

    places, owners, counts = np.unique(x, return_inverse=True, return_counts=True)
    fitted = isotonic_regression(np.bincount(owners, y) / counts, weights=counts)
    starts, ends = fitted.blocks[:-1], fitted.blocks[1:] - 1
    points = np.unique(np.concatenate([starts, ends]))
    return places[points], fitted.x[points]
