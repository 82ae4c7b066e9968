"""A picture tower as a list of stages, so that its lower part is computed once and its upper part is trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen.errors import SettingsError


@dataclass(frozen=True)
class Stage:
    """A part of a picture tower: what it computes, its parameters, and whether it counts as a block."""

    run: Callable[[Tensor], Tensor]
    parameters: tuple[nn.Parameter, ...] = field(default=(), repr=False)
    block: bool = False


def stages_of(visual: Any) -> list[Stage]:
    """The stages of an open_clip picture tower, whose composition is the tower; the last one is its head.

        >>> from clipgen.perceptors.openclip.load import load_model
        >>> stages = stages_of(load_model("builtin").model.visual)
        >>> sum(stage.block for stage in stages)
        4

    visual: a ViT or ResNet of open_clip, or any network of timm (those of its families resnet, vision_transformer and
    convnext in blocks, others as one). Batch norms are used as they are, so `visual` has to be in eval mode.
    Raises SettingsError for a tower without a head.
    """
    from open_clip.modified_resnet import ModifiedResNet  # late: it takes seconds to import
    from open_clip.timm_model import TimmModel
    from open_clip.transformer import VisionTransformer

    if isinstance(visual, VisionTransformer):
        stages = _vit(visual)
    elif isinstance(visual, ModifiedResNet):
        stages = _resnet(visual)
    elif isinstance(visual, TimmModel):
        stages = [*_trunk(visual.trunk), _stage(visual.head, visual.head)]
    else:
        stages = []
    while stages and not stages[-1].parameters:  # a head without weights is part of what is before it
        last = stages.pop()
        if stages:
            stages[-1] = _joined(stages[-1], last)
    if not stages:
        raise SettingsError(f"the picture tower {type(visual).__name__} cannot be tuned; choose another model")
    return stages


def cut_of(stages: Sequence[Stage], last_blocks: int) -> int:
    """The index of the first stage that is trained: the head alone, or some of the last blocks as well.

        >>> cut_of([Stage(abs), Stage(abs, block=True), Stage(abs, block=True), Stage(abs)], last_blocks=1)
        2

    Raises SettingsError for more blocks than there are.
    """
    blocks = [i for i, stage in enumerate(stages) if stage.block]
    if last_blocks > len(blocks):
        raise SettingsError(
            f"last_blocks is {last_blocks}, but this picture tower has {len(blocks)} blocks; give 0 to {len(blocks)}",
            settings=["last_blocks"],
        )
    return blocks[-last_blocks] if last_blocks else len(stages) - 1


def through(stages: Sequence[Stage], x: Tensor) -> Tensor:
    """What some stages make of an input, one after another.

    >>> through([Stage(torch.neg), Stage(torch.exp)], torch.zeros(1))
    tensor([1.])
    """
    for stage in stages:
        x = stage.run(x)
    return x


def _stage(run: Callable[[Tensor], Tensor], *modules: nn.Module, block: bool = False) -> Stage:
    return Stage(run, tuple(p for module in modules for p in module.parameters()), block)


def _joined(first: Stage, second: Stage) -> Stage:
    return Stage(lambda x: second.run(first.run(x)), (*first.parameters, *second.parameters), first.block)


def _vit(visual: Any) -> list[Stage]:
    def transposed(block: nn.Module, x: Tensor) -> Tensor:
        out: Tensor = block(x.transpose(0, 1)).transpose(0, 1)
        return out

    blocks = visual.transformer.resblocks
    runs = blocks if visual.transformer.batch_first else [partial(transposed, block) for block in blocks]
    norms = [part for part in (visual.attn_pool, visual.ln_post) if part is not None]
    head = [] if visual.proj is None else [Stage(lambda x: x @ visual.proj, (visual.proj,))]
    return [
        Stage(visual._embeds),
        *(_stage(run, block, block=True) for run, block in zip(runs, blocks, strict=True)),
        _stage(lambda x: visual._pool(x)[0], *norms),
        *head,
    ]


def _resnet(visual: Any) -> list[Stage]:
    pool, project = visual.attnpool, visual.attnpool.c_proj

    def attended(x: Tensor) -> Tensor:
        """The attention pool without its projection, which is the head."""
        eye = {"c_proj.weight": torch.eye(project.in_features).to(x), "c_proj.bias": x.new_zeros(project.in_features)}
        out: Tensor = torch.func.functional_call(pool, eye, (x,))
        return out

    inner = tuple(p for name, p in pool.named_parameters() if not name.startswith("c_proj"))
    layers = (visual.layer1, visual.layer2, visual.layer3, visual.layer4)
    return [
        Stage(visual.stem),
        *(_stage(layer, layer, block=True) for layer in layers),
        Stage(attended, inner),
        _stage(lambda x: F.linear(x, project.weight, project.bias), project),
    ]


def _trunk(trunk: Any) -> list[Stage]:
    from timm.models.convnext import ConvNeXt
    from timm.models.resnet import ResNet
    from timm.models.vision_transformer import VisionTransformer

    whole: Any = trunk  # after isinstance mypy takes its parts for tensors
    if isinstance(trunk, ResNet):
        layers = (whole.layer1, whole.layer2, whole.layer3, whole.layer4)
        stem = Stage(lambda x: whole.maxpool(whole.act1(whole.bn1(whole.conv1(x)))))
        return [stem, *(_stage(layer, layer, block=True) for layer in layers), _stage(whole.forward_head, whole.fc)]
    if isinstance(trunk, VisionTransformer):
        rest = [part for part in (whole.norm, whole.attn_pool, whole.fc_norm, whole.head) if part is not None]
        return [
            Stage(lambda x: whole.norm_pre(whole.patch_drop(whole._pos_embed(whole.patch_embed(x))))),
            *(_stage(block, block, block=True) for block in whole.blocks),
            _stage(lambda x: whole.forward_head(whole.norm(x)), *rest),
        ]
    if isinstance(trunk, ConvNeXt):
        return [
            Stage(whole.stem),
            *(_stage(stage, stage, block=True) for stage in whole.stages),
            _stage(lambda x: whole.forward_head(whole.norm_pre(x)), whole.norm_pre, whole.head),
        ]
    return [_stage(trunk, trunk)]
