"""How fast is a film indexed, how much memory does that take, and is it found again when trimmed and rescaled?

    python benchmarks/films.py --minutes 5 --json films.json

A film of 720p at 25 frames a second, H.264 with B-frames and a key frame each 10 s: pans over pictures of noise, a new
one about each four seconds, under the numbers of FFmpeg's testsrc2 in a corner, so that no two seconds are alike. Then
a minute of it, at 360p: its frames are looked up among those of the whole, and offsets that agree are counted.

November 2026, two AMD cores shared with a dozen processes, 20 s of this film: 0.8 to 1.0 s of CPU time and 1.8 to 3.4 s
to index, so an hour takes 2.4 to 2.9 minutes of one core, and 5.5 to 10 where others compute; 934 MB, of them 842 for
torch and the reader.
"""

from __future__ import annotations

import json
import resource
import tempfile
import time
from collections import Counter
from fractions import Fraction
from pathlib import Path

import av
import av.filter
import click
import numpy as np
import torch
from PIL import Image

from clipgen.library import Library, index
from clipgen.library.library import content_hashes
from clipgen.media.encoder import pulled
from clipgen.parts import Parts
from clipgen.perceptors.base import Perceptor
from clipgen.similarity.store import picture_keys

RATE, SIZE = 25, (1280, 720)


def make(path: Path, seconds: int) -> None:
    """Write the film."""
    graph = av.filter.Graph()
    graph.link_nodes(graph.add("testsrc2", f"size=320x180:rate={RATE}"), graph.add("format", "pix_fmts=rgb24"),
                     graph.add("buffersink")).configure()  # fmt: skip
    rng, ground = np.random.default_rng(0), np.zeros((0, 0, 3), np.uint8)
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "bf": "3"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for number, corner in zip(range(seconds * RATE), pulled(graph.vpull), strict=False):
            if number % (4 * RATE) == 0:
                cells = int(rng.choice([4, 8, 16, 32]))
                small = Image.fromarray(rng.integers(0, 255, (cells, 2 * cells, 3), dtype=np.uint8))
                ground = np.asarray(small.resize((1600, 900), Image.Resampling.BICUBIC))
            left = 3 * (number % (4 * RATE))
            pixels = ground[100 : 100 + SIZE[1], left : left + SIZE[0]].copy()
            pixels[20:200, 20:340] = corner.to_ndarray()
            film.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        film.mux(stream.encode(None))


def trim(source: Path, target: Path, start: int, seconds: int) -> None:
    """Write some seconds of a film at half the size, and at 24 frames a second."""
    with av.open(str(source)) as whole, av.open(str(target), "w") as film:
        stream = film.add_stream("libx264", rate=24, options={"crf": "28"})
        stream.width, stream.height, stream.pix_fmt = SIZE[0] // 2, SIZE[1] // 2, "yuv420p"
        whole.seek(start * av.time_base)
        due = 0
        for frame in whole.decode(video=0):
            while due < seconds * 24 and (frame.time or 0.0) >= start + due / 24:
                small = frame.reformat(SIZE[0] // 2, SIZE[1] // 2, "yuv420p")
                small.pts, small.time_base = due, Fraction(1, 24)
                film.mux(stream.encode(small))
                due += 1
            if due >= seconds * 24:
                break
        film.mux(stream.encode(None))


def offsets(library: Library, perceptor: Perceptor, whole: Path, part: Path) -> Counter[int]:
    """How many frames of a part are nearest to a frame of the whole, by the seconds between their times."""
    searcher = library.searcher(perceptor.fingerprint, torch.zeros(perceptor.dim).numpy())
    vectors = library.vectors(perceptor.fingerprint, perceptor.dim)
    keys = picture_keys(library.frames.keys([whole]))
    found: Counter[int] = Counter()
    own = library.frames.keys([part])
    for key, frame in library.frames.find(own).items():
        row, _ = vectors.get(picture_keys([key]))
        (nearest,) = content_hashes(searcher.among(keys, row[0].numpy(), 1).keys)
        found[round(library.frames.find([nearest])[nearest].seconds - frame.seconds)] += 1
    return found


@click.command()
@click.option("--minutes", default=5, show_default=True)
@click.option("--film", "given", type=click.Path(path_type=Path), help="This film; made when missing.")
@click.option("--threads", default=1, show_default=True, help="Of torch; another thread decodes.")
@click.option("--json", "json_path", type=click.Path(path_type=Path))
def main(minutes: int, given: Path | None, threads: int, json_path: Path | None) -> None:
    """Print the seconds of film indexed in a second, and the peak memory."""
    torch.set_num_threads(threads)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        film, part = given or folder / "film.mp4", folder / "part.mp4"
        if not film.exists():
            make(film, 60 * minutes)
        perceptor = Parts().perceptor(["reader"], torch.device("cpu"))
        with Library(folder / "library.sqlite") as library:
            began, used = time.perf_counter(), time.process_time()
            list(index([film], library, perceptor, films=True))
            took, used = time.perf_counter() - began, time.process_time() - used
            rows = {"film_s": 60 * minutes, "index_s": took, "cpu_s": used, "hour_in_minutes": took / minutes,
                    "frames": library.status(film).frames,
                    "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}  # fmt: skip
            trim(film, part, 30 * minutes, 60)
            list(index([part], library, perceptor, films=True))
            (offset, hits), *_ = offsets(library, perceptor, film, part).most_common(1)
        rows |= {"offset_s": offset, "true_offset_s": 30 * minutes, "hits": hits}
    for key, value in rows.items():
        click.echo(f"{key:16} {value:.1f}")
    if json_path:
        json_path.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
