"""Are planted cuts and fades found, within a frame, and flashes not?

    python benchmarks/scenes.py --films 60 --seed 10
    python benchmarks/scenes.py --films 60 --seed 10 --pictures photos/ --json scenes.json

Films made with PyAV: shots of 1 to 4 s that move (pans and zooms over pictures, FFmpeg's test sources), at
24, 25, 23.976, 29.97, 60, 12 and 8 frames a second or at varying times, joined by hard cuts or fades through black,
white or a colour; flashes of one to four frames, some fading out, in a third of the shots. Beside it, on the same
films: PySceneDetect's adaptive detector with its own reader and defaults.

November 2026, --films 50 --seed 10, 204 boundaries: F1 .975 (cuts 1.000, fades .980, flashes .947, mixed .978);
PySceneDetect .614 (1.000, .157, .640, .574). Measured before the last changes of `cuts.py`, which were made after a
look at the errors on these films; constants were chosen on seed 0.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import click
import numpy as np
import torch
from PIL import Image

from clipgen.media.encoder import pulled
from clipgen.media.images import find_images
from clipgen.parts import Parts
from clipgen.settings import ScenesSettings
from clipgen.similarity import Matcher
from clipgen.tasks.scenes import Scene, scenes
from clipgen.tasks.unrelated import matcher_of

SIZE = (320, 180)
RATES = tuple(map(Fraction, ("24", "25", "24000/1001", "30000/1001", "60", "12", "8")))
SOURCES = ("testsrc2", "mandelbrot", "life=mold=10:ratio=0.3:seed=1", "cellauto=seed=1", "rgbtestsrc", "smptehdbars",
           "gradients=seed=1")  # fmt: skip
COLOURS = ("black", "black", "white", "navy")
Pixels = np.ndarray


@dataclass
class Plan:
    """Frames of a film, and what was planted: times of cuts, spans of fades."""

    rate: Fraction
    times: list[float] = field(default_factory=list)
    cuts: list[float] = field(default_factory=list)
    fades: list[float] = field(default_factory=list)


def still(rng: random.Random, pictures: list[Path]) -> Image.Image:
    """A picture to move over: a given one, or noise of a scale of its own on a ground."""
    if pictures and rng.random() < 0.7:
        return Image.open(rng.choice(pictures)).convert("RGB").resize((640, 360))
    noise = np.random.default_rng(rng.randint(0, 10**9))
    cells = rng.choice([3, 5, 9, 17])
    ground = noise.integers(0, 255, 3)
    small = (0.4 * ground + 0.6 * noise.integers(0, 255, (cells, 2 * cells, 3))).astype(np.uint8)
    return Image.fromarray(small).resize((640, 360), rng.choice([Image.Resampling.NEAREST, Image.Resampling.BICUBIC]))


def moving(rng: random.Random, count: int, rate: Fraction, pictures: list[Path]) -> Iterator[Pixels]:
    """A pan and zoom over a picture; one in five stands still."""
    picture = still(rng, pictures)
    still_shot = rng.random() < 0.2
    x, y, zoom = rng.uniform(0, 200), rng.uniform(0, 100), rng.uniform(1.0, 1.3)
    right, down, grow = (0.0, 0.0, 0.0) if still_shot else (rng.uniform(-60, 60), rng.uniform(-30, 30),
                                                           rng.uniform(-0.1, 0.1))  # fmt: skip
    for number in range(count):
        at = number / float(rate)
        scale = max(0.8, zoom + grow * at)
        width, height = SIZE[0] / scale * 1.2, SIZE[1] / scale * 1.2
        left = min(max(0.0, x + right * at), 640 - width)
        top = min(max(0.0, y + down * at), 360 - height)
        box = (left, top, left + width, top + height)
        yield np.asarray(picture.resize(SIZE, Image.Resampling.BILINEAR, box=box))


def generated(rng: random.Random, count: int, rate: Fraction) -> Iterator[Pixels]:
    """One of FFmpeg's test sources."""
    import av.filter

    graph = av.filter.Graph()
    name, _, options = rng.choice(SOURCES).partition("=")
    given = f"size={SIZE[0]}x{SIZE[1]}:rate={rate}" + (f":{options}" if options else "")
    graph.link_nodes(graph.add(name, given), graph.add("format", "pix_fmts=rgb24"), graph.add("buffersink")).configure()
    for _, frame in zip(range(count), pulled(graph.vpull), strict=False):
        yield frame.to_ndarray()


