from dataclasses import Field
from typing import Any

import click
import pytest

from clipgen.cli.command import ORDER
from clipgen.cli.generate import command
from clipgen.cli.options import flags_of, given_settings, read_duration, read_memory, section_of, settings_of
from clipgen.errors import SettingsError
from clipgen.settings import GenerateSettings, help_of, picture_settings

from .conftest import Cli

OPTIONS = {param.name: param for param in command.params if isinstance(param, click.Option)}


def test_every_setting_of_a_picture_is_an_option() -> None:
    assert {spec.name for _, spec in picture_settings()} <= OPTIONS.keys()
    assert {section_of(group, spec) for group, spec in picture_settings()} <= {*ORDER}


@pytest.mark.parametrize("spec", [spec for _, spec in picture_settings()], ids=lambda spec: spec.name)
def test_help_comes_from_the_settings(spec: Field[Any]) -> None:
    assert (OPTIONS[spec.name].help or "").startswith(help_of(spec))


@pytest.mark.parametrize(
    ("verb", "absent"),
    [("edit", "--init-image"), ("animate", "--count"), ("animate", "--time-budget"), ("sample", "--steps")],
)
def test_a_command_has_the_settings_that_it_uses(verb: str, absent: str) -> None:
    flags = {flag for _, spec in settings_of(verb) for flag in flags_of(spec)}
    assert absent not in flags and "--size" in flags and "--device" in flags


PROMISED = """
    --size --steps --quality --time-budget --seed -n --count --prompts --generator --perceptor --lr --optimizer
    --cutn --cut-pow --augments --image-prompt --noise-prompt --init-image --init-noise --init-weight --start --ema
    --tv --l2 --saturation --smoothness --symmetry --palette --no-text --realism --save-every --video --grid --curve
    -o --device --dtype --config --resume --json -q -v --render-size --cut-chunk --alternate --vram --compile --race
"""


@pytest.mark.parametrize("flag", sorted({*PROMISED.split()}))
def test_the_promised_flags_are_there(flag: str) -> None:
    assert any(flag in option.opts for option in OPTIONS.values())


def test_help_has_headings_in_order_and_examples(cli: Cli) -> None:
    text = cli("generate", "--help").output
    used = {section_of(*row) for row in settings_of("generate")}
    places = [text.index(f"\n{heading}:\n") for heading in (*(name for name in ORDER if name in used), "Help")]
    assert places == sorted(places) and "Examples:" in text
    assert "vqgan, stylegan, cppn, pixels" in " ".join(text.split())


def parsed(*args: str) -> dict[str, object]:
    return given_settings(command.make_context("clipgen", ["a fox", *args]).params, settings_of("generate"))


@pytest.mark.parametrize(
    ("args", "settings"),
    [
        ([], {}),
        (["--size", "512", "384", "-n", "2"], {"size": (512, 384), "count": 2}),
        (["--perceptor", "builtin", "--perceptor", "ViT-B-32/openai"], {"perceptors": ("builtin", "ViT-B-32/openai")}),
        (["--image-prompt", "a.png:0.5"], {"image_prompts": ("a.png:0.5",)}),
        (["--time-budget", "1m30s"], {"time_budget": 90.0}),
        (["--vram", "5G"], {"vram": 5.0}),
        (["--compile"], {"compile": True}),
        (["--palette", "#aa0000, #ffffff", "--palette", "#000000"], {"palette": ("#aa0000", "#ffffff", "#000000")}),
        (["--tv", "0"], {"tv": 0.0}),
    ],
)
def test_only_what_is_given_becomes_a_setting(args: list[str], settings: dict[str, object]) -> None:
    assert parsed(*args) == settings
    GenerateSettings.from_dict(settings)


@pytest.mark.parametrize(
    ("text", "seconds"), [("45s", 45.0), ("45", 45.0), ("2m", 120.0), ("1h1m1s", 3661.0), ("1.5s", 1.5), (30, 30.0)]
)
def test_durations(text: str | float, seconds: float) -> None:
    assert read_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-5s", "5 apples", "s", True])
def test_what_is_no_duration(text: str | bool) -> None:
    with pytest.raises(SettingsError, match="write 45s"):
        read_duration(text)


@pytest.mark.parametrize(("text", "gigabytes"), [("5G", 5.0), ("800M", 0.8), ("1.5 GB", 1.5), ("2GiB", 2.0), (3, 3.0)])
def test_sizes_of_memory(text: str | float, gigabytes: float) -> None:
    assert read_memory(text) == gigabytes


@pytest.mark.parametrize("text", ["", "much", "-5G", "5T", True])
def test_what_is_no_size_of_memory(text: str | bool) -> None:
    with pytest.raises(SettingsError, match="write 5G"):
        read_memory(text)
