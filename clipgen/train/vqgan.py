"""The recipe of the built-in VQGAN: taming's networks, a lattice for a codebook, a patch discriminator at the end.

The codebook is the product of a few evenly spaced levels a channel (finite scalar quantisation, Mentzer et al. 2023,
arXiv 2309.15505): it cannot collapse, and written out as an embedding table it is an ordinary taming checkpoint.
"""

import itertools
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
import yaml
from safetensors.torch import save_file
from taming.modules.diffusionmodules.model import AttnBlock
from torch import Tensor, nn
from torch.utils.data import Dataset

from .. import devices
from ..generators.vqgan import VQModel
from ..generators.vqgan.discriminator import CRITIC, discriminator
from ..images import save_png, to_pil
from ..weights import load_state
from . import checkpoints
from .data import stream
from .identity import carry_colour
from .world import World

_CROP = 64


@dataclass(frozen=True)
class Recipe:
    """What decides the weights; from ``gan_from`` (share of the steps) the discriminator joins."""

    levels: tuple[int, ...] = (8, 8, 8, 3, 3)
    ch: int = 32
    ch_mult: tuple[int, ...] = (1, 1, 2)
    z_channels: int = 32
    norm_groups: int = 1
    seed: int = 3
    steps: int = 2400
    batch: int = 16
    lr: float = 4e-4
    spread: float = 0.5
    gan_from: float = 0.7
    gan_weight: float = 0.04


def model_config(recipe: Recipe) -> dict[str, Any]:
    """Return the taming yaml of a recipe's model as a dict."""
    count = 1
    for n in recipe.levels:
        count *= n
    return {
        "model": {
            "target": "taming.models.vqgan.VQModel",
            "params": {
                "embed_dim": len(recipe.levels),
                "n_embed": count,
                "norm_groups": recipe.norm_groups,
                "ddconfig": {
                    "double_z": False,
                    "z_channels": recipe.z_channels,
                    "resolution": _CROP,
                    "in_channels": 3,
                    "out_ch": 3,
                    "ch": recipe.ch,
                    "ch_mult": list(recipe.ch_mult),
                    "num_res_blocks": 1,
                    "resamp_with_conv": False,
                    "attn_resolutions": [],
                    "dropout": 0.0,
                },
            },
        }
    }


def lattice(levels: tuple[int, ...]) -> Tensor:
    """Return the codebook [prod(levels), len(levels)]: every point of the grid in [-1, 1]."""
    return torch.tensor(list(itertools.product(*(torch.linspace(-1, 1, n).tolist() for n in levels))))


class Crops(Dataset[Tensor]):
    """Batch ``i``: uint8 [N, 3, 64, 64] windows of world pictures of many sizes, since brush strokes grow with size."""

    sizes = (64, 96, 128, 256)

    def __init__(self, world: World, *, seed: int, batch: int, count: int) -> None:
        self.world, self.seed, self.batch, self.count = world, seed, batch, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Tensor:
        rng = np.random.default_rng((self.seed, index))
        crops: list[np.ndarray] = []
        while len(crops) < self.batch:
            size = int(rng.choice(self.sizes))
            image = self.world.sample((self.seed, index, len(crops)), size).image
            for _ in range(1 if size == _CROP else 2 if size < 256 else 4):
                y, x = rng.integers(size - _CROP + 1, size=2)
                crops.append(image[y : y + _CROP, x : x + _CROP])
        return torch.from_numpy(np.stack(crops[: self.batch])).permute(0, 3, 1, 2)


def distance(x: Tensor, y: Tensor) -> Tensor:
    """L1 of the pictures and of their gradients at three scales; [N, 3, H, W] in [-1, 1]."""
    total = F.l1_loss(x, y) + 0.5 * F.mse_loss(x, y)
    for scale in range(3):
        if scale:
            x, y = F.avg_pool2d(x, 2), F.avg_pool2d(y, 2)
        total = total + F.l1_loss(x.diff(dim=-1), y.diff(dim=-1)) + F.l1_loss(x.diff(dim=-2), y.diff(dim=-2))
    return total


def spread(codes: Tensor, *, directions: int = 32, generator: torch.Generator) -> Tensor:
    """How far codes [N, D, h, w] are from filling the cube [-1, 1]^D evenly: the sliced Wasserstein distance, squared.

    Example: ``spread(model.encode(images), generator=torch.Generator().manual_seed(0))``.
    Codes that fill the cube use the whole lattice. Source: Kolouri et al. 2018, arXiv 1804.01947.
    """
    points = codes.movedim(1, -1).flatten(0, -2)
    axes = torch.randn(points.shape[1], directions, generator=generator)
    axes = torch.cat([F.normalize(axes, dim=0), torch.eye(points.shape[1])], 1).to(points)
    even = (torch.rand(points.shape, generator=generator) * 2 - 1).to(points)
    return ((points @ axes).sort(0).values - (even @ axes).sort(0).values).square().mean()


