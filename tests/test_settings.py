import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import FrozenInstanceError
from typing import Any, get_type_hints

import pytest

from clipgen.errors import SettingsError, UnknownNameError
from clipgen.jobs import VERBS
from clipgen.settings import (
    QUALITIES,
    CaptionVerb,
    ClassifyVerb,
    DetectVerb,
    DuplicatesVerb,
    FilmSettings,
    GenerateSettings,
    ModerateVerb,
    OrientVerb,
    RankVerb,
    SearchVerb,
    about_of,
    help_of,
    hints,
    picture_settings,
    settings_in,
)
from clipgen.settings.base import _check_type
from clipgen.settings.keywords import (
    CaptionKeywords,
    ClassifyKeywords,
    DetectKeywords,
    DuplicatesKeywords,
    FilmKeywords,
    ModerateKeywords,
    OrientKeywords,
    PictureKeywords,
    QueryKeywords,
    RankKeywords,
)
from raising import refused


def test_defaults_are_valid_and_every_setting_has_one_line_of_help() -> None:
    verbs = [one for kind in VERBS.values() for one in settings_in(kind)]
    for group, spec in [*picture_settings(), *verbs]:
        assert about_of(spec).help and "\n" not in help_of(spec)
        _check_type(spec.name, spec.default, hints(group)[spec.name])  # `validate` takes them for valid
        about_of(spec).check(spec.name, spec.default)


def test_settings_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        GenerateSettings().search.steps = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("size", (0, 256)),
        ("size", (256, 10**6)),
        ("size", (1, 2, 3)),
        ("size", (256.0, 256.0)),
        ("steps", 0),
        ("steps", True),
        ("steps", 2.5),
        ("count", -1),
        ("cutn", 0),
        ("cut_chunk", 0),
        ("cut_pow", 0.0),
        ("lr", -0.1),
        ("time_budget", 0.0),
        ("tv", -1.0),
        ("tv", float("nan")),
        ("lr", float("inf")),
        ("save_every", -1),
        ("seed", -1),
        ("ema", 1.0),
        ("perceptors", ()),
        ("perceptors", "builtin"),
        ("palette", ("red",)),
        ("palette_weight", 1.0),
    ],
)
def test_a_value_out_of_range_is_named(name: str, value: Any) -> None:
    with pytest.raises(SettingsError) as caught:
        GenerateSettings.of(**{name: value})
    assert name in caught.value.settings
    assert str(caught.value).startswith(name) and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["quality", "generator", "optimizer", "lr_decay", "init_noise", "start", "dtype"])
def test_an_unknown_name_is_an_error_and_never_another_choice(name: str) -> None:
    with refused(UnknownNameError, name, match="'zzz'"):
        GenerateSettings.of(**{name: "zzz"})


def test_two_starts_are_one_too_many() -> None:
    with refused(SettingsError, "init_image", "init_noise"):
        GenerateSettings.of(init_image="a.png", init_noise="perlin")


def test_settings_survive_json() -> None:
    settings = GenerateSettings.of(size=(512, 384), seed=7, palette=("#ff0000",), palette_weight=0.5)
    assert GenerateSettings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings


def test_whole_numbers_are_read_where_a_fraction_may_stand() -> None:
    assert isinstance(GenerateSettings.from_dict({"lr": 1}).search.lr, float)


def test_unknown_key_lists_the_allowed_ones() -> None:
    with refused(SettingsError, "step", match="'steps'.*cut_pow"):
        GenerateSettings.from_dict({"step": 3})


@pytest.mark.parametrize("quality", QUALITIES)
def test_quality_fills_what_was_not_set(quality: str) -> None:
    preset = QUALITIES[quality]
    filled = GenerateSettings.of(quality=quality).resolved()
    assert (filled.search.steps, filled.cutouts.cutn) == (preset.steps, preset.cutn)
    kept = GenerateSettings().changed(quality=quality, steps=3).resolved()
    assert (kept.search.steps, kept.cutouts.cutn) == (3, preset.cutn)
    assert filled.resolved() == filled


def test_a_generator_has_options_of_its_own() -> None:
    settings = GenerateSettings.of(generator="cppn", render_size=(512, 384))
    assert settings.options.final_size() == (512, 384)
    assert GenerateSettings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings
    # what another generator does not have is left, not carried along
    assert settings.changed(render_size=None, generator="vqgan").options == GenerateSettings().options
    with refused(SettingsError, "render_size"):
        settings.changed(generator="vqgan")
    with refused(SettingsError, "classes"):
        GenerateSettings.of(classes=["forest"], prior="my/prior").validate()
    with refused(SettingsError, "psi"):
        GenerateSettings.of(psi=0.5)
    with refused(SettingsError, "render_size", match="8192"):
        GenerateSettings.of(generator="pixels", render_size=(-1, 5))


def test_a_check_is_quick_and_imports_no_torch() -> None:
    script = (
        "import sys, timeit; from clipgen.settings import GenerateSettings\n"
        "GenerateSettings.of(steps=3, generator='vqgan-imagenet-16384')\n"
        "print(timeit.timeit(lambda: GenerateSettings.of(steps=3), number=20) / 20, 'torch' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert float(found[0]) < 0.006 and found[1] == "False"


def keyword(hint: Any) -> Any:
    """A setting's type as a keyword has it: any sequence where the setting keeps a tuple."""
    return Sequence[str] if hint == tuple[str, ...] else hint


@pytest.mark.parametrize(
    ("settings", "keywords", "apart"),
    [
        (list(picture_settings()), PictureKeywords, {"perceptors": "perceptor", "count": None}),
        (list(settings_in(FilmSettings)), FilmKeywords, {}),
        (list(settings_in(CaptionVerb)), CaptionKeywords, {"perceptors": "perceptor"}),
        (list(settings_in(RankVerb)), RankKeywords, {"perceptors": "perceptor"}),
        (list(settings_in(ClassifyVerb)), ClassifyKeywords, {"perceptors": "perceptor"}),
        (list(settings_in(DuplicatesVerb)), DuplicatesKeywords,
         {"perceptors": "perceptor", "views": None, "hubness": None}),
        (list(settings_in(DetectVerb)), DetectKeywords, {"perceptors": "perceptor", "views": None, "hubness": None}),
        (list(settings_in(ModerateVerb)), ModerateKeywords, {"perceptors": "perceptor", "hubness": None}),
        (list(settings_in(OrientVerb)), OrientKeywords, {"perceptors": "perceptor", "views": None, "hubness": None}),
        (list(settings_in(SearchVerb)), QueryKeywords, {"perceptors": "perceptor", "views": None, "hubness": None}),
    ],
)
def test_keywords_are_the_settings(settings: Any, keywords: Any, apart: dict[str, str | None]) -> None:
    named = {spec.name: keyword(hints(group)[spec.name]) for group, spec in settings if spec.name not in apart}
    found = get_type_hints(keywords)
    assert {name: found[name] for name in found if name != "perceptor"} == named
