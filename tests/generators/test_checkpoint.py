"""Checkpoints of other libraries, against the networks of those libraries themselves."""

from __future__ import annotations

import copy
import importlib
import json
import re
import sys
import types
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from safetensors.torch import save_file
from torch import Tensor, nn

from clipgen.errors import OutputError, WeightsError
from clipgen.generators.vqgan import VQGAN, VQModel
from clipgen.generators.vqgan.checkpoint import convert, load_network

from .contract import TINY, picture

SIZES = [(32, 24), (20, 44)]
PARAMS: dict[str, Any] = {
    **{key: value for key, value in TINY["model"]["params"].items() if key not in ("norm_groups", "lossconfig")},
    "ddconfig": {**TINY["model"]["params"]["ddconfig"], "attn_resolutions": [16]},
}
DIFFUSERS: dict[str, Any] = {
    "down_block_types": ["DownEncoderBlock2D", "AttnDownEncoderBlock2D"],
    "up_block_types": ["AttnUpDecoderBlock2D", "UpDecoderBlock2D"],
    "block_out_channels": [32, 64],
    "layers_per_block": 1,
    "latent_channels": 4,
    "num_vq_embeddings": 40,
    "vq_embed_dim": 4,
    "norm_num_groups": 8,
}


@pytest.fixture
def taming() -> Iterator[Any]:
    """taming's own models, as it has them: without our faster functions, on a stand-in for the Lightning it wants."""
    kept = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "taming"}
    for name in kept:
        del sys.modules[name]
    lightning, main = types.ModuleType("pytorch_lightning"), types.ModuleType("taming.main")
    lightning.LightningModule = nn.Module  # type: ignore[attr-defined]
    # the loss has weights, which are dropped, the schedule of the temperature has none
    main.instantiate_from_config = (  # type: ignore[attr-defined]
        lambda config: nn.Linear(2, 2) if config else types.SimpleNamespace()
    )
    sys.modules |= {"pytorch_lightning": lightning, "taming.main": main}
    yield importlib.import_module("taming.models.vqgan")
    for name in [name for name in sys.modules if name.split(".")[0] in ("taming", "pytorch_lightning")]:
        del sys.modules[name]
    sys.modules.update(kept)


def shaken(network: nn.Module) -> nn.Module:
    """Move every number a little, so that none stands at the value that would hide it."""
    torch.manual_seed(1)
    for parameter in network.parameters():
        parameter.data += 0.05 * torch.randn_like(parameter)
    return network.eval()


def assert_same(own: Tensor, theirs: Tensor) -> None:
    torch.testing.assert_close(own, theirs, atol=1e-4, rtol=1e-3)


@torch.no_grad()
def test_a_vqmodel_of_taming_is_read_as_it_is(tmp_path: Path, taming: Any) -> None:
    theirs = shaken(taming.VQModel(**copy.deepcopy(PARAMS), lossconfig={"target": "x"}))
    torch.save({"state_dict": theirs.state_dict(), "global_step": 3}, tmp_path / "m.ckpt")
    config = {"model": {"target": "taming.models.vqgan.VQModel", "params": {**PARAMS, "lossconfig": {"target": "x"}}}}
    (tmp_path / "m.yaml").write_text(yaml.safe_dump(config))
    own = load_network(tmp_path / "m.ckpt")
    for size in SIZES:
        image = 2 * picture(*size) - 1
        quantised, _, (_, _, indices) = theirs.encode(image)
        codes, found = own.quantise(own.encode(image))
        assert_same(own.encode(image), theirs.quant_conv(theirs.encoder(image)))
        assert torch.equal(found.flatten(), indices.flatten())
        assert_same(codes, quantised)
        assert_same(own.decode(codes), theirs.decode(quantised))


