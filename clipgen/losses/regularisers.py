"""Losses that do not depend on the prompts, but on the picture or the latents alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn

from clipgen.errors import SettingsError
from clipgen.losses.base import Loss, Sees, Surroundings, View, need_image


class TotalVariation(Loss):
    """The mean squared difference of neighbouring pixels: low for pictures without grain.

        >>> TotalVariation()(View(image=torch.zeros(1, 3, 8, 8)))
        tensor([0.])

    Source: Mahendran and Vedaldi (arXiv 1412.0035) with β = 2.
    """

    sees: ClassVar[Sees] = "image"

    def forward(self, view: View) -> Tensor:
        """Measure each picture, [B]."""
        image = need_image(view, self)
        return _per_picture(image.diff(dim=-2).square()) + _per_picture(image.diff(dim=-1).square())


class Realism(Loss):
    """How artificial the patches of a picture are, by the discriminator from its generator's training.

        >>> from clipgen.generators.vqgan import VQGAN
        >>> critic = VQGAN.load().critic()
        >>> loss = TotalVariation() + 0.05 * Realism(critic)

    critic: pictures [B, 3, H, W] in [-1, 1] → logits, high for realistic patches; it is frozen.
    """

    sees: ClassVar[Sees] = "image"

    @classmethod
    def build(cls, run: Surroundings) -> Loss:
        """Judge by the generator's own discriminator; SettingsError where it has none."""
        if (critic := run.critic()) is None:
            raise SettingsError(
                f"the generator {run.generator_name} has no discriminator; leave realism at 0", settings={"realism": 0}
            )
        return cls(critic)

    def __init__(self, critic: nn.Module) -> None:
        super().__init__()
        self.critic = critic.eval().requires_grad_(False)

    def forward(self, view: View) -> Tensor:
        """Measure each picture, [B]."""
        return -_per_picture(self.critic(need_image(view, self) * 2 - 1))


class Smoothness(Loss):
    """The mean squared second difference: low for linear gradients, high for edges and dots."""

    sees: ClassVar[Sees] = "image"

    def forward(self, view: View) -> Tensor:
        """Measure each picture, [B]."""
        image = need_image(view, self)
        return _per_picture(image.diff(n=2, dim=-2).square()) + _per_picture(image.diff(n=2, dim=-1).square())


class Saturation(Loss):
    """The mean squared distance of the pixels from grey; a negative weight makes colours stronger."""

    sees: ClassVar[Sees] = "image"

    def forward(self, view: View) -> Tensor:
        """Measure each picture, [B]."""
        image = need_image(view, self)
        return _per_picture((image - image.mean(dim=1, keepdim=True)).square())


class Symmetry(Loss):
    """The mean squared difference between the picture and its mirror image, left to right."""

    sees: ClassVar[Sees] = "image"

    def forward(self, view: View) -> Tensor:
        """Measure each picture, [B]."""
        image = need_image(view, self)
        return _per_picture((image - image.flip(-1)).square())


class Palette(Loss):
    """The mean squared distance of each pixel to the nearest of a few colours.

        >>> Palette(["#1b3a5c", "#f2c14e", "#fff"]).colours.shape
        torch.Size([3, 3])

    colours: "#rrggbb" or "#rgb" strings, or a tensor [K,3] in [0,1]. Raises SettingsError for anything else.
    """

    sees: ClassVar[Sees] = "image"
    colours: Tensor

    @classmethod
    def build(cls, run: Surroundings) -> Loss:
        """Keep to the colours of the settings."""
        return cls(run.guides.palette)

    def __init__(self, colours: Sequence[str] | Tensor) -> None:
        super().__init__()
        if not isinstance(colours, Tensor):
            colours = torch.tensor([_rgb(colour) for colour in colours])
        if colours.ndim != 2 or colours.shape[0] == 0 or colours.shape[1] != 3:
            raise SettingsError(
                f"palette must be one or more colours [K,3], got {list(colours.shape)}", settings=["palette"]
            )
        self.register_buffer("colours", colours)

    def forward(self, view: View) -> Tensor:
        """Measure each picture, [B]."""
        image = need_image(view, self)
        with torch.no_grad():
            distance = (image[:, None] - self.colours[:, :, None, None]).square().sum(dim=2)
            nearest = self.colours[distance.argmin(dim=1)].movedim(-1, 1)
        return _per_picture((image - nearest).square())


class InitLoss(Loss):
    """The mean squared difference from an initial picture, fading out towards the end of the run.

    image: [B,3,H,W] or [1,3,H,W]; shares: [B], weight of each picture, or [B,1,H,W], of each pixel; by default 1.
    Raises SettingsError for a picture of another size.
    """

    sees: ClassVar[Sees] = "image"
    start: Tensor
    shares: Tensor

    def __init__(self, image: Tensor, shares: Tensor | None = None) -> None:
        super().__init__()
        self.register_buffer("start", image.detach())
        self.register_buffer("shares", torch.ones(1, device=image.device) if shares is None else shares)

    def forward(self, view: View) -> Tensor:
        """Measure each picture, [B]."""
        image = need_image(view, self)
        if image.shape[1:] != self.start.shape[1:] or self.start.shape[0] not in (1, image.shape[0]):
            raise SettingsError(f"the initial picture is {list(self.start.shape)}, the image is {list(image.shape)}")
        apart = (image - self.start).square()
        if self.shares.ndim > 1:
            return (1 - view.progress) * _per_picture(self.shares * apart)
        return (1 - view.progress) * self.shares * _per_picture(apart)


class PullToStart(Loss):
    """The mean squared distance of the latents from their start, fading out towards the end of the run.

    It adds coherence. Source: VQGAN-CLIP, arXiv 2204.08583.
    """

    sees: ClassVar[Sees] = "latents"

    def forward(self, view: View) -> Tensor:
        """Measure the latents of each picture, [B]."""
        if not view.latents or len(view.latents) != len(view.start):
            raise SettingsError(f"PullToStart needs as many starts as latents, got {len(view.start)}"
                                f" and {len(view.latents)}")  # fmt: skip
        squares = [(now - start).square().flatten(1) for now, start in zip(view.latents, view.start, strict=True)]
        return (1 - view.progress) * torch.cat(squares, dim=1).mean(dim=1)


def _per_picture(values: Tensor) -> Tensor:
    return values.flatten(1).mean(dim=1)


def _rgb(colour: str) -> tuple[float, float, float]:
    digits = colour.strip().removeprefix("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    try:
        red, green, blue = bytes.fromhex(digits)
    except ValueError:
        raise SettingsError(
            f"{colour!r} is not a colour; write #rrggbb or #rgb, such as #f2c14e", settings=["palette"]
        ) from None
    return red / 255, green / 255, blue / 255
