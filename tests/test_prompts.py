import math
import time
from pathlib import Path

import pytest

from clipgen.errors import PromptError
from clipgen.prompts import Prompt, parse_prompts, parse_weighted_path, read_prompt_file, slugify, split_long


@pytest.mark.parametrize(
    ("line", "prompts"),
    [
        ("a fox", [("a fox", 1.0, -math.inf)]),
        ("a fox:0.5", [("a fox", 0.5, -math.inf)]),
        ("a fox:.5", [("a fox", 0.5, -math.inf)]),
        ("a fox:2", [("a fox", 2.0, -math.inf)]),
        ("a fox :2", [("a fox", 2.0, -math.inf)]),
        ("text:-1:0.3", [("text", -1.0, 0.3)]),
        ("text:1:2", [("text", 1.0, 2.0)]),
        (" a fox | watercolor : x:0.4 ", [("a fox", 1.0, -math.inf), ("watercolor : x", 0.4, -math.inf)]),
        # colons that are no weights
        ("ratio 16:9 poster", [("ratio 16:9 poster", 1.0, -math.inf)]),
        ("ratio 16:9", [("ratio 16:9", 1.0, -math.inf)]),
        ("at 12:30:45", [("at 12:30:45", 1.0, -math.inf)]),
        ("C:\\x", [("C:\\x", 1.0, -math.inf)]),
        ("a fox:red", [("a fox:red", 1.0, -math.inf)]),
        ("a fox:nan", [("a fox:nan", 1.0, -math.inf)]),
        ("a fox:", [("a fox:", 1.0, -math.inf)]),
        ("::", [("::", 1.0, -math.inf)]),
        # … and weights behind such colons
        ("ratio 16:9:0.5", [("ratio 16:9", 0.5, -math.inf)]),
        ("ratio 16:9 :2", [("ratio 16:9", 2.0, -math.inf)]),
        ("ratio 16:9:1.0:0.3", [("ratio 16:9", 1.0, 0.3)]),
        ("blade runner 2049:0.5", [("blade runner 2049", 0.5, -math.inf)]),
        ("blade runner 2049:-1", [("blade runner 2049", -1.0, -math.inf)]),
        ("夜の海:0.5", [("夜の海", 0.5, -math.inf)]),
    ],
)
def test_parse(line: str, prompts: list[tuple[str, float, float]]) -> None:
    assert parse_prompts(line) == tuple(Prompt(*prompt) for prompt in prompts)


@pytest.mark.parametrize(
    "line", ["", "  ", "|", "a fox |", "a | | b", ":0.5", "a fox | :1", "a:0", "a:0 | b:0", "a:1e999"]
)
def test_what_is_no_prompt_is_a_clear_error(line: str) -> None:
    with pytest.raises(PromptError) as caught:
        parse_prompts(line)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("\u200b", "empty"),
        ("a fox | \u200e\ufeff", "empty part"),
        ("fox \udcff", "not UTF-8"),
        ("a:1e7", "from -1e6 to 1e6"),
        ("a:-2e6 | b", "from -1e6 to 1e6"),
        ("a:1e-9 | b:0", "every weight"),
    ],
)
def test_what_looks_like_a_prompt_and_is_none(line: str, why: str) -> None:
    with pytest.raises(PromptError, match=why):
        parse_prompts(line)


def test_lines_of_many_digits_are_read_in_time() -> None:
    began = time.process_time()
    (prompt,) = parse_prompts(f"a fox:{'1' * 20_000}x")
    assert prompt.weight == 1 and time.process_time() - began < 1


def test_a_message_names_the_beginning_of_a_long_prompt() -> None:
    with pytest.raises(PromptError) as caught:
        parse_prompts("a red fox " * 1000 + ":0")
    assert len(str(caught.value)) < 200


def test_a_weight_of_zero_switches_one_part_off() -> None:
    assert [prompt.weight for prompt in parse_prompts("a:0 | b")] == [0.0, 1.0]


@pytest.mark.parametrize("text", ["a fox", "ratio 16:9", "C:\\x", "fox:2", "fox:1:0.5", "2049", "fox:", ":0.5"])
@pytest.mark.parametrize("weight", [1.0, 0.5, -2.0, 1e-05])
@pytest.mark.parametrize("stop", [-math.inf, 0.3, -1.0])
def test_a_prompt_reads_back_from_its_text(text: str, weight: float, stop: float) -> None:
    prompt = Prompt(text, weight, stop)
    assert parse_prompts(f"{prompt} | other")[0] == prompt


