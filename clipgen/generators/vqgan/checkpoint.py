"""Load a VQGAN from files: a config of taming or diffusers, and the state dict next to it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from torch import Tensor, nn

from clipgen import devices
from clipgen.errors import ClipgenError, OutputError, WeightsError
from clipgen.files import listed, reason, write_whole
from clipgen.generators.vqgan.diffusers import is_diffusers, to_taming
from clipgen.generators.vqgan.discriminator import CRITIC, discriminator
from clipgen.generators.vqgan.network import VQModel
from clipgen.models.weights import check, find, load_state

FIRST_STAGE = "first_stage_model."
CONFIGS = (".yaml", ".yml", ".json")
MOST_CONFIG = 2**20  # bytes
WHOLE = "config.json"  # the name of every config of diffusers
STATES = (".safetensors", ".ckpt", ".pt", ".pth", ".bin")


def load_network(weights: Path | None) -> VQModel:
    """Build the network of a config and load its weights.

        >>> load_network(Path("my/vqgan.ckpt")).codebook.shape      # reads my/vqgan.yaml as well
        torch.Size([81, 4])

    weights: a weights file or its config (the other one is in the same folder and has the same name, or is diffusers'
    config.json), a folder with one of each, or None for the built-in model.
    Raises WeightsError for files that are missing, damaged or of another format.
    """
    config, path = _files(weights)
    network, _ = _network(config, load_state(path), path)
    network.drop_idle_attention()
    return network


def convert(weights: Path, target: Path) -> Path:
    """Write a VQGAN as safetensors with a yaml of the same name, without anything that pictures do not need.

        >>> convert(Path("my/vqgan.ckpt"), Path("plain.safetensors"))       # 4.3 GB of a transformer become 0.3
        PosixPath('plain.safetensors')

    weights: as for `load_network`; target: ends in .safetensors; its folder is made. The discriminator is kept, and
    so is a yaml that is there and describes the network.
    Raises WeightsError for files that are no VQGAN, OutputError for a place that cannot be written or has another yaml.
    """
    from safetensors.torch import save  # late: loading does not need it

    config, path = _files(weights)
    state = load_state(path)
    network, taming_config = _network(config, state, path)
    critic = {key: value for key, value in state.items() if key.startswith(CRITIC)}
    kept = {key: value.contiguous() for key, value in {**network.state_dict(), **critic}.items()}
    _write_config(target.with_suffix(".yaml"), VQModel.plain_config(taming_config))
    with write_whole(target) as part:
        part.write_bytes(save(kept))
    return target


def _write_config(path: Path, plain: Mapping[str, object]) -> None:
    if path.exists():  # taming's own, as a rule, with much else in it
        if not _describes(path, plain):
            raise OutputError(
                f"{path} exists and is not the config of this network; choose another place", settings=["output"]
            )
        return
    with write_whole(path) as part:
        part.write_text(yaml.safe_dump(plain, sort_keys=False), encoding="utf-8")


def _describes(path: Path, plain: Mapping[str, object]) -> bool:
    try:
        return VQModel.plain_config(_read_config(path)) == plain
    except (ClipgenError, KeyError):
        return False


def _network(config: Path, state: Mapping[str, Tensor], path: Path) -> tuple[VQModel, Mapping[str, Any]]:
    """The network of a config with its weights, and the config in taming's format."""
    taming_config = _read_config(config)
    if is_diffusers(taming_config):
        taming_config, state = to_taming(taming_config, state)
    # without memory: a hostile config may ask for any size, and the weights replace the parameters anyway
    with devices.without_memory():
        network = VQModel.from_config(taming_config)
    _fill(network, state, path)
    return network, taming_config