def _idle_attention(model: VQModel) -> None:
    # trained on small windows it would see a hundred times as many places in a whole picture, and take a third of the
    # time; its keys stay in the checkpoint, for taming's networks have them
    for block in model.modules():
        if isinstance(block, AttnBlock):
            block.requires_grad_(False)
            nn.init.zeros_(block.proj_out.weight)
            nn.init.zeros_(block.proj_out.bias)


class Trainer:
    """Owns a run's state; ``step(images)`` makes one update and returns its figures."""

    def __init__(self, recipe: Recipe, device: torch.device, init: Path | None) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.device, self.done = recipe, device, 0
        self.model = VQModel.from_config(model_config(recipe))
        self.model.requires_grad_(True)
        self.model.quantize.embedding.weight.data.copy_(lattice(recipe.levels))
        self.model.quantize.embedding.weight.requires_grad_(False)
        self.critic = discriminator()
        self.critic.requires_grad_(True)
        if init:
            state = load_state(init)
            critic = {k.removeprefix(CRITIC): v for k, v in state.items() if k.startswith(CRITIC)}
            model = {k: v for k, v in state.items() if not k.startswith("loss.")}
            checkpoints.fill(self.model, model, source=str(init))
            checkpoints.fill(self.critic, critic, source=str(init))
        _idle_attention(self.model)
        for part in (self.model, self.critic):
            part.to(device).to(memory_format=torch.channels_last)
        trained = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(trained, lr=recipe.lr, betas=(0.9, 0.99), weight_decay=1e-4)
        self.critic_optimizer = torch.optim.AdamW(self.critic.parameters(), lr=4e-4, betas=(0.5, 0.9))

    def step(self, images: Tensor) -> dict[str, float]:
        """Train on one batch, uint8 [N, 3, 64, 64]."""
        recipe = self.recipe
        lr = checkpoints.cosine(self.done, recipe.steps, peak=recipe.lr, warmup=200, floor=0.02)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        x = (images.to(self.device).float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)
        with devices.autocast(self.device, devices.pick_dtype("auto", self.device)):
            z = self.model.encode(x)
            drawn = self.model.decode(self.model.quantise(z)[0])
            # drawn from the step's number, so that a resumed run draws the same
            rng = torch.Generator().manual_seed(recipe.seed * 10**6 + self.done)
            loss = distance(drawn.float(), x) + 2.0 * (z.float().abs() - 1).clamp(min=0).square().mean()
            loss = loss + recipe.spread * spread(z.float(), generator=rng)
            l1 = (drawn.float() - x).abs().mean()
            fooled = torch.zeros(())
            if gan := self.done >= recipe.gan_from * recipe.steps:
                self.critic.requires_grad_(False)
                fooled = -self.critic(drawn).float().mean()
                self.critic.requires_grad_(True)
                ramp = min(1.0, (self.done - recipe.gan_from * recipe.steps) / 200)
                loss = loss + recipe.gan_weight * ramp * fooled
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        if gan:
            self._judge(x, drawn.detach())
        self.done += 1
        return {"lr": lr, "loss": loss.item(), "l1": l1.item(), "fooled": fooled.item()}

    def _judge(self, real: Tensor, drawn: Tensor) -> None:
        with devices.autocast(self.device, devices.pick_dtype("auto", self.device)):
            hinge = F.relu(1 - self.critic(real).float()).mean() + F.relu(1 + self.critic(drawn).float()).mean()
        self.critic_optimizer.zero_grad(set_to_none=True)
        hinge.backward()
        self.critic_optimizer.step()

    def _parts(self) -> dict[str, Any]:
        return {"model": self.model, "critic": self.critic, "opt": self.optimizer, "critic_opt": self.critic_optimizer}

    def state(self) -> dict[str, Any]:
        """All that a resumed run needs (what a step draws depends on its number)."""
        return {"done": self.done, **{k: v.state_dict() for k, v in self._parts().items()}}

    def load(self, state: dict[str, Any]) -> None:
        """Take up a saved state."""
        self.done = state["done"]
        for name, part in self._parts().items():
            part.load_state_dict(state[name])


