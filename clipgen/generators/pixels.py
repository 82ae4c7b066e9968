"""Pixels: a picture as a spectrum with decorrelated colour."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Self

import torch
from torch import Tensor

from clipgen.errors import SettingsError
from clipgen.generators.base import Generator, Size

# The variation of natural colours: along lightness, red-blue and green-magenta. The principal axes of the RGB of
# ImageNet's pixels (Krizhevsky et al. 2012, section 4.1) are within a few degrees of these three, with variances
# .2175, .0188 and .0045 (the figures of fb.resnet.torch). Axes times deviations is a square root of the colour
# covariance; only its ratios matter, so it is scaled to a lightness of one.
_AXES = torch.tensor(
    [
        [1 / math.sqrt(3), 1 / math.sqrt(2), 1 / math.sqrt(6)],
        [1 / math.sqrt(3), 0.0, -2 / math.sqrt(6)],
        [1 / math.sqrt(3), -1 / math.sqrt(2), 1 / math.sqrt(6)],
    ]
)
_DEVIATIONS = torch.tensor([0.2175, 0.0188, 0.0045]).sqrt()
COLOUR_SQRT = _AXES * (_DEVIATIONS / _DEVIATIONS[0])

DECAY = 1.0  # natural pictures have amplitude ~ 1 / frequency
CONTRAST = 0.01  # deviation of the initial coefficients: a nearly grey picture, neutral for any prompt
BLACK = 1e-4  # sigmoid never reaches 0 or 1: the first step inside, well below one grey level of 255


class Pixels(Generator):
    """A picture whose latents are its scaled Fourier coefficients: no network, any picture can be represented.

        >>> generator = Pixels.begin(size=(320, 240), seeds=[7])
        >>> generator().shape
        torch.Size([1, 3, 240, 320])

    latents: one tensor [B, 3, H, W // 2 + 1, 2], real and imaginary parts divided by the natural amplitude of their
    frequency, so that one learning rate fits coarse and fine detail; the 3 are lightness, red-blue and green-magenta
    before a sigmoid. Source: Mordvintsev et al., "Differentiable Image Parameterizations", Distill 2018 (lucent).
    """

    name = "pixels"
    lr = 0.05
    start_from = "bank"
    draws = False

    @classmethod
    def load(
        cls, *, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32, weights: Path | None = None
    ) -> Self:
        """Prepare spectra; `start` draws one per seed.

            >>> Pixels.load()

        device: of the latents; dtype: ignored: the
        transform runs in float32. Raises SettingsError when weights are given: there is no network.
        """
        if weights is not None:
            raise SettingsError(
                f"weights is {weights}, but the generator pixels has no network; leave it out", settings=["weights"]
            )
        return cls(device=device, dtype=dtype)

    def forward(self) -> Tensor:
        """The pictures [B, 3, H, W] in (0, 1)."""
        # half precision would cause visible bands
        with torch.autocast(self.device.type, enabled=False):
            return self._colour(self._plane())

    @torch.no_grad()
    def render(self, size: Size) -> Tensor:
        """The same pictures at another size by padding or cropping the spectrum, [B, 3, H, W].

            >>> generator.render((1024, 1024)).shape
            torch.Size([1, 3, 1024, 1024])

        size: (width, height); another aspect ratio stretches the picture. Raises SettingsError below one pixel.
        """
        if min(size) < 1:
            raise SettingsError(
                f"render_size is {size[0]}x{size[1]}; width and height must be at least 1 pixel",
                settings=["render_size"],
            )
        with torch.autocast(self.device.type, enabled=False):
            return self._colour(_resample(self._plane(), size))

    def _draw(self, rng: torch.Generator) -> list[Tensor]:
        width, height = self.size
        return [CONTRAST * torch.randn(3, height, width // 2 + 1, 2, generator=rng)]

    def _encode(self, image: Tensor) -> list[Tensor]:
        logits = torch.logit(image, eps=BLACK)
        inverse = torch.linalg.inv(COLOUR_SQRT).to(image.device)
        plane = torch.einsum("ij,bjhw->bihw", inverse, logits)
        spectrum = torch.fft.rfft2(plane, norm="ortho") / self._scale()
        return [torch.view_as_real(spectrum)]

    def _plane(self) -> Tensor:
        spectrum = torch.view_as_complex(self.latents[0]) * self._scale()
        return torch.fft.irfft2(spectrum, s=(self.size[1], self.size[0]), norm="ortho")

    def _colour(self, plane: Tensor) -> Tensor:
        return torch.sigmoid(torch.einsum("ij,bjhw->bihw", COLOUR_SQRT.to(plane.device), plane))

    def _scale(self) -> Tensor:
        """The natural amplitude [H, W // 2 + 1] of every frequency; the mean colour has that of the lowest one."""
        width, height = self.size
        fy = torch.fft.fftfreq(height, device=self.device)[:, None]
        fx = torch.fft.rfftfreq(width, device=self.device)[None, :]
        return torch.hypot(fy, fx).clamp_min(1 / max(width, height)) ** -DECAY


def _resample(plane: Tensor, size: Size) -> Tensor:
    """Resize [B, 3, H, W] without aliasing, with pixel centres aligned as in other resizing functions."""
    width, height = size
    old_height, old_width = plane.shape[-2:]
    if (old_width, old_height) == size:
        return plane
    spectrum = torch.fft.rfft2(plane, norm="forward")
    # the halves below both Nyquist frequencies; the Nyquist rows themselves have no partner on the other grid
    rows = (min(height, old_height) - 1) // 2
    columns = (min(width, old_width) - 1) // 2 + 1
    kept = spectrum.new_zeros(*plane.shape[:2], height, width // 2 + 1)
    kept[..., : rows + 1, :columns] = spectrum[..., : rows + 1, :columns]
    if rows:
        kept[..., -rows:, :columns] = spectrum[..., -rows:, :columns]
    shift_y = torch.fft.fftfreq(height, d=1 / height, device=plane.device) * (0.5 / height - 0.5 / old_height)
    shift_x = torch.fft.rfftfreq(width, d=1 / width, device=plane.device) * (0.5 / width - 0.5 / old_width)
    turn = 2 * math.pi * (shift_y[:, None] + shift_x[None, :])
    return torch.fft.irfft2(kept * torch.polar(torch.ones_like(turn), turn), s=(height, width), norm="forward")
