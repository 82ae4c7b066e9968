"""Whole files of every kind that clipgen reads, and what reads each of them."""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle
import shutil
import sys
import tarfile
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import yaml
from PIL import Image
from safetensors.torch import save_file

from clipgen.errors import ClipgenError
from generators.contract import TINY, tiny_network
from tiny import write_clip

ROOT = Path(__file__).parents[2]
OLD = ROOT / "tests" / "fixtures" / "made_by_0.1"
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Reader:
    """Files that are whole and lie in a folder of their own, and what reads them; to a reader they are one thing."""

    name: str
    files: Sequence[Path]
    read: Callable[[], object]


def each(*calls: Callable[[], object]) -> None:
    """Make all calls; the first error that is meant for users is raised after the last."""
    found: ClipgenError | None = None
    for call in calls:
        try:
            made = call()
            if isinstance(made, types.GeneratorType):
                for _ in made:
                    pass
        except ClipgenError as error:
            assert "\n" not in str(error) and len(str(error)) < 2000, repr(str(error))[:400]
            found = found or error
    if found:
        raise found


def readers(folder: Path) -> Iterator[Reader]:
    """All readers, each with whole files in a folder of its own below this one."""
    for kind in (pictures, films, texts, records, databases, networks, towers, small_models, training):
        (own := folder / kind.__name__).mkdir(parents=True)
        yield from kind(own)


def pictures(folder: Path) -> Iterator[Reader]:
    from clipgen.jobs import Inputs, Job
    from clipgen.media.facts import Facts
    from clipgen.media.images import load_image, load_reduced, open_picture
    from clipgen.media.masks import load_mask
    from clipgen.media.orientation import orientation_edits, with_edits
    from clipgen.media.pictures import FORMATS, read_metadata, save_picture
    from clipgen.settings import GenerateSettings

    noise = np.random.default_rng(7).integers(0, 256, (12, 16, 4), dtype=np.uint8)
    picture = Image.fromarray(noise, "RGBA")
    job = Job("generate", Inputs(prompts=("a fox | fog:0.5",)), GenerateSettings.of(seed=7))

    def reader(path: Path) -> Iterator[Reader]:
        def edited() -> None:
            data = path.read_bytes()
            with_edits(data, orientation_edits(data, 6))

        def facts() -> None:
            with open_picture(path) as opened:
                Facts.of(opened)

        yield Reader(f"picture {path.suffix}", [path],
                     lambda: each(lambda: load_image(path), lambda: load_reduced(path, 8), facts))  # fmt: skip
        yield Reader(f"mask {path.suffix}", [path], lambda: each(lambda: load_mask(path, (16, 12))))
        if path.suffix in (*FORMATS, ".tif"):
            yield Reader(f"orientation {path.suffix}", [path], lambda: each(edited))
        if path.suffix in FORMATS:
            yield Reader(f"settings {path.suffix}", [path], lambda: each(lambda: Job.from_json(read_metadata(path))))

    for ending in FORMATS:
        path = folder / f"of_clipgen{ending}"
        save_picture(path, picture.convert("RGB"), {**job.to_json(), "prompt": "a fox"})
        yield from reader(path)
    exif, again = Image.Exif(), picture.convert("RGB")
    exif[0x0112], exif[0x010E] = 6, "a fox"
    for name, mode, more in (
        ("a.png", "RGBA", {"exif": exif}), ("b.png", "P", {}), ("c.png", "I;16", {}), ("a.jpg", "RGB", {"exif": exif}),
        ("b.jpg", "CMYK", {"progressive": True}), ("a.gif", "P", {"save_all": True, "append_images": [picture] * 3}),
        ("a.webp", "RGBA", {"exif": exif}), ("b.webp", "RGB", {"save_all": True, "append_images": [again]}),
        ("a.bmp", "RGB", {}), ("a.tif", "RGB", {"exif": exif}), ("b.tif", "RGB", {"compression": "tiff_lzw"}),
        ("c.tif", "F", {}), ("a.ico", "RGBA", {}), ("a.ppm", "RGB", {}), ("a.tga", "RGBA", {}), ("a.jp2", "RGB", {}),
        ("a.avif", "RGB", {}), ("a.pcx", "RGB", {}), ("a.dds", "RGBA", {}), ("a.icns", "RGBA", {}),
        ("a.sgi", "RGB", {}),
    ):  # fmt: skip
        grey = np.asarray(picture.convert("L")).astype(np.uint16)
        converted = Image.fromarray(grey * 257) if mode == "I;16" else picture.convert(mode)
        try:
            converted.save(path := folder / name, **more)
        except (OSError, KeyError, ValueError):  # this Pillow does not write the format
            continue
        yield from reader(path)
    for path in OLD.glob("*.png"):
        shutil.copy(path, folder)
        yield from reader(folder / path.name)


