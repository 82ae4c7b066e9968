from collections.abc import Callable

import pytest

from clipgen.errors import SettingsError
from clipgen.values import (
    Values,
    number,
    optional_number,
    optional_text,
    parse_json,
    parse_toml,
    table,
    text,
    texts,
)
from raising import refused

VALUES: Values = {"word": "fox", "words": ["fox", "owl"], "number": 3, "yes": True, "table": {"a": 1}, "nothing": None}


def test_each_kind_of_value() -> None:
    assert (text(VALUES, "word"), number(VALUES, "number"), texts(VALUES, "words")) == ("fox", 3, ("fox", "owl"))
    assert (optional_text(VALUES, "nothing"), optional_number(VALUES, "missing"), texts(VALUES, "missing")) == (
        None, None, (),
    )  # fmt: skip
    assert table(VALUES, "table") == {"a": 1} and table(VALUES, "missing", {}) == {}


@pytest.mark.parametrize(
    ("take", "key"),
    [
        (text, "number"), (text, "missing"), (optional_text, "words"), (texts, "word"), (texts, "table"),
        (number, "yes"), (number, "nothing"), (optional_number, "word"), (table, "words"), (table, "missing"),
    ],
)  # fmt: skip
def test_another_kind_is_named(take: Callable[[Values, str], object], key: str) -> None:
    with refused(SettingsError, key):
        take(VALUES, key)


@pytest.mark.parametrize("written", ["", "[", "[" * 100_000, "nothing", "9" * 5000])
@pytest.mark.parametrize("parse", [parse_json, lambda written: parse_toml(f"a = {written}")])
def test_what_is_no_json_or_toml_is_a_value_error(parse: Callable[[str], object], written: str) -> None:
    with pytest.raises(ValueError):
        parse(written)
