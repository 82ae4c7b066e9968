from __future__ import annotations

import time

import pytest

from clipgen.notation import CONVENTIONS, notes_on

THEIRS = [
    ("(castle:1.3)", "castle:1.3 |"),
    ("a ((castle)) on a hill", "castle:1.3 |"),
    ("a castle++ on a hill", "castle:1.3 |"),
    ("a castle, fog--", "castle:1.3 |"),
    ("[fog]", "fog:0.5"),
    ("a [fox|cat] in the snow", "between bars"),
    ("a {fox|cat}", "between bars"),
    ("<lora:style:1> fox", "--generator"),
    ("embedding:easynegative fox", "--generator"),
    ("fox --ar 16:9", "--size"),
    ("fox --v 5", "outside of the quotes"),
    ("fox --no people", "people:-0.3"),
    ("a fox Negative prompt: people", "people:-0.3"),
    ("a fox Steps: 20, Sampler: Euler a", "outside of the quotes"),
    ("fox::2", "castle:2 |"),
    ("a fox ::2 snow::-1", "castle:2 |"),
    ("a fox AND a cat", "by a bar"),
    ("a fox BREAK a cat", "by a bar"),
    ("castle:1.3, fog", "by a bar"),
    ("狐：0.5", "half width"),
    ("狐｜夜", "half width"),
    ("a __colour__ fox", "--prompts"),
    ("fox:abc | castle", "plain text"),
    ("fox | castle:", "plain text"),
    ("fox:nan", "plain text"),
]
OURS = [
    "a fox:0.5 | fog:-0.2", "ratio 16:9 poster", "a poster (16:9)", "Paris: a view", "C:\\pictures\\a",
    "at 12:30, a fox", "CATS AND DOGS", "a salt-and-pepper fox (red)", "a book on C++", "rock--paper",
    "https://example.org/a", "a BRAND new fox", "text:-1:0.3", "snake_case", "夜の海:0.5",
]  # fmt: skip


@pytest.mark.parametrize(("prompt", "ours"), THEIRS)
def test_the_notation_of_other_tools_is_reported(prompt: str, ours: str) -> None:
    (note,) = notes_on(prompt)
    assert ours in note and "\n" not in note


@pytest.mark.parametrize("prompt", OURS)
def test_plain_prompts_are_not_reported(prompt: str) -> None:
    assert notes_on(prompt) == []


def test_every_convention_has_an_example() -> None:
    assert [pattern.pattern for pattern, _ in CONVENTIONS if not any(pattern.search(one) for one, _ in THEIRS)] == []


def test_long_lines_are_read_in_linear_time() -> None:
    units = ["(", "[(", "a", ":", "(a:", "_", "__a", "--", " --a", "a ", " AND", "B", "::", "<lora:", "1", "\n"]

    def seconds(length: int) -> float:
        began = time.process_time()
        for unit in units:
            notes_on(f"a{unit * (length // len(unit))}")
            notes_on(f"(a:{unit * (length // len(unit))}")
        return time.process_time() - began

    seconds(1000)
    # ten times the length: ten times the time, not a hundred times
    assert seconds(5000) < 40 * max(seconds(500), 0.001)


def test_a_note_names_the_beginning_of_a_long_text() -> None:
    (note,) = notes_on(f"[{'a' * 10_000}]")
    assert len(note) < 300 and "…" in note
