import pytest

from clipgen.perceptors.base import Vocabulary

VOCABULARY = Vocabulary(["Fox", "castle", "swim", "city", "ice cream", "dance", "van gogh"])


@pytest.mark.parametrize(
    "text",
    [
        "a fox",
        "Foxes, castles and cities!",
        "swimming and dancing, danced, swims",
        "an ice-cream in the city",
        "Van Gogh's 3 castles",
        "Van Gogh’s fox",
        "without whose x",
        "",
    ],
)
def test_known(text: str) -> None:
    assert VOCABULARY.unknown(text) == []


def test_unknown_words_come_once_in_order() -> None:
    assert VOCABULARY.unknown("a zeppelin over a cassle, a zeppelin") == ["zeppelin", "cassle"]


def test_stems_do_not_swallow_short_words() -> None:
    assert Vocabulary(["k", "b"]).unknown("king bus") == ["king", "bus"]
