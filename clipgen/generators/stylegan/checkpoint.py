"""Load StyleGANs from NVIDIA's pickles, rosinality's checkpoints and safetensors, and convert them to safetensors."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from clipgen import devices
from clipgen.errors import OutputError, WeightsError
from clipgen.files import reason, write_whole
from clipgen.generators.stylegan.pickles import read_pickle
from clipgen.generators.stylegan.stylegan2 import StyleGAN2
from clipgen.generators.stylegan.stylegan3 import DEFAULTS, StyleGAN3
from clipgen.models.weights import MAX_BYTES, cards, check, load_state
from clipgen.values import parse_json

Network = StyleGAN2 | StyleGAN3
STATES = (".pkl", ".safetensors", ".pt", ".pth")
MOST_CONFIG = 2**20  # bytes
_ROSINALITY = (
    (r"^style\.(\d+)\.(weight|bias)$", lambda m: f"mapping.fc{int(m[1]) - 1}.{m[2]}"),
    (r"^input\.input$", lambda m: "synthesis.b4.const"),
    (r"^conv1\.(.+)$", lambda m: f"synthesis.b4.conv1.{m[1]}"),
    (r"^to_rgb1\.(.+)$", lambda m: f"synthesis.b4.torgb.{m[1]}"),
    (r"^convs\.(\d+)\.(.+)$", lambda m: f"synthesis.b{8 << int(m[1]) // 2}.conv{int(m[1]) % 2}.{m[2]}"),
    (r"^to_rgbs\.(\d+)\.(.+)$", lambda m: f"synthesis.b{8 << int(m[1])}.torgb.{m[2]}"),
    (r"^noises\.noise_0$", lambda m: "synthesis.b4.conv1.noise_const"),
    (r"^noises\.noise_(\d+)$",
     lambda m: f"synthesis.b{8 << (int(m[1]) - 1) // 2}.conv{(int(m[1]) - 1) % 2}.noise_const"),
)  # fmt: skip
_PARTS = {"conv.weight": "weight", "conv.modulation.weight": "affine.weight", "conv.modulation.bias": "affine.bias",
          "noise.weight": "noise_strength", "activate.bias": "bias"}  # fmt: skip


def load_network(weights: Path | None) -> Network:
    """Build the network of a file and load its weights.

        >>> load_network(None).side
        64

    weights: a .pkl of NVIDIA's stylegan2-ada-pytorch or stylegan3, a .pt of rosinality's stylegan2-pytorch, a
    .safetensors with a .json of the same name (see `convert`), or None for the built-in network.
    Raises WeightsError for files that are missing, damaged, or not a StyleGAN.
    """
    path = _built_in() if weights is None else weights
    if not os.path.isfile(path):
        raise WeightsError(f"there is no file {path}; give a StyleGAN ({', '.join(STATES)})")
    if path.stat().st_size > MAX_BYTES:
        raise WeightsError(f"{path} has {path.stat().st_size / 2**30:.1f} GB, larger than any StyleGAN")
    state, config = _read(path)
    kind = StyleGAN3 if any(key.startswith("synthesis.input.") for key in state) else StyleGAN2
    with devices.without_memory():
        network = kind.of_state(state, config)
    _fill(network, state, path)
    network.names, network.psi = tuple(map(str, config.get("classes", ()))), config.get("psi")
    if network.names and len(network.names) != network.mapping.classes:
        raise WeightsError(f"{path} has {network.mapping.classes} classes and {len(network.names)} names")
    return network.eval().requires_grad_(False)


def convert(weights: Path, target: Path) -> Path:
    """Write a StyleGAN as safetensors, and a .json of the same name with the settings that its shapes do not show.

        >>> convert(Path("ffhq.pkl"), Path("ffhq.safetensors"))

    A .json that is there and says the same is kept.
    Raises WeightsError for what is no StyleGAN, OutputError for a place that cannot be written, or has another .json.
    """
    from safetensors.torch import save  # late: loading does not need it

    network = load_network(weights)
    extra: dict[str, Any] = {"kind": network.kind, **network.config.get("config", {})}  # type: ignore[dict-item]
    if network.psi is not None:
        extra["psi"] = network.psi
    if network.names:
        extra["classes"] = list(network.names)
    _write_settings(target.with_suffix(".json"), extra)
    with write_whole(target) as part:
        part.write_bytes(save({key: value.contiguous() for key, value in network.state_dict().items()}))
    return target


def _write_settings(path: Path, extra: Mapping[str, Any]) -> None:
    if path.exists():
        if not _says(path, extra):
            raise OutputError(
                f"{path} exists and has not the settings of this network; choose another place", settings=["output"]
            )
        return
    with write_whole(path) as part:
        part.write_text(json.dumps(extra, indent=2) + "\n", encoding="utf-8")


def _says(path: Path, extra: Mapping[str, Any]) -> bool:
    try:
        return {**DEFAULTS, **_beside(path)} == {**DEFAULTS, **_plain(extra)}
    except WeightsError:
        return False


def _built_in() -> Path:
    card = next((card for card in cards("generator") if card.name == "stylegan"), None)
    if card is None:
        raise WeightsError(
            "clipgen ships no StyleGAN; name a file of your own as generator='stylegan:FILE'",
            settings={"generator": "stylegan:FILE"},
        )
    check(card)
    return card.path(".safetensors")


def _read(path: Path) -> tuple[dict[str, Tensor], Mapping[str, Any]]:
    if path.suffix == ".pkl":
        pickled = read_pickle(path)
        return pickled.state, _plain(pickled.arguments)
    if path.suffix not in STATES:
        raise WeightsError(f"{path} ends in {path.suffix!r}; a StyleGAN ends in {', '.join(STATES)}")
    if path.suffix == ".safetensors":
        return load_state(path), _beside(path.with_suffix(".json"))
    state = load_state(path, part="g_ema")
    if "input.input" not in state:
        return state, {}
    return _of_rosinality(state), {}


def _beside(path: Path) -> Mapping[str, Any]:
    if not path.exists():
        return {}
    try:
        if path.stat().st_size > MOST_CONFIG:
            raise WeightsError(f"{path} has {path.stat().st_size / 1e6:.0f} MB, too large for a config")
        content = parse_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path} cannot be read: {reason(error)}") from error
    return _plain(content) if isinstance(content, dict) else {}


def _plain(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The known arguments that are numbers, psi, and the names of the classes."""
    known = (*DEFAULTS, "psi")
    plain = {key: value for key, value in arguments.items() if key in known and isinstance(value, (int, float))}
    names = arguments.get("classes")
    return {**plain, "classes": names} if isinstance(names, list) else plain


