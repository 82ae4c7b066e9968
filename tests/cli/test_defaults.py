"""The defaults that help names are those that commands use, and a user's own file changes them."""

import re
from pathlib import Path
from typing import Any

import click
import pytest
from PIL import Image

from clipgen.cli import animate
from clipgen.cli.defaults import defaults_file
from clipgen.cli.describe import verb_settings
from clipgen.cli.main import COMMANDS, main
from clipgen.cli.sections import SectionOption
from clipgen.cli.trial import Trial
from clipgen.generators.cppn import CPPN
from clipgen.generators.pixels import Pixels
from clipgen.generators.stylegan.generator import PSI
from clipgen.jobs import Job
from clipgen.media.pictures import read_metadata
from clipgen.settings import FilmSettings, GenerateSettings
from clipgen.settings.describe import DESCRIBING
from clipgen.studio import Studio
from clipgen.tasks.edit import edit_job
from clipgen.tasks.generate.losses import INIT_WEIGHT

from .conftest import TINY, Cli, one_line

OPTIONS = {
    (name, param.setting[1].name): param
    for name in COMMANDS
    if isinstance(command := main.get_command(click.Context(main), name), click.Command)
    for param in command.params
    if isinstance(param, SectionOption) and param.setting is not None
}


@pytest.fixture
def used(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """The settings that each command uses when it is given no option."""
    Image.new("RGB", (64, 48)).save("photo.png")
    drawn: list[Job] = []
    monkeypatch.setattr(Studio, "draw", lambda _, job: drawn.append(job) or [Image.new("RGB", (8, 8))])
    assert cli("sample", "-q").exit_code == 0
    picture, film = GenerateSettings().flat(), vars(FilmSettings())
    every = {"generate": picture, "doctor": picture, "animate": {**picture, **film}, "batch": {**picture, **film}}
    every["edit"] = edit_job("photo.png", "a fox").settings.flat()
    every["sample"] = drawn[0].settings.flat()
    return every | {verb: verb_settings(verb, {}).flat() for verb in DESCRIBING}


def test_help_names_the_defaults_that_are_used(used: dict[str, dict[str, Any]]) -> None:
    named = 0
    for (command, name), option in OPTIONS.items():
        if not (found := re.search(r"\[([^\]]*)\]", option.help or "")) or found[1] == "that of FILE":
            continue
        value = used[command][name]
        if isinstance(value, bool):
            assert value == (found[1] == "on"), f"{command} --{name} is {value}, and its help says {found[1]}"
            continue
        values = value if isinstance(value, tuple) else (value,)
        numeric = all(isinstance(one, (int, float)) for one in values)
        given = [float(one) for one in found[1].split()] if numeric else [*found[1].split()]
        assert given == list(values), f"{command} --{name} is {value}, and its help says {found[1]}"
        named += 1
    assert named > 100


def test_help_in_words_names_the_defaults_that_are_used() -> None:
    text = OPTIONS["generate", "init_weight"].help
    assert text and f"{INIT_WEIGHT:g} where the start fits" in text
    psi = OPTIONS["generate", "psi"].help
    assert psi and f"default: {PSI:g}" in psi
    race = OPTIONS["generate", "race"].help
    assert race and f"{CPPN.race} with cppn from random networks, else {Pixels.race}" in race


def test_an_edit_has_the_size_of_its_picture(used: dict[str, dict[str, Any]]) -> None:
    assert "[that of FILE]" in (OPTIONS["edit", "size"].help or "") and used["edit"]["size"] != (256, 256)
    assert "[8]" in (OPTIONS["edit", "init_weight"].help or "")


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The place of a defaults file."""
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path / "home"))
    defaults_file().parent.mkdir()
    return defaults_file()


def test_own_defaults_are_below_options_and_config_files(paint: Cli, own: Path) -> None:
    small = [word for word in TINY if word not in ("--steps", "4", "--seed", "7")]
    own.write_text('steps = 2\nseed = 1\noutput = "gallery"\nfps = 12\npsi = 0.4\n[generate]\nseed = 3\ngrid = true\n')
    Path("run.toml").write_text("seed = 5\n")
    assert paint("fox", *small, "-q").stdout.split() == ["gallery/fox-3.png", "gallery/fox-3-grid.png"]
    assert read_metadata("gallery/fox-3.png")["settings"]["search"]["steps"] == 2
    assert "gallery/fox-5.png" in paint("fox", *small, "--config", "run.toml", "-q").stdout
    assert "x.png" in paint("fox", *small, "--config", "run.toml", "--seed", "9", "-o", "x.png", "-q").stdout
    assert read_metadata("x.png")["seed"] == 9


def test_config_prints_the_file_and_what_it_sets(cli: Cli, own: Path) -> None:
    assert cli("config", "-q").output.strip() == str(own)
    text = cli("config").output
    assert str(own) in text and "[animate]" in text
    own.write_text('perceptor = "vit-b-32"\n[animate]\nfps = 12\n')
    lines = {line.split()[0]: line for line in cli("config").output.splitlines()[1:]}
    assert "fps=12" in lines["animate"] and "fps" not in lines["generate"]
    assert all("perceptors=vit-b-32" in line for name, line in lines.items() if name != "sample")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("stpes = 2", ["'stpes'", "'steps'"]),
        ("steps = 0", ["steps is 0"]),
        ("steps = 'many'", ["steps is 'many'"]),
        ("quality = 'best'", ["'best'", "draft"]),
        ("[generat]\nsteps = 2", ["'generat'", "'generate'"]),
        ("[generate]\nfps = 12", ["'fps'"]),
        ("steps = ", ["TOML"]),
    ],
)
def test_a_wrong_file_of_defaults_is_named(cli: Cli, own: Path, text: str, words: list[str]) -> None:
    own.write_text(text)
    one_line(cli("a fox"), 1, str(own), *words)


def test_defaults_that_need_each_other_are_checked_together(cli: Cli, own: Path) -> None:
    own.write_text("[animate]\nfps = 4\nkeyframes = 1\n")
    result = cli("config")
    assert result.exit_code == 0 and "fps=4" in result.output and "keyframes=1" in result.output
    own.write_text("[animate]\nfps = 4\nkeyframes = 5\n")
    one_line(cli("config"), 1, str(own), "keyframes is 5 and fps is 4")


def test_defaults_of_other_commands_do_no_harm(paint: Cli, own: Path) -> None:
    own.write_text("hubness = true\nfps = 12\n[animate]\nsteps = 1\n")
    assert paint("fox", *TINY).exit_code == 0
    assert read_metadata("outputs/fox-7.png")["settings"]["search"]["steps"] == 4


def test_defaults_of_a_film(cli: Cli, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(animate, "trial", lambda *_: Trial(1.0, 1.0, None, 50, 12))
    own.write_text("fps = 12\nsize = [64, 64]\n[animate]\nkeyframes = 2\n")
    Path("a.txt").write_text("a fox\n")
    assert "at 12 a second" in cli("animate", "a.txt", "--dry-run").output
    assert "at 9 a second" in cli("animate", "a.txt", "--dry-run", "--fps", "9").output
    Path("a.toml").write_text('[film]\nfps = 10\n[[scene]]\nprompt = "a fox"\n')
    assert "at 10 a second" in cli("animate", "a.toml", "--dry-run").output
