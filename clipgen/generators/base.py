"""The contract of a generator, and the code that all generators share."""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self, TypedDict

import torch
from torch import Tensor, nn

from clipgen.errors import SettingsError
from clipgen.generators.noise import noise_picture
from clipgen.media.images import resize_area
from clipgen.settings import GeneratorOptions

Size = tuple[int, int]


class GeneratorState(TypedDict):
    """The state of a generator, which a subclass may extend: its size (width, height), and its latents on the CPU."""

    size: list[int]
    latents: list[Tensor]


class Generator(nn.Module):
    """Latents that can be optimised, and the picture that they describe.

        >>> from clipgen.generators.pixels import Pixels
        >>> generator = Pixels.begin(size=(256, 256), seeds=[7, 8])
        >>> optimizer = torch.optim.Adam(generator.latents, lr=generator.lr)
        >>> generator().shape
        torch.Size([2, 3, 256, 256])

    A subclass implements `_draw`, `_encode` and `forward`, and overrides `reachable`, `project_` and `render` as
    needed.

    name: in the registry; lr: learning rate of its latents for Adam; start_from: the best start: "bank" (an initial
    picture), "samples" (the best of its own draws, see `choose`) or "noise"; draws: whether latents at random are a
    picture to look at; race: number of starts at random to compare, more than 1 where the first steps do not yet show
    which start is best; tries: draws per picture of `choose`; kept: how
    closely a run keeps to the picture that `choose` found, None: not at all; lr_from_random: learning rate
    of latents that start at random, where `lr` is that of better starts; enlarges: whether its pictures, where they are
    smaller than asked for, are rendered larger in the end; latents: leaf tensors [B, ...], one batch
    element per seed; size: (width, height) in pixels of `forward()`; look: pictures [N, 3, H, W] → unit embeddings
    [N, D], used by generators that search for the latents of a picture, so that the result is similar in content as
    well (None: pixels alone count); over: what is done to every picture before it leaves the generator, [B, 3, H, W] →
    [B, 3, H, W], such as to lay it under a mask (None: nothing).
    """

    name: ClassVar[str]
    lr: ClassVar[float]
    start_from: str = "noise"
    draws: ClassVar[bool] = True
    race: ClassVar[int] = 1
    tries: ClassVar[int] = 1
    kept: ClassVar[float | None] = None
    lr_from_random: ClassVar[float | None] = None
    enlarges: ClassVar[bool] = False
    latents: list[Tensor]
    size: Size

    def __init__(self, *, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.device = torch.device(device)
        self.dtype = dtype
        self.latents = []
        self.size = (0, 0)
        self.look: Callable[[Tensor], Tensor] | None = None
        self.over: Callable[[Tensor], Tensor] | None = None

    def __call__(self) -> Tensor:
        """The pictures of the latents as they are shown: `forward`, with `over` applied to it."""
        image: Tensor = super().__call__()
        return image if self.over is None else self.over(image)

    @classmethod
    @abstractmethod
    def load(
        cls, *, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32, weights: Path | None = None
    ) -> Self:
        """Load the network; `start` draws the latents of its first pictures.

        device, dtype: of the network; weights: its file or folder, None for the built-in one.
        Raises WeightsError for files that are missing or damaged, SettingsError for weights that it does not have.
        """

    @classmethod
    def begin(
        cls,
        *,
        size: Size,
        seeds: Sequence[int],
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
        init_image: Tensor | None = None,
        init_noise: str | None = None,
        weights: Path | None = None,
    ) -> Self:
        """Load a generator and start it.

            >>> from clipgen.generators.pixels import Pixels
            >>> Pixels.begin(size=(320, 240), seeds=[7, 8]).batch
            2

        device, dtype, weights: see `load`; the others: see `start`, and for the errors raised both.
        """
        generator = cls.load(device=device, dtype=dtype, weights=weights)
        generator.start(seeds, size, noise=init_noise, image=init_image)
        return generator

    def fork(self) -> Self:
        """Another generator on the same frozen weights, with latents of its own: `start` it.

        >>> other = generator.fork()
        >>> other.start([9], (64, 64))
        """
        twin = copy.copy(self)
        # a copy shares the tables of parameters and modules too: what one run registers is not the other's
        for table in ("_parameters", "_buffers", "_modules"):
            setattr(twin, table, dict(getattr(self, table)))
        twin.latents, twin.size, twin.look, twin.over = [], (0, 0), None, None
        return twin

    def configure(self, options: GeneratorOptions) -> None:
        """Set the options that `start` and `choose` draw with; by default there are none.

        >>> from clipgen.generators.stylegan.options import StyleGANOptions
        >>> stylegan = parts.generator("stylegan", device=torch.device("cpu"))
        >>> stylegan.configure(StyleGANOptions(psi=0.5, classes=("forest",)))
        """

    @abstractmethod
    def forward(self) -> Tensor:
        """The pictures of the latents, [B, 3, H, W] in [0, 1], differentiable."""

    @abstractmethod
    def _draw(self, rng: torch.Generator) -> list[Tensor]:
        """Random latents of one batch element at `self.size`, without the batch dimension, on the CPU."""

    @abstractmethod
    def _encode(self, image: Tensor) -> list[Tensor]:
        """Latents of the pictures [B, 3, H, W] of `self.size` in [0, 1]."""

    def start(self, seeds: Sequence[int], size: Size, *, noise: str | None = None, image: Tensor | None = None) -> None:
        """Set new latents: for other seeds, another size or another initial picture, with the same weights.

            >>> generator.start([7, 8], (320, 240), noise="perlin")

        seeds: one per batch element. Each element has a random generator of its own, so that its picture is the same
        alone, in any batch and on every device.
        size: (width, height) in pixels, rounded by `reachable`; the result is `self.size`.
        noise: "gradient", "perlin" or "pixels", an initial picture drawn from the seeds.
        image: an initial picture [1 or B, 3, H, W] in [0, 1], resized to the size.
        Raises SettingsError for no seeds, a size below one pixel, or both a noise and an image.
        """
        if not seeds:
            raise SettingsError("seeds is empty; give one per picture", settings=["seeds"])
        if noise is not None and image is not None:
            raise SettingsError(
                f"init_noise is {noise!r} and init_image is set; give one of the two",
                settings=["init_noise", "init_image"],
            )
        self.size = self.reachable(size)
        # drawn on the CPU: on a GPU the same seed would give another picture
        elements = [self._draw(torch.Generator().manual_seed(seed)) for seed in seeds]
        self.latents = [
            torch.stack(list(parts)).to(self.device).requires_grad_() for parts in zip(*elements, strict=True)
        ]
        first = image if noise is None else noise_picture(noise, seeds, self.size)
        if first is not None:
            self.encode(first)

    @property
    def batch(self) -> int:
        """Number of pictures in the batch."""
        return self.latents[0].shape[0]

    def encode(self, image: Tensor) -> None:
        """Set the latents, in place, to those of a picture.

            >>> generator.encode(load_image("photo.jpg"))

        image: [1 or B, 3, H, W] in [0, 1], resized to `self.size`. Raises SettingsError for another shape.
        """
        if image.ndim != 4 or image.shape[1] != 3 or image.shape[0] not in (1, self.batch):
            raise SettingsError(f"image has the shape {tuple(image.shape)}; it must be [1 or {self.batch}, 3, H, W]")
        image = image.detach().to(self.device, torch.float32)
        if (image.shape[3], image.shape[2]) != self.size:
            image = resize_area(image, self.size)
        self._replace(self._encode(image.clamp(0, 1).expand(self.batch, -1, -1, -1)))

    def choose(self, seeds: Sequence[int], fit: Callable[[Tensor, int], Tensor], words: Tensor) -> None:
        """Set the latents of each picture, in place, to the best of `tries` draws, where `start_from` is "samples".

        >>> generator.choose([7, 8], lambda images, row: score(images, targets[row]), targets)

        seeds: one per picture; fit: (candidates [N, 3, H, W], index of the picture) → scores [N], higher is better;
        words: embeddings [B, D] of what the pictures are to show, for generators that draw for words.
        """

    def draws_for(self, embed: Callable[[Sequence[str]], Tensor]) -> bool:
        """Whether `choose` understands a perceptor's embeddings: ``generator.draws_for(perceptor.encode_text)``.

        It is called before `choose` is given words, so that a generator can embed names of its own.
        """
        return True

    def follow(self, seen: Tensor, theta: Tensor) -> None:
        """Set the latents, in place, to the view of a camera after it moved.

            >>> generator.follow(image, torch.eye(2, 3))        # the identity: the camera did not move

        seen: the picture [B, 3, H, W] in [0, 1] after the move; theta: [2, 3], from its coordinates to those of the
        previous picture, both from -1 to 1, as for `affine_grid`. By default the picture is encoded, and half of the
        encoder's error is added to it before it is encoded again: without that repeated moves would fade the picture,
        and with all of the error it would ring.
        """
        self.encode(seen)
        with torch.no_grad():
            self.encode((seen + 0.5 * (seen - self())).clamp(0, 1))

    def project_(self) -> None:
        """Project the latents back onto their valid range after a step; by default every value is valid."""

    def reachable(self, size: Size) -> Size:
        """The nearest size (width, height) that this generator can make; SettingsError below one pixel."""
        if min(size) < 1:
            raise SettingsError(
                f"size is {size[0]}x{size[1]}; width and height must be at least 1 pixel", settings=["size"]
            )
        return size

    def critic(self) -> nn.Module | None:
        """The discriminator of pictures [B, 3, H, W] in [-1, 1] from this generator's training, if there is one."""
        return None

    def render(self, size: Size) -> Tensor:
        """The same pictures at another size, [B, 3, H, W] without gradient; SettingsError where it is not supported."""
        raise SettingsError(
            f"render_size is {size[0]}x{size[1]}, but the generator {self.name} renders at its own size only, "
            f"{self.size[0]}x{self.size[1]}; use the generator cppn or pixels",
            settings=["render_size"],
        )

    def state(self) -> GeneratorState:
        """The state for `load_state`, as plain values and CPU tensors."""
        return {"size": list(self.size), "latents": [latent.detach().cpu().clone() for latent in self.latents]}

    def load_state(self, state: GeneratorState) -> None:
        """Restore a state from `state`, in place, so that an optimizer of the latents stays valid.

        Raises SettingsError for a state of another size, batch or architecture.
        """
        saved = [tuple(latent.shape) for latent in state["latents"]]
        if tuple(state["size"]) != self.size or saved != [tuple(latent.shape) for latent in self.latents]:
            raise SettingsError(
                f"the saved state is of another run: size {tuple(state['size'])} and latents {saved[:2]}…; "
                f"this {self.name} has size {self.size}; use the settings of the run that saved it"
            )
        self._replace(state["latents"])

    @torch.no_grad()
    def _replace(self, values: Sequence[Tensor]) -> None:
        for latent, value in zip(self.latents, values, strict=True):
            latent.copy_(value)


class _ClampWithGrad(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, value: Tensor) -> Tensor:
        ctx.save_for_backward(value)
        return value.clamp(0, 1)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (value,) = ctx.saved_tensors
        outward = gradient * (value - value.clamp(0, 1)) < 0
        return gradient.masked_fill(outward, 0)


def clamp_with_grad(value: Tensor) -> Tensor:
    """Clamp to [0, 1] with a straight-through gradient, except where it would push a value further outside.

        >>> clamp_with_grad(torch.tensor([-0.2, 0.5, 1.3]))
        tensor([0.0000, 0.5000, 1.0000])

    value: any shape. Source: the clamp of Katherine Crowson's VQGAN+CLIP (arXiv 2204.08583).
    """
    return _ClampWithGrad.apply(value)


class _ReplaceValue(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, source: Tensor, value: Tensor) -> Tensor:
        return value.clone()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return gradient, None


def straight_through(source: Tensor, value: Tensor) -> Tensor:
    """`value` in the forward pass, the gradient to `source` in the backward pass.

        >>> straight_through(torch.tensor([0.4]), torch.tensor([1.0]))
        tensor([1.])

    Both have the same shape. `source + (value - source).detach()` would round, so a code would not be exact.
    Source: the straight-through estimator, Bengio et al., arXiv 1308.3432.
    """
    return _ReplaceValue.apply(source, value)
