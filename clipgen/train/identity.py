"""Initial weights for taming's autoencoders: before the first step the network reproduces each patch's mean colour.

From random weights such a network would spend its first ten thousand pictures on grey blobs, since its norms hide the
colour. Here every residual block starts as the identity and the shortcuts carry ±RGB, together with constant channels
that make the norms' scale independent of the picture; swish(x) − swish(−x) = x makes the ends linear.
"""

import torch
from taming.modules.diffusionmodules.model import AttnBlock, Decoder, Encoder, ResnetBlock
from torch import Tensor, nn

from clipgen.generators.vqgan import VQModel


@torch.no_grad()
def carry_colour(model: VQModel, images: Tensor) -> None:
    """Initialise a model in place, so that `model.decode(model.encode(x))` is x, pooled.

        >>> model = VQModel.from_config(yaml.safe_load(Path("models/vqgan/vqgan.yaml").read_text()))
        >>> carry_colour(model, torch.rand(4, 3, 64, 64) * 2 - 1)

    images: [N, 3, H, W] in [-1, 1]; they determine the scale of latents and output.
    """
    for half in (model.encoder, model.decoder):
        _identity_blocks(half)
        _lift(half.conv_in, pairs=True)
        _join(half.conv_out)
    _lift(model.quant_conv, pairs=False)
    _lift(model.post_quant_conv, pairs=False)
    pooled = nn.functional.avg_pool2d(images, model.factor)
    _calibrate(model.quant_conv, model.encode(images)[:, :3], pooled, spread=0.9)
    free = model.encode(images)[:, 3:]  # the other channels of a code start with random features of the picture
    if free.numel():
        gain = 0.4 / free.std((0, 2, 3)).clamp(min=1e-6)
        model.quant_conv.weight[3:] *= gain[:, None, None, None]
        bias = _bias(model.quant_conv)
        bias[3:] = (bias[3:] - free.mean((0, 2, 3))) * gain
    drawn = model.decode(model.encode(images).clamp(-1, 1))
    _calibrate(model.decoder.conv_out, drawn, nn.functional.interpolate(pooled, scale_factor=model.factor))


def _identity_blocks(half: Encoder | Decoder) -> None:
    for block in half.modules():
        if isinstance(block, ResnetBlock):
            block.conv2.weight.mul_(0.1)
            block.conv2.bias.zero_()
            if block.in_channels != block.out_channels:
                _copy_channels(block.nin_shortcut)
        elif isinstance(block, AttnBlock):
            block.proj_out.weight.mul_(0.1)


def _copy_channels(conv: nn.Conv2d) -> None:
    """Copy the first channels, and set the new ones to ±1."""
    conv.weight.mul_(0.1)
    shared = min(conv.in_channels, conv.out_channels)
    rows = torch.arange(shared)
    conv.weight[rows, :, 0, 0] = 0
    conv.weight[rows, rows, 0, 0] = 1
    _bias(conv).zero_()
    _bias(conv)[shared:] = _alternating(conv.out_channels - shared)


def _lift(conv: nn.Conv2d, *, pairs: bool) -> None:
    """Copy the first three inputs to the first outputs, with pairs followed by their negatives and constants."""
    conv.weight.mul_(0.1)
    middle = conv.kernel_size[0] // 2
    for sign, first in ((1, 0), (-1, 3)) if pairs else ((1, 0),):
        for c in range(3):
            conv.weight[first + c] = 0
            conv.weight[first + c, c, middle, middle] = sign
    if pairs:
        _bias(conv).zero_()
        _bias(conv)[6:] = _alternating(conv.out_channels - 6)


def _join(conv: nn.Conv2d) -> None:
    """Join the pairs: output c is input c minus input c + 3."""
    conv.weight.mul_(0.1)
    conv.weight[:3] = 0
    middle = conv.kernel_size[0] // 2
    for c in range(3):
        conv.weight[c, c, middle, middle] = 1
        conv.weight[c, c + 3, middle, middle] = -1
    _bias(conv)[:3] = 0


def _calibrate(conv: nn.Conv2d, output: Tensor, target: Tensor, spread: float = 1.0) -> None:
    """Scale and shift the first three outputs so that they match the target, times spread."""
    x, y = output.transpose(0, 1).flatten(1), target.transpose(0, 1).flatten(1) * spread
    x0, y0 = x.mean(1), y.mean(1)
    gain = ((x - x0[:, None]) * (y - y0[:, None])).mean(1) / (x - x0[:, None]).square().mean(1)
    conv.weight[:3] *= gain[:, None, None, None]
    _bias(conv)[:3] = _bias(conv)[:3] * gain + y0 - gain * x0


def _bias(conv: nn.Conv2d) -> Tensor:
    assert conv.bias is not None  # taming's convolutions all have one
    return conv.bias


def _alternating(count: int) -> Tensor:
    return 1.0 - 2.0 * (torch.arange(count) % 2)
