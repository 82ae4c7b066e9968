"""How fast is a film indexed, how much memory does that take, does it resume, and is it found again?

    python benchmarks/films.py --minutes 60 --film hour.mp4 --json films.json      # --minutes 3 for a first answer

A film of 720p at 25 frames a second, H.264 with B-frames and a key frame each 10 s: pans over pictures of `docs/` and
of noise, a new one about each four seconds, under the numbers of FFmpeg's testsrc2 in a corner, so that no two seconds
are alike. At most six minutes are made; a longer film consists of them: the first three again and again, with the last
three once, in the middle, which are found by nothing else.

A process indexes the film and is killed (SIGKILL) past two fifths; a second one resumes. Then a minute from the middle,
at 360p and 24 frames a second, is indexed, too: its frames are looked up among those of the whole, and offsets that
agree are counted.

November 2026, two AMD cores shared with a dozen processes, 20 s of this film: 0.8 to 1.0 s of CPU time and 1.8 to 3.4 s
to index, so an hour takes 2.4 to 2.9 minutes of one core, and 5.5 to 10 where others compute; 934 MB, of them 842 for
torch and the reader.
28 November 2026, two cores of an Intel Xeon of 2.5 GHz, other work on the other core: an hour, killed at 24 minutes and
resumed, in 2.8 minutes (4.3 while more was running); 1135 MB, of them 817 for torch and the reader; 51 hits on the true
offset.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from fractions import Fraction
from multiprocessing.connection import Connection
from pathlib import Path

import av
import av.filter
import click
import numpy as np
import torch
from PIL import Image

from clipgen.files import write_whole
from clipgen.library import Library, Watching, index
from clipgen.library.library import content_hashes
from clipgen.media.encoder import pulled
from clipgen.media.footage import VideoFacts
from clipgen.parts import Parts
from clipgen.perceptors.base import Perceptor
from clipgen.store import picture_keys

RATE, SIZE = 25, (1280, 720)
_PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
_PART = 3  # minutes of each of the two parts that longer films consist of
_KILLED = 0.4  # share of the film at which the first process is killed
_MINUTE = 60


def make(path: Path, minutes: int) -> None:
    """Write the film."""
    with tempfile.TemporaryDirectory(dir=path.parent) as name:
        parts = [Path(name) / f"{number}.mp4" for number in range(2)]
        if minutes < 3 * _PART:
            shoot(parts[0], 0, _MINUTE * minutes)
            join(path, parts[:1])
            return
        for number, part in enumerate(parts):
            shoot(part, number, _PART * _MINUTE)
        join(path, [parts[number == once(minutes) // (_PART * _MINUTE)] for number in range(minutes // _PART)])


def once(minutes: int) -> int:
    """The second at which the part of a film begins that is in it once."""
    return minutes // _PART // 2 * _PART * _MINUTE if minutes >= 3 * _PART else 0


def shoot(path: Path, seed: int, seconds: int) -> None:
    """Write some seconds of pictures that no other seed has."""
    graph = av.filter.Graph()
    graph.link_nodes(graph.add("testsrc2", f"size=320x180:rate={RATE}"), graph.add("format", "pix_fmts=rgb24"),
                     graph.add("buffersink")).configure()  # fmt: skip
    rng, ground = np.random.default_rng(seed), np.zeros((0, 0, 3), np.uint8)
    pictures = [Image.open(one).convert("RGB") for one in sorted(_PICTURES.iterdir())]
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "bf": "3"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for number, corner in zip(range(seconds * RATE), pulled(graph.vpull), strict=False):
            if number % (4 * RATE) == 0:
                ground = _ground(rng, pictures)
            left = 3 * (number % (4 * RATE))
            pixels = ground[100 : 100 + SIZE[1], left : left + SIZE[0]].copy()
            pixels[20:200, 20:340] = corner.to_ndarray()
            film.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        film.mux(stream.encode(None))


def _ground(rng: np.random.Generator, pictures: list[Image.Image]) -> np.ndarray:
    """A part of one of some pictures, or noise: what the camera pans over."""
    if rng.random() < 0.5:
        cells = int(rng.choice([4, 8, 16, 32]))
        small = Image.fromarray(rng.integers(0, 255, (cells, 2 * cells, 3), dtype=np.uint8))
    else:
        whole = pictures[int(rng.integers(len(pictures)))]
        side = int(rng.uniform(0.4, 0.9) * min(whole.width / 16, whole.height / 9))
        left, top = (int(rng.integers(edge - part + 1)) for edge, part in
                     ((whole.width, 16 * side), (whole.height, 9 * side)))  # fmt: skip
        small = whole.crop((left, top, left + 16 * side, top + 9 * side))
    return np.asarray(small.resize((1600, 900), Image.Resampling.BICUBIC))


def join(path: Path, parts: list[Path]) -> None:
    """Write films one after another, without encoding them again."""
    with write_whole(path) as half, av.open(str(half), "w", format="mp4") as whole:
        stream, end = None, 0
        for part in parts:
            with av.open(str(part)) as film:
                own = film.streams.video[0]
                stream = stream or whole.add_stream_from_template(own)
                for packet in film.demux(own):
                    if packet.dts is None:
                        continue  # the end
                    packet.pts, packet.dts = (packet.pts or 0) + end, packet.dts + end
                    packet.stream = stream
                    whole.mux(packet)
                end += own.duration or 0


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


def reader(threads: int) -> Perceptor:
    """The built-in reader."""
    torch.set_num_threads(threads)
    return Parts().perceptor(["reader"], torch.device("cpu"))


def bring(path: Path, place: Path, threads: int, told: Connection) -> None:
    """Index a film, and tell after each batch how far it is, in seconds; at the end, peak memory in MB and CPU time."""
    with Library(place) as library:
        for event in index([path], library, reader(threads), films=True):
            if isinstance(event, Watching):
                told.send(event.seconds)
    used = resource.getrusage(resource.RUSAGE_SELF)
    told.send((used.ru_maxrss / 1024, used.ru_utime + used.ru_stime))


def killed(path: Path, place: Path, threads: int, until: float) -> dict[str, float]:
    """Index a film in two processes: the first is killed at a time of the film. Raises where the second began anew."""
    started, reached, second, last = time.perf_counter(), 0.0, list[float](), (0.0, 0.0)
    context = multiprocessing.get_context("spawn")
    for limit in (until, None):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=bring, args=(path, place, threads, theirs))
        process.start()
        theirs.close()
        try:
            while True:
                try:
                    said = ours.recv()
                except EOFError:
                    break
                if isinstance(said, tuple):
                    last = said
                elif limit is None:
                    second.append(said)
                elif (reached := said) >= limit:
                    process.kill()
        except BaseException:  # this process is stopped, and that one is not told
            process.kill()
            raise
        finally:
            process.join()
    if not second or min(second) <= reached:
        raise click.ClickException(f"killed at {reached:.0f} s, the index began again before that")
    return {"index_s": time.perf_counter() - started, "killed_at_s": reached, "resumed_by_s": second[0],
            "peak_memory_mb": last[0], "cpu_s_of_the_second": last[1]}  # fmt: skip


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
@click.option("--minutes", default=6, show_default=True)
@click.option("--film", "given", type=click.Path(path_type=Path), help="This film; made when missing.")
@click.option("--threads", default=1, show_default=True, help="Of torch; another thread decodes.")
@click.option("--json", "json_path", type=click.Path(path_type=Path))
def main(minutes: int, given: Path | None, threads: int, json_path: Path | None) -> None:
    """Print the seconds of an index that is killed once and resumed, the peak memory, and the frames found again."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as Ctrl-C does, it ends the other process, too
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        film, part, place = given or folder / "film.mp4", folder / "part.mp4", folder / "library.sqlite"
        began = time.perf_counter()
        if not film.exists():
            make(film, minutes)
        seconds = VideoFacts.of(film).seconds
        rows: dict[str, float] = {"film_s": seconds, "made_in_s": time.perf_counter() - began}
        rows |= killed(film, place, threads, _KILLED * seconds)
        rows["hour_in_minutes"] = rows["index_s"] * _MINUTE / seconds
        perceptor, start = reader(threads), once(minutes) + _MINUTE
        trim(film, part, start, _MINUTE)
        with Library(place) as library:
            rows["frames"] = library.status(film).frames
            list(index([part], library, perceptor, films=True))
            (offset, hits), *_ = offsets(library, perceptor, film, part).most_common(1)
        rows |= {"offset_s": offset, "true_offset_s": start, "hits": hits}
    for key, value in rows.items():
        click.echo(f"{key:20} {value:.1f}")
    if json_path:
        json_path.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
