"""The VQGAN network: encoder, codebook and decoder of taming-transformers."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from types import FunctionType
from typing import Any, NotRequired, Self, TypedDict, cast

import torch
import torch.nn.functional as F
from taming.modules.diffusionmodules import model as taming
from taming.modules.vqvae.quantize import GumbelQuantize, VectorQuantizer2
from torch import Tensor, nn

from clipgen.errors import WeightsError
from clipgen.generators.base import straight_through
from clipgen.generators.vqgan.codebook import NearestCode
from clipgen.values import Values, table


def _with_silu(forward: FunctionType) -> FunctionType:
    """One of taming's functions with x * sigmoid(x) in one pass over memory instead of three.

    Taming finds that function by its name in its module: changing it there would change it for everyone in the process.
    """
    names = {**forward.__globals__, "nonlinearity": F.silu}
    return FunctionType(forward.__code__, names, forward.__name__, forward.__defaults__, forward.__closure__)


class _Residual(taming.ResnetBlock):
    forward = _with_silu(taming.ResnetBlock.forward)


class _Attention(taming.AttnBlock):
    """Attention that does not keep all pairs of positions at once, which at 512 px are a gigabyte."""

    def forward(self, x: Tensor) -> Tensor:
        h = self.norm(x)
        q, k, v = (part(h).flatten(2).transpose(1, 2)[:, None] for part in (self.q, self.k, self.v))
        found = F.scaled_dot_product_attention(q, k, v)[:, 0].transpose(1, 2).reshape(x.shape)
        out: Tensor = x + self.proj_out(found)
        return out


class _Encoder(taming.Encoder):
    forward = _with_silu(taming.Encoder.forward)


class _Decoder(taming.Decoder):
    forward = _with_silu(taming.Decoder.forward)


#: the same functions as taming's, faster and in less memory
_OWN: dict[type[nn.Module], type[nn.Module]] = {
    taming.ResnetBlock: _Residual,
    taming.AttnBlock: _Attention,
    taming.Encoder: _Encoder,
    taming.Decoder: _Decoder,
}

TARGETS = ("taming.models.vqgan.VQModel", "taming.models.vqgan.GumbelVQ")
_READ = ("embed_dim", "n_embed", "norm_groups", "ddconfig")
_WHOLE = "first_stage_config"  # the key of the VQGAN's config in that of a transformer


class EncoderConfig(TypedDict):
    """The arguments of taming's Encoder and Decoder."""

    double_z: bool
    z_channels: int
    resolution: int
    in_channels: int
    out_ch: int
    ch: int
    ch_mult: Sequence[int]
    num_res_blocks: int
    attn_resolutions: Sequence[int]
    dropout: float


class _Params(TypedDict):
    embed_dim: int
    n_embed: int
    ddconfig: EncoderConfig
    norm_groups: NotRequired[int | None]