@pytest.mark.parametrize("arguments", [("",), ("a|b",), (" a",), ("a", math.nan), ("a", 1.0, math.inf)])
def test_prompt_refuses_what_cannot_be_written_down(arguments: tuple) -> None:
    with pytest.raises(PromptError):
        Prompt(*arguments)


def test_weighted_path() -> None:
    assert parse_weighted_path("photo.jpg") == ("photo.jpg", 1.0)
    assert parse_weighted_path("C:\\photo.jpg:-0.5") == ("C:\\photo.jpg", -0.5)
    assert parse_weighted_path("42:2") == ("42", 2.0)
    with pytest.raises(PromptError):
        parse_weighted_path(":0.5")


def test_prompt_file(tmp_path: Path) -> None:
    file = tmp_path / "prompts.txt"
    file.write_text("\ufeff# comment\n\n a fox:0.5 | snow \r\nein Fuchs im Schnee: Öl\n", encoding="utf-8")
    assert read_prompt_file(file) == ["a fox:0.5 | snow", "ein Fuchs im Schnee: Öl"]


@pytest.mark.parametrize(
    ("content", "place"),
    [(b"", ""), (b"# only\n", ""), (b"a\n:1\n", ", line 2"), (b"\xff\xfe", "")],
)
def test_bad_prompt_file(tmp_path: Path, content: bytes, place: str) -> None:
    file = tmp_path / "prompts.txt"
    file.write_bytes(content)
    with pytest.raises(PromptError, match=f"prompts.txt{place}"):
        read_prompt_file(file)


def test_missing_prompt_file(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="none.txt"):
        read_prompt_file(tmp_path / "none.txt")
    with pytest.raises(PromptError, match=tmp_path.name):
        read_prompt_file(tmp_path)


def test_the_sample_prompts_are_prompts() -> None:
    files = sorted((Path(__file__).parents[1] / "prompts").glob("*.txt"))
    assert files and all(read_prompt_file(file) for file in files)


def words(text: str) -> int:
    return len(text.split())


def test_split_long_keeps_a_text_that_fits() -> None:
    assert split_long(" a red fox ", words, 3) == ["a red fox"]


def test_split_long_prefers_sentences_then_clauses_then_words() -> None:
    text = "A red fox runs. The snow falls, slowly and in great soft flakes, all night."
    pieces = ["A red fox runs.", "The snow falls,", "slowly and in great soft flakes,", "all night."]
    assert split_long(text, words, 7) == pieces
    assert split_long("one two three four five", words, 2) == ["one two", "three four", "five"]


@pytest.mark.parametrize("limit", [1, 2, 5, 11])
def test_split_long_loses_nothing_and_fits(limit: int) -> None:
    text = "Supercalifragilistic, a very; long text. " * 5
    pieces = split_long(text, lambda piece: len(piece.strip()), limit)
    assert all(0 < len(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_split_long_counts_no_long_word() -> None:
    longest = 0

    def count(text: str) -> int:
        nonlocal longest
        longest = max(longest, len(text))
        return len(text) // 3 + 2

    pieces = split_long("x" * 100_000, count, 77)
    assert "".join(pieces) == "x" * 100_000 and longest <= 200


def test_split_long_gives_up_when_nothing_fits() -> None:
    with pytest.raises(PromptError, match="'f'.* 0 "):
        split_long("fox", len, 0)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Underwater scene, Van Gogh!", "underwater-scene-van-gogh"),
        ("../../etc/passwd", "etc-passwd"),
        ("a_b  c", "a-b-c"),
        ("夜の海", "夜の海"),
        ("???", "picture"),
        ("", "picture"),
    ],
)
def test_slugify(text: str, slug: str) -> None:
    assert slugify(text) == slug


def test_slugify_cuts_between_words_and_never_inside_a_character() -> None:
    assert slugify("one two three", max=9) == "one-two"
    assert slugify("a" * 100, max=10) == "a" * 10
    assert len(slugify("夜" * 100).encode()) <= 60
