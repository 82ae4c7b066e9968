"""How two things stand to each other, by the words between them, and where that puts them."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from clipgen.tasks.generate.relations import (
    ABOVE,
    BEFORE,
    BEHIND,
    ON,
    UNDER,
    WITH,
    WITHIN,
    WORN,
    Relation,
    joined,
    relation,
)


@pytest.mark.parametrize(
    ("text", "pair", "how", "order"),
    [
        ("a cat on a sofa", ("cat", "sofa"), ON, (1, 0)),
        ("a cat on a sofa", ("sofa", "cat"), ON, (0, 1)),
        ("bird on top of a hippo", ("bird", "hippo"), ON, (1, 0)),
        ("an astronaut riding a horse", ("astronaut", "horse"), ON, (1, 0)),
        ("a puppy in a basket", ("puppy", "basket"), WITHIN, (0, 1)),
        ("a basket full of kittens", ("kittens", "basket"), WITHIN, (0, 1)),
        ("a bowl of ripe plums", ("bowl", "plums"), WITHIN, (1, 0)),
        ("a bowl of ripe plums on a table", ("bowl", "table"), ON, (1, 0)),
        ("a fox under a tree", ("fox", "tree"), UNDER, (1, 0)),
        ("a cow jumping over the moon", ("cow", "moon"), ABOVE, (0, 1)),
        ("a mouse behind a cheese", ("mouse", "cheese"), BEHIND, (0, 1)),
        ("a cat in front of a house", ("cat", "house"), BEFORE, (1, 0)),
        ("a bear holding a balloon", ("bear", "balloon"), WITH, (0, 1)),
        ("a man and his dog", ("man", "dog"), WITH, (0, 1)),
        ("a monkey wearing a hat", ("monkey", "hat"), WORN, (0, 1)),
        ("a car with a bow on top", ("car", "bow"), WORN, (0, 1)),
        ("an owl reading a book under a tree", ("owl", "tree"), UNDER, (1, 0)),  # the last word counts
    ],
)
def test_words_say_how_two_things_stand(
    text: str, pair: tuple[str, str], how: Relation, order: tuple[int, int]
) -> None:
    found = relation(text, pair)
    assert found is not None and (found.how, found.order) == (how, order)


@pytest.mark.parametrize(
    "text",
    [
        "a cat and a sofa",
        "a cat with a hat , and a sofa",
        "a cat next to a sofa",
        "a cat , a sofa",
        "a cat to the left of a sofa",
        "a catalogue on a sofa",
        "a cat",
    ],
)
def test_other_words_leave_them_side_by_side(text: str) -> None:
    assert relation(text, ("cat", "sofa")) is None


def block(top: int, low: int) -> Tensor:
    """A thing of ten rows, of which some are seen."""
    draw = torch.zeros(4, 10, 10)
    draw[:, top:low] = 1
    return draw


def test_things_touch_where_they_are_seen() -> None:
    x, y, side = joined(ON, ON.places[1], block(0, 5), (0.5, 0.7, 0.5), block(4, 10))
    # the upper edge of what is below: 0.7 + 0.5 * (0.4 - 0.5); the lower one of what is above: y
    assert (x, side) == (0.5, ON.places[1][2]) and y == pytest.approx(0.65 + 0.3 * 0.5 * 0.6)
    assert joined(BEHIND, BEHIND.places[1], block(0, 5), (0.5, 0.7, 0.5), block(4, 10)) == BEHIND.places[1]


def test_in_a_tall_picture_a_side_is_a_smaller_share_of_the_height() -> None:
    _, y, side = joined(ON, ON.places[1], block(0, 10), (0.5, 0.7, 0.5), block(0, 10), tall=0.5)
    assert y + 0.5 * side / 2 == pytest.approx(0.7 - 0.5 * 0.25 + 0.3 * 0.25)


def test_what_is_beside_a_thing_is_not_in_its_middle() -> None:
    lamp = block(6, 10)
    lamp[:, :, :4] = 1
    assert joined(ON, ON.places[1], block(0, 10), (0.5, 0.7, 0.5), lamp) == joined(
        ON, ON.places[1], block(0, 10), (0.5, 0.7, 0.5), block(6, 10)
    )


def test_what_nobody_sees_is_as_large_as_its_square() -> None:
    assert joined(ON, ON.places[1], block(0, 0), (0.5, 0.7, 0.5), block(0, 0)) == joined(
        ON, ON.places[1], block(0, 10), (0.5, 0.7, 0.5), block(0, 10)
    )