def flashed(rng: random.Random, shot: list[Pixels], rate: Fraction) -> None:
    """Light up one to four frames in the middle of a shot; half of the time it fades out after that."""
    at, bright = rng.randint(len(shot) // 3, 2 * len(shot) // 3), rng.uniform(0.7, 1.0)
    count = rng.randint(1, max(1, min(4, int(0.15 * rate))))
    tail = [bright * (1 - k / 5) for k in range(1, 5)] if rng.random() < 0.5 and rate > 20 else []
    for number, share in enumerate([bright] * count + tail):
        if at + number < len(shot) - 4:
            lit = (1 - share) * shot[at + number].astype(np.float32) + share * 255
            shot[at + number] = lit.astype(np.uint8)


def film(path: Path, rng: random.Random, pictures: list[Path], kind: str) -> Plan:
    """Write a film and return what was planted; kind: "cuts", "fades", "flashes", "static" or "mixed"."""
    import av

    rate = rng.choice(RATES)
    varying = rate == 25 and rng.random() < 0.7
    plan, frames = Plan(rate), []
    for shot_number in range(1 if kind == "static" else rng.randint(4, 8)):
        count = round(rng.uniform(1.2, 4) * rate)
        source = generated(rng, count, rate) if rng.random() < 0.25 else moving(rng, count, rate, pictures)
        shot = list(source)
        if kind == "flashes" or (kind == "mixed" and rng.random() < 0.33):
            flashed(rng, shot, rate)
        if shot_number:
            if kind == "fades" or (kind == "mixed" and rng.random() < 0.4):
                frames, shot, middle = faded(rng, frames, shot, rate)
                plan.fades.append(middle)
            else:
                plan.cuts.append(len(frames))
        frames += shot
    noise = np.random.default_rng(rng.randint(0, 10**9))
    gaps = noise.choice([1, 2, 3] if varying else [1], len(frames))
    starts = np.concatenate([[0], np.cumsum(gaps)[:-1]])
    plan.times = [float(start / rate) for start in starts]
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=rate, options={"crf": "20", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.codec_context.time_base = 1 / rate
        for start, pixels in zip(starts, frames, strict=True):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), "rgb24")
            frame.pts, frame.time_base = int(start), 1 / rate
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return plan


def faded(
    rng: random.Random, frames: list[Pixels], shot: list[Pixels], rate: Fraction
) -> tuple[list[Pixels], list[Pixels], float]:
    """Two shots with the end of the first and the begin of the second faded into a colour; the number of its middle."""
    count = max(3, round(rng.uniform(0.3, 0.8) * rate))
    hold = rng.randint(1, max(1, int(0.4 * rate)))
    colour = np.array(Image.new("RGB", (1, 1), rng.choice(COLOURS)))[0, 0].astype(np.float32)
    count = min(count, len(shot) - 2, len(frames) - 2)

    def mixed(pixels: Pixels, share: float) -> Pixels:
        return ((1 - share) * pixels + share * colour).astype(np.uint8)

    out = [mixed(pixels, (k + 1) / (count + 1)) for k, pixels in enumerate(frames[-count:])]
    into = [mixed(pixels, 1 - (k + 1) / (count + 1)) for k, pixels in enumerate(shot[:count])]
    held = [np.broadcast_to(colour.astype(np.uint8), shot[0].shape)] * hold
    middle = len(frames) + hold / 2
    return [*frames[:-count], *out, *held], [*into, *shot[count:]], middle