@dataclass(frozen=True)
class Bars:
    """PSNR in dB on held-out 128-px world pictures, and the share of the codebook that they use."""

    psnr: float
    codebook_used: float


@torch.no_grad()
def measure(model: VQModel, world: World, *, count: int = 200) -> tuple[Bars, Tensor]:
    """Measure the bars; also return a sheet of originals over reconstructions, [3, H, W] in [0, 1]."""
    device = next(model.parameters()).device
    errors, used, sheet = [], set(), []
    for a in range(0, count, 20):
        images = torch.stack([torch.from_numpy(world.sample((900_500, i), 128).image) for i in range(a, a + 20)])
        x = images.permute(0, 3, 1, 2).to(device).float() / 127.5 - 1
        zq, indices = model.quantise(model.encode(x))
        y = model.decode(zq).clamp(-1, 1)
        errors.append(((x - y) / 2).square().flatten(1).mean(1))
        used.update(indices.flatten().tolist())
        if a == 0:
            sheet = [torch.cat([x[i], y[i]], 1) for i in range(12)]
    psnr = -10 * torch.cat(errors).clamp(min=1e-10).log10().mean().item()
    return Bars(psnr, len(used) / model.quantize.embedding.num_embeddings), (torch.cat(sheet, 2).cpu() + 1) / 2


def export(trainer: Trainer, out: Path) -> None:
    """Write taming's yaml and one fp16 safetensors; the discriminator lies under ``loss.`` in it, as in taming's."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "vqgan.yaml").write_text(yaml.safe_dump(model_config(trainer.recipe), sort_keys=False))
    state = trainer.model.state_dict() | {f"{CRITIC}{k}": v for k, v in trainer.critic.state_dict().items()}
    beside = out / "vqgan.safetensors.part"
    save_file({k: (v.half() if v.is_floating_point() else v).contiguous() for k, v in state.items()}, beside)
    beside.replace(out / "vqgan.safetensors")


def run(
    *,
    out: Path = Path("models/vqgan"),
    art: Path | None = None,
    steps: int | None = None,
    batch: int | None = None,
    seed: int | None = None,
    init: Path | None = None,
    resume: bool = True,
    device: str = "auto",
    runs: Path = Path("runs"),
    report: Callable[[str], None] = lambda line: None,
) -> Bars:
    """Train the VQGAN on windows of world pictures and write its folder to ``out``; resumable at any moment.

    Example: ``run(out=Path("models/vqgan"), art=Path("emoji"), steps=3000)``.
    Arguments: as `clipgen.train.clip.run`.  Raises WeightsError, ImageError.
    """
    changes: dict[str, Any] = {"steps": steps, "batch": batch, "seed": seed}
    recipe = replace(Recipe(), **{k: v for k, v in changes.items() if v is not None})
    folder, world = runs / "vqgan", World(art)
    trainer = Trainer(recipe, devices.pick_device(device), init)
    saved = checkpoints.load(folder / "last.pt") if resume else None
    if saved:
        trainer.load(saved)
        report(f"resumed at step {trainer.done} of {recipe.steps}")
    curve, began, first = checkpoints.Curve(folder / "curve.jsonl", step=trainer.done), time.monotonic(), trainer.done
    crops = Crops(world, seed=recipe.seed, batch=recipe.batch, count=recipe.steps)
    if not saved and not init:
        carry_colour(trainer.model, crops[0].to(trainer.device).float() / 127.5 - 1)
    for images in stream(crops, first=trainer.done):
        figures = trainer.step(images)
        if trainer.done % 20 == 0:
            pace = (trainer.done - first) * recipe.batch / (time.monotonic() - began)
            curve.add(step=trainer.done, pace=pace, **figures)
            report(f"step {trainer.done}/{recipe.steps}  loss {figures['loss']:.4f}  l1 {figures['l1']:.4f}"
                   f"  fooled {figures['fooled']:.2f}  {pace:.0f} pictures/s")  # fmt: skip
        if trainer.done % 200 == 0 or trainer.done == recipe.steps:
            checkpoints.save(folder / "last.pt", trainer.state())
            trainer.model.eval()
            save_png(folder / f"sheet-{trainer.done:06d}.png", to_pil(measure(trainer.model, world, count=20)[1]), {})
            trainer.model.train()
    export(trainer, out)
    trainer.model.eval()
    bars, _ = measure(trainer.model, world)
    (folder / "bars.json").write_text(json.dumps({"recipe": asdict(recipe), **asdict(bars)}, indent=2) + "\n")
    report(json.dumps(asdict(bars)))
    return bars
