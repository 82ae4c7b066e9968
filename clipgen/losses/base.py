"""The contract of a loss: it has its target, is computed from a View, and can be added to other losses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol

from torch import Tensor, nn

from clipgen.errors import SettingsError
from clipgen.settings import Guides

Sees = Literal["embeddings", "image", "latents", "several"]


@dataclass
class View:
    """The data of one step of the loop; parts that no loss uses may be left out.

    image [B,3,H,W] in [0,1]. embeddings [n,B,D]: unit vectors of n cutouts of each picture.
    latents, start: the generator's latents, each [B,…], now and at the first step.
    progress: share of the steps done, from 0 to 1.
    """

    image: Tensor | None = None
    embeddings: Tensor | None = None
    latents: list[Tensor] = field(default_factory=list)
    start: list[Tensor] = field(default_factory=list)
    progress: float = 0.0


class Surroundings(Protocol):
    """What of a run a loss may be built from; see `Loss.build`.

    guides: settings; perceptor_name, generator_name: for messages.
    """

    @property
    def guides(self) -> Guides: ...

    @property
    def perceptor_name(self) -> str: ...

    @property
    def generator_name(self) -> str: ...

    def critic(self) -> nn.Module | None:
        """The discriminator, of pictures [B, 3, H, W] in [-1, 1], of the generator; None where it has none."""
        ...

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """Embed N texts: unit vectors [N, D]."""
        ...

    def unknown_words(self, text: str) -> Sequence[object]:
        """Words of a text that the perceptor was not trained on."""
        ...


class Loss(nn.Module):
    """A loss per picture: `forward(view)` returns [B]; losses can be added, and multiplied by a number.

        >>> from clipgen.losses import Symmetry, TotalVariation
        >>> loss = Symmetry() + 0.5 * TotalVariation()
        >>> sum(weight * term(View(image=image)) for weight, term in loss.terms()).shape
        torch.Size([1])

    sees: the part of the view that it uses, so that a loop can compute each term where that part is available.
    The algebra is that of lucent (github.com/greentfrapp/lucent, optvis/objectives).
    """

    sees: ClassVar[Sees] = "several"

    @classmethod
    def build(cls, run: Surroundings) -> Loss:
        """Make the loss for a run whose settings give it a weight; a loss that needs nothing of the run inherits this.

        Raises SettingsError where the run lacks what the loss needs.
        """
        return cls()

    def forward(self, view: View) -> Tensor:
        """Compute the loss of each picture, [B]."""
        raise NotImplementedError(f"{type(self).__name__} must define forward(view)")

    def terms(self) -> list[tuple[float, Loss]]:
        """List the single losses with their weights, with sums and products multiplied out."""
        return [(1.0, self)]

    def __add__(self, other: Loss) -> Loss:
        return Sum(self, other) if isinstance(other, Loss) else NotImplemented

    def __radd__(self, other: int) -> Loss:
        # sum([a, b]) starts with 0
        return self if isinstance(other, int) and other == 0 else NotImplemented

    def __mul__(self, weight: float) -> Loss:
        return Scaled(self, float(weight)) if isinstance(weight, int | float) else NotImplemented

    __rmul__ = __mul__


class Sum(Loss):
    """Several losses added; made by `a + b`."""

    def __init__(self, *losses: Loss) -> None:
        super().__init__()
        self.losses = nn.ModuleList(losses)

    def forward(self, view: View) -> Tensor:
        """Add up the losses of each picture, [B]."""
        values = [loss(view) for loss in self.losses]
        return sum(values[1:], values[0])

    def terms(self) -> list[tuple[float, Loss]]:
        """List the terms of every part."""
        parts = [loss for loss in self.losses if isinstance(loss, Loss)]
        return [term for part in parts for term in part.terms()]


class Scaled(Loss):
    """A loss times a number; made by `2.0 * a`."""

    def __init__(self, loss: Loss, weight: float) -> None:
        super().__init__()
        self.loss, self.weight = loss, weight

    def forward(self, view: View) -> Tensor:
        """Multiply the loss of each picture, [B]."""
        return self.weight * self.loss(view)

    def terms(self) -> list[tuple[float, Loss]]:
        """List the terms of the loss, each weight multiplied."""
        return [(self.weight * weight, term) for weight, term in self.loss.terms()]


def need_image(view: View, loss: Loss) -> Tensor:
    """Return the view's image, or raise SettingsError that names the loss which needs it."""
    if view.image is None:
        raise SettingsError(f"{type(loss).__name__} needs the image of the view, which is None")
    return view.image
