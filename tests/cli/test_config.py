from pathlib import Path

import pytest

from clipgen.cli.config import read_config
from clipgen.errors import SettingsError, UnknownNameError


def write(folder: Path, text: str) -> Path:
    path = folder / "run.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_keys_are_the_long_option_names_or_the_settings(tmp_path: Path) -> None:
    config = read_config(
        write(
            tmp_path,
            'prompts = ["a red fox"]\nsize = [64, 32]\ntime-budget = "45s"\nperceptor = "builtin"\n'
            'image-prompt = ["a.png:0.5"]\nnoise_prompts = ["7:0.2"]\nno-text = 1\nvideo = true\noutput = "gallery"\n',
        )
    )
    assert config.prompts == ("a red fox",)
    assert config.settings == {
        "size": [64, 32],
        "time_budget": 45.0,
        "perceptors": ["builtin"],
        "image_prompts": ["a.png:0.5"],
        "noise_prompts": ["7:0.2"],
        "no_text": 1,
    }
    assert config.extras == {"video": True, "output": "gallery"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sede = 7", ["unknown key 'sede'", "did you mean 'seed'", "in all"]),
        ("steps = 'many'", ["steps is 'many'", "whole number"]),
        ("steps = 2.5", ["steps is 2.5"]),
        ("steps = 0", ["steps is 0", "1 or more"]),
        ("generator = 'vqgn'", ["unknown generator 'vqgn'", "did you mean 'vqgan'"]),
        ("time-budget = 'soon'", ["time_budget", "'soon' is not a time"]),
        ("prompts = 7", ["prompts is 7", "list of texts"]),
        ("video = 'yes'", ["video is 'yes'", "true or false"]),
        ("[serch]\nsteps = 7", ["unknown key 'serch'"]),
        ("steps = ", ["is not TOML"]),
    ],
)
def test_wrong_files_name_file_and_key(tmp_path: Path, text: str, words: list[str]) -> None:
    path = write(tmp_path, text)
    with pytest.raises((SettingsError, UnknownNameError)) as caught:
        read_config(path)
    assert all(word in str(caught.value) for word in [str(path), *words]), caught.value


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="gone.toml"):
        read_config(tmp_path / "gone.toml")
    with pytest.raises(SettingsError, match=tmp_path.name):
        read_config(tmp_path)
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="bytes.toml"):
        read_config(tmp_path / "bytes.toml")


def test_settings_in_the_tables_of_their_groups(tmp_path: Path) -> None:
    text = 'generator = "stylegan"\n[canvas]\nsize = [64, 64]\n[search]\nsteps = 7\n[options]\npsi = 0.4'
    path = write(tmp_path, text)
    assert read_config(path).settings == {"generator": "stylegan", "size": [64, 64], "steps": 7, "psi": 0.4}
    with pytest.raises(SettingsError, match="'stepps'"):
        read_config(write(tmp_path, "[search]\nstepps = 7"))


def test_a_setting_of_the_generator_on_the_command_line(tmp_path: Path) -> None:
    path = write(tmp_path, "psi = 0.4")
    assert read_config(path, {"generator": "stylegan"}).settings == {"psi": 0.4}
    with pytest.raises(SettingsError, match="run.toml"):
        read_config(path)


def test_an_error_of_the_command_line_is_not_the_file_s(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_config(write(tmp_path, "seed = 7"), {"steps": 0})
    assert "steps" in caught.value.settings and "run.toml" not in str(caught.value)
