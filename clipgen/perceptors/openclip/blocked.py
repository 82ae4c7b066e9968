"""Convolutions of a picture tower in oneDNN's blocked memory layout: on a CPU, three quarters of the time.

The layout has no gradients: it is for pictures that are only read (detection, indexing, captions, ranking).
"""

from __future__ import annotations

import copy
import platform
from typing import Any

import torch
from torch import Tensor, nn

FEWEST = 4  # pictures from which on it is faster; one alone takes 1.2 times as long
# what computes in that layout; Identity and Sequential, and the classes that consist of these
_LEAVES = (nn.Conv2d, nn.ReLU, nn.MaxPool2d, nn.AvgPool2d, nn.Identity)


class Blocked:
    """The picture tower of an open_clip model with a timm ResNet, without gradients: the same features to 1e-6.

        >>> config = json.loads(Path("models/clip/open_clip_config.json").read_text())
        >>> from clipgen.perceptors.openclip import build_model
        >>> from clipgen.perceptors.openclip.freeze import freeze
        >>> tower = Blocked.of(freeze(build_model(config)).visual)
        >>> tower is None or tower(torch.rand(4, 3, 48, 48)).shape == (4, 384)
        True

    visual: frozen by `freeze`, on the CPU in float32; its weights are copied once, all else is shared.
    """

    def __init__(self, visual: Any) -> None:
        self.visual = visual
        trunk = visual.trunk
        # the convolutions replaced below are the only parts that are not shared
        self.trunk = copy.deepcopy(trunk, {id(one): one for one in (*trunk.parameters(), *trunk.buffers())})
        _block(self.trunk)

    @classmethod
    def of(cls, visual: nn.Module) -> Blocked | None:
        """The same tower in that layout; None for another kind of tower, or where oneDNN is not at home."""
        from timm.models.resnet import ResNet  # late: it takes seconds to import

        trunk = getattr(visual, "trunk", None)
        at_home = torch.backends.mkldnn.is_available() and platform.machine().lower() in ("x86_64", "amd64")
        if not at_home or not isinstance(trunk, ResNet):
            return None
        inner = (part for name, part in trunk.named_modules() if not name.startswith(("global_pool", "fc")))
        return cls(visual) if all(_fits(part) for part in inner if not any(part.children())) else None

    def __call__(self, images: Tensor) -> Tensor:
        """Normalised pictures [N, 3, H, W] to features [N, D]."""
        maps = self.trunk.forward_features(images.to_mkldnn()).to_dense()
        features: Tensor = self.visual.head(self.visual.trunk.forward_head(maps))
        return features


class _Convolution(nn.Module):
    """A convolution whose weights are in the blocked layout; so are its pictures."""

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        self.weight = conv.weight.detach().contiguous().to_mkldnn()
        self.bias = None if conv.bias is None else conv.bias.detach().to_mkldnn()
        assert not isinstance(conv.padding, str)
        self.padding, self.stride, self.dilation, self.groups = conv.padding, conv.stride, conv.dilation, conv.groups

    def forward(self, images: Tensor) -> Tensor:
        """Maps [N, C, H, W] to maps, both in the blocked layout."""
        return torch.mkldnn_convolution(
            images, self.weight, self.bias, self.padding, self.stride, self.dilation, self.groups
        )


def _fits(part: nn.Module) -> bool:
    plain = not isinstance(part, nn.Conv2d) or (type(part) is nn.Conv2d and not isinstance(part.padding, str))
    return isinstance(part, _LEAVES) and plain


def _block(module: nn.Module) -> None:
    for name, child in module.named_children():
        if isinstance(child, nn.Conv2d):
            setattr(module, name, _Convolution(child))
        else:
            _block(child)
