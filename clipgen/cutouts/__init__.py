"""Cutouts: many augmented views of a picture, computed in one batched warp for the perceptor."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from clipgen.cutouts.classic import ClassicChain
from clipgen.cutouts.plan import CutPlan, draw_plan
from clipgen.cutouts.presets import AUGMENTS, AugmentPreset, find_preset
from clipgen.cutouts.warp import warp
from clipgen.errors import SettingsError

__all__ = ["AUGMENTS", "AugmentPreset", "CutPlan", "Cutouts", "find_preset"]

_NOISE_SEED = 20_210_417  # the noise bank is the same in every run; the offsets into it are drawn


class Cutouts(nn.Module):
    """Cut augmented views out of pictures, differentiably, with a random state of its own.

        >>> cutouts = Cutouts(64, 32, augments="robust", generator=torch.Generator().manual_seed(7))
        >>> images = torch.rand(2, 3, 256, 256)
        >>> plan = cutouts.plan(batch=2, height=256, width=256, progress=0.1)
        >>> cutouts.apply(images, plan).shape
        torch.Size([64, 3, 64, 64])
        >>> cutouts.apply(images, plan[:8]).shape       # the first 8 of each picture, to save memory
        torch.Size([16, 3, 64, 64])

    Noise and colour jitter may move values slightly out of [0,1]; they are not clamped, since a clamp has no gradient.
    `state_dict()` includes the random state.

    size: side of the views, in pixels. cutn: views of each picture. cut_pow: above 1 favours small cutouts.
    augments: a name in AUGMENTS or a preset. generator: a CPU generator, the only source of randomness.
    Raises SettingsError for numbers out of range, UnknownNameError for an unknown preset.
    Source: the cutouts and cut_pow of Katherine Crowson's VQGAN+CLIP, arXiv 2204.08583.
    """

    bank: Tensor

    def __init__(
        self,
        size: int,
        cutn: int,
        *,
        cut_pow: float = 1.0,
        augments: str | AugmentPreset = "robust",
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        for name, value in (("size", size), ("cutn", cutn), ("cut_pow", cut_pow)):
            if not value > 0:
                raise SettingsError(f"{name} must be above 0, got {value}", settings=[name])
        if generator.device.type != "cpu":
            raise SettingsError(f"cutouts draw from a CPU generator, got one on {generator.device}")
        self.size, self.cutn, self.cut_pow = size, cutn, cut_pow
        self.preset = find_preset(augments)
        self.generator = generator
        self.chain = ClassicChain() if self.preset.kornia else None
        # drawing new noise would take as long as the sampling; reading a bank from a random offset takes no time
        bank = torch.randn(4 * 3 * size * size, generator=torch.Generator().manual_seed(_NOISE_SEED))
        self.register_buffer("bank", bank, persistent=False)

    def plan(
        self, batch: int, height: int, width: int, progress: float = 0.0, *, cutn: int | None = None
    ) -> CutPlan:
        """Draw cutn cutouts for each of batch pictures of height × width pixels; progress: 0 to 1."""
        return self._with_chain(self._draw(cutn or self.cutn, batch, height, width, progress))

    def apply(self, image: Tensor, plan: CutPlan) -> Tensor:  # type: ignore[override]  # nn.Module.apply is not for users here
        """Cut the plan's views out of image [B,3,H,W]: [n·B,3,size,size], cutout i of picture b at i·B+b."""
        expected = (plan.batch, 3, plan.height, plan.width)
        if tuple(image.shape) != expected:
            raise SettingsError(f"the plan is for images {list(expected)}, got {list(image.shape)}")
        # autocast would compute colours, and kornia positions, in half precision
        with torch.autocast(image.device.type, enabled=False):
            image = image.to(torch.promote_types(image.dtype, torch.float32))
            views = warp(image, plan.to(image.device, image.dtype), size=self.size, bank=self.bank.to(image))
            return views if self.chain is None else self.chain.apply(views, plan.classic)

    def plan_each(self, n: int, height: int, width: int, progress: float = 0.0) -> CutPlan:
        """Draw one view for each of n pictures, overviews and inner cutouts mixed: to augment a training batch.

            >>> cutouts = Cutouts(64, 1, generator=torch.Generator().manual_seed(7))
            >>> images = torch.rand(8, 3, 96, 96)
            >>> cutouts.apply_each(images, cutouts.plan_each(8, 96, 96)).shape
            torch.Size([8, 3, 64, 64])
        """
        plan = self._draw(n, 1, height, width, progress).shuffled_each(self.generator)
        return self._with_chain(plan)

    def apply_each(self, images: Tensor, plan: CutPlan) -> Tensor:
        """Cut one view out of each of images [N,3,H,W]: [N,3,size,size]."""
        return self.apply(images, plan)

    def forward(self, image: Tensor, progress: float = 0.0) -> Tensor:
        """Draw a plan and apply it to image [B,3,H,W] at once."""
        return self.apply(image, self.plan(image.shape[0], image.shape[2], image.shape[3], progress))

    def get_extra_state(self) -> Tensor:
        """The state of the generator, for `state_dict()`."""
        return self.generator.get_state()

    def set_extra_state(self, state: Tensor) -> None:
        """Restore the state of the generator."""
        self.generator.set_state(state.cpu())

    def _draw(self, cutn: int, batch: int, height: int, width: int, progress: float) -> CutPlan:
        span = self.bank.numel() - 3 * self.size * self.size + 1
        return draw_plan(
            self.preset, cutn, batch, height=height, width=width, size=self.size, cut_pow=self.cut_pow,
            progress=progress, noise_span=span, generator=self.generator,
        )  # fmt: skip

    def _with_chain(self, plan: CutPlan) -> CutPlan:
        if self.chain is None:
            return plan
        classic = self.chain.draw(plan.clean.flatten(), size=self.size, generator=self.generator)
        return replace(plan, classic=classic)