def films(folder: Path) -> Iterator[Reader]:
    from clipgen.media.footage import VideoFacts, frame_at, sampled_frames, video_frames
    from clipgen.media.video import open_film

    noise = np.random.default_rng(7).integers(0, 256, (4, 32, 48, 3), dtype=np.uint8)
    for ending in (".mp4", ".gif", ".webp", ".apng", ".mkv", ".avi", ".webm", ".mov"):
        path = folder / f"film{ending}"
        try:
            with open_film(path, 4) as film:
                for frame in noise:
                    film.add(Image.fromarray(frame))
        except ClipgenError:
            continue
        yield Reader(
            f"film {ending}",
            [path],
            lambda path=path: each(
                lambda: VideoFacts.of(path),
                lambda: video_frames(path, fps=8, size=(16, 16)),
                lambda: sampled_frames(path, side=16, every=0.3),
                lambda: frame_at(path, 0.6, side=16),
            ),
        )


def texts(folder: Path) -> Iterator[Reader]:
    from clipgen.batch.lines import grouped, read_jobs
    from clipgen.cli.config import read_config
    from clipgen.prompts import read_prompt_file
    from clipgen.tasks.caption.candidates import check_candidates, read_candidates
    from clipgen.tasks.estimate.calibration import read_labels
    from clipgen.tasks.moderate.recipe import Recipe
    from clipgen.timelines import read_timeline
    from clipgen.train.pairs import read_pairs

    Image.new("RGB", (8, 8), "red").save(folder / "a.png")

    def reader(name: str, text: str, read: Callable[[Path], object]) -> Reader:
        (path := folder / name).parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return Reader(name.rpartition("/")[2], [path], lambda: each(lambda: read(path)))

    def candidates(path: Path) -> None:
        check_candidates(path)
        for _ in read_candidates(path):
            pass

    jobs = [
        {"prompt": "a castle | fog:0.5", "seed": 1, "size": [64, 64]},
        {"verb": "caption", "pictures": ["a.png"], "top": 1},
        {"verb": "animate", "timeline": "a.txt", "fps": 4},
        {"verb": "search", "prompt": "a fox", "folders": ["."]},
    ]
    story = (ROOT / "prompts" / "story.toml").read_text(encoding="utf-8")
    config = 'prompts = ["a fox"]\nsize = [384, 256]\ntime-budget = "45s"\n[search]\nsteps = 5\noptimizer = "adam"\n'
    yield reader("prompts.txt", "# some\na fox:0.5 | snow\n\nein Fuchs: Öl\n", read_prompt_file)
    yield reader("voyage.txt", (ROOT / "prompts" / "voyage.txt").read_text(encoding="utf-8"), read_timeline)
    yield reader("story.toml", story, read_timeline)
    subtitles = "1\n00:00:00,000 --> 00:00:01,500\na fox\n\n2\n00:00:02,000 --> 00:00:03,000\nsnow\n"
    yield reader("a.srt", subtitles, read_timeline)
    lines = "".join(json.dumps(job) + "\n" for job in jobs)
    yield reader("jobs.jsonl", lines, lambda path: list(grouped(read_jobs(path), 2)))
    yield reader("jobs.csv", 'prompt,seed,size\na fox,1,"[64,64]"\na cat,2,\n', lambda path: list(read_jobs(path)))
    yield reader("config.toml", config, read_config)
    yield reader("candidates.txt", "a fox\na castle\n", candidates)
    yield reader("candidates.csv", "id,caption\n1,a fox\n2,a castle\n", candidates)
    yield reader("candidates.jsonl", '{"text": "a fox"}\n"a castle"\n', candidates)
    yield reader("labels.csv", "picture,value\na.png,3\nb.png,61\n", read_labels)
    yield reader("pairs.csv", "picture,caption\na.png,a red square\n", read_pairs)
    yield reader("pairs.jsonl", '{"picture": "a.png", "caption": "a red square"}\n', read_pairs)
    yield reader("recipe/gore.txt", "# prompts\nblood\n", lambda path: Recipe.load(path.parent))