@torch.no_grad()
def test_a_gumbel_vq_of_taming_is_read_as_it_is(tmp_path: Path, taming: Any) -> None:
    asked = {**copy.deepcopy(PARAMS), "temperature_scheduler_config": {}, "lossconfig": {"target": "x"}}
    theirs = shaken(taming.GumbelVQ(**asked))
    torch.save({"state_dict": theirs.state_dict()}, tmp_path / "g.ckpt")
    config = {"model": {"target": "taming.models.vqgan.GumbelVQ", "params": PARAMS}}
    (tmp_path / "g.yaml").write_text(yaml.safe_dump(config))
    own = load_network(tmp_path / "g.ckpt")
    for size in SIZES:
        image = 2 * picture(*size) - 1
        # theirs draws noise even in evaluation: its choice without noise is that of its own logits
        indices = theirs.quantize.proj(theirs.encode_to_prequant(image)).argmax(1)
        quantised = theirs.quantize.get_codebook_entry(indices.flatten(), (1, *indices.shape[1:], PARAMS["embed_dim"]))
        codes, found = own.quantise(own.encode(image))
        assert torch.equal(found, indices)
        assert_same(codes, quantised)
        assert_same(own.decode(codes), theirs.decode(quantised))


@pytest.mark.parametrize("kind", ["plain", "transformer"])
def test_a_converted_checkpoint_paints_the_same(tmp_path: Path, kind: str) -> None:
    config = {"model": {**TINY["model"], "extra": 1}}
    network = shaken(VQModel.from_config(config))
    critic = {"loss.discriminator.main.0.weight": torch.ones(8, 3, 4, 4)}
    state = {**network.state_dict(), "loss.perceptual_loss.lin0.weight": torch.zeros(999), **critic}
    if kind == "transformer":
        whole = {"target": "taming.models.cond_transformer.Net2NetTransformer"}
        config = {"model": {**whole, "params": {"first_stage_config": config["model"], "transformer_config": {}}}}
        state = {f"first_stage_model.{key}": value for key, value in state.items()} | {"transformer.x": torch.zeros(9)}
    torch.save({"state_dict": state, "epoch": 3}, tmp_path / "m.ckpt")
    (tmp_path / "m.yaml").write_text(yaml.safe_dump(config))
    made = convert(tmp_path / "m.ckpt", tmp_path / "new" / "n.safetensors")
    paint = partial(VQGAN.begin, size=(32, 24), seeds=[1])
    assert torch.equal(paint(weights=made)(), paint(weights=tmp_path / "m.ckpt")())
    assert made.stat().st_size < (tmp_path / "m.ckpt").stat().st_size
    assert sorted(path.name for path in made.parent.iterdir()) == ["n.safetensors", "n.yaml"]


def test_converting_leaves_a_config_that_is_there_as_it_is(tmp_path: Path) -> None:
    network = shaken(VQModel.from_config(TINY))
    torch.save({"state_dict": network.state_dict()}, tmp_path / "last.ckpt")
    own = yaml.safe_dump({"model": {**TINY["model"], "base_learning_rate": 4.5e-6}, "data": {"target": "main"}})
    (tmp_path / "last.yaml").write_text(own)
    made = convert(tmp_path / "last.ckpt", tmp_path / "last.safetensors")
    assert (tmp_path / "last.yaml").read_text() == own
    assert torch.equal(load_network(made).codebook, network.codebook)
    for other in ("data: 1", json.dumps({"model": {**TINY["model"], "target": "taming.models.vqgan.GumbelVQ"}}), "]"):
        (tmp_path / "b.yaml").write_text(other)
        with pytest.raises(OutputError, match="b.yaml"):
            convert(tmp_path / "last.ckpt", tmp_path / "b.safetensors")
        assert (tmp_path / "b.yaml").read_text() == other and not (tmp_path / "b.safetensors").exists()


