from __future__ import annotations

from clipgen.cli.wording import without
from clipgen.prompts import parse_prompts


def test_a_part_to_avoid_keeps_the_weight_and_the_stop_that_were_typed() -> None:
    line = without("a beach", ["people | fog:0.9", "a crowd:1", "sea:1:0.2", "at 12:30", "rain:-0.5"])
    assert [(part.text, part.weight) for part in parse_prompts(line)] == [
        ("a beach", 1.0),
        ("people", -0.3),
        ("fog", -0.9),
        ("a crowd", -1.0),
        ("sea", -1.0),
        ("at 12:30", -0.3),
        ("rain", -0.5),
    ]
    assert parse_prompts(line)[4].stop == 0.2