def hits(planted: list[float], found: list[float], slack: float) -> int:
    """How many planted times have a found one of their own nearby."""
    left, count = sorted(found), 0
    for time in planted:
        near = min(left, key=lambda other: abs(other - time), default=None)
        if near is not None and abs(near - time) <= slack:
            left.remove(near)
            count += 1
    return count


def time_of(plan: Plan, number: float) -> float:
    """The time of a frame, also between two."""
    return float(np.interp(number, np.arange(len(plan.times)), plan.times))


def theirs(path: Path) -> list[float]:
    """The cuts of PySceneDetect's adaptive detector with its own reader."""
    from scenedetect import AdaptiveDetector, detect

    return [start.seconds for start, _ in detect(str(path), AdaptiveDetector())[1:]]


def ours(path: Path, matcher: Matcher) -> list[float]:
    """The boundaries that `clipgen scenes` finds."""
    settings = ScenesSettings(captions=False)
    return [event.start for event in scenes(path, matcher, settings) if isinstance(event, Scene)][1:]


@click.command()
@click.option("--films", default=60, show_default=True)
@click.option("--seed", default=10, show_default=True)
@click.option("--pictures", type=click.Path(path_type=Path, exists=True), help="Folder of pictures to move over.")
@click.option("--show", is_flag=True, help="Print what was missed and invented.")
@click.option("--json", "json_path", type=click.Path(path_type=Path))
def main(films: int, seed: int, pictures: Path | None, show: bool, json_path: Path | None) -> None:
    """Print precision, recall and F1 by kind of film."""
    torch.set_num_threads(1)
    matcher = matcher_of(Parts().perceptor(["reader"], torch.device("cpu")))
    files = find_images([pictures], recursive=True) if pictures else []
    kinds = ("cuts", "fades", "flashes", "mixed", "static")
    counts = {name: {kind: [0, 0, 0] for kind in (*kinds, "all")} for name in ("clipgen", "PySceneDetect")}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(films):
            rng, kind = random.Random(1000 * seed + number), kinds[number % len(kinds)]
            path = Path(folder) / f"{number}.mp4"
            plan = film(path, rng, files, kind)
            planted = [time_of(plan, cut) for cut in plan.cuts] + [time_of(plan, fade) for fade in plan.fades]
            slack = 1.01 * max(np.diff(plan.times))
            for name, found in (("clipgen", ours(path, matcher)), ("PySceneDetect", theirs(path))):
                good = hits(planted, found, slack)
                for row in (counts[name][kind], counts[name]["all"]):
                    row[0] += good
                    row[1] += len(planted)
                    row[2] += len(found)
                if show and name == "clipgen" and (good < len(planted) or good < len(found)):
                    fades = [round(time_of(plan, fade), 2) for fade in plan.fades]
                    click.echo(f"{number} {kind} at {plan.rate}: planted {np.round(sorted(planted), 2)}, of them fades "
                               f"{fades}; found {np.round(found, 2)}")  # fmt: skip
            path.unlink()
    table = {name: {kind: figures(*row) for kind, row in rows.items()} for name, rows in counts.items()}
    for name, rows in table.items():
        for kind, row in rows.items():
            shown = "  ".join(f"{key} {row[key]:.3f}" for key in ("precision", "recall", "f1"))
            click.echo(f"{name:14} {kind:8} {shown}  of {row['planted']}")
    if json_path:
        json_path.write_text(json.dumps(table, indent=2) + "\n")


def figures(good: int, planted: int, found: int) -> dict[str, float]:
    """Precision, recall and F1."""
    precision, recall = good / max(1, found), good / max(1, planted)
    if not planted:
        precision = recall = float(not found)
    return {"precision": precision, "recall": recall, "f1": 2 * precision * recall / max(1e-9, precision + recall),
            "planted": planted}  # fmt: skip


if __name__ == "__main__":
    main()
