"""Scales of worded steps, estimates on them, and their calibration."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from clipgen.errors import PromptError, SettingsError
from clipgen.media.images import to_pil
from clipgen.settings import EstimateSettings
from clipgen.similarity import Matcher, Skipped
from clipgen.tasks.estimate import Calibrated, Calibration, Estimated, Scale, estimate, read_labels
from gridclip import grid_matcher
from raising import refused

STEPS = ["fox=0", "castle=10"]


def test_steps_are_sorted_by_value() -> None:
    scale = Scale.of(["b = c=20.5", " cold =-5", "a=1e1"])
    assert scale.texts == ("cold", "a", "b = c") and scale.values == (-5, 10, 20.5)


@pytest.mark.parametrize(
    "steps",
    [[], ["a=1"], ["a=1", "b=1"], ["a=1", "a=2"], ["a", "b=2"], ["=1", "b=2"], ["a=x", "b=2"], ["a=nan", "b=2"]],
)
def test_what_is_no_scale_is_refused(steps: list[str]) -> None:
    with refused(PromptError):
        Scale.of(steps)


def test_the_interval_holds_80_percent() -> None:
    scale = Scale(("a", "b", "c"), (0.0, 10.0, 20.0))
    (even,) = scale.spans(np.array([[1, 1, 1]]) / 3)
    assert (even.value, even.low, even.high) == pytest.approx((10, 1.5, 18.5))
    sure, low = scale.spans(np.array([[0, 1, 0], [1.0, 0, 0]]))
    assert (sure.value, sure.low, sure.high) == pytest.approx((10, 6, 14))
    assert low.value == low.low == 0 and low.high == pytest.approx(4.5)


def test_steps_of_one_value_count_together() -> None:
    one = Scale(("a", "b", "c"), (0.0, 10.0, 10.0)).spans(np.array([[0.5, 0.25, 0.25]]))
    assert one == Scale(("a", "b"), (0.0, 10.0)).spans(np.array([[0.5, 0.5]]))


def picture(share: float, matcher: Matcher) -> torch.Tensor:
    """A picture between "fox" (0) and "castle" (1): [1, 3, 32, 32]."""
    fox, castle = matcher.embed_texts(["fox", "castle"])
    row = F.normalize((1 - share) * fox + share * castle, dim=0).view(1, 3, 4, 4)
    return F.interpolate((0.5 + row).clamp(0, 1), (32, 32), mode="nearest")


@pytest.fixture
def matcher() -> Matcher:
    return grid_matcher()


def test_estimates_rise_and_unrelated_pictures_show_nothing(matcher: Matcher) -> None:
    shares = [0.0, 0.3, 0.5, 0.7, 1.0]
    noise = torch.rand(1, 3, 4, 4, generator=torch.Generator().manual_seed(5))
    pictures = [picture(share, matcher) for share in shares] + [F.interpolate(noise, (32, 32))]
    *found, other = [one for one in estimate(pictures, STEPS, matcher) if isinstance(one, Estimated)]
    values = [one.value for one in found]
    assert values == sorted(values) and values[0] < 2 and values[-1] > 8
    assert all(one.low <= one.value <= one.high for one in found)
    assert [found[0].best, found[-1].best] == ["fox", "castle"] and all(one.fits for one in found)
    assert not other.fits and sum(share.probability for share in other.shares) == pytest.approx(1)


def test_steps_that_the_perceptor_cannot_tell_apart_are_refused(
    matcher: Matcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matcher.perceptor, "known", lambda text: text.replace("many ", "").replace("few ", ""))
    with refused(PromptError, "perceptors"):
        list(estimate([], ["few foxes=1", "many foxes=9"], matcher))
    assert list(estimate([], ["few foxes=1", "many foxes=1", "castle=2"], matcher)) == []


def labelled(folder: Path, matcher: Matcher, count: int = 30) -> Path:
    """A table of pictures whose value is the square of their share."""
    rows = ["value;note;picture"]
    for i in range(count):
        share = i / (count - 1)
        to_pil(picture(share, matcher)[0]).save(folder / f"{i}.png")
        rows.append(f"{100 * share * share:.2f};x;{i}.png")
    (folder / "labels.csv").write_text("\n".join(rows) + "\n")
    return folder / "labels.csv"


def test_a_calibration_gives_values_of_ones_own(matcher: Matcher, tmp_path: Path) -> None:
    pytest.importorskip("scipy", reason="calibrating needs SciPy, an extra")
    table = labelled(tmp_path, matcher)
    with open(table, "a") as file:
        file.write("3;;missing.png\n")
    settings = EstimateSettings(calibrate=str(table))
    skipped, made, *found = estimate([picture(0.8, matcher)], STEPS, matcher, settings)
    assert isinstance(skipped, Skipped) and skipped.path.name == "missing.png" and isinstance(made, Calibrated)
    assert made.path == tmp_path / "labels.calibration.json" and made.calibration.count == 30
    assert made.calibration.error < 0.3 * made.calibration.blind
    (one,) = found
    assert isinstance(one, Estimated) and one.low <= one.value <= one.high and one.value == pytest.approx(64, abs=12)
    used = list(estimate([picture(0.8, matcher)], [], matcher, EstimateSettings(calibration=str(made.path))))
    assert used == [one]


def test_intervals_of_a_calibration_hold_80_percent() -> None:
    pytest.importorskip("scipy", reason="calibrating needs SciPy, an extra")
    rng = np.random.default_rng(0)
    truth = rng.uniform(0, 50, 1200)
    raw = 1 / (1 + np.exp(-(truth - 25 + rng.normal(0, 6, 1200)) / 10))
    scale = Scale(("a", "b"), (0.0, 1.0))
    made = Calibration.fit(scale, raw[:200].tolist(), [3.0] * 200, truth[:200].tolist())
    spans = [made.apply(value, np.zeros(0)) for value in raw[200:]]
    held = np.mean([span.low <= value <= span.high for span, value in zip(spans, truth[200:], strict=True)])
    assert 0.74 < held < 0.86
    wide = np.mean([span.high - span.low for span in spans])
    assert wide < 25  # of 50, where noise of 6 needs 15


def test_a_line_is_as_low_as_the_labelled_pictures_need() -> None:
    pytest.importorskip("scipy", reason="calibrating needs SciPy, an extra")
    values = [float(i) for i in range(20)]
    scale = Scale(("a", "b"), (0.0, 20.0))
    assert Calibration.fit(scale, values, [5.0] * 20, values).line == scale.line()
    assert Calibration.fit(scale, values, [1.6] * 20, values).line == 1.6
    assert 1 < Calibration.fit(scale, values, [0.5] * 20, values).line < 1.6


def test_tables_and_calibrations_that_cannot_be_used(matcher: Matcher, tmp_path: Path) -> None:
    pytest.importorskip("scipy", reason="calibrating needs SciPy, an extra")
    table = labelled(tmp_path, matcher, 9)
    with refused(SettingsError, "calibrate"):  # too few
        list(estimate([], STEPS, matcher, EstimateSettings(calibrate=str(table))))
    (tmp_path / "words.csv").write_text("a.png,3\nb.png,many\n")
    with refused(SettingsError, "calibrate"):
        read_labels(tmp_path / "words.csv")
    (tmp_path / "long.csv").write_text(f"a.png,{'3' * 200_000}\n")
    with refused(SettingsError, "calibrate"):
        read_labels(tmp_path / "long.csv")
    (tmp_path / "notes.json").write_text("{}")
    for settings in (
        EstimateSettings(calibration=str(tmp_path / "notes.json")),
        EstimateSettings(calibration=str(tmp_path / "missing.json")),
        EstimateSettings(calibrate=str(table), calibration=str(tmp_path / "notes.json")),
    ):
        with refused(SettingsError, "calibration"):
            list(estimate([], STEPS, matcher, settings))
    assert (tmp_path / "notes.json").read_text() == "{}"


@pytest.mark.parametrize(
    "change",
    [
        {"perceptor": "another"},
        {"views": "crops"},
        {"x": [1]},
        {"y": ["a"]},
        {"texts": [1, 2]},
        {"line": None},
        {"learned": {"offset": 1, "slope": "x"}},
        {"learned": {"offset": 1, "slope": 2, "direction": [3.0]}},
    ],
)
def test_a_calibration_of_something_else_is_refused(
    change: dict[str, object], matcher: Matcher, tmp_path: Path
) -> None:
    pytest.importorskip("scipy", reason="calibrating needs SciPy, an extra")
    values = [float(i) for i in range(12)]
    fingerprint, path = matcher.perceptor.fingerprint, tmp_path / "own.json"
    made = Calibration.fit(Scale.of(STEPS), values, values, values, perceptor=fingerprint, views="centre")
    made.save(path)
    assert Calibration.load(path) == made
    settings = EstimateSettings(calibration=str(path))
    assert list(estimate([], STEPS, matcher, settings)) == []
    with refused(SettingsError, "calibration"):
        list(estimate([], ["fox=0", "castle=11"], matcher, settings))
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with refused(SettingsError, "calibration"):
        list(estimate([], [], matcher, settings))


@pytest.mark.parametrize(
    "text",
    [
        "a.png,3\nb.png,61\n",
        "picture\tvalue\na.png\t3\n\nb.png\t61",
        "\ufeffValue;x;Picture\n3;;a.png\n61;;b.png\n",
    ],
)
def test_tables_of_labels(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert read_labels(tmp_path / "a.csv") == [(tmp_path / "a.png", 3.0), (tmp_path / "b.png", 61.0)]


def test_a_photo_is_loaded_from_a_file(matcher: Matcher, tmp_path: Path) -> None:
    Image.new("RGB", (40, 30), "red").save(tmp_path / "a.png")
    (one,) = estimate([tmp_path / "a.png"], STEPS, matcher)
    assert isinstance(one, Estimated) and one.path == tmp_path / "a.png"


def test_labelled_pictures_teach_what_the_words_do_not_say(tmp_path: Path) -> None:
    pytest.importorskip("scipy", reason="calibrating needs SciPy, an extra")
    rng = np.random.default_rng(0)
    truth, vectors = rng.uniform(1, 9, 400), rng.normal(size=(400, 32))
    vectors[:, 5] = (truth - 5) / 4 + rng.normal(0, 0.1, 400)
    raw = rng.uniform(1, 9, 400)  # of words that say nothing of the value
    scale = Scale(("one", "nine"), (1.0, 9.0))
    fits = [3.0] * 80
    made = Calibration.fit(scale, raw[:80].tolist(), fits, truth[:80].tolist(), vectors=vectors[:80])
    spans = [made.apply(value, row) for value, row in zip(raw[80:], vectors[80:], strict=True)]
    assert np.mean([abs(one.value - value) for one, value in zip(spans, truth[80:], strict=True)]) < 1
    assert 0.7 < np.mean([one.low <= value <= one.high for one, value in zip(spans, truth[80:], strict=True)]) < 0.9
    made.save(tmp_path / "own.json")
    assert Calibration.load(tmp_path / "own.json") == made
    told = Calibration.fit(scale, truth[:80].tolist(), fits, truth[:80].tolist(), vectors=rng.normal(size=(80, 32)))
    assert told.learned is None  # the words say it all