def load_critic(weights: Path | None) -> nn.Module | None:
    """The patch discriminator in a checkpoint of taming; None where there is none.

        >>> load_critic(None)(image * 2 - 1).mean()

    weights: as for `load_network`. Raises WeightsError for a discriminator of another kind.
    """
    path = _files(weights)[1]
    state = {k.removeprefix(CRITIC): v for k, v in load_state(path).items() if k.startswith(CRITIC)}
    if not state:
        return None
    try:
        critic = discriminator(width=len(state["main.0.weight"]), layers=_critic_layers(state))
        critic.load_state_dict(state)
    except (KeyError, RuntimeError, TypeError) as error:
        raise WeightsError(f"{path} holds a discriminator that is not taming's: {reason(error)}") from error
    return critic.eval().requires_grad_(False)


def _critic_layers(state: Mapping[str, Tensor]) -> int:
    # one per norm: every convolution but the first and the last has one
    return sum(key.endswith(".running_mean") for key in state)


def _files(weights: Path | None) -> tuple[Path, Path]:
    return _built_in() if weights is None else _pair(weights)


def _built_in() -> tuple[Path, Path]:
    card = find("vqgan", "generator")
    check(card)
    return card.path(".yaml"), card.path(".safetensors")


def _pair(weights: Path) -> tuple[Path, Path]:
    if os.path.isdir(weights):
        files = listed(weights)
        return _one(files, CONFIGS, weights), _one(files, STATES, weights)
    if not os.path.isfile(weights):
        raise WeightsError(f"there is no file {weights}; give a VQGAN's weights, or a folder with weights and .yaml")
    # the same name first: a folder of downloads has many files
    beside = listed(weights.parent)
    files = [file for file in beside if file.stem == weights.stem]
    if weights.suffix in CONFIGS:
        return weights, _one(beside if weights.name == WHOLE else files, STATES, weights.parent)
    whole = [file for file in beside if file.name == WHOLE]
    named = [file for file in files if file.suffix in CONFIGS]
    # taming's own are last.ckpt and model.yaml; a .json may be anything
    others = [file for file in beside if file.suffix in (".yaml", ".yml")]
    return _one(named or whole or others, CONFIGS, weights.parent), weights


def _one(files: list[Path], suffixes: tuple[str, ...], folder: Path) -> Path:
    """The one file with a suffix; the first suffix that any file has counts: safetensors before pickles."""
    found = next((some for suffix in suffixes if (some := [file for file in files if file.suffix == suffix])), [])
    if len(found) != 1:
        names = ", ".join(file.name for file in found) or "none"
        raise WeightsError(
            f"a VQGAN needs one {'/'.join(suffixes)} file in {folder}, found {names}; "
            "give the weights, with a .yaml of the same name in the same folder"
        )
    return found[0]


def _read_config(path: Path) -> Mapping[str, Any]:
    try:
        if path.stat().st_size > MOST_CONFIG:
            raise WeightsError(f"{path} has {path.stat().st_size / 1e6:.0f} MB, too large for a config")
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise WeightsError(f"{path} cannot be read as yaml: {reason(error)}") from error
    if not isinstance(config, Mapping):
        raise WeightsError(f"{path} is not a yaml mapping; a taming config starts with `model:`")
    return config


def _fill(network: VQModel, state: Mapping[str, Tensor], path: Path) -> None:
    # the checkpoint of a transformer: only its VQGAN is used
    if any(key.startswith(FIRST_STAGE) for key in state):
        state = {key.removeprefix(FIRST_STAGE): v for key, v in state.items() if key.startswith(FIRST_STAGE)}
    # without the perceptual loss and the discriminator; all other keys must fit
    state = {key: value for key, value in state.items() if not key.startswith("loss.")}
    wanted = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    given = {key: tuple(value.shape) for key, value in state.items()}
    wrong = sorted(key for key in wanted.keys() | given.keys() if wanted.get(key) != given.get(key))
    if wrong:
        key = wrong[0]
        raise WeightsError(
            f"{path} does not fit its config: {len(wrong)} tensors differ, first {key} "
            f"(config {wanted.get(key, 'has none')}, file {given.get(key, 'has none')}); "
            "use the .yaml that belongs to it"
        )
    network.load_state_dict({key: value.float() for key, value in state.items()}, assign=True)
