"""open_clip models prepared for guidance: frozen, with memory layouts and fusions that make a step fast."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

if TYPE_CHECKING:
    from open_clip import CLIP
    from open_clip.transformer import ResidualAttentionBlock

_QUICK = 1.702  # of QuickGELU: x · sigmoid(1.702 x)


def freeze(model: CLIP, dtype: torch.dtype = torch.float32) -> CLIP:
    """Switch to eval mode without parameter gradients, and apply fast memory layouts and fusions; same embeddings.

        >>> from clipgen.perceptors.openclip import build_model
        >>> config = json.loads(Path("models/clip/open_clip_config.json").read_text())
        >>> model = freeze(build_model(config), torch.bfloat16)

    dtype: of the picture tower, under autocast. The model is changed in place.
    """
    from open_clip.modified_resnet import ModifiedResNet  # late: it takes seconds to import
    from open_clip.transformer import QuickGELU, ResidualAttentionBlock, Transformer, VisionTransformer
    from timm.models.resnet import ResNet

    model.eval().requires_grad_(False)
    visual: Any = model.visual
    if isinstance(visual, ModifiedResNet) or isinstance(getattr(visual, "trunk", None), ResNet):
        _fold_batch_norms(visual)
    visual.to(memory_format=torch.channels_last)
    if isinstance(visual, VisionTransformer) and type(visual.conv1) is nn.Conv2d:
        visual.conv1 = Patches(visual.conv1)
    for part in model.modules():
        if isinstance(part, Transformer) and all(
            isinstance(getattr(block, "attn", None), nn.MultiheadAttention) for block in part.resblocks
        ):
            # on the CPU batch-first attention with frozen weights uses an unfolded bmm: 3 times as slow
            part.batch_first = False
            for block in part.resblocks:
                block.attn.batch_first = False
        if isinstance(part, nn.Sequential) and isinstance(getattr(part, "gelu", None), QuickGELU):
            _fold_quick_gelu(part)
    if isinstance(visual, VisionTransformer):
        blocks = visual.transformer.resblocks
        plain = not visual.transformer.batch_first and all(
            type(block) is ResidualAttentionBlock and type(block.attn) is nn.MultiheadAttention for block in blocks
        )
        if plain:
            for block in blocks:
                block.attn = Attention(block.attn)
        if plain and (visual.pool_type, visual.output_tokens) == ("tok", False):
            blocks[-1] = FirstToken(blocks[-1])
    # autocast casts frozen weights in every call (it caches only those that require gradients): cast them once here
    for part in visual.modules():
        if isinstance(part, nn.Linear | nn.Conv2d | Patches | Attention):
            part.to(dtype)
    return model


class Patches(nn.Module):
    """A convolution of adjacent patches as one matrix product: on a CPU its gradient takes a tenth of the time.

    >>> Patches(nn.Conv2d(3, 768, 32, stride=32))(torch.rand(1, 3, 224, 224)).shape
    torch.Size([1, 768, 7, 7])

    conv: square kernel, stride equal to its side, no padding.
    """

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        self.side = conv.kernel_size[0]
        # rows of a patch, their pixels, and colours last: the memory layout of pictures
        self.weight = nn.Parameter(conv.weight.permute(0, 2, 3, 1).flatten(1).contiguous(), requires_grad=False)
        self.bias = conv.bias

    def forward(self, images: Tensor) -> Tensor:
        """Pictures [B, 3, H, W] to maps [B, dim, H // side, W // side]; a remainder at the edges is ignored."""
        n = self.side
        rows, columns = images.shape[-2] // n, images.shape[-1] // n
        whole = images[..., : rows * n, : columns * n].permute(0, 2, 3, 1)
        parts = whole.reshape(len(images), rows, n, columns, n, images.shape[1]).transpose(2, 3)
        return F.linear(parts.flatten(3), self.weight, self.bias).permute(0, 3, 1, 2)


class Attention(nn.Module):
    """Frozen attention, sequence first: on a CPU its pass and its gradient take two thirds of `MultiheadAttention`'s.

        >>> x = torch.rand(50, 32, 768)
        >>> Attention(nn.MultiheadAttention(768, 12))(x, x, x)[0].shape  # tokens, pictures, width
        torch.Size([50, 32, 768])

    attention: packed projections, no dropout. Queries are scaled in the weights, and heads laid out by one copy.
    """

    def __init__(self, attention: nn.MultiheadAttention) -> None:
        super().__init__()
        self.heads, width = attention.num_heads, attention.embed_dim
        assert attention.in_proj_weight is not None and attention.in_proj_bias is not None
        scale = torch.ones(3 * width)
        scale[:width] = (width // self.heads) ** -0.5
        self.weight = nn.Parameter(attention.in_proj_weight * scale[:, None].to(attention.in_proj_weight), False)
        self.bias = nn.Parameter(attention.in_proj_bias * scale.to(attention.in_proj_bias), False)
        self.out = attention.out_proj

    def forward(self, query: Tensor, key: Tensor, value: Tensor, **options: object) -> tuple[Tensor, None]:
        """Queries [L, B, dim] and keys [M, B, dim], which must also be the values, to [L, B, dim]."""
        if options.get("attn_mask") is not None or key is not value:
            raise ValueError("this attention takes no mask, and keys that are the values")
        width = query.shape[-1]
        if query is key:
            q, k, v = self._by_head(F.linear(query, self.weight, self.bias))
        else:
            (q,) = self._by_head(F.linear(query, self.weight[:width], self.bias[:width]))
            k, v = self._by_head(F.linear(key, self.weight[width:], self.bias[width:]))
        if query.device.type == "cpu":
            found = (q @ k.transpose(1, 2)).softmax(-1) @ v
        else:
            found = F.scaled_dot_product_attention(q, k, v, scale=1.0)
        joined = found.unflatten(0, (-1, self.heads)).permute(2, 0, 1, 3).flatten(2)
        return self.out(joined), None

    def _by_head(self, x: Tensor) -> tuple[Tensor, ...]:
        """[L, B, n · dim] to n times [B · heads, L, dim / heads]."""
        parts = x.unflatten(2, (-1, self.heads, self.out.in_features // self.heads))
        return parts.permute(2, 1, 3, 0, 4).flatten(1, 2).unbind(0)


class FirstToken(nn.Module):
    """A transformer's last block for its first token alone, where only that is used: a sixth of the work.

        >>> from open_clip.transformer import ResidualAttentionBlock
        >>> block = ResidualAttentionBlock(768, 12, batch_first=False)
        >>> FirstToken(block)(torch.rand(50, 32, 768)).shape  # tokens, pictures, width
        torch.Size([1, 32, 768])

    block: open_clip's, sequence first.
    """

    def __init__(self, block: ResidualAttentionBlock) -> None:
        super().__init__()
        self.block = block

    def forward(self, x: Tensor, attn_mask: Tensor | None = None) -> Tensor:
        """Tokens [L, B, dim] to the first of them [1, B, dim]."""
        block, normed = self.block, self.block.ln_1(x)
        first = x[:1] + block.ls_1(block.attention(normed[:1], normed, normed, attn_mask))
        return first + block.ls_2(block.mlp(block.ln_2(first)))


def _fold_quick_gelu(mlp: Any) -> None:
    # SiLU of 1.702 x is 1.702 times QuickGELU: with the factor in the frozen weights on both sides, one operation
    mlp.c_fc.weight.mul_(_QUICK)
    mlp.c_fc.bias.mul_(_QUICK)
    mlp.c_proj.weight.div_(_QUICK)
    mlp.gelu = nn.SiLU()


def _fold_batch_norms(module: nn.Module) -> None:
    # frozen batch norms are fixed factors: inside the convolution they cost no pass over memory of their own
    for (conv_name, conv), (norm_name, norm) in pairwise(list(module.named_children())):
        owner, name, last = module, conv_name, conv
        if isinstance(conv, nn.Sequential) and len(conv):  # a deep stem: its last norm stands beside it
            owner, name, last = conv, str(len(conv) - 1), conv[-1]
        if isinstance(last, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
            setattr(owner, name, fuse_conv_bn_eval(last, norm))
            setattr(module, norm_name, nn.Identity())
    for child in module.children():
        _fold_batch_norms(child)
