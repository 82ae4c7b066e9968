"""The judge of drawings, with the tiny CLIP and with embeddings made for the purpose."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from clipgen.errors import PromptError
from clipgen.media.strokes import Drawing
from clipgen.perceptors.openclip import OpenClip
from clipgen.similarity import Matcher
from clipgen.tasks import judge as judge_module
from clipgen.tasks.judge import Judge
from clipgen.tasks.unrelated import matcher_of

PROMPTS = ["a red fox", "a blue castle", "the sea", "a face"]
HOUSE = Drawing.of([{"points": [[100, 400], [256, 80], [400, 400]]}])


@pytest.fixture
def matcher(calibrated: OpenClip, monkeypatch: pytest.MonkeyPatch) -> Matcher:
    """A matcher that knows any word."""
    monkeypatch.setattr(calibrated, "unknown_words", lambda text: [])
    monkeypatch.setattr(calibrated, "known", lambda text: text)
    return matcher_of(calibrated)


@pytest.fixture
def judge(matcher: Matcher) -> Judge:
    return Judge(matcher, PROMPTS)


def test_the_prompt_itself_scores_most(judge: Judge) -> None:
    rows = judge.rows
    for place, prompt in enumerate(PROMPTS):
        assert judge.scores(rows, prompt).argmax() == place


def test_writing_is_punished(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge.matcher.perceptor, "logit_scale", 100.0)
    text, thing = judge.text.mean(0), judge.rows[0]
    rows = F.normalize(torch.stack([thing, thing + 2 * text]), dim=-1)
    honest, written = judge.scores(rows, PROMPTS[0]).tolist()
    assert judge.writing(rows)[1] > judge.writing(rows)[0]
    assert written < honest


def test_a_prompt_that_is_not_listed_can_be_drawn(judge: Judge) -> None:
    assert judge.judge(HOUSE, "a red castle").score > 0


def test_scores_are_bounded_and_plain_sheets_come_last(judge: Judge) -> None:
    rows = F.normalize(torch.randn(50, judge.rows.shape[1]), dim=-1)
    scores = judge.scores(rows, PROMPTS[1])
    assert (scores > 0).all() and (scores <= 100).all()
    everything = [[0, 0], [512, 0], [512, 512], [0, 512]]
    for plain in (Drawing(()), Drawing.of([{"points": everything, "fill": True}])):
        judged = judge.judge(plain, PROMPTS[1])
        assert judged.score == 0 and judged.guesses == ()


def test_one_drawing_alone_or_among_others_scores_alike(judge: Judge) -> None:
    rows = judge.embed([HOUSE, Drawing.of([{"points": [[5, 5], [300, 9]]}])])
    assert judge.scores(rows[:1], "the sea").item() == pytest.approx(judge.scores(rows, "the sea")[0].item(), abs=1e-3)
    assert judge.judge(HOUSE, "the sea").score == pytest.approx(judge.scores(rows, "the sea")[0].item(), abs=1e-3)


def test_guesses_are_prompts_best_first(judge: Judge) -> None:
    guesses = judge.guesses(judge.rows[2], 3)
    assert guesses[0] == "the sea" and len(set(guesses)) == 3


def test_the_version_changes_with_what_scores_depend_on(matcher: Matcher, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Judge(matcher, PROMPTS)
    assert Judge(matcher, PROMPTS).version == first.version != Judge(matcher, PROMPTS[:3]).version
    before = first.version
    monkeypatch.setattr(judge_module, "RULE", judge_module.RULE + 1)
    assert first.version != before


def test_unknown_words_are_no_prompts(matcher: Matcher, monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = lambda text: ["qwzx"] if "qwzx" in text else []  # noqa: E731
    monkeypatch.setattr(matcher.perceptor, "unknown_words", unknown)
    assert "a qwzx" not in Judge(matcher, [*PROMPTS, "a qwzx"]).prompts
    with pytest.raises(PromptError):
        Judge(matcher, PROMPTS).check("a qwzx")
    with pytest.raises(PromptError):
        Judge(matcher, ["a red fox", "a qwzx"])
