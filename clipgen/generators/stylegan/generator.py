"""The StyleGAN generator: the latents are styles, the picture is the output of the network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from clipgen.errors import SettingsError, UnknownNameError
from clipgen.generators.base import Generator, Size, clamp_with_grad
from clipgen.generators.stylegan.checkpoint import load_network
from clipgen.generators.stylegan.inversion import Inversion
from clipgen.generators.stylegan.options import StyleGANOptions
from clipgen.generators.stylegan.stylegan2 import StyleGAN2
from clipgen.generators.stylegan.stylegan3 import StyleGAN3
from clipgen.media.crisp import enlarge
from clipgen.prompts import parse_weighted_path
from clipgen.settings import GeneratorOptions

PSI = 0.7  # truncation: distance of draws from the mean style, or from that of their class, where weights have no own
GROUND = 0.9  # grey under pictures with alpha
FARTHEST = 1.25  # largest distance of a style from the mean, in deviations: beyond it pictures break down
MEASURED, LEAST = 4096, 16  # styles from which mean and deviation are measured, and at least so many per class
AT_ONCE = 8  # candidates per batch
# of a choice among classes: how many are tried, and how many of the best are drawn from
SEEN, NEAREST = 512, 3
NAMES = 8  # of the names nearest to the words all classes are tried
# of the search for a picture's latents: draws, and how many of them are optimised
DRAWS, FOLLOWED = 24, 3


class StyleGAN(Generator):
    """A picture of a trained StyleGAN, optimised through its styles.

        >>> generator = StyleGAN.begin(size=(64, 64), seeds=[7])
        >>> generator().shape
        torch.Size([1, 3, 64, 64])

    latents: a style shared by all layers, [B, 1, width], and one of each layer, [B, styles, width] (w+), both in
    deviations from the mean style; `project_` keeps every style within FARTHEST deviations. The network is frozen and
    uses its own noise inputs. All pictures have the network's size; those with alpha are over a light ground.
    Source: Karras et al., arXiv 1912.04958 and 2106.12423; w+ of Abdal et al., arXiv 1904.03189.
    """

    name = "stylegan"
    lr = 0.02
    start_from = "samples"
    tries = 32
    enlarges = True

    def __init__(
        self,
        network: StyleGAN2 | StyleGAN3,
        *,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__(device=device, dtype=dtype)
        self.network = network.eval().requires_grad_(False).to(self.device)
        for module in self.network.synthesis.modules():
            for name, parameter in module.named_parameters(recurse=False):
                if name == "weight" and parameter.ndim == 4:
                    parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
        self.known: Tensor | None = None  # embeddings of the names of the classes
        self.psi: float
        self.mixture: list[tuple[list[int], float]]  # classes of a name, and its weight
        self.draw_from(None, [])
        classes = max(1, network.mapping.classes)
        # the mean of a class is where truncation leads to, which is not asked for at 1
        each = max(LEAST if network.psi != 1 else 1, MEASURED // classes)
        z = torch.randn(each * classes, network.mapping.noise, generator=torch.Generator().manual_seed(0))
        kinds = torch.arange(classes).repeat(each)
        parts = zip(z.split(MEASURED), kinds.split(MEASURED), strict=True)
        drawn = torch.cat([self._styles(some, one_hot(kind, classes).float()) for some, kind in parts])
        self.register_buffer("mean", drawn.mean(0), persistent=False)
        self.register_buffer("spread", drawn.std(0).clamp_min(1e-6), persistent=False)
        self.register_buffer("means", drawn.view(each, classes, -1).mean(0), persistent=False)
        self.mean: Tensor
        self.spread: Tensor
        self.means: Tensor

    @classmethod
    def load(
        cls, *, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32, weights: Path | None = None
    ) -> Self:
        """Load a network; `start` draws a picture for each seed.

            >>> StyleGAN.load().name
            'stylegan'

        weights: see `load_network`.
        Raises WeightsError for files that are missing, damaged or not a StyleGAN.
        """
        return cls(load_network(weights), device=device, dtype=dtype)

    def forward(self) -> Tensor:
        """The pictures [B, 3, side, side] in [0, 1]."""
        return self._made(*self.latents)

    @torch.no_grad()
    def project_(self) -> None:
        """Limit the distance of every style from the mean to FARTHEST."""
        shared, own = self.latents
        far = (shared + own).square().mean(-1, keepdim=True).sqrt()
        own.copy_((shared + own) * (FARTHEST / far).clamp(max=1) - shared)

    def reachable(self, size: Size) -> Size:
        """The network's size."""
        super().reachable(size)
        return self.network.side, self.network.side

    @torch.no_grad()
    def render(self, size: Size) -> Tensor:
        """The same pictures at another size: enlarged with crisp edges, in the middle of a ground.

        >>> StyleGAN.begin(size=(64, 64), seeds=[7]).render((320, 256)).shape
        torch.Size([1, 3, 256, 320])
        """
        shared, own = self.latents
        made = self._painted(self.mean + self.spread * (shared + own))
        if made.shape[1] != 4:
            made = torch.cat([over_ground(made), torch.ones_like(made[:, :1])], dim=1)
        side = min(size)
        left, top = (size[0] - side) // 2, (size[1] - side) // 2
        edges = (left, size[0] - side - left, top, size[1] - side - top)
        return torch.cat([over_ground(nn.functional.pad(enlarge(one, side), edges)[None]) for one in made])

    def follow(self, seen: Tensor, theta: Tensor) -> None:
        """Do nothing: the network cannot represent its pictures moved by a camera."""

    def configure(self, options: GeneratorOptions) -> None:
        """Draw with the psi and from the classes of the options; see `draw_from`."""
        if isinstance(options, StyleGANOptions):
            self.draw_from(options.psi, [parse_weighted_path(name) for name in options.classes])

    def draw_from(self, psi: float | None, classes: Sequence[tuple[str, float]]) -> None:
        """Set what `start` and `choose` draw from.

            >>> stylegan = StyleGAN.load()
            >>> stylegan.draw_from(0.5, [("forest", 1.0)])

        psi: truncation, the distance from the mean, 0 to 1, None for that of the weights or else PSI; classes: (name or
        number, weight) of one class or a mixture.
        Raises SettingsError for a network without classes, UnknownNameError for a class that it lacks.
        """
        own = PSI if self.network.psi is None else self.network.psi
        self.psi, self.mixture = own if psi is None else psi, []
        if not classes:
            return
        count, names = self.network.mapping.classes, self.network.names
        if not count:
            raise SettingsError("classes is set, but this StyleGAN has no classes; leave it out", settings=["classes"])
        for name, weight in classes:
            if name.isdecimal() and int(name) < count:
                self.mixture.append(([int(name)], weight))
            elif name in names:
                self.mixture.append(([i for i, own_name in enumerate(names) if own_name == name], weight))
            else:
                known = [*dict.fromkeys(names), f"0 to {count - 1}"]
                raise UnknownNameError.of("class", name, known, settings=["classes"])
        if not sum(weight for _, weight in self.mixture) > 0:
            raise SettingsError("classes has weights whose sum is 0 or less; give some above 0", settings=["classes"])

    @torch.no_grad()
    def choose(self, seeds: Sequence[int], fit: Callable[[Tensor, int], Tensor], words: Tensor | None = None) -> None:
        """Set the latents of each picture to the best of several draws; see `Generator.choose`.

        With classes, one draw of each is scored first, and the draws are of the classes that fit best. Where
        `draws_for` has embedded their names, only classes whose names are nearest to the words [B, D] are scored.
        """
        shared, own = self.latents
        for row, seed in enumerate(seeds):
            rng = torch.Generator().manual_seed(seed)
            if words is None or self.known is None or self.mixture:
                kinds = self._kinds(rng, self.network.mapping.classes)
            else:
                kinds = self._named(self.known.to(words) @ words[row])
            if len(kinds) > 1:
                fits = self._fits(torch.stack([self._drawn(rng, kind) for kind in kinds]), fit, row)
                kinds = kinds[fits.topk(min(NEAREST, len(kinds))).indices.cpu()]
            drawn = torch.stack([self._drawn(rng, kinds[i % len(kinds)]) for i in range(self.tries)])
            shared[row, 0] = drawn[self._fits(drawn, fit, row).argmax()]
            own[row] = 0

    def draws_for(self, embed: Callable[[Sequence[str]], Tensor]) -> bool:
        """Embed the names of the classes, so that `choose` need not try all of them."""
        names = list(dict.fromkeys(self.network.names))
        self.known = embed(names) if names else None
        return True

    def _named(self, fits: Tensor) -> Tensor:
        """Single classes [N, classes], of the names that fit best; fits: of each name, [names]."""
        names = list(dict.fromkeys(self.network.names))
        best = {names[i] for i in fits.topk(min(NAMES, len(names))).indices.tolist()}
        places = torch.tensor([i for i, name in enumerate(self.network.names) if name in best])
        return one_hot(places, self.network.mapping.classes).float()

    def _fits(self, drawn: Tensor, fit: Callable[[Tensor, int], Tensor], row: int) -> Tensor:
        styles = (self.mean + self.spread * drawn)[:, None].expand(-1, self.network.styles, -1)
        return torch.cat([fit(self._picture(some), row) for some in styles.split(AT_ONCE)])

    def _kinds(self, rng: torch.Generator, most: int) -> Tensor:
        """Shares of the classes [N, classes] for draws, at most `most`: mixtures as set, else single classes."""
        classes = max(1, self.network.mapping.classes)
        if self.mixture:
            return torch.stack([self._mixed(rng, classes) for _ in range(min(most, self.tries))]).unique(dim=0)
        places = torch.randperm(classes, generator=rng)[: max(1, min(most, SEEN))]
        return one_hot(places, classes).float()

    def _mixed(self, rng: torch.Generator, classes: int) -> Tensor:
        """Shares of the classes [classes] as set; of several classes of one name a random one."""
        shares = torch.zeros(classes)
        for places, weight in self.mixture:
            shares[places[int(torch.randint(len(places), (), generator=rng))]] += weight
        return shares / shares.sum()

    def _draw(self, rng: torch.Generator) -> list[Tensor]:
        kind = self._kinds(rng, 1)[0]
        drawn = self._drawn(rng, kind).cpu()
        return [drawn[None], torch.zeros(self.network.styles, len(drawn))]

    def _drawn(self, rng: torch.Generator, kind: Tensor) -> Tensor:
        """A random style in deviations from the mean, [width], for shares of the classes [classes]."""
        z = torch.randn(1, self.network.mapping.noise, generator=rng)
        centre = kind.to(self.means) @ self.means
        style = torch.lerp(centre, self._styles(z, kind[None])[0], self.psi)
        return (style - self.mean) / self.spread

    @torch.no_grad()
    def _styles(self, z: Tensor, kinds: Tensor) -> Tensor:
        """Styles of noise [N, noise] and shares of the classes [N, classes], which are ignored without classes."""
        some = kinds.to(self.device) if self.network.mapping.classes else None
        return self.network.mapping(z.to(self.device), some)

    def _picture(self, styles: Tensor) -> Tensor:
        return over_ground(self._painted(styles))

    def _painted(self, styles: Tensor) -> Tensor:
        """What the network makes, [B, colours, side, side] in [0, 1]."""
        return clamp_with_grad((self.network(styles, dtype=self.dtype) + 1) / 2)

    def _encode(self, image: Tensor) -> list[Tensor]:
        """Styles whose picture is nearest to each image: the best of several draws, optimised first for all layers."""
        pairs = [self._nearest(one) for one in image.split(1)]
        return [torch.cat(parts) for parts in zip(*pairs, strict=True)]

    def _nearest(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Styles [1, 1, width] and [1, styles, width] of one image."""
        search = Inversion(image, self._made, self.look)
        rng = torch.Generator().manual_seed(0)
        with torch.no_grad():
            drawn = torch.stack([self._drawn(rng, self._kinds(rng, 1)[0]) for _ in range(DRAWS)])
            drawn = torch.cat([torch.zeros_like(drawn[:1]), drawn])  # including the mean style
            far = self._fits(drawn, lambda made, _: search.difference(made), 0)
        return search.nearest(drawn[far.topk(FOLLOWED, largest=False).indices], self.network.styles)

    def _made(self, shared: Tensor, own: Tensor) -> Tensor:
        return self._picture(self.mean + self.spread * (shared + own))


def over_ground(made: Tensor) -> Tensor:
    """Pictures in grey, in colours, or in colours times alpha with alpha, [B, colours, H, W], as [B, 3, H, W].

    >>> over_ground(torch.zeros(1, 4, 8, 8)).mean()
    tensor(0.9000)
    """
    if made.shape[1] == 4:
        return clamp_with_grad(made[:, :3] + GROUND * (1 - made[:, 3:]))
    return made.expand(-1, 3, -1, -1)