def records(folder: Path) -> Iterator[Reader]:
    from clipgen.jobs import Inputs, Job
    from clipgen.parts import Parts
    from clipgen.settings import GenerateSettings
    from clipgen.studio import Studio
    from clipgen.tasks.animate import read_record
    from clipgen.tasks.estimate.calibration import Calibration
    from clipgen.tasks.estimate.learned import Learned
    from clipgen.tasks.generate import load_run

    shutil.copy(OLD / "film.json", folder)
    yield Reader("film.json", [folder / "film.json"], lambda: each(lambda: read_record(folder)))
    texts, ends = ("a baby", "a child"), (0.0, 1.0)
    learned = Learned(0.5, 1.0, (0.1, 0.2))
    whole = Calibration(texts, (1.0, 8.0), ends, ends, -1.0, 1.0, 0.0, 9.0, 0.1, 9, 0.2, 0.3, "a", "plain", learned)
    whole.save(calibration := folder / "calibration.json")

    def calibrated() -> object:
        loaded = Calibration.load(calibration)
        loaded.check(calibration, None, loaded.perceptor, loaded.views, 2)
        return loaded.apply(0.5, np.ones(2))

    yield Reader("calibration.json", [calibration], lambda: each(calibrated))

    clip = write_clip(folder / "clip")
    settings = GenerateSettings.of(
        generator="pixels", perceptors=(f"local-dir:{clip}",), size=(16, 16), steps=3, cutn=1, seed=7, device="cpu"
    )
    parts = Parts()
    studio = Studio(parts=parts)
    run = studio.start(Job("generate", Inputs(prompts=("a fox",)), settings))
    next(run)
    run.save_state(stopped := folder / "stopped.run")

    def resume(path: Path) -> None:
        saved = load_run(path)
        for _ in studio.start(saved.job, state=saved.state):
            pass

    yield Reader("a.run", [stopped], lambda: each(lambda: resume(stopped)))
    shutil.copy(OLD / "stopped.run", folder / "old.run")
    yield Reader("old.run", [folder / "old.run"], lambda: each(lambda: load_run(folder / "old.run")))


def databases(folder: Path) -> Iterator[Reader]:
    from clipgen.batch.ledger import Ledger
    from clipgen.batch.lines import read_jobs
    from clipgen.files.journal import Journal
    from clipgen.library.database import Content, Database, File
    from clipgen.store import Store, text_keys

    def library(path: Path) -> None:
        with closing(Database(path)) as database:
            hashes = [file.hash for file in database.files(folder)]
            each(
                lambda: database.named("fox", [folder]),
                lambda: database.count([folder]),
                lambda: database.contents(hashes),
                lambda: database.phashes(hashes),
                database.different,
                lambda: database.add([File(folder / "new.png", 1, 2, b"n" * 32)], [Content(b"n" * 32, 4, 4)]),
            )

    index = folder / "library.sqlite"
    with closing(Database(index)) as whole:
        digests = [bytes([i]) * 32 for i in range(40)]
        files = [File(folder / f"red_fox_{i}.png", 10, i, digest) for i, digest in enumerate(digests)]
        whole.add(files, [Content(digest, 48, 32) for digest in digests])
    yield Reader("library.sqlite", [index], lambda: library(index))

    store = folder / "store"
    keys, rows = text_keys(["a fox", "a castle"]), torch.eye(2, 8)
    Store(store).vectors("f" * 32, 8, "text").put(keys, rows)
    Store(store).add_sizes([(bytes(32), 4, 4)])
    tables = [path for path in store.rglob("*") if path.is_file() and path.stat().st_size]

    def stored() -> None:
        again = Store(store)
        found = again.vectors("f" * 32, 8, "text").through(keys, lambda missing: rows[missing])
        assert found.shape == (2, 8) and found.isfinite().all()
        each(lambda: again.sizes(keys), again.usage)

    yield Reader("store", tables, stored)

    (folder / "jobs.jsonl").write_text('{"prompt": "a fox", "seed": 1}\n{"prompt": "a cat", "seed": 1}\n')
    with Ledger(folder / "batch") as ledger:
        ledger.add(read_jobs(folder / "jobs.jsonl"))
        ledger.done(ledger.next(1)[0].id, files=["1.png"], rows=[{"a": 1}], seconds=1.0)
    ledgers = sorted(path for path in (folder / "batch").iterdir() if path.stat().st_size)

    def batch() -> None:
        with Ledger(folder / "batch") as ledger:
            each(lambda: ledger.add(read_jobs(folder / "jobs.jsonl")), ledger.tally, lambda: ledger.next(2),
                 lambda: list(ledger.failures()), ledger.write_results, ledger.retry_failed)  # fmt: skip

    yield Reader("ledger", ledgers, lambda: each(batch))
    (journal := folder / "moved.jsonl").write_text('{"from": "a.png", "to": "b.png"}\n{"from": "c.png"}\n')
    yield Reader("journal", [journal], lambda: each(lambda: Journal(journal).rows()))
    yield from _web(folder)


