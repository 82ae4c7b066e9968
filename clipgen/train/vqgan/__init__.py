"""The recipe of the built-in VQGAN: taming's networks, a lattice as codebook, a patch discriminator at the end.

The codebook has all combinations of a few evenly spaced levels per channel (finite scalar quantisation, Mentzer et al.
2023, arXiv 2309.15505): it cannot collapse, and as an embedding table it is an ordinary taming checkpoint.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import yaml
from torch import Tensor
from torch.utils.data import Dataset

from clipgen import devices
from clipgen.errors import WeightsError
from clipgen.files import reason, write_text
from clipgen.generators.vqgan import VQModel
from clipgen.generators.vqgan.discriminator import CRITIC
from clipgen.media.images import to_pil
from clipgen.media.pictures import save_picture
from clipgen.models.weights import load_state, save_state
from clipgen.train import checkpoints
from clipgen.train.data import stream
from clipgen.train.identity import carry_colour
from clipgen.train.sources import Photos, load_photos
from clipgen.train.sources.camera import scale
from clipgen.train.vqgan.recipe import CROP, Recipe, model_config
from clipgen.train.vqgan.trainer import Trainer
from clipgen.train.world import World

_SHARED = 8  # batches of the same pictures

__all__ = ["Crops", "Metrics", "Recipe", "Trainer", "export", "measure", "run"]


class Crops(Dataset[Tensor]):
    """Batches of windows uint8 [N, 3, 64, 64] of world pictures of several sizes, since brush strokes grow with size.

        >>> Crops(World(), seed=1, batch=4, count=10)[0].shape
        torch.Size([4, 3, 64, 64])

    Rendering takes half as long as a step, so batches after each other show other windows of the same pictures.
    photos: sets of photographs, of which the pictures have the share given, in [0, 1].
    """

    sizes, shares = (64, 128, 256), (0.1, 0.4, 0.5)

    def __init__(
        self, world: World, *, seed: int, batch: int, count: int, photos: Sequence[Photos] = (), share: float = 0.0
    ) -> None:
        self.world, self.seed, self.batch, self.count = world, seed, batch, count
        self.photos, self.share = tuple(photos), share if photos else 0.0
        self.pictures = lru_cache(1)(self._pictures)

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Tensor:
        rng = np.random.default_rng((self.seed, index))
        crops = []
        for image in self.pictures(index // _SHARED):
            y, x = rng.integers(np.array(image.shape[:2]) - CROP + 1)
            crops.append(image[y : y + CROP, x : x + CROP])
        return torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2)

    def _pictures(self, group: int) -> list[np.ndarray]:
        rng = np.random.default_rng((self.seed, group))
        sizes = rng.choice(self.sizes, self.batch, p=self.shares).tolist()
        photographed = rng.random(self.batch) < self.share
        return [
            self._photograph(rng) if photo else self.world.sample((self.seed, group, k), size).image
            for k, (size, photo) in enumerate(zip(sizes, photographed.tolist(), strict=True))
        ]

    def _photograph(self, rng: np.random.Generator) -> np.ndarray:
        """A photograph, whole or made smaller, mirrored or not."""
        photo = self.photos[rng.integers(len(self.photos))].draw(rng).load()
        edge = min(photo.shape[:2])
        factor = rng.uniform(min(1.0, CROP / edge), 1.0) if rng.random() < 0.5 else 1.0
        height, width = (max(CROP, round(side * factor)) for side in photo.shape[:2])
        resized = cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA)
        return resized[:, ::-1] if rng.random() < 0.5 else resized


@dataclass(frozen=True)
class Metrics:
    """How near reconstructions are, of pictures outside of the training data.

    psnr: in dB, of 128-px world pictures; codebook_used: the share of the codebook that they use; psnr_photos: in dB,
    of photographs, None without any.
    """

    psnr: float
    codebook_used: float
    psnr_photos: float | None = None


@torch.no_grad()
def measure(model: VQModel, world: World, *, count: int = 200, photos: Sequence[Photos] = ()) -> tuple[Metrics, Tensor]:
    """The metrics of a model, and a sheet of originals above reconstructions, [3, H, W] in [0, 1].

    count: of world pictures, and of photographs of each set.
    """
    drawn = _reconstructed(model, [world.sample((900_500, i), 128).image for i in range(count)])
    used = len(drawn.used) / model.quantize.embedding.num_embeddings
    some = [each.photos[:: max(1, len(each.photos) // count)] for each in photos]
    seen = [_reconstructed(model, [scale(photo.load(), 128) for photo in part]) for part in some]
    sheet = drawn.pairs[: 6 if seen else 12] + [pair for each in seen for pair in each.pairs[: 6 // len(seen)]]
    psnr_photos = sum(each.psnr for each in seen) / len(seen) if seen else None
    return Metrics(drawn.psnr, used, psnr_photos), (torch.cat(sheet, 2).cpu() + 1) / 2


@dataclass(frozen=True)
class _Reconstructed:
    psnr: float
    used: set[int]
    pairs: list[Tensor]


def _reconstructed(model: VQModel, images: Sequence[np.ndarray]) -> _Reconstructed:
    """Pictures uint8 [128, 128, 3] through a model, and the first twelve above what became of them."""
    device = next(model.parameters()).device
    errors: list[Tensor] = []
    used: set[int] = set()
    pairs: list[Tensor] = []
    for first in range(0, len(images), 20):
        x = torch.from_numpy(np.stack(images[first : first + 20])).permute(0, 3, 1, 2).to(device).float() / 127.5 - 1
        zq, indices = model.quantise(model.encode(x))
        y = model.decode(zq).clamp(-1, 1)
        errors.append(((x - y) / 2).square().flatten(1).mean(1))
        used.update(indices.flatten().tolist())
        pairs += [torch.cat([a, b], 1) for a, b in zip(x, y, strict=True)][: 12 - len(pairs)]
    return _Reconstructed(-10 * torch.cat(errors).clamp(min=1e-10).log10().mean().item(), used, pairs)


def export(trainer: Trainer, out: Path) -> None:
    """Write taming's yaml and one fp16 safetensors file, with the discriminator under `loss.` as in taming's."""
    out.mkdir(parents=True, exist_ok=True)
    write_text(out / "vqgan.yaml", yaml.safe_dump(model_config(trainer.recipe), sort_keys=False))
    state = trainer.model.state_dict() | {f"{CRITIC}{k}": v for k, v in trainer.critic.state_dict().items()}
    save_state(out / "vqgan.safetensors", state)


@checkpoints.alone(lambda **given: "vqgan")
def run(
    *,
    out: Path = Path("models/vqgan"),
    art: Path | None = None,
    photos: Sequence[Path] = (),
    steps: int | None = None,
    batch: int | None = None,
    seed: int | None = None,
    lr: float | None = None,
    decoder_only: bool | None = None,
    gan_from: float | None = None,
    init: Path | None = None,
    resume: bool = True,
    device: str = "auto",
    runs: Path = Path("runs"),
    seconds: float | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> Metrics | None:
    """Train the VQGAN on windows of world pictures and write its folder (takes hours); it can be resumed at any time.

    >>> run(out=Path("models/vqgan"), art=Path("emoji"), steps=3000)

    Arguments: as for `clipgen.train.clip.run`; photos: folders of photographs, which are then a share of the pictures;
    lr: peak learning rate; decoder_only: keep the encoder, so that what was trained on its codes stays valid; init: the
    network has the shape in the yaml beside it, if there is one; gan_from: share of the steps before the adversarial
    ones. Returns None where no weights are written. Raises WeightsError for damaged weights or checkpoints, ImageError
    for a damaged art pack or damaged photographs.
    """
    changes: dict[str, Any] = {"steps": steps, "batch": batch, "seed": seed, "lr": lr, "decoder_only": decoder_only,
                               "gan_from": gan_from}  # fmt: skip
    recipe = replace(Recipe(), **{k: v for k, v in changes.items() if v is not None})
    if init and (shape := init.with_suffix(".yaml")).exists():
        try:
            config = yaml.safe_load(shape.read_text(encoding="utf-8"))
            recipe = recipe.shaped_as(config, load_state(init)["quantize.embedding.weight"])
        except (OSError, ValueError, TypeError, KeyError, RecursionError, yaml.YAMLError) as error:
            kind = f"{shape} and {init.name} are not those of a VQGAN as this recipe trains: {reason(error)}"
            raise WeightsError(kind) from error
    folder, world = runs / "vqgan", World(art)
    trainer = Trainer(recipe, devices.pick_device(device), init)
    saved = checkpoints.load(folder / "last.pt") if resume else None
    if saved:
        whole = trainer.load(saved)
        report(f"resumed at step {trainer.done} of {recipe.steps}")
        if not whole:
            report("the optimizer begins anew: the checkpoint is of a run with or without --decoder-only")
    curve, began, first = checkpoints.Curve(folder / "curve.jsonl", step=trainer.done), time.monotonic(), trainer.done
    shown = [each for place in photos for each in load_photos(place)]
    unseen = [each for place in photos for each in load_photos(place, held_out=True)]
    crops = Crops(world, seed=recipe.seed, batch=recipe.batch, count=recipe.steps, photos=shown, share=recipe.photos)
    if not saved and not init:
        carry_colour(trainer.model, crops[0].to(trainer.device).float() / 127.5 - 1)
    clock = checkpoints.Clock(seconds)
    for images in stream(crops, first=trainer.done, report=report):
        figures = trainer.step(images)
        if trainer.done % 20 == 0:
            pace = (trainer.done - first) * recipe.batch / (time.monotonic() - began)
            curve.add(step=trainer.done, pace=pace, **figures)
            report(f"step {trainer.done}/{recipe.steps}  loss {figures['loss']:.4f}  l1 {figures['l1']:.4f}"
                   f"  adversarial {figures['adversarial']:.2f}  {pace:.0f} pictures/s")  # fmt: skip
        if trainer.done % 200 == 0 or trainer.done == recipe.steps or clock.up:
            checkpoints.save(folder / "last.pt", trainer.state())
            trainer.model.eval()
            sheet = to_pil(measure(trainer.model, world, count=20, photos=unseen)[1])
            save_picture(folder / f"sheet-{trainer.done:06d}.png", sheet, {})
            trainer.model.train()
        if clock.up:
            break
    if seconds is not None:
        return None
    export(trainer, out)
    trainer.model.eval()
    metrics, _ = measure(trainer.model, world, photos=unseen)
    write_text(folder / "metrics.json", json.dumps({"recipe": asdict(recipe), **asdict(metrics)}, indent=2) + "\n")
    report(json.dumps(asdict(metrics)))
    return metrics
