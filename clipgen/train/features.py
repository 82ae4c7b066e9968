"""Features of a frozen CLIP: what critics score, and in what pictures are compared."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen.media.images import resize_area
from clipgen.perceptors.openclip import OpenClip


class Features(nn.Module):
    """A frozen residual CLIP tower that returns its features at every depth, and its embedding.

        >>> from clipgen.perceptors.openclip import load_perceptor
        >>> depths, embeddings = Features(load_perceptor("builtin", torch.device("cpu")))(image)

    perceptor: an open_clip model whose picture tower is a timm ResNet.
    """

    def __init__(self, perceptor: OpenClip) -> None:
        super().__init__()
        self.perceptor = perceptor
        self.trunk = perceptor.model.visual.trunk
        self.head = perceptor.model.visual.head

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """Features and embedding [B, dim] of images [B, 3, side, side] in [0, 1].

        The features are the normalised picture itself, and the outputs of the stem and of all stages but the last.
        """
        x = self._normalised(images)
        side = self.perceptor.input_size
        depths = [x, *self._stages(resize_area(x, (side, side)))]
        last = self.trunk.layer4(depths[-1])
        return depths, F.normalize(self.head(self.trunk.global_pool(last)).float(), dim=-1)

    def distance(self, images: Tensor, others: Tensor) -> Tensor:
        """The mean squared difference of unit features, over the stem and two stages, of images [B, 3, H, W] in [0, 1].

        Both keep their size, whatever the CLIP's own. Source: Zhang et al., arXiv 1801.03924 (LPIPS), without weights.
        """
        total = images.new_zeros(())
        pairs = zip(self._stages(self._normalised(images)), self._stages(self._normalised(others)), strict=True)
        for ours, theirs in islice(pairs, 3):
            total = total + (_unit(ours) - _unit(theirs)).square().sum(1).mean()
        return total

    def _normalised(self, images: Tensor) -> Tensor:
        x = (images - self.perceptor.mean) / self.perceptor.std
        return x.contiguous(memory_format=torch.channels_last)

    def _stages(self, x: Tensor) -> Iterator[Tensor]:
        x = self.trunk.act1(self.trunk.bn1(self.trunk.conv1(x)))
        yield x
        x = self.trunk.maxpool(x)
        for stage in (self.trunk.layer1, self.trunk.layer2, self.trunk.layer3):
            x = stage(x)
            yield x


def _unit(features: Tensor) -> Tensor:
    return features.float() / features.float().square().sum(1, keepdim=True).add(1e-6).sqrt()
