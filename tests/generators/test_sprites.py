"""The network that draws things: its shapes, its file, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from clipgen.errors import WeightsError
from clipgen.generators.sprites import CELL, LEVELS, Decoder, Residual, Sprites

NAMES = ["owl", "owl", "fox"]


@pytest.fixture
def sprites() -> Sprites:
    torch.manual_seed(3)
    decoder = Decoder(4, coarse=16, fine=8, blocks=2)
    for block in (*decoder.coarse, *decoder.fine):
        assert isinstance(block, Residual)
        torch.nn.init.normal_(block.widen.weight, std=0.3)
    torch.nn.init.constant_(decoder.leave.bias, 0.5)
    embeddings = torch.randint(-LEVELS, LEVELS + 1, (3, 4, 2, 2)).to(torch.int8)
    made = Sprites(decoder, embeddings, NAMES, lone=["fox"], people=["owl"], also={"vixen": "fox"})
    return made.eval().requires_grad_(False)


def test_each_thing_has_its_drawings(sprites: Sprites) -> None:
    assert sprites.things == ("owl", "fox") and sprites.side == 2 * CELL
    owls, foxes = sprites.draw("owl"), sprites.draw("fox")
    assert owls.shape == (2, 4, 16, 16) and foxes.shape == (1, 4, 16, 16)
    assert not owls[0].equal(owls[1])
    assert torch.allclose(sprites.decode(sprites.embeddings[2:]), foxes)


def test_no_colour_exceeds_its_alpha(sprites: Sprites) -> None:
    drawn = torch.cat([sprites.draw("owl"), sprites.draw("fox")])
    assert drawn.min() >= 0 and drawn.max() <= 1 and drawn.std() > 0.05
    assert (drawn[:, :3] <= drawn[:, 3:]).all()


def test_a_file_gives_the_same_drawings(sprites: Sprites, tmp_path: Path) -> None:
    sprites.save(tmp_path)
    again = Sprites.load(tmp_path / "sprites.safetensors")
    assert again.names == tuple(NAMES) and again.lone == {"fox"} and again.people == {"owl"}
    assert again.also == {"vixen": "fox"}
    assert not any(p.requires_grad for p in again.parameters())
    assert torch.allclose(again.draw("owl"), sprites.draw("owl"), atol=5e-3)  # half precision
    assert load_file(tmp_path / "sprites.safetensors")["embeddings"].dtype == torch.int8


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda state: state.pop("embeddings"), "embeddings"),
        (lambda state: state.update(embeddings=state["embeddings"].float()), "float32"),
        (lambda state: state.pop("decoder.leave.bias"), "leave.bias"),
        (lambda state: state.update({"decoder.grow.weight": torch.zeros(3, 3)}), "grow.weight"),
    ],
)
def test_the_file_of_another_network_is_refused(sprites: Sprites, tmp_path: Path, change: object, why: str) -> None:
    sprites.save(tmp_path)
    path = tmp_path / "sprites.safetensors"
    state = load_file(path)
    assert callable(change)
    change(state)
    save_file(state, path)
    with pytest.raises(WeightsError, match=f"no drawings of things.*{why}"):
        Sprites.load(path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[1]", "no drawings"),
        ("{}", "things"),
        ("{", "no drawings"),
        (json.dumps({"things": ["owl"], "lone": [], "people": []}), "1 names"),
    ],
)
def test_damaged_names_are_refused(sprites: Sprites, tmp_path: Path, text: str, why: str) -> None:
    sprites.save(tmp_path)
    (tmp_path / "sprites.json").write_text(text)
    with pytest.raises(WeightsError, match=why):
        Sprites.load(tmp_path / "sprites.safetensors")


def test_missing_files_are_refused(sprites: Sprites, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="there is no weights file"):
        Sprites.load(tmp_path / "sprites.safetensors")
    sprites.save(tmp_path)
    (tmp_path / "sprites.json").unlink()
    with pytest.raises(WeightsError, match=r"sprites\.json cannot be read"):
        Sprites.load(tmp_path / "sprites.safetensors")
