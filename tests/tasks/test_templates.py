"""Templates are chosen by one part of labelled pictures and measured on the other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from clipgen.errors import PromptError
from clipgen.settings.describe import TEMPLATES
from clipgen.similarity import Matcher, Skipped
from clipgen.tasks import templates as chosen_from
from clipgen.tasks.templates import Tuned, candidate_templates, labelled_pictures, tune_templates
from gridclip import GridClip, grid_matcher
from raising import refused

GOOD = "the colour {bare}"


class Colours(GridClip):
    """Knows a colour in one sentence only; in others it takes red for blue."""

    fingerprint = "8" * 64

    def encode_text(self, texts: list[str]) -> Tensor:  # type: ignore[override]
        return torch.cat([self._row(text) for text in texts])

    def _row(self, text: str) -> Tensor:
        right = text.startswith("the colour")
        shown = (1.0, 0.0, 0.0) if ("red" in text) == right else (0.0, 0.0, 1.0)
        return self.encode_image(torch.tensor(shown).view(1, 3, 1, 1).expand(1, 3, 8, 8))


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    noise = np.random.default_rng(1)
    for label, colour in (("red", (200, 30, 30)), ("blue", (30, 30, 200))):
        (tmp_path / label).mkdir()
        for i in range(5):
            pixels = np.array(colour, np.uint8) + noise.integers(0, 30, (16, 16, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / label / f"{i}.png")
    return tmp_path


def tuned(folder: Path, candidates: list[str], perceptor: GridClip | None = None) -> tuple[Tuned, list[Skipped]]:
    rows, skipped = labelled_pictures(folder)
    matcher = Matcher(perceptor or Colours(), background=grid_matcher().background)
    *events, last = tune_templates(rows, matcher, candidates)
    assert isinstance(last, Tuned)
    return last, [*skipped, *(event for event in events if isinstance(event, Skipped))]


def test_the_better_template_is_found_and_measured_on_other_pictures(labelled: Path) -> None:
    found, _ = tuned(labelled, ["a painting of {}", GOOD])
    assert found.templates == (GOOD,) and (found.before, found.after) == (0.0, 1.0)
    assert (found.chosen_by, found.checked, found.labels) == (6, 4, ("blue", "red"))


def test_worse_templates_are_not_returned(labelled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is better on the part for choosing, and worse on the other, is dropped."""
    monkeypatch.setattr(chosen_from._Scores, "best", lambda self, some: [len(TEMPLATES)])

    def of(self: object, sums: Tensor, some: Tensor) -> tuple[float, float]:
        better = bool(torch.equal(sums, self.sentences[len(TEMPLATES)])) == (len(some) == 6)  # type: ignore[attr-defined]
        return float(better), 0.0

    monkeypatch.setattr(chosen_from._Scores, "of", of)
    found, _ = tuned(labelled, [GOOD])
    assert found.templates == TEMPLATES and found.after == found.before == 1.0


def test_no_candidate_is_better(labelled: Path) -> None:
    found, _ = tuned(labelled, ["a painting of {}"])
    assert found.before == found.after == 0.0


def test_bad_files_are_reported(labelled: Path) -> None:
    (labelled / "red" / "bad.png").write_bytes(b"no picture")
    (labelled / "empty").mkdir()
    found, skipped = tuned(labelled, [GOOD])
    assert found.after == 1.0 and {one.path.name for one in skipped} == {"bad.png", "empty"}


def test_what_cannot_be_tuned_is_refused(labelled: Path) -> None:
    with refused(PromptError, "templates"):
        tuned(labelled, ["no place for a label"])
    with refused(PromptError, "tune_templates"):
        labelled_pictures(labelled / "red")
    for i in range(1, 5):
        (labelled / "red" / f"{i}.png").write_bytes(b"")
    (labelled / "blue").rename(labelled / "green")
    for path in [*(labelled / "red").iterdir(), *(labelled / "green").iterdir()]:
        path.write_bytes(b"")
    with refused(PromptError, "tune_templates"):
        tuned(labelled, [GOOD])


def test_the_shipped_candidates_have_a_place_for_the_label() -> None:
    assert all("{}" in one or "{bare}" in one for one in candidate_templates())
    assert set(TEMPLATES) <= set(candidate_templates())