def _web(folder: Path) -> Iterator[Reader]:
    from clipgen.web.bell import Bell
    from clipgen.web.game.board import Board
    from clipgen.web.game.schema import opened as game
    from clipgen.web.settings import Bounds, WebSettings
    from clipgen.web.studio.gallery import Gallery
    from clipgen.web.studio.queue import Queue
    from clipgen.web.studio.schema import opened as studio

    (web := folder / "web").mkdir()
    with closing(studio(web)) as database:
        gallery = Gallery(database, web)
        for seed in range(3):
            gallery.add(Image.new("RGB", (8, 8)), {"prompt": "a red fox", "seed": seed}, job="1", visitor="owner")
    game(WebSettings(folder=web)).close()

    def pages() -> None:
        with closing(studio(web)) as database:
            gallery, queue = Gallery(database, web), Queue(database, Bounds(), Bell())
            each(
                lambda: gallery.page("owner", words="fox"),
                lambda: gallery.page("owner"),
                queue.recover,
                lambda: list(queue.events("owner", after=0)),
            )

    def board() -> None:
        with closing(game(WebSettings(folder=web))) as database:
            boards = Board(database)
            each(lambda: boards.version, lambda: boards.top(1), lambda: boards.count(1))

    yield Reader("studio.sqlite", [web / "studio.sqlite"], lambda: each(pages))
    yield Reader("game.sqlite", [web / "game.sqlite"], lambda: each(board))


def networks(folder: Path) -> Iterator[Reader]:
    from clipgen.generators.stylegan.checkpoint import load_network as load_stylegan
    from clipgen.generators.vqgan.checkpoint import load_network as load_vqgan
    from generators import test_prior, test_stylegan

    state = {key: value.contiguous() for key, value in tiny_network().state_dict().items()}
    save_file(state, folder / "s.safetensors")
    torch.save({"state_dict": state}, folder / "z.ckpt")
    torch.save({"state_dict": state}, folder / "l.ckpt", _use_new_zipfile_serialization=False)
    for path in (folder / "s.safetensors", folder / "z.ckpt", folder / "l.ckpt"):
        path.with_suffix(".yaml").write_text(yaml.safe_dump(TINY))
        yield Reader(f"vqgan {path.suffix}", [path, path, path.with_suffix(".yaml")],
                     lambda path=path: each(lambda: load_vqgan(path)))  # fmt: skip
    network = test_stylegan.tiny("2", classes=3)
    save_file(dict(network.state_dict()), stylegan := folder / "g.safetensors")
    (about := folder / "g.json").write_text(json.dumps({"classes": ["cat", "dog", "fox"]}))
    yield Reader("stylegan", [stylegan, about], lambda: each(lambda: load_stylegan(stylegan)))
    torch.save({"g_ema": dict(network.state_dict())}, rosinality := folder / "r.pt")
    yield Reader("stylegan .pt", [rosinality], lambda: each(lambda: load_stylegan(rosinality)))
    pickled = folder / "n.pkl"
    with nvidias_modules():
        content = {"G_ema": test_stylegan._Persistent(network, {"c_dim": 3}), "training_set_kwargs": None}
        pickled.write_bytes(pickle.dumps(content))
    yield Reader("stylegan .pkl", [pickled], lambda: each(lambda: load_stylegan(pickled)))
    from clipgen.generators.prior import Prior

    test_prior.prior().save(prior := folder / "prior")
    yield Reader("prior", sorted(prior.iterdir()), lambda: each(lambda: Prior.load(prior)))


