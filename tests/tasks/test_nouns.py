"""Which things the words of a prompt name."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from clipgen.perceptors.base import Perceptor
from clipgen.tasks.generate.layouts import NUMBERS
from clipgen.tasks.generate.nouns import MEANT, Part, named, parts_of, tokenized, too_many

AXES = ("bus", "school", "red apple", "fox", "insect")


class Words(Perceptor):
    """Embeds each text on the axis of what it names; of what it does not know, near to nothing."""

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        rows = [[float(axis in text) for axis in AXES] + [0.01] for text in texts]
        return torch.nn.functional.normalize(torch.tensor(rows), dim=1)

    def encode_image(self, images: Tensor) -> Tensor:
        raise NotImplementedError

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def asides(self, text: str) -> list[str]:
        return ["by insect"] if "by insect" in text else []

    def unknown_words(self, text: str) -> list[str]:
        return [word for word in ("foxglove", "minibus") if word in text]

    def stand_ins(self, word: str) -> list[str]:
        return ["bus"] if word == "minibus" else []


@pytest.fixture(scope="module")
def words() -> Words:
    return Words()


def names(words: Words, *texts: str) -> tuple[list[str], list[str]]:
    found = named(words, words.encode_text(AXES), texts)
    return tuple([axis for axis, is_one in zip(AXES, some.tolist(), strict=True) if is_one]
                 for some in (found.meant, found.heads >= MEANT))  # fmt: skip


def test_what_stands_before_a_thing_says_of_what_kind_it_is(words: Words) -> None:
    assert names(words, "a yellow school bus") == (["bus", "school"], ["bus"])
    assert names(words, "a school, bus") == (["bus", "school"], ["bus", "school"])
    assert names(words, "a bus in front of the school") == (["bus", "school"], ["bus", "school"])
    assert names(words, "fox running") == (["fox"], ["fox"])


def test_what_is_done_to_something_is_no_thing(words: Words) -> None:
    assert parts_of("samurai crossing the bridge")[1] == Part("crossing", before="samurai", does=True)
    assert not any(part.does for part in parts_of("a king, a crossing, the end of a crossing"))
    assert not any(part.does for part in parts_of("the king a fox"))
    done = "a foxing the bus"  # of a word that is near to a thing
    assert names(words, done) == (["bus", "fox"], ["bus"])


def test_names_that_mean_a_thing_outright(words: Words) -> None:
    def heads(text: str, **rows: int) -> set[str]:
        found = named(words, words.encode_text(AXES), [text], rows=rows, only_known=True).heads
        return {axis for axis, fit in zip(AXES, found.tolist(), strict=True) if fit > 0.99}

    assert heads("two vixens by a bus", vixen=AXES.index("fox")) == {"fox", "bus"}
    assert heads("two vixens by a bus") == {"bus"}
    # a word that the CLIP does not know, and for which nothing stands
    assert heads("a foxglove by a bus", foxglove=AXES.index("insect")) == {"insect", "fox", "bus"}
    assert heads("a foxglove by a bus") == {"bus"}


def test_a_name_of_several_words_is_a_thing_whatever_follows(words: Words) -> None:
    assert names(words, "a red apple bus")[1] == ["bus", "red apple"] and names(words, "a school bus")[1] == ["bus"]


@pytest.mark.parametrize(("word", "cosine", "is_one"), [("green", 0.9, False), ("orange", 1, True), ("ox", 0.9, True)])
def test_a_colour_is_no_thing_unless_one_has_its_name(words: Words, word: str, cosine: float, is_one: bool) -> None:
    thing = torch.tensor([[1.0, 0.0]])
    embedded = {word: torch.tensor([cosine, (1 - cosine**2) ** 0.5])}
    assert bool(named(words, thing, [word], embedded).clear) == is_one


def test_what_a_thing_does_is_no_thing(words: Words) -> None:
    assert names(words, "a fox schooling")[1] == ["fox"] and names(words, "a fox, schooling")[1] == ["school", "fox"]
    assert names(words, "a fox schooling on a hill")[1] == ["fox"]


def test_words_that_mean_a_thing_are_told(words: Words) -> None:
    clear = named(words, words.encode_text(AXES), ["a yellow school bus by a fox"]).clear
    assert {word: [AXES[int(fits.argmax())]] for word, fits in clear.items()} == {
        "bus": ["bus"], "fox": ["fox"],
    }  # fmt: skip


def test_what_is_of_something_is_shown_by_that(words: Words) -> None:
    def clear(text: str) -> set[str]:
        return {*named(words, words.encode_text(AXES), [text]).clear}

    assert clear("a bus of foxes and a school") == {"foxes", "school"}
    assert clear("a bus, often a fox") == {"bus", "fox"}


def test_there_may_be_several_of_what_is_in_the_plural(words: Words) -> None:
    several = named(words, words.encode_text(AXES), ["two foxes and a bus"]).several
    assert [axis for axis, fit in zip(AXES, several.tolist(), strict=True) if fit >= MEANT] == ["fox"]


def test_a_number_is_that_of_what_follows_it(words: Words) -> None:
    def numbers(text: str) -> dict[str, list[str]]:
        found = named(words, words.encode_text(AXES), [text])
        assert NUMBERS.keys().isdisjoint(found.tints)
        return {
            number: [axis for axis, fit in zip(AXES, fits.tolist(), strict=True) if fit > 0.6]
            for number, fits in found.numbers.items()
        }

    assert numbers("three big white foxes, a bus") == {"three": ["fox"]}
    assert numbers("2 foxes and a bus") == {"two": ["fox"]}
    assert numbers("a fox at five, a bus of 12") == {}
    assert numbers("two red foxes and seven buses") == {"two": ["fox"], "seven": ["bus"]}
    assert numbers("four foxes riding bus") == {"four": ["fox"]}


def test_digits_are_read_as_words_but_in_names_of_sizes() -> None:
    assert tokenized("3 foxes") == "three foxes" and tokenized("at 85mm, 4k, f/2 and 2:3") == "at mm , k , f / and :"


def test_many_and_more_than_are_drawn_are_a_number_of_a_thing_but_years_are_not() -> None:
    assert tokenized("a herd of foxes, dozens of buses") == "six foxes , six buses"
    assert tokenized("a dozen foxes") == tokenized("99 foxes") == tokenized("12 foxes") == "twelve foxes"
    assert tokenized("a group of three foxes") == "a group of three foxes" and tokenized("a row of x") == "six x"
    assert tokenized("cars of 1969 in 2024 cars") == "cars of in cars"
    assert too_many("99 foxes, 12 buses, 3 owls, 1969 cars") == ["99"]
    assert too_many(f"{'1' * 5000} foxes") == [], "no number that anybody draws, and too long for one of Python's"


def test_a_word_for_which_nothing_stands_names_nothing(words: Words) -> None:
    every = named(words, words.encode_text(AXES), ["a foxglove, a minibus"])
    known = named(words, words.encode_text(AXES), ["a foxglove, a minibus"], only_known=True)
    assert list(every.parts) == ["foxglove", "minibus"] and list(known.parts) == ["minibus"]


def test_names_of_several_words_are_found_as_a_whole(words: Words) -> None:
    assert names(words, "A red apple | x", "the fox") == (["red apple", "fox"], ["red apple", "fox"])


def test_asides_name_nothing(words: Words) -> None:
    assert names(words, "a fox by insect") == (["fox"], ["fox"])


def test_a_colour_is_that_of_what_follows_it(words: Words) -> None:
    def tints(text: str) -> dict[str, list[str]]:
        found = named(words, words.encode_text(AXES), [text]).tints
        return {
            colour: [axis for axis, fit in zip(AXES, fits.tolist(), strict=True) if fit > 0.6]
            for colour, fits in found.items()
        }

    assert tints("a big white fox running, a bus") == {"white": ["fox"]}
    assert tints("a fox with a grey background") == {"grey": []}
    assert tints("a green fox and a blue school bus") == {"green": ["fox"], "blue": ["bus", "school"]}
    assert tints("a fox, blue") == {}
    assert tints("a purple fox riding bus") == {"purple": ["fox"]}


def test_without_words_anything_may_be_meant(words: Words) -> None:
    assert names(words) == names(words, "in the of") == ([*AXES], [*AXES])


def test_parts_keep_to_what_is_said_in_a_row() -> None:
    assert parts_of("two foxes, on an ice cream") == [
        Part("two", after="foxes"), Part("foxes", "two", said={"two": ()}), Part("ice", after="cream"),
        Part("cream", "ice"),
        Part("two foxes"), Part("ice cream"),
    ]  # fmt: skip
    assert parts_of("") == []
    assert len(parts_of("fox " * 100_000)) < 400
