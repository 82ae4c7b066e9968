"""Poems, and their lines paired with pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from clipgen.errors import PromptError
from clipgen.settings import PairSettings
from clipgen.similarity import Background, Matcher, Skipped
from clipgen.tasks.pair import Paired, Poem, pair
from gridclip import GridClip, grid_matcher
from raising import refused


def read(text: str, *, titled: bool = True) -> tuple[str, list[tuple[int, str, str]]]:
    poem = Poem.of(text.splitlines(), titled=titled)
    return poem.title, [(line.section, line.heading, line.text) for line in poem.lines]


@pytest.mark.parametrize(
    ("text", "title", "lines"),
    [
        ("a fox\nan owl\n", "", [(0, "", "a fox"), (0, "", "an owl")]),
        ("\n\na fox\n\nan owl\n\n", "", [(0, "", "a fox"), (0, "", "an owl")]),
        ("The Sea\n\na\nb\n* * *\nc", "The Sea", [(0, "", "a"), (0, "", "b"), (1, "", "c")]),
        ("The Sea\nby X. Y.\n\na\nb\n", "The Sea by X. Y.", [(0, "", "a"), (0, "", "b")]),
        ("The sea is calm,\n\na\nb", "", [(0, "", "The sea is calm,"), (1, "", "a"), (1, "", "b")]),
        ("I\n\na\n\nII.\nb\nc", "", [(0, "I", "a"), (1, "II.", "b"), (1, "II.", "c")]),
        ("# T\n\n## One\na\nb\n\nc\n## Two\nd", "T", [(0, "One", "a"), (0, "One", "b"), (1, "", "c"), (2, "Two", "d")]),
        ("I\nwalk\nalone", "", [(0, "", "I"), (0, "", "walk"), (0, "", "alone")]),
        ("a\nb\n\n7", "", [(0, "", "a"), (0, "", "b"), (1, "", "7")]),
    ],
)
def test_titles_headings_and_sections(text: str, title: str, lines: list[tuple[int, str, str]]) -> None:
    assert read(text) == (title, lines)


def test_a_title_can_be_a_line() -> None:
    assert read("The Sea\n\na\nb", titled=False) == ("", [(0, "", "The Sea"), (1, "", "a"), (1, "", "b")])


def test_a_text_without_lines_is_refused() -> None:
    with refused(PromptError):
        Poem.of(["", "# a heading", "***"])


@pytest.fixture
def matcher() -> Matcher:
    pytest.importorskip("scipy", reason="pairing needs SciPy, an extra")
    return grid_matcher()


def shown(text: str, matcher: Matcher) -> Tensor:
    """A picture that fits a text: [1, 3, 32, 32]."""
    row = matcher.embed_texts([text]).view(1, 3, 4, 4)
    return torch.nn.functional.interpolate((0.5 + row).clamp(0, 1), (32, 32), mode="nearest")


def test_each_line_gets_its_picture_in_the_order_of_the_poem(matcher: Matcher, tmp_path: Path) -> None:
    words = ["fox", "castle", "city", "square"]
    pictures = [shown(word, matcher) for word in reversed(words)]
    (tmp_path / "bad.png").write_text("no picture")
    found = list(pair(["fox", "castle", "", "city"], [tmp_path / "bad.png", *pictures], matcher))
    assert isinstance(found[0], Skipped)
    paired = [one for one in found if isinstance(one, Paired)]
    assert [(one.text, one.index) for one in paired] == [("fox", 4), ("castle", 3), ("city", 2)]
    assert [one.line.section for one in paired] == [0, 0, 1]
    assert all(one.z is not None and one.z > 2 for one in paired)


def test_lines_without_a_picture_are_those_that_fit_least(matcher: Matcher) -> None:
    found = list(pair(["fox", "castle", "city"], [shown("city", matcher), shown("fox", matcher)], matcher))
    assert [one.index for one in found if isinstance(one, Paired)] == [1, None, 0]


def test_a_picture_that_fits_every_line_takes_none_from_another() -> None:
    pytest.importorskip("scipy", reason="pairing needs SciPy, an extra")
    hub, own = torch.tensor([0.8, 0.6, 0.0]), torch.tensor([0.9, 0.0, 0.44])
    captions = torch.nn.functional.normalize(torch.tensor([[0.7, 0.7, 0.1], [0.8, 0.6, -0.1], [0.6, 0.8, 0.0]]), dim=1)
    background = Background(captions, torch.eye(3))
    line = torch.tensor([[0.8, 0.55, 0.24]])
    assert (line @ hub).item() > (line @ own).item()
    z = background.z(torch.stack([hub, own]), line)
    assert z[0, 1] > z[0, 0]


def test_a_first_line_alone_is_paired_without_titles(matcher: Matcher) -> None:
    lines, pictures = ["fox", "", "castle", "city"], [shown("fox", matcher)]
    assert [one.text for one in pair(lines, pictures, matcher) if isinstance(one, Paired)] == ["castle", "city"]
    all_lines = pair(lines, pictures, matcher, PairSettings(titled=False))
    assert [one.index for one in all_lines if isinstance(one, Paired)] == [0, None, None]


def test_the_grid_matches_what_is_shown(matcher: Matcher) -> None:
    assert isinstance(matcher.perceptor, GridClip)
    assert (matcher.perceptor.encode_image(shown("fox", matcher)) @ matcher.embed_texts(["fox"]).T).item() > 0.9
