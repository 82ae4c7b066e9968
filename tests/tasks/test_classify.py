from pathlib import Path

import pytest
import torch

from clipgen.errors import PromptError
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import ClassifySettings
from clipgen.similarity import Skipped
from clipgen.tasks.classify import Classifier, classify
from clipgen.tasks.events import Labelled
from clipgen.tasks.unrelated import matcher_of


def test_labels_share_one_probability(calibrated: OpenClip) -> None:
    matcher = matcher_of(calibrated)
    classifier = Classifier(["fox", "castle", "city", " fox "], matcher, templates=["{}", "text {bare}"])
    assert classifier.labels == ["fox", "castle", "city"]
    picture = calibrated.encode_image(torch.rand(1, 3, 32, 32))
    (row,) = classifier.classify(picture, top=5)
    assert sum(match.probability for match in row) == pytest.approx(1, abs=1e-5)
    assert [match.probability for match in row] == sorted((match.probability for match in row), reverse=True)
    assert row[0].margin > 0 > row[1].margin >= row[2].margin
    mean = calibrated.encode_text(["a fox", "text fox"]).mean(0)
    assert torch.allclose(classifier.rows[0], mean / mean.norm(), atol=1e-5)
    fox = next(match for match in row if match.text == "fox")
    assert fox.score == pytest.approx((picture[0] @ classifier.rows[0]).item(), abs=1e-5)
    assert fox.z == pytest.approx(matcher.background.fit(picture[0], classifier.rows[0]).z, abs=1e-4)


def test_pictures_get_their_labels_in_order(calibrated: OpenClip) -> None:
    images = [torch.rand(1, 3, 32, 32), Path("none.png"), torch.rand(1, 3, 20, 40)]
    first, second, bad = sorted(
        classify(images, ["fox", "castle"], matcher_of(calibrated), ClassifySettings(top=1)),
        key=lambda one: isinstance(one, Skipped),
    )
    assert isinstance(first, Labelled) and isinstance(second, Labelled) and isinstance(bad, Skipped)
    assert (first.index, second.index) == (0, 2) and len(first.matches) == len(second.matches) == 1


@pytest.mark.parametrize(("labels", "templates"), [(["fox"], ["{}"]), (["a", "b"], ["x"])])
def test_bad_labels(calibrated: OpenClip, labels: list[str], templates: list[str]) -> None:
    with pytest.raises(PromptError):
        classify([], labels, matcher_of(calibrated), ClassifySettings(templates=tuple(templates)))
