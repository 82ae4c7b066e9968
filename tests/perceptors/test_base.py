from collections.abc import Sequence

import pytest
from torch import Tensor

from clipgen.perceptors.base import Perceptor, Vocabulary
from clipgen.tasks.generate.layouts import NUMBERS

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


def test_what_is_shown_is_not_reported_with_all_words_of_its_name() -> None:
    class Words(Perceptor):
        def encode_text(self, texts: Sequence[str]) -> Tensor:
            raise NotImplementedError

        encode_image = encode_text

        def count_tokens(self, text: str) -> int:
            return len(text)

        def unknown_words(self, text: str) -> list[str]:
            return VOCABULARY.unknown(text)

    text, shown = "vacuum cleaners, a lighthouse and a cleaner zeppelin", {"lighthouse", "vacuum cleaner"}
    assert Words().unknown_but(text, shown) == ["cleaner", "zeppelin"]
    assert Words().unknown_but(text, ()) == ["vacuum", "cleaners", "lighthouse", "cleaner", "zeppelin"]
    assert Words().explain_unknown([text], "drawn", but=shown) == "'cleaner', 'zeppelin' are left out"


def test_numbers_sides_and_what_a_picture_is_on_are_left_out_without_a_search() -> None:
    asked: list[str] = []
    words = Vocabulary(["fox"], asked.append)
    assert words.known("two foxes, three vixens") == "foxes"
    assert asked == ["vixens"]
    for word in (*NUMBERS, "background", "poster"):  # every prompt of several things is compared with numbers
        assert words.known(f"{word} foxes") == "foxes"
    assert asked == ["vixens"]


def test_a_literal_text_keeps_unknown_words_but_for_slips_and_asides() -> None:
    words = Vocabulary(["elephant"], lambda word: ["elephant"], correct={"elefant": "elephant"}.get)
    assert words.literal("an Elefant in a savanna, by Edward Hopper") == "an elephant in a savanna,"
    assert words.literal("trending on x") == "trending on x"


def test_stems_do_not_swallow_short_words() -> None:
    assert Vocabulary(["k", "b"]).unknown("king bus") == ["king", "bus"]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("a fox in the city", "a fox in the city"),
        ("a vixen in a fortress", "a fox in a castle"),
        ("a fox, lovely, lovely, big, in the city", "a fox, in the city"),
        ("Van Gogh's fortress, lovely", "Van Gogh's castle"),
        ("a lovely vixen’s castle, at dusk.", "a fox castle, at."),
        ("lovely", "lovely"),
        ("very lovely 3", "very lovely 3"),
        ("", ""),
    ],
)
def test_unknown_words_are_replaced_or_left_out(text: str, known: str) -> None:
    asked: list[str] = []

    def stand_ins(word: str) -> list[str]:
        asked.append(word)
        return {"vixen": ["fox", "swim"], "fortress": ["castle"]}.get(word, [])

    words = Vocabulary(VOCABULARY.words, stand_ins)
    assert words.known(text) == words.known(text) == known
    assert len(asked) == len(set(asked))  # each word is looked up once


def test_a_word_of_a_name_is_known_inside_it() -> None:
    words = Vocabulary(["face", "quiet face", "suit", "person in tuxedo"], {"tuxedo": ["tuxedo", "suit"]}.get)
    assert words.unknown("two quiet faces") == ["two"]
    assert words.known("a quiet suit, a quiet face") == "a suit, a quiet face"
    assert words.known("a quiet tuxedo") == "a tuxedo", "the word itself is the nearest that a picture can show"


def test_what_names_a_manner_is_no_other_manner() -> None:
    near = {"photo": ["photo", "vintage"], "snapshot": ["vintage"], "jpeg": ["photo"]}.get
    names = ("photo", "snapshot")
    words = Vocabulary(["fox", "vintage", "sepia photo"], near, lambda: dict.fromkeys(names, names))
    assert words.known("a fox, photo") == words.known("a fox, snapshots") == words.known("a fox, jpeg") == "a fox"
    assert words.known("a sepia photo of a fox") == "a sepia photo of a fox"
    taught = Vocabulary(["fox", "vintage", "photo"], near, lambda: dict.fromkeys(names, names))
    assert taught.known("a snapshot of a fox") == "a photo of a fox"


def test_a_word_of_letters_and_digits_is_known_where_it_was_taught() -> None:
    words = Vocabulary(["photo", "fox", "vx80", "1st place medal"])
    assert words.unknown("a photo of a VX80, two vx81, vx800") == ["two", "vx"]
    assert words.known("a photo of a vx80") == "a photo of a vx80"
    assert words.known("a photo of a vx81") == "a photo of a 81"
    assert words.unknown("a 1st place medal, a zx80's fox") == ["zx"]
