import json
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import pytest

from clipgen.errors import SettingsError, UnknownNameError
from clipgen.settings import QUALITIES, GenerateSettings, help_of


def test_defaults_are_valid_and_every_setting_has_one_line_of_help() -> None:
    GenerateSettings().validate()
    for spec in fields(GenerateSettings):
        assert spec.metadata["help"] and "\n" not in help_of(spec.name, GenerateSettings)


def test_settings_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        GenerateSettings().steps = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("size", (0, 256), "1 to 8192"),
        ("size", (256, 10**6), "1 to 8192"),
        ("size", (1, 2, 3), "two whole numbers"),
        ("size", (256.0, 256.0), "two whole numbers"),
        ("render_size", (-1, 5), "1 to 8192"),
        ("steps", 0, "1 or more"),
        ("steps", True, "a whole number or unset"),
        ("steps", 2.5, "a whole number or unset"),
        ("count", -1, "1 or more"),
        ("cutn", 0, "1 or more"),
        ("cut_chunk", 0, "1 or more"),
        ("cut_pow", 0.0, "more than 0"),
        ("lr", -0.1, "more than 0"),
        ("time_budget", 0.0, "more than 0"),
        ("tv", -1.0, "0 or more"),
        ("tv", float("nan"), "finite"),
        ("lr", float("inf"), "finite"),
        ("save_every", -1, "0 or more"),
        ("seed", -1, "from 0"),
        ("ema", 1.0, "below 1"),
        ("perceptors", (), "at least one"),
        ("perceptors", "builtin", "a list of text"),
        ("palette", ("red",), "#rrggbb"),
        ("palette_weight", 1.0, "palette is empty"),
    ],
)
def test_a_value_out_of_range_is_named_with_what_is_allowed(name: str, value: Any, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        GenerateSettings(**{name: value}).validate()
    assert str(caught.value).startswith(name) and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["quality", "generator", "optimizer", "lr_decay", "init_noise", "start", "dtype"])
def test_an_unknown_name_is_an_error_and_never_another_choice(name: str) -> None:
    with pytest.raises(UnknownNameError, match=f"unknown {name} 'zzz'; choose from: "):
        GenerateSettings(**{name: "zzz"}).validate()


def test_two_starts_are_one_too_many() -> None:
    with pytest.raises(SettingsError, match="one of them"):
        GenerateSettings(init_image="a.png", init_noise="perlin").validate()


def test_settings_survive_json() -> None:
    settings = GenerateSettings(size=(512, 384), seed=7, palette=("#ff0000",), palette_weight=0.5, render_size=(8, 8))
    assert GenerateSettings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings


def test_whole_numbers_are_read_where_a_fraction_may_stand() -> None:
    assert isinstance(GenerateSettings.from_dict({"lr": 1}).lr, float)


def test_unknown_key_lists_the_allowed_ones() -> None:
    with pytest.raises(SettingsError, match="unknown setting 'step'; did you mean 'steps'.*cutn"):
        GenerateSettings.from_dict({"step": 3})


@pytest.mark.parametrize("quality", QUALITIES)
def test_quality_fills_what_was_not_set(quality: str) -> None:
    preset = QUALITIES[quality]
    filled = GenerateSettings(quality=quality).resolved()
    assert (filled.steps, filled.cutn) == (preset.steps, preset.cutn)
    kept = replace(GenerateSettings(), quality=quality, steps=3).resolved()
    assert (kept.steps, kept.cutn) == (3, preset.cutn)
    assert filled.resolved() == filled


def test_help_of_an_unknown_setting() -> None:
    with pytest.raises(UnknownNameError):
        help_of("engine", GenerateSettings)
