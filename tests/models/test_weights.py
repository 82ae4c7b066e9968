import os
import sys
import types
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from clipgen.errors import UnknownNameError, WeightsError
from clipgen.files import sha256
from clipgen.models import weights
from clipgen.models.weights import Card, CardFile, cards, check, find, load_state, models_folder, save_state, tensors

STATE = {"a.weight": torch.arange(6.0).view(2, 3), "b": torch.zeros(2, dtype=torch.float16)}


def card_of(*files: CardFile) -> Card:
    return Card("tiny", "perceptor", "none", files, "MIT", 0.1, "", "clipgen train clip")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(weights, "models_folder", lambda: tmp_path)
    return tmp_path


def test_the_checkout_has_cards_for_both_built_in_models() -> None:
    assert models_folder() == Path(__file__).parents[2] / "models"
    assert find("builtin", role="perceptor").train.startswith("clipgen train clip")
    assert find("vqgan", role="generator").path(".yaml").parent == find("vqgan", role="generator").folder
    assert {card.role for card in cards()} == set(weights.ROLES)
    assert [card.name for card in cards("generator") if card.shipped] == ["vqgan", "stylegan"]


def test_unknown_names_list_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="'builtn'.*'builtin'"):
        find("builtn", role="perceptor")
    with pytest.raises(UnknownNameError, match="perceptor 'vqgan'"):
        find("vqgan", role="perceptor")
    with pytest.raises(UnknownNameError, match="painter.*perceptor, generator"):
        cards("painter")
    with pytest.raises(WeightsError, match=".onnx"):
        find("vqgan", role="generator").path(".onnx")


def test_check_accepts_the_right_file(folder: Path) -> None:
    (folder / "a.bin").write_bytes(b"weights")
    check(card_of(CardFile("a.bin", sha256(folder / "a.bin"))))


def test_check_refuses_a_damaged_file_even_after_a_good_check(folder: Path) -> None:
    file = folder / "a.bin"
    file.write_bytes(b"weights")
    card = card_of(CardFile("a.bin", sha256(file)))
    check(card)
    file.write_bytes(b"weighty!")
    with pytest.raises(WeightsError, match="a.bin.*git checkout models/"):
        check(card)


def test_check_names_the_command_that_makes_a_missing_file(folder: Path) -> None:
    with pytest.raises(WeightsError, match="`clipgen train clip`"):
        check(card_of(CardFile("a.bin", "")))


def test_check_refuses_a_file_without_a_sum(folder: Path) -> None:
    (folder / "a.bin").write_bytes(b"weights")
    with pytest.raises(WeightsError, match="sha256.*a.bin"):
        check(card_of(CardFile("a.bin", "")))


@pytest.mark.parametrize("text", ["[[model]", "", "[[model]]\nname='x'", "[[model]]\nfiles=[{paths='x'}]"])
def test_a_damaged_registry_is_a_clear_error(folder: Path, text: str) -> None:
    (folder / "registry.toml").write_text(text)
    with pytest.raises(WeightsError, match="registry.toml"):
        cards()


def test_an_edited_registry_is_read_again(folder: Path) -> None:
    row = "[[model]]\nrole='generator'\narchitecture=''\nfiles=[]\nlicence=''\nsize_mb=1.0\nnotes=''\ntrain=''\nname="
    for second, name in enumerate(("one", "two")):
        (folder / "registry.toml").write_text(f"{row}{name!r}")
        os.utime(folder / "registry.toml", (second, second))
        assert [card.name for card in cards()] == [name]


def test_missing_models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "__file__", str(tmp_path / "clipgen" / "models" / "weights" / "__init__.py"))
    with pytest.raises(WeightsError, match="registry.toml"):
        models_folder()
    for place in (tmp_path / "models", tmp_path / "clipgen" / "models"):
        place.mkdir(parents=True)
        (place / "registry.toml").touch()
        assert models_folder() == place, "the wheel's own folder comes before one that merely lies beside the package"


@pytest.mark.parametrize("suffix", [".safetensors", ".pt", ".pth", ".ckpt", ".bin"])
def test_load_state_reads_every_format(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"model{suffix}"
    save_file(STATE, file) if suffix == ".safetensors" else torch.save(STATE, file)
    loaded = load_state(file)
    assert loaded.keys() == STATE.keys()
    assert all(torch.equal(loaded[name], STATE[name]) and loaded[name].dtype == STATE[name].dtype for name in STATE)


def test_saved_weights_are_whole_half_precise_and_for_everyone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "new" / "model.safetensors"
    (tmp_path / "mine").touch()
    save_state(path, {"w": torch.linspace(0, 1, 12).view(3, 4).T, "n": torch.tensor([7])})
    loaded = load_state(path)
    assert loaded["w"].shape == (4, 3) and loaded["w"].dtype == torch.float16 and loaded["n"].item() == 7
    assert path.stat().st_mode == (tmp_path / "mine").stat().st_mode
    before = path.read_bytes()

    def full(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[:9])
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        save_state(path, {"w": torch.zeros(2)})
    assert path.read_bytes() == before


def test_load_state_unwraps_a_training_checkpoint(tmp_path: Path) -> None:
    torch.save({"epoch": 3, "state_dict": STATE}, tmp_path / "model.ckpt")
    assert load_state(tmp_path / "model.ckpt").keys() == STATE.keys()


def test_load_state_reads_past_lightnings_callback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = "pytorch_lightning.callbacks.model_checkpoint"
    callback = type("ModelCheckpoint", (), {"__module__": home})
    stand_in = types.ModuleType(home)
    stand_in.ModelCheckpoint = callback  # type: ignore[attr-defined]
    for name in ("pytorch_lightning", "pytorch_lightning.callbacks"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, home, stand_in)
    torch.save({"state_dict": STATE, "callbacks": {callback: {"best": 1.0}}}, tmp_path / "model.ckpt")
    assert load_state(tmp_path / "model.ckpt").keys() == STATE.keys()


class Bomb:
    def __reduce__(self) -> tuple:
        return (Path("exploded").touch, ())


def test_load_state_executes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"state_dict": STATE, "bomb": Bomb()}, tmp_path / "model.ckpt")
    with pytest.raises(WeightsError, match="model.ckpt"):
        load_state(tmp_path / "model.ckpt")
    assert not (tmp_path / "exploded").exists()


def test_load_state_refuses_what_it_cannot_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("text.safetensors", "text.pt", "text.txt"):
        (tmp_path / name).write_text("no weights")
    save_file(STATE, tmp_path / "cut.safetensors")
    (tmp_path / "cut.safetensors").write_bytes((tmp_path / "cut.safetensors").read_bytes()[:-4])
    torch.save(STATE, tmp_path / "cut.pt")
    (tmp_path / "cut.pt").write_bytes((tmp_path / "cut.pt").read_bytes()[:300])
    torch.save({"epoch": 3}, tmp_path / "numbers.pt")
    torch.save([1, 2], tmp_path / "list.pt")
    damaged = ("text.safetensors", "text.pt", "cut.safetensors", "cut.pt", "numbers.pt", "list.pt")
    for name in ("none.pt", "text.txt", *damaged):
        with pytest.raises(WeightsError, match=name) as caught:
            load_state(tmp_path / name)
        assert "\n" not in str(caught.value)
    save_file(STATE, tmp_path / "whole.safetensors")
    assert load_state(tmp_path / "whole.safetensors").keys() == STATE.keys()
    monkeypatch.setattr(tensors, "MAX_BYTES", 4)
    with pytest.raises(WeightsError, match="whole.safetensors"):
        load_state(tmp_path / "whole.safetensors")