def _of_rosinality(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """NVIDIA's names and shapes for a checkpoint of github.com/rosinality/stylegan2-pytorch."""
    renamed: dict[str, Tensor] = {}
    for key, value in state.items():
        for pattern, rename in _ROSINALITY:
            if found := re.match(pattern, key):
                renamed[_part(rename(found))] = value
                break
    for key, value in renamed.items():
        if key.endswith((".weight", ".const", ".noise_const")) and value.ndim in (4, 5):
            renamed[key] = value[0, 0] if key.endswith("noise_const") else value[0]
        elif key.endswith((".bias", ".noise_strength")):
            renamed[key] = value.reshape(()) if key.endswith("noise_strength") else value.flatten()
    width = len(renamed["mapping.fc0.weight"]) if "mapping.fc0.weight" in renamed else 0
    return {**renamed, "mapping.w_avg": torch.zeros(width)}  # it has no mean style; the generator measures its own


def _part(name: str) -> str:
    found = re.match(r"(synthesis\.b\d+\.(?:conv[01]|torgb)\.)(.+)", name)
    return f"{found[1]}{_PARTS.get(found[2], found[2])}" if found else name


def _fill(network: Network, state: Mapping[str, Tensor], path: Path) -> None:
    wanted = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    given = {key: tuple(value.shape) for key, value in state.items() if key in wanted}
    wrong = sorted(key for key in wanted if wanted[key] != given.get(key))
    if wrong:
        key = wrong[0]
        raise WeightsError(
            f"{path} does not fit a {network.kind}: {len(wrong)} tensors differ, first {key} "
            f"({wanted[key]} expected, {given.get(key, 'none')} found)"
        )
    network.load_state_dict({key: state[key].float() for key in wanted}, assign=True)