def in_diffusers_words(state: dict[str, Tensor], levels: int) -> dict[str, Tensor]:
    told = {}
    for key, value in state.items():
        if "attn" in key and ".norm." not in key and value.ndim == 4:
            value = value[:, :, 0, 0]
        key = re.sub(r"decoder\.up\.(\d+)", lambda level: f"decoder.up_blocks.{levels - 1 - int(level[1])}", key)
        for ours, theirs in (
            (r"encoder\.down\.", "encoder.down_blocks."), (r"\.mid\.block_1\.", ".mid_block.resnets.0."),
            (r"\.mid\.block_2\.", ".mid_block.resnets.1."), (r"\.mid\.attn_1\.", ".mid_block.attentions.0."),
            (r"\.block\.", ".resnets."), (r"\.attn\.", ".attentions."), (r"nin_shortcut", "conv_shortcut"),
            (r"\.downsample\.", ".downsamplers.0."), (r"\.upsample\.", ".upsamplers.0."),
            (r"norm_out", "conv_norm_out"), (r"(attentions\.\d+)\.norm\.", r"\1.group_norm."),
            (r"(attentions\.\d+)\.([qkv])\.", r"\1.to_\2."), (r"proj_out", "to_out.0"),
        ):  # fmt: skip
            key = re.sub(ours, theirs, key)
        told[key] = value.contiguous()
    return told


def test_a_folder_of_diffusers_is_read(tmp_path: Path) -> None:
    config = copy.deepcopy({"model": {"target": "taming.models.vqgan.VQModel", "params": PARAMS}})
    params = config["model"]["params"]
    params["ddconfig"] |= {"ch_mult": [1, 2], "attn_resolutions": [16]}
    params |= {"norm_groups": 8, "n_embed": 40}
    network = shaken(VQModel.from_config(config))
    (tmp_path / "taming").mkdir(), (tmp_path / "diffusers").mkdir()
    save_file(network.state_dict(), tmp_path / "taming" / "m.safetensors")
    (tmp_path / "taming" / "m.yaml").write_text(yaml.safe_dump(config))
    file = tmp_path / "diffusers" / "diffusion_pytorch_model.safetensors"
    save_file(in_diffusers_words(dict(network.state_dict()), 2), file)
    (tmp_path / "diffusers" / "config.json").write_text(json.dumps({"_class_name": "VQModel", **DIFFUSERS}))
    expected = VQGAN.begin(size=(32, 24), seeds=[1], weights=tmp_path / "taming")()
    for path in (tmp_path / "diffusers", file, tmp_path / "diffusers" / "config.json"):
        assert torch.equal(VQGAN.begin(size=(32, 24), seeds=[1], weights=path)(), expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"norm_type": "spatial"}, "MoVQ"),
        ({"block_out_channels": [32, 48]}, r"\[32, 48\]"),
        ({"up_block_types": ["UpDecoderBlock2D"] * 2}, "levels"),
        ({"num_vq_embeddings": None}, "diffusers"),
    ],
)
def test_networks_without_a_taming_class_are_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"_class_name": "VQModel", **DIFFUSERS, **change}))
    save_file({"quantize.embedding.weight": torch.zeros(2, 2)}, tmp_path / "diffusion_pytorch_model.safetensors")
    with pytest.raises(WeightsError, match=message):
        load_network(tmp_path)


@torch.no_grad()
@pytest.mark.parametrize("change", [{}, {"mid_block_add_attention": False}])
def test_a_vqmodel_of_diffusers_is_read_as_it_is(tmp_path: Path, change: dict[str, Any]) -> None:
    diffusers = pytest.importorskip("diffusers")
    theirs = shaken(diffusers.VQModel(**DIFFUSERS, **change))
    theirs.save_pretrained(tmp_path)  # type: ignore[operator]
    own = load_network(tmp_path)
    for size in SIZES:
        image = 2 * picture(*size) - 1
        latents = theirs.encode(image).latents  # type: ignore[operator]
        assert_same(own.encode(image), latents)
        assert_same(own.decode(own.quantise(latents)[0]), theirs.decode(latents).sample)  # type: ignore[operator]
