import pytest
import torch

from clipgen.errors import PromptError, SettingsError
from clipgen.perceptors.openclip import OpenClip
from clipgen.tasks.caption import Matcher
from clipgen.tasks.classify import Classifier
from clipgen.tasks.rank import keep, rank


def test_pictures_in_order_of_their_cosine(calibrated: OpenClip) -> None:
    images = list(torch.rand(6, 3, 32, 32, generator=torch.Generator().manual_seed(1)).split(1))
    names = [f"{i}.png" for i in range(6)]
    ranked = rank("red square", [(names[:4], images[:4]), (names[4:], images[4:])], Matcher(calibrated))
    cosines = (calibrated.encode_image(torch.cat(images)) @ calibrated.encode_text(["red square"]).T)[:, 0].tolist()
    assert [one.name for one in ranked] == [names[i] for i in sorted(range(6), key=lambda i: -cosines[i])]
    assert ranked[0].score == pytest.approx(max(cosines), abs=1e-5)
    assert [len(keep(ranked, amount)) for amount in (0.01, 0.5, 1, 2, 50)] == [1, 3, 6, 2, 6]
    with pytest.raises(SettingsError, match="keep is 0"):
        keep(ranked, 0)


def test_labels_share_one_probability(calibrated: OpenClip) -> None:
    classifier = Classifier(["fox", "castle", "city", " fox "], Matcher(calibrated), templates=["{}", "text {bare}"])
    assert classifier.labels == ["fox", "castle", "city"]
    (row,) = classifier.classify([torch.rand(1, 3, 32, 32)])
    assert sum(label.probability for label in row) == pytest.approx(1, abs=1e-5)
    assert [label.probability for label in row] == sorted((label.probability for label in row), reverse=True)
    assert len(classifier.classify([torch.rand(1, 3, 32, 32)], top=1)[0]) == 1
    said = calibrated.encode_text(["a fox", "text fox"]).mean(0)
    assert torch.allclose(classifier.rows[0], said / said.norm(), atol=1e-5)


@pytest.mark.parametrize(("labels", "templates", "said"), [(["fox"], ["{}"], "1 labels"), (["a", "b"], ["x"], "no {}")])
def test_bad_labels(calibrated: OpenClip, labels: list[str], templates: list[str], said: str) -> None:
    with pytest.raises(PromptError, match=said):
        Classifier(labels, Matcher(calibrated), templates=templates)
