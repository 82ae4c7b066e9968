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


def test_unknown_words_come_once_in_order_with_near_ones() -> None:
    found = VOCABULARY.unknown("a zeppelin over a cassle, a zeppelin")
    assert [word for word, _ in found] == ["zeppelin", "cassle"]
    assert found[1][1] == ["castle"]


def test_at_most_three_near_words() -> None:
    found = Vocabulary(["boat", "bolt", "boot", "bout", "moat"]).unknown("boait")
    assert len(found[0][1]) == 3


def test_stems_do_not_swallow_short_words() -> None:
    assert [word for word, _ in Vocabulary(["k", "b"]).unknown("king bus")] == ["king", "bus"]
