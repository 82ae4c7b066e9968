"""Jobs of the verbs that compare pictures with words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from clipgen.errors import SettingsError
from clipgen.jobs import Inputs, Job
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import (
    CaptionSettings,
    CaptionVerb,
    ClassifyVerb,
    CompareVerb,
    DescribeSettings,
    EstimateVerb,
    PairVerb,
    RankVerb,
    Settings,
)
from clipgen.similarity import Matcher
from clipgen.tasks.describe import describe, describe_sets, settings_of
from clipgen.tasks.estimate import Estimated
from clipgen.tasks.events import Compared, Described, Labelled, Ranked, Traits
from clipgen.tasks.pair import Paired
from clipgen.tasks.unrelated import matcher_of


@pytest.fixture
def matcher(calibrated: OpenClip) -> Matcher:
    return matcher_of(calibrated)


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    for name, colour in (("a", "red"), ("b", "blue")):
        Image.new("RGB", (8, 8), colour).save(tmp_path / f"{name}.png")
    return Inputs(pictures=(str(tmp_path / "a.png"), str(tmp_path / "b.png")), texts=("red square", "blue circle"))


@pytest.mark.parametrize(
    ("verb", "settings", "event"),
    [
        ("caption", CaptionVerb(), Described),
        ("rank", RankVerb(), Ranked),
        ("classify", ClassifyVerb(), Labelled),
        ("compare", CompareVerb(), Compared),
    ],
)
def test_each_verb_yields_its_events(
    verb: str, settings: Settings, event: type, inputs: Inputs, matcher: Matcher
) -> None:
    events = list(describe(Job(verb, inputs, settings), matcher))
    assert [type(one) for one in events] == [event, event]


def test_a_job_pairs_the_lines_of_a_file(inputs: Inputs, matcher: Matcher, tmp_path: Path) -> None:
    pytest.importorskip("scipy", reason="pairing needs SciPy, an extra")
    (tmp_path / "poem.txt").write_text("red square\nblue circle\n")
    in_file = Inputs(pictures=inputs.pictures, text_file=str(tmp_path / "poem.txt"))
    for given in (inputs, in_file):
        job = Job.from_json(json.loads(json.dumps(Job("pair", given, PairVerb()).to_json())))
        events = [one for one in describe(job, matcher) if isinstance(one, Paired)]
        assert [one.text for one in events] == ["red square", "blue circle"]
        assert sorted(one.path.name for one in events if one.path) == ["a.png", "b.png"]


def test_a_job_estimates_on_the_scale_of_its_texts(inputs: Inputs, matcher: Matcher) -> None:
    scaled = Inputs(pictures=inputs.pictures, texts=("red square=1", "blue circle=2"))
    events = list(describe(Job("estimate", scaled, EstimateVerb()), matcher))
    assert [type(one) for one in events] == [Estimated, Estimated]


def test_a_job_that_paints_describes_nothing(matcher: Matcher) -> None:
    job = Job("generate", Inputs(prompts=("a fox",)))
    with pytest.raises(SettingsError, match="generate"):
        settings_of(job)
    with pytest.raises(SettingsError, match="generate"):
        describe(job, matcher)
    with pytest.raises(SettingsError, match="generate"):
        list(describe_sets("common", job, matcher))


def test_the_candidates_of_a_job_are_the_phrases_of_its_traits(
    inputs: Inputs, matcher: Matcher, tmp_path: Path
) -> None:
    settings = CaptionVerb(DescribeSettings(), CaptionSettings(top=1))
    found = list(describe_sets("negative", Job("caption", inputs, settings), matcher))
    assert all(isinstance(one, Traits) and len(one.traits) == 1 for one in found) and len(found) == 2
    (tmp_path / "texts.txt").write_text("red square\n")
    in_file = Inputs(pictures=inputs.pictures, text_file=str(tmp_path / "texts.txt"))
    (common,) = describe_sets("common", Job("caption", in_file, settings), matcher)
    assert isinstance(common, Traits) and [trait.text for trait in common.traits] == ["red square"]
