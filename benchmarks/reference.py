"""The loop that people run today, written plainly: what benchmarks/speed.py measures clipgen against.

    >>> painter = PlainVQGAN(Path("models/vqgan/vqgan.safetensors"), size=(256, 256), seed=7)
    >>> loop = Loop(painter, PlainClip.load("builtin"), "a red apple", seed=7)
    >>> for _ in range(500):
    ...     loop.step()
    >>> loop.picture().shape
    torch.Size([1, 3, 256, 256])

After Crowson et al., "VQGAN-CLIP", arXiv 2204.08583, and the settings of the tool most used for it: Adam at 0.1, 32
pooled cutouts with kornia's augments one after another, noise, the squared great-circle distance, a straight-through
codebook lookup. Eager float32, networks as taming-transformers and open_clip build them. Our own code throughout.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, Self

import kornia.augmentation as K
import open_clip
import torch
import torch.nn.functional as F
import yaml
from safetensors.torch import load_file
from taming.modules.diffusionmodules.model import Decoder, Encoder
from taming.modules.vqvae.quantize import VectorQuantizer2
from torch import Tensor, nn

from clipgen.generators.base import clamp_with_grad
from clipgen.models import weights
from clipgen.perceptors.openclip.build import CONFIG_FILE, build, quiet

LR, CUTN, NOISE = 0.1, 32, 0.1


class Painter(Protocol):
    """Latents, the picture [1, 3, H, W] in [0, 1] that they stand for, and what keeps them valid."""

    latents: list[Tensor]

    def __call__(self) -> Tensor: ...

    def project_(self) -> None: ...


class PlainVQGAN(nn.Module):
    """A VQGAN of taming's own modules: every latent takes its nearest code, by one-hot rows times the codebook.

        >>> PlainVQGAN(Path("models/vqgan/vqgan.safetensors"), size=(256, 256), seed=7)().shape
        torch.Size([1, 3, 256, 256])

    weights: .safetensors with its taming .yaml beside it; size: (width, height) in pixels; seed: of the first codes.
    The encoder, which the loop never calls, is held in memory as the published tool holds it.
    """

    def __init__(self, weights: Path, *, size: tuple[int, int], seed: int, device: torch.device | str = "cpu") -> None:
        super().__init__()
        params = yaml.safe_load(weights.with_suffix(".yaml").read_text(encoding="utf-8"))["model"]["params"]
        config = params["ddconfig"]
        # taming prints the shape of z
        with contextlib.redirect_stdout(io.StringIO()):
            self.encoder, self.decoder = Encoder(**config), Decoder(**config)
        self.quantize = VectorQuantizer2(params["n_embed"], params["embed_dim"], beta=0.25)
        self.quant_conv = nn.Conv2d(config["z_channels"], params["embed_dim"], 1)
        self.post_quant_conv = nn.Conv2d(params["embed_dim"], config["z_channels"], 1)
        for module in self.modules():
            if isinstance(module, nn.GroupNorm) and "norm_groups" in params:
                module.num_groups = params["norm_groups"]
        state = load_file(weights)
        self.load_state_dict({name: state[name].float() for name in self.state_dict()})
        self.eval().requires_grad_(False).to(device)
        factor = 2 ** (len(config["ch_mult"]) - 1)
        self.latents = [self._random_codes(size[1] // factor, size[0] // factor, seed).requires_grad_()]

    @property
    def codebook(self) -> Tensor:
        """The codes [n, e]."""
        codes: Tensor = self.quantize.embedding.weight
        return codes

    def forward(self) -> Tensor:
        """The picture [1, 3, H, W] in [0, 1]."""
        z = self.latents[0]
        codes = self._nearest(z.movedim(1, 3)).movedim(3, 1)
        image = self.decoder(self.post_quant_conv(z + (codes - z).detach()))
        return clamp_with_grad((image + 1) / 2)

    @torch.no_grad()
    def project_(self) -> None:
        """Clamp the latents to the range of the codebook, channel by channel."""
        low, high = (bound[None, :, None, None] for bound in self.codebook.aminmax(dim=0))
        self.latents[0].clamp_(low, high)

    def _nearest(self, z: Tensor) -> Tensor:
        """The codes nearest to z [..., e]."""
        book = self.codebook
        distances = z.square().sum(-1, keepdim=True) + book.square().sum(1) - 2 * z @ book.T
        return F.one_hot(distances.argmin(-1), len(book)).to(z.dtype) @ book

    def _random_codes(self, height: int, width: int, seed: int) -> Tensor:
        rng = torch.Generator().manual_seed(seed)
        chosen = torch.randint(len(self.codebook), (height * width,), generator=rng)
        codes = F.one_hot(chosen, len(self.codebook)).float() @ self.codebook.cpu()
        return codes.T.reshape(1, -1, height, width).to(self.codebook.device)


class PlainClip:
    """An open_clip model as open_clip builds it, frozen; nothing folded, laid out anew or cast.

        >>> PlainClip.load("builtin").words("a red apple").shape
        torch.Size([1, 384])

    model, tokenizer: of open_clip; device: where it runs. side: of the pictures that it looks at, in pixels.
    """

    def __init__(
        self, model: Any, tokenizer: Callable[[list[str]], Tensor], device: torch.device | str = "cpu"
    ) -> None:
        self.model, self.tokenizer = model.eval().requires_grad_(False).to(device), tokenizer
        self.device = torch.device(device)
        looks = model.visual.preprocess_cfg
        self.side = looks["size"] if isinstance(looks["size"], int) else looks["size"][0]
        self.mean, self.std = (torch.tensor(looks[name], device=device)[:, None, None] for name in ("mean", "std"))

    @classmethod
    def load(cls, name: str, device: torch.device | str = "cpu") -> Self:
        """Load by the names that clipgen uses: "builtin", "local-dir:FOLDER" or "ARCHITECTURE/FILE"."""
        architecture, _, file = name.partition("/")
        with quiet():
            if name != "builtin" and not name.startswith("local-dir:"):
                model = open_clip.create_model(architecture, pretrained=file)
                return cls(model, open_clip.get_tokenizer(architecture), device)
            folder = weights.find(name, "perceptor").folder if name == "builtin" else Path(name.partition(":")[2])
            config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
            model, tokenizer = build(config, folder / "merges.txt.gz")
            open_clip.load_checkpoint(model, str(folder / "clip.safetensors"))
        return cls(model, tokenizer, device)

    @torch.no_grad()
    def words(self, text: str) -> Tensor:
        """The unit embedding [1, D] of a text."""
        return F.normalize(self.model.encode_text(self.tokenizer([text]).to(self.device)), dim=-1)

    def look(self, views: Tensor) -> Tensor:
        """Unit embeddings [N, D] of views [N, 3, side, side] in [0, 1]."""
        return F.normalize(self.model.encode_image((views - self.mean) / self.std), dim=-1)


class PooledCutouts(nn.Module):
    """Views of the whole picture, each pooled anew, then bent, recoloured, erased and made noisy one after another.

        >>> PooledCutouts(224, 32)(torch.rand(1, 3, 256, 256)).shape
        torch.Size([32, 3, 224, 224])

    The numbers are VQGAN-CLIP's. Chance comes from torch's global generator, the only one that kornia knows.
    """

    def __init__(self, side: int, cutn: int = CUTN, *, noise: float = NOISE) -> None:
        super().__init__()
        self.cutn, self.noise = cutn, noise
        self.mean, self.most = nn.AdaptiveAvgPool2d(side), nn.AdaptiveMaxPool2d(side)
        self.augments = nn.Sequential(
            K.RandomAffine(degrees=15, translate=(0.1, 0.1), shear=5, p=0.7, padding_mode="border"),
            K.RandomPerspective(distortion_scale=0.7, p=0.7),
            K.ColorJiggle(hue=0.1, saturation=0.1, p=0.7),
            K.RandomErasing(scale=(0.1, 0.4), ratio=(0.3, 1 / 0.3), p=0.7),
        )

    def forward(self, image: Tensor) -> Tensor:
        """cutn views [cutn, 3, side, side] of one picture [1, 3, H, W]."""
        pooled = [(self.mean(image) + self.most(image)) / 2 for _ in range(self.cutn)]
        views = self.augments(torch.cat(pooled))
        strength = self.noise * torch.rand(self.cutn, 1, 1, 1, device=image.device)
        return views + strength * torch.randn_like(views)


def great_circle(seen: Tensor, wanted: Tensor) -> Tensor:
    """The mean of half the squared angles between unit vectors [N, D] and [1, D].

    >>> great_circle(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]]))      # π²/8
    tensor(1.2337)
    """
    return (seen - wanted).norm(dim=-1).div(2).arcsin().square().mul(2).mean()


class Loop:
    """One picture of one prompt, a step at a time.

        >>> loop = Loop(painter, clip, "a red apple", seed=7)
        >>> loop.step()

    painter: PlainVQGAN, or any generator of clipgen with one picture; lr: of Adam, constant; seed: of torch's global
    generator, from which the augments are drawn.
    """

    def __init__(
        self, painter: Painter, clip: PlainClip, prompt: str, *, cutn: int = CUTN, lr: float = LR, seed: int
    ) -> None:
        torch.manual_seed(seed)
        self.painter, self.clip = painter, clip
        self.wanted = clip.words(prompt)
        self.cutouts = PooledCutouts(clip.side, cutn)
        self.optimizer = torch.optim.Adam(painter.latents, lr=lr)

    def step(self) -> None:
        """Decode, look, go back, move the latents."""
        self.optimizer.zero_grad()
        seen = self.clip.look(self.cutouts(self.painter()))
        great_circle(seen, self.wanted).backward()
        self.optimizer.step()
        self.painter.project_()

    @torch.no_grad()
    def picture(self) -> Tensor:
        """The picture as it stands, [1, 3, H, W] in [0, 1]."""
        return self.painter()