@contextmanager
def nvidias_modules() -> Iterator[None]:
    """The names that NVIDIA's pickles refer to, while one is written."""
    names = ("torch_utils", "torch_utils.persistence", "dnnlib", "dnnlib.util")
    modules = {name: types.ModuleType(name) for name in names}

    def reconstruct(meta: object) -> None:
        os.mkdir("exploded")

    reconstruct.__module__ = "torch_utils.persistence"
    reconstruct.__name__ = reconstruct.__qualname__ = "_reconstruct_persistent_obj"
    modules["torch_utils.persistence"]._reconstruct_persistent_obj = reconstruct  # type: ignore[attr-defined]
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]


def towers(folder: Path) -> Iterator[Reader]:
    from clipgen.perceptors.openclip import load_perceptor

    clip = write_clip(folder / "clip")
    yield Reader("clip", sorted(clip.iterdir()), lambda: each(lambda: load_perceptor(f"local-dir:{clip}", CPU)))


def small_models(folder: Path) -> Iterator[Reader]:
    from clipgen.models.weights import _read_rows
    from clipgen.similarity.calibrate import Background
    from clipgen.similarity.upright import Head as Upright
    from clipgen.tasks.moderate.head import FORMS, Head

    rows = torch.nn.functional.normalize(torch.randn(9, 16, generator=torch.Generator().manual_seed(7)), dim=-1)
    Background(rows, rows).save(background := folder / "background.safetensors")

    def fit() -> None:
        Background.load(background).fit(rows[0], rows[1])

    yield Reader("background", [background], lambda: each(fit))
    Upright(16, 8, perceptor="ab" * 32).save(upright := folder / "orient.safetensors")
    yield Reader("orientation head", [upright], lambda: each(lambda: Upright.load(upright)))
    form = next(iter(FORMS.values()))
    sizes = [16, *[8] * (len(form.layers) - 1), 1]
    state = {}
    for layer, a, b in zip(form.layers, sizes, sizes[1:], strict=False):
        state |= {f"{layer}.weight": torch.randn(b, a), f"{layer}.bias": torch.randn(b)}
    if form.norm:
        state |= {"norm.mean": torch.zeros(16), "norm.variance": torch.ones(16)}
    save_file(state, head := folder / "head.safetensors")

    def logits() -> None:
        Head.load(head, 16).logits(rows)

    yield Reader("moderation head", [head], lambda: each(logits))
    shutil.copy(ROOT / "models" / "registry.toml", registry := folder / "registry.toml")

    def cards() -> None:
        _read_rows.cache_clear()
        _read_rows(str(registry), 0)

    yield Reader("registry.toml", [registry], lambda: each(cards))


def training(folder: Path) -> Iterator[Reader]:
    from clipgen.train import checkpoints, shards
    from clipgen.train.sources.drawings import load_drawings
    from clipgen.train.sources.photos import load_photos

    checkpoints.save(last := folder / "last.pt", {"step": 3, "network": {"weight": torch.ones(2)}})
    yield Reader("checkpoint", [last], lambda: each(lambda: checkpoints.load(last)))
    shards.pack({"done": 3, "network": {"weight": torch.ones(2)}}, folder / "prior")
    yield Reader("shards", sorted(folder.glob("prior-*")), lambda: each(lambda: shards.unpack(folder / "prior")))
    (curve := folder / "curve.jsonl").write_text('{"step": 1, "loss": 2.0}\n{"step": 2, "loss": 1.0}\n')
    yield Reader("curve", [curve], lambda: each(lambda: checkpoints.Curve(curve, step=1)))
    drawing = {"word": "line", "key_id": "1", "strokes": [[[0, 255], [0, 255]]]}
    with gzip.open(drawings := folder / "drawings.ndjson.gz", "wt") as file:
        file.write("".join(json.dumps({**drawing, "key_id": str(i)}) + "\n" for i in range(9)))
    yield Reader("drawings", [drawings], lambda: each(lambda: load_drawings(drawings)))
    (photos := folder / "photos").mkdir()
    with tarfile.open(photos / "a.tar", "w") as archive:
        packed = io.BytesIO()
        Image.new("RGB", (8, 8)).save(packed, "JPEG")
        for number in range(9):
            names = b'{"names": ["fox"], "source": "s"}'
            for ending, data in ((".jpg", packed.getvalue()), (".json", names)):
                info = tarfile.TarInfo(f"{number}{ending}")
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))

    def taken() -> None:
        for photo in (one for found in load_photos(photos) for one in found.photos):
            photo.load()

    yield Reader("photos", [photos / "a.tar"], lambda: each(taken))