class VQModel(nn.Module):
    """Encoder, codebook and decoder with the parameter names of a taming-transformers checkpoint.

        >>> network = VQModel.from_config(yaml.safe_load(Path("models/vqgan/vqgan.yaml").read_text()))
        >>> codes, indices = network.quantise(network.encode(image * 2 - 1))
        >>> network.decode(codes).shape             # values in about [-1, 1]
        torch.Size([1, 3, 64, 64])

    embed_dim: channels e of a code; n_embed: codes n; ddconfig: of taming's Encoder and Decoder; gumbel: whether a
    layer chooses the codes (GumbelVQ) instead of the nearest-code search; norm_groups: groups of every GroupNorm
    instead of taming's 32, which with 32 channels would normalise each channel separately and so lose the colour.
    Source: Esser et al., arXiv 2012.09841; github.com/CompVis/taming-transformers.
    """

    def __init__(
        self,
        embed_dim: int,
        n_embed: int,
        *,
        ddconfig: EncoderConfig,
        norm_groups: int | None = None,
        gumbel: bool = False,
    ) -> None:
        super().__init__()
        # taming prints the shape of z
        with contextlib.redirect_stdout(io.StringIO()):
            self.encoder = taming.Encoder(**ddconfig)
            self.decoder = taming.Decoder(**ddconfig)
        for module in self.modules():
            module.__class__ = _OWN.get(type(module), type(module))
        self.gumbel = gumbel
        self.quantize: Any
        if gumbel:
            self.quantize = GumbelQuantize(ddconfig["z_channels"], embed_dim, n_embed=n_embed, straight_through=True)
        else:
            self.quantize = VectorQuantizer2(n_embed, embed_dim, beta=0.25)
        self.quant_conv = nn.Conv2d(ddconfig["z_channels"], embed_dim, 1)
        self.post_quant_conv = nn.Conv2d(embed_dim, ddconfig["z_channels"], 1)
        self.factor = 2 ** (len(ddconfig["ch_mult"]) - 1)
        if norm_groups is not None:
            _regroup(self, norm_groups)
        self._nearest: tuple[tuple[int, int], NearestCode] | None = None

    @classmethod
    def from_config(cls, config: Values) -> Self:
        """Build the network, with random weights, from a parsed yaml of taming.

            >>> VQModel.from_config(yaml.safe_load(Path("models/vqgan/vqgan.yaml").read_text())).factor
            4

        config: `model.params` has embed_dim, n_embed, ddconfig and, as an extension, norm_groups; taming's keys for
        training (lossconfig, monitor, image_key …) are ignored. For a transformer its first stage is built.
        Raises WeightsError for another target or an invalid config.
        """
        try:
            model = _first_stage(config)
            target, params = model["target"], table(model, "params")
            if target not in TARGETS or params.get("remap") is not None:
                remapped = " with a remapped codebook" if target in TARGETS else ""
                known = " and ".join(TARGETS)
                raise WeightsError(f"the config is of a {target}{remapped}; only plain {known} are supported")
            sizes = cast(_Params, params)  # a value of another type fails where it is used, and is named below
            _check_bounds(sizes)
            return cls(
                int(sizes["embed_dim"]),
                int(sizes["n_embed"]),
                ddconfig=sizes["ddconfig"],
                norm_groups=sizes.get("norm_groups"),
                gumbel=target == TARGETS[1],
            )
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, RuntimeError) as error:
            raise WeightsError(
                f"the config is not a taming VQGAN config ({type(error).__name__}: {error}); it needs model.target and "
                "model.params with embed_dim, n_embed and ddconfig"
            ) from error

    @property
    def codebook(self) -> Tensor:
        """The codes [n, e]."""
        return (self.quantize.embed if self.gumbel else self.quantize.embedding).weight

    @staticmethod
    def plain_config(config: Values) -> dict[str, object]:
        """The part of a taming config that `from_config` uses; for a transformer that of its first stage.

        >>> config = yaml.safe_load(Path("models/vqgan/vqgan.yaml").read_text())
        >>> VQModel.plain_config(config)["model"]["params"]["n_embed"]
        4608
        """
        model = _first_stage(config)
        params = table(model, "params")
        kept = {key: params[key] for key in _READ if params.get(key) is not None}
        return {"model": {"target": model["target"], "params": kept}}

    def encode(self, image: Tensor) -> Tensor:
        """Latents [B, e, H / f, W / f] of pictures [B, 3, H, W] in [-1, 1]; of a Gumbel VQGAN they are codes."""
        z = self.quant_conv(self.encoder(image))
        if not self.gumbel:
            return z
        return self.codebook[self.quantize.proj(z).argmax(1)].permute(0, 3, 1, 2)

    def quantise(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """The nearest codes of the latents: codes [B, e, h, w] float32 with the gradient to z, indices [B, h, w].

        The codebook gets no gradient; a training recipe adds a loss on `codebook[indices]`.
        """
        # half precision would select wrong codes
        with torch.autocast(z.device.type, enabled=False):
            z = z.float()
            vectors = z.detach().permute(0, 2, 3, 1)
            indices = self._search()(vectors.flatten(0, 2)).unflatten(0, vectors.shape[:3])
            codes = self.codebook.detach()[indices].permute(0, 3, 1, 2)
            return straight_through(z, codes), indices

    def decode(self, codes: Tensor) -> Tensor:
        """Pictures [B, 3, h * f, w * f] in about [-1, 1] of codes [B, e, h, w]."""
        return self.decoder(self.post_quant_conv(codes))

    def drop_idle_attention(self) -> None:
        """Remove attention blocks without an effect, those with output weights of zero: the same pictures, faster.

        >>> network = VQModel.from_config(yaml.safe_load(Path("models/vqgan/vqgan.yaml").read_text()))
        >>> network.drop_idle_attention()
        """
        for parent in list(self.modules()):
            for name, child in list(parent.named_children()):
                if isinstance(child, taming.AttnBlock) and not any(p.any() for p in child.proj_out.parameters()):
                    setattr(parent, name, nn.Identity())

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Encode and decode pictures, for training: reconstructions, latents before quantisation, indices."""
        z = self.encode(image)
        codes, indices = self.quantise(z)
        return self.decode(codes), z, indices

    def _search(self) -> NearestCode:
        # a codebook in training changes in place and moves with .to(): both change this key
        weight = self.codebook.detach()
        key = (weight.data_ptr(), weight._version)
        if self._nearest is None or self._nearest[0] != key:
            self._nearest = (key, NearestCode(weight))
        return self._nearest[1]


def _first_stage(config: Values) -> Values:
    """The model of a taming config; of a transformer its first stage."""
    model = table(config, "model")
    return table(table(model, "params"), _WHOLE, model)


def _check_bounds(params: _Params) -> None:
    """Refuse a config that would take too long to build; the largest published one has ch 128 and 5 levels."""
    dd = params["ddconfig"]
    given = {
        **{name: int(dd[name]) for name in ("z_channels", "in_channels", "out_ch", "ch", "num_res_blocks")},
        "levels": len(dd["ch_mult"]),
        "ch_mult": max(dd["ch_mult"]),
        "embed_dim": int(params["embed_dim"]),
        "n_embed": int(params["n_embed"]),
    }
    for name, value in given.items():
        most = {"num_res_blocks": 32, "levels": 10, "ch_mult": 64, "n_embed": 2**24}.get(name, 4096)
        if not 1 <= value <= most:
            raise WeightsError(f"the config asks for {name} {value}; it must be from 1 to {most}")


def _regroup(network: nn.Module, groups: int) -> None:
    for module in network.modules():
        if isinstance(module, nn.GroupNorm):
            if groups < 1 or module.num_channels % groups:
                raise WeightsError(
                    f"norm_groups is {groups}; it must divide every norm's channels, {module.num_channels} here"
                )
            module.num_groups = groups
