"""Which words of a prompt are said of which thing."""

from __future__ import annotations

import torch

from clipgen.tasks.generate.finding import _said_of


def test_of_red_apples_and_green_pears_no_pear_is_red() -> None:
    marks = {"red": torch.tensor([1.0, 0.7]), "green": torch.tensor([0.68, 1.0]), "blue": torch.tensor([0.4, 0.3])}
    assert _said_of(marks, 0) == ["red"] and _said_of(marks, 1) == ["green"]


def test_what_is_said_of_much_the_same_is_said_of_both() -> None:
    assert _said_of({"two": torch.tensor([0.9]), "three": torch.tensor([0.85])}, 0) == ["two", "three"]
    assert _said_of({"two": torch.tensor([0.5])}, 0) == []
