"""Convert a VQModel of the diffusers library to taming's format.

>>> config, state = to_taming(json.loads(Path("vqvae/config.json").read_text()), load_state("vqvae/a.safetensors"))
>>> network = VQModel.from_config(config)

The networks are the same; only names, and the form of the attention's weights, differ. Source of the names:
github.com/huggingface/diffusers, `VQModel`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from clipgen.errors import WeightsError
from clipgen.values import Values

CLASS = "VQModel"
_WIDTH = 256  # any value works: it only determines at which levels taming's networks have attention
_ATTENTION = {"group_norm": "norm", "to_q": "q", "query": "q", "to_k": "k", "key": "k", "to_v": "v", "value": "v",
              "to_out.0": "proj_out", "proj_attn": "proj_out"}  # fmt: skip
_RENAMED = (
    (r"\.resnets\.(\d+)\.", r".block.\1."),
    (r"\.conv_shortcut\.", ".nin_shortcut."),
    (r"\.downsamplers\.0\.conv\.", ".downsample.conv."),
    (r"\.upsamplers\.0\.conv\.", ".upsample.conv."),
    (r"\.mid_block\.block\.0\.", ".mid.block_1."),
    (r"\.mid_block\.block\.1\.", ".mid.block_2."),
    (r"\.mid_block\.attentions\.0\.", ".mid.attn_1."),
    (r"\.attentions\.(\d+)\.", r".attn.\1."),
    (r"\.conv_norm_out\.", ".norm_out."),
    (r"^encoder\.down_blocks\.", "encoder.down."),
)


def is_diffusers(config: Values) -> bool:
    """Whether a config is of diffusers' VQModel."""
    return config.get("_class_name") == CLASS


def to_taming(config: Values, state: Mapping[str, Tensor]) -> tuple[Values, dict[str, Tensor]]:
    """The taming config and state dict of the same network.

    config: the contents of diffusers' config.json; state: its tensors by name.
    Raises WeightsError for a network that taming's classes do not support.
    """
    try:
        return _config(config), _state(config, state)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise WeightsError(f"not a config of diffusers' VQModel ({type(error).__name__}: {error})") from error


def _config(config: Mapping[str, Any]) -> dict[str, Any]:
    if config.get("norm_type", "group") != "group" or config.get("act_fn", "silu") != "silu":
        raise WeightsError("this VQModel has other norms or activations than taming's (a MoVQ?): unsupported")
    widths = [int(width) for width in config["block_out_channels"]]
    if any(width % widths[0] for width in widths):
        raise WeightsError(f"the widths {widths} of this VQModel are not multiples of the first: unsupported")
    downs, ups = (list(config[f"{way}_block_types"]) for way in ("down", "up"))
    attending = [kind.startswith("Attn") for kind in downs]
    if attending != [kind.startswith("Attn") for kind in reversed(ups)] or len(downs) != len(widths):
        raise WeightsError("encoder and decoder of this VQModel have attention at different levels: unsupported")
    latent = int(config["latent_channels"])
    ddconfig = {
        "double_z": False,
        "z_channels": latent,
        "resolution": _WIDTH,
        "in_channels": int(config.get("in_channels", 3)),
        "out_ch": int(config.get("out_channels", 3)),
        "ch": widths[0],
        "ch_mult": [width // widths[0] for width in widths],
        "num_res_blocks": int(config["layers_per_block"]),
        "attn_resolutions": [_WIDTH >> level for level, attends in enumerate(attending) if attends],
        "dropout": 0.0,
    }
    groups = int(config.get("norm_num_groups", 32))
    params = {
        "embed_dim": int(config.get("vq_embed_dim") or latent),
        "n_embed": int(config["num_vq_embeddings"]),
        "ddconfig": ddconfig,
        **({} if groups == 32 else {"norm_groups": groups}),
    }
    return {"model": {"target": "taming.models.vqgan.VQModel", "params": params}}


def _state(config: Mapping[str, Any], state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    top = len(config["block_out_channels"]) - 1
    renamed = {}
    for key, value in state.items():
        for pattern, new in _RENAMED:
            key = re.sub(pattern, new, key)
        # diffusers numbers the decoder's levels from the smallest
        key = re.sub(r"^decoder\.up_blocks\.(\d+)\.", lambda level: f"decoder.up.{top - int(level[1])}.", key)
        if found := re.match(r"(.*\.attn(?:_1|\.\d+)\.)(.+)\.(weight|bias)$", key):
            key = f"{found[1]}{_ATTENTION[found[2]]}.{found[3]}"
            if value.ndim == 2:  # a linear layer over pixels is a convolution of one pixel
                value = value[:, :, None, None]
        renamed[key] = value
    if not config.get("mid_block_add_attention", True):
        renamed |= _idle(renamed, "encoder.mid.attn_1.") | _idle(renamed, "decoder.mid.attn_1.")
    return renamed


def _idle(state: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Weights of an attention block without an effect."""
    width = len(state[prefix.replace("attn_1.", "block_1.norm1.weight")])
    parts = {f"{prefix}{name}.weight": torch.zeros(width, width, 1, 1) for name in ("q", "k", "v", "proj_out")}
    biases = {f"{prefix}{name}.bias": torch.zeros(width) for name in ("q", "k", "v", "proj_out", "norm")}
    return parts | biases | {f"{prefix}norm.weight": torch.ones(width)}
