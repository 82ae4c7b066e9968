"""open_clip models made ready to guide: frozen, and laid out so that each step does no more than it has to."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

_QUICK = 1.702  # of QuickGELU: x · sigmoid(1.702 x)


def freeze(model: nn.Module) -> Any:
    """Eval, no parameter gradients, and the memory layouts and fusions that make guidance fast; same embeddings.

        >>> model = freeze(build_model(config, merges))

    Everything is changed in place.
    """
    from open_clip.modified_resnet import ModifiedResNet  # late: it takes seconds to import
    from open_clip.transformer import QuickGELU, Transformer, VisionTransformer
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
            # batch-first attention over frozen weights goes down an unfolded bmm on the CPU: 3 times as slow
            part.batch_first = False
            for block in part.resblocks:
                block.attn.batch_first = False
        if isinstance(part, nn.Sequential) and isinstance(getattr(part, "gelu", None), QuickGELU):
            _fold_quick_gelu(part)
    return model


class Patches(nn.Module):
    """A convolution of patches that touch, as one product of matrices: on a CPU its gradient takes a tenth of the time.

    >>> Patches(nn.Conv2d(3, 768, 32, stride=32))(torch.rand(1, 3, 224, 224)).shape
    torch.Size([1, 768, 7, 7])

    conv: square kernel, stride as wide, no padding.
    """

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        self.side = conv.kernel_size[0]
        # rows of a patch, their pixels, and colours last: how pictures lie in memory
        self.weight = nn.Parameter(conv.weight.permute(0, 2, 3, 1).flatten(1).contiguous(), requires_grad=False)
        self.bias = conv.bias

    def forward(self, images: Tensor) -> Tensor:
        """Pictures [B, 3, H, W] to maps [B, dim, H // side, W // side]; what is left over at the edges is not seen."""
        n = self.side
        rows, columns = images.shape[-2] // n, images.shape[-1] // n
        whole = images[..., : rows * n, : columns * n].permute(0, 2, 3, 1)
        parts = whole.reshape(len(images), rows, n, columns, n, images.shape[1]).transpose(2, 3)
        return F.linear(parts.flatten(3), self.weight, self.bias).permute(0, 3, 1, 2)


def _fold_quick_gelu(mlp: Any) -> None:
    # SiLU of 1.702 x is 1.702 times QuickGELU: with the factor in the frozen weights on both sides, one operation
    mlp.c_fc.weight.mul_(_QUICK)
    mlp.c_fc.bias.mul_(_QUICK)
    mlp.c_proj.weight.div_(_QUICK)
    mlp.gelu = nn.SiLU()


def _fold_batch_norms(module: nn.Module) -> None:
    # frozen batch norms are fixed factors: inside the convolution they cost no pass over memory of their own
    for (conv_name, conv), (norm_name, norm) in pairwise(list(module.named_children())):
        if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
            setattr(module, conv_name, fuse_conv_bn_eval(conv, norm))
            setattr(module, norm_name, nn.Identity())
    for child in module.children():
        _fold_batch_norms(child)
