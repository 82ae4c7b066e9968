import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clipgen.cli import models
from clipgen.errors import WeightsError
from clipgen.models import weights
from clipgen.perceptors import openclip
from clipgen.perceptors.openclip import OpenClip

from .conftest import Cli, one_line

CARD = """
[[model]]
name = "tiny"
role = "generator"
architecture = "none"
files = [{ path = "tiny.bin", sha256 = "%s" }]
licence = "MIT"
size_mb = 0.1
notes = "A model for tests."
train = "clipgen train tiny"
"""


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A models folder with one whole model."""
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "tiny.bin").write_bytes(b"weights")
    (folder / "registry.toml").write_text(CARD % weights.sha256(folder / "tiny.bin"))
    monkeypatch.setattr(weights, "models_folder", lambda: folder)
    yield folder


def test_a_machine_without_problems(cli: Cli, shelf: Path) -> None:
    result = cli("doctor", "--no-trial")
    assert result.exit_code == 0, result.output
    sha256 = weights.sha256(shelf / "tiny.bin")
    for word in ("device", "threads", "PyAV", ".mp4", "tiny (generator) ok", sha256[:16], "MB free", "no problems"):
        assert word in result.output


def test_json_has_all_of_it(cli: Cli, shelf: Path) -> None:
    report = json.loads(cli("doctor", "--json", "--no-trial").output)
    assert report["problems"] == [] and report["device"]["threads"] >= 1 and report["disk"]["free_mb"] > 0
    assert report["device"]["dtype"] in ("fp32", "bf16", "fp16") and report["packages"]["torch"]
    assert report["models"][0]["sha256"] == {"tiny.bin": weights.sha256(shelf / "tiny.bin")}


def test_damaged_weights_are_found(cli: Cli, shelf: Path) -> None:
    (shelf / "tiny.bin").write_bytes(b"weightz")
    result = cli("doctor", "--no-trial")
    assert result.exit_code == 1 and "tiny (generator) PROBLEM" in result.output
    assert "sha256" in result.stderr and "tiny.bin" in result.stderr and "no problems" not in result.output


def test_missing_weights_name_the_command_that_makes_them(cli: Cli, shelf: Path) -> None:
    (shelf / "tiny.bin").unlink()
    assert "clipgen train tiny" in cli("doctor", "--no-trial").stderr


def test_no_encoder_and_no_room_are_problems(cli: Cli, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(".")
    monkeypatch.setitem(sys.modules, "av", None)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=2**20))
    result = cli("doctor", "--no-trial")
    assert result.exit_code == 1 and "films cannot be written" in result.stderr
    assert "has 1 MB free" in result.stderr


def test_unreadable_cards_are_a_problem(cli: Cli, shelf: Path) -> None:
    (shelf / "registry.toml").write_text("not toml =")
    assert "registry.toml" in cli("doctor", "--no-trial").stderr


def test_a_trial_step_reports_time_and_memory(cli: Cli, tiny_clip: Path) -> None:
    perceptor = f"local-dir:{tiny_clip}"
    asked = ("--generator", "pixels", "--perceptor", perceptor, "--size", "32", "32", "--cutn", "3", "--device", "cpu")
    trial = json.loads(cli("doctor", "--json", *asked).output)["trial"]
    assert 0 < trial["seconds"] < 30 and 100 < trial["memory_mb"] < 8000 and "32 x 32, 3 cutouts" in trial["of"]
    assert trial["steps"] == 50 and trial["cutn"] == 3
    assert "50 steps (quality normal) take about" in cli("doctor", *asked).output
    assert "7 steps take about" in cli("doctor", *asked, "--steps", "7", "--start", "noise").output
    wrong = cli("doctor", "--generator", "pixels", "--perceptor", "ViT-B-32/nothing")
    assert wrong.exit_code == 1 and "ViT-B-32/nothing" in wrong.stderr


def test_models_list(cli: Cli, shelf: Path) -> None:
    head, row = cli("models", "list").output.splitlines()
    assert head.split() == ["NAME", "ROLE", "MB", "STATE", "LICENCE", "NOTES"]
    assert row.split()[:5] == ["tiny", "generator", "0", "shipped", "MIT"]
    assert json.loads(cli("models", "list", "--json").output)[0]["name"] == "tiny"


def test_models_list_of_a_role_and_of_those_here(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path))

    def names(*args: str) -> list[str]:
        return [row["name"] for row in json.loads(cli("models", "list", "--json", *args).output)]

    assert {"builtin", "vit-b-32"} <= {*names("--role", "perceptor")} and "vqgan" not in names("--role", "perceptor")
    assert "vqgan" in names("--installed") and "vit-b-32" not in names("--installed")


def test_a_table_is_cut_at_the_width_of_the_terminal() -> None:
    lines = models.table_lines(weights.cards(), width=60)
    assert max(map(len, lines)) == 60 and any(line.endswith("…") for line in lines)


def test_models_info_and_verify(cli: Cli, shelf: Path) -> None:
    assert "clipgen train tiny" in cli("models", "info", "tiny").output
    assert json.loads(cli("models", "info", "tiny", "--json").output)["present"]
    assert cli("models", "verify").output == "tiny: ok\n"
    (shelf / "tiny.bin").write_bytes(b"changed")
    result = cli("models", "verify", "tiny")
    assert result.exit_code == 1 and "sha256" in result.stderr
    one_line(cli("models", "info", "tinny"), 1, "'tinny'", "'tiny'")
    one_line(cli("models", "pull", "tinny"), 1, "'tinny'", "'tiny'")


def test_a_missing_model_names_the_command(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path))
    assert "commercial    False" in cli("models", "info", "stylegan2-ffhq").output
    result = cli("a fox", "--generator", "vqgan-imagenet-16384", "--perceptor", "builtin", "-q")
    one_line(result, 1, "clipgen models pull vqgan-imagenet-16384", "980 MB", str(tmp_path))


def test_a_model_of_ones_own(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path / "home"))
    for name in ("m.ckpt", "m.yaml"):
        Path(name).write_bytes(b"x")
    assert "--generator mine" in cli("models", "add", "mine", "m.ckpt", "m.yaml").output
    assert "mine" in cli("models", "list", "--installed").output
    one_line(cli("models", "add", "mine", "m.ckpt"), 1, "'mine'")


def test_models_convert(cli: Cli) -> None:
    one_line(cli("models", "convert", "none.ckpt"), 1, "none.ckpt")
    one_line(cli("models", "convert", "none.ckpt", "-o", "none.bin"), 1, "none.bin", ".safetensors")
    # a StyleGAN has a .json of the same name, which tells it from a VQGAN
    own = weights.find("stylegan", "generator").path(".safetensors")
    assert cli("models", "convert", own, "-o", "again.safetensors").exit_code == 0
    assert Path("again.safetensors").exists() and Path("again.json").exists()
    Path("here.safetensors").touch()
    one_line(cli("models", "convert", "here.ckpt"), 1, "here.safetensors", "-o")


def test_models_words(cli: Cli, perceptor: OpenClip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openclip, "load_perceptor", lambda *_: perceptor)
    assert cli("models", "words").output.split() == perceptor.words()
    assert json.loads(cli("models", "words", "--json").output) == perceptor.words()
    part = cli("models", "words", "cast")
    assert part.stdout == "castle\n" and "'cast' is left out" in part.stderr
    new = cli("models", "words", "Fortress")
    assert new.stdout == "castle\n" and "'fortress' is drawn as castle" in new.stderr
    left_out = cli("models", "words", "lovely")
    assert left_out.stdout == "" and "'lovely' is left out" in left_out.stderr
    known = cli("models", "words", "Castles")
    assert known.stdout == "" and "'castles' is known" in known.stderr


def test_words_of_an_open_vocabulary(cli: Cli, perceptor: OpenClip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openclip, "load_perceptor", lambda *_: perceptor)
    monkeypatch.setattr(type(perceptor), "words", lambda _: [])
    assert "open" in cli("models", "words").stderr and cli("models", "words").stdout.strip() == ""


def test_words_without_weights(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise WeightsError("clip.safetensors is missing; `clipgen train clip` makes it")

    monkeypatch.setattr(openclip, "load_perceptor", missing)
    one_line(cli("models", "words"), 1, "clipgen train clip")


def test_near_words_are_those_that_contain_it() -> None:
    assert models.near_words("Cat", ["cathedral", "cat", "car"]) == ["cat", "cathedral"]
