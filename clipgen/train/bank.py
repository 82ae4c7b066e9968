"""The bank of initial pictures: procedural scenes, styles, backgrounds and shapes as codes of the built-in VQGAN.

It contains no art pack: anyone can render its pictures with the code of the picture world.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch

from clipgen.generators.vqgan.checkpoint import load_network
from clipgen.models.weights import save_state
from clipgen.train.world import SCENES, STYLES
from clipgen.train.world.grounds import COLOUR_NAMES, GROUNDS, SHAPE_NAMES, draw_shape

_SIZE = 192
_BATCH = 16
_OTHERS = 2  # number of other colours that each colour is combined with


def entries(seed: int) -> Iterator[tuple[np.ndarray, str]]:
    """Yield pictures (uint8 [192, 192, 3]) with captions: every scene plain and in every style, backgrounds, shapes."""
    for index, (name, scene) in enumerate(SCENES.items()):
        for k in range(3):
            yield scene.draw(np.random.default_rng((seed, index, k)), _SIZE, _SIZE), name
        for number, (label, style) in enumerate(STYLES.items()):
            rng = np.random.default_rng((seed, index, 100 + number))
            yield style.apply(rng, scene.draw(rng, _SIZE, _SIZE)), f"{name} {label}"
    rng = np.random.default_rng((seed, 1000))
    for first in COLOUR_NAMES:
        yield GROUNDS["plain"](rng, _SIZE, _SIZE, first, first), f"plain {first} background"
        for kind in ("gradient", "striped", "checked", "dotted"):
            for second in rng.choice([c for c in COLOUR_NAMES if c != first], _OTHERS, replace=False):
                yield GROUNDS[kind](rng, _SIZE, _SIZE, first, second), f"{first} and {second} {kind} background"
        for shape in SHAPE_NAMES:
            for ground in rng.choice([c for c in COLOUR_NAMES if c != first], _OTHERS, replace=False):
                image = GROUNDS["plain"](rng, _SIZE, _SIZE, str(ground), str(ground))
                draw_shape(rng, image, shape, first, (0.5, 0.5), rng.uniform(0.28, 0.4))
                yield image, f"{first} {shape} on a {ground} background"


@torch.no_grad()
def run(
    *,
    weights: Path = Path("models/vqgan/vqgan.safetensors"),
    out: Path = Path("models/start/bank.safetensors"),
    seed: int = 5,
    report: Callable[[str], None] = lambda line: None,
) -> int:
    """Render the bank and encode it with a VQGAN (takes minutes); return the number of pictures.

    >>> run(weights=Path("my/vqgan.ckpt"), out=Path("my/bank.safetensors"))

    weights: of the VQGAN; out: safetensors file with codes int16 [N, h, w] and captions as bytes.
    """
    network = load_network(weights)
    pictures, captions = zip(*entries(seed), strict=True)
    report(f"{len(captions)} pictures rendered")
    codes = []
    for first in range(0, len(pictures), _BATCH):
        x = torch.from_numpy(np.stack(pictures[first : first + _BATCH])).permute(0, 3, 1, 2).float() / 127.5 - 1
        codes.append(network.quantise(network.encode(x))[1].to(torch.int16))
        if first % (8 * _BATCH) == 0:
            report(f"{first} encoded")
    text = torch.frombuffer(bytearray("\n".join(captions).encode()), dtype=torch.uint8)
    save_state(out, {"codes": torch.cat(codes), "captions": text})
    return len(captions)
