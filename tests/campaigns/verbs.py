"""The verbs that write, in small: what each is given, how it goes on after a kill, and what it must have made then."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

import tiny
from campaigns import small
from campaigns.processes import run
from campaigns.slow_server import SUM, address
from campaigns.whole import files
from clipgen.media.video import VideoWriter
from clipgen.perceptors.openclip import load_perceptor
from clipgen.similarity import Background
from clipgen.similarity.upright import Head as Upright

CLIP = ("--perceptor", "local-dir:clip", "--device", "cpu")
PIXELS = ("--generator", "pixels", *CLIP, "--size", "32", "32", "--cutn", "2", "--seed", "7")
FILM = ("--fps", "4", "--keyframes", "2", "--keyframe-steps", "2", "--seconds-per-scene", "1")
WORDS = ("a red fox", "a blue castle", "a red square", "the city", "a blue circle", "a fox in the city")
Results = dict[str, object]
Commands = list[tuple[str, ...]]


def again(verb: Verb, folder: Path) -> Commands:
    """Most verbs go on when they are called again."""
    return [verb.args]


@dataclass(frozen=True)
class Verb:
    """A command.

    prepare: writes its inputs into a folder; finish: the commands that follow a kill; results: what must be the same
    with and without a kill; after: commands that also run before the results are taken; patch: what makes it small, in
    its process.
    """

    name: str
    args: tuple[str, ...]
    results: Callable[[Path], Results]
    prepare: Callable[[Path], object] = lambda folder: None
    finish: Callable[[Verb, Path], Commands] = again
    after: tuple[tuple[str, ...], ...] = ()
    patch: Callable[[], None] | None = None

    def prepared(self, folder: Path) -> Path:
        """A folder with the inputs and a tiny CLIP."""
        (folder / "home").mkdir(parents=True)
        clip = tiny.write_clip(folder / "clip")
        noise = torch.nn.functional.normalize(torch.randn(40, 16, generator=torch.Generator().manual_seed(0)), dim=1)
        Background(noise[:20], noise[20:]).save(clip / "background.safetensors")  # made once, it takes a minute
        self.prepare(folder)
        return folder


def contents(*patterns: str) -> Callable[[Path], Results]:
    """The bytes of files; those of text without what differs from run to run: folders, times."""

    def read(folder: Path) -> Results:
        found = sorted(path for pattern in patterns for path in folder.glob(pattern) if path.is_file())
        return {str(path.relative_to(folder)): _content(path, folder) for path in found}

    return read


def _content(path: Path, folder: Path) -> object:
    if path.suffix == ".jsonl":
        lines = path.read_text(encoding="utf-8").replace(str(folder), "").splitlines()
        return [_timeless(json.loads(line)) for line in lines]
    return hashlib.sha256(path.read_bytes().replace(str(folder).encode(), b"")).hexdigest()


def _timeless(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("seconds", "pace")}


def pictures(folder: Path, count: int = 6) -> None:
    """Pictures of noise in a folder `photos`, each with a smaller copy; captions for them."""
    noise = np.random.default_rng(7)
    (folder / "photos" / "copies").mkdir(parents=True)
    for number in range(count):
        blobs = Image.fromarray(noise.integers(0, 256, (6, 8, 3), dtype=np.uint8))
        picture = blobs.resize((96, 72), Image.Resampling.BICUBIC)
        picture.save(folder / "photos" / f"{number}.png")
        picture.resize((64, 48)).save(folder / "photos" / "copies" / f"{number}-small.png")
    (folder / "captions.txt").write_text("\n".join(WORDS) + "\n")


def _shots(folder: Path) -> None:
    """A film of two scenes of a second."""
    pictures(folder, 2)
    with VideoWriter(folder / "film.mp4", fps=10) as film:
        for number in range(20):
            film.add(Image.open(folder / "photos" / f"{number // 10}.png"))


def _resumed(verb: Verb, folder: Path) -> Commands:
    """Of a run file where there is one; otherwise the run starts again, beside a picture that it has saved."""
    states = sorted(folder.glob("out/[!.]*.run"))  # not one that is half-written
    return [("generate", "--resume", str(states[0].relative_to(folder)), "-q")] if states else [verb.args]


def _newest(folder: Path) -> Results:
    newest = max(files(folder / "out"), key=lambda path: path.stat().st_mtime_ns)
    return {"picture": newest.read_bytes(), "states": len(list(folder.glob("out/*.run")))}


def _film(verb: Verb, folder: Path) -> Commands:
    return [(*verb.args, "--resume")]


def _timeline(folder: Path) -> None:
    (folder / "film.txt").write_text("a red fox\na blue castle\n")


def _jobs(folder: Path) -> None:
    pictures(folder, 2)
    base = {"generator": "pixels", "perceptors": ["local-dir:clip"], "size": [32, 32], "steps": 3, "cutn": 2,
            "device": "cpu"}  # fmt: skip
    jobs: list[dict[str, object]] = [{"prompt": word, "seed": 7, **base} for word in WORDS[:4]]
    (folder / "jobs.jsonl").write_text("".join(json.dumps(job) + "\n" for job in jobs))


def _found(folder: Path) -> Results:
    """What the index answers."""
    asked = run(("search", "red", "photos", "--no-refresh", "--unlikely", *CLIP, "--top", "12", "--json"), folder)
    assert len(json.loads(asked.text)) > 1, asked.text
    status = run(("index", "photos", "--status", *CLIP), folder).text.splitlines()
    lines = [line for line in status if "size" not in line]
    return {"found": asked.text.replace(str(folder), ""), "status": "\n".join(lines).replace(str(folder), "")}


def _named(folder: Path) -> None:
    from train.tune.conftest import write_pictures

    write_pictures(folder / "photos")


def _turned(folder: Path) -> None:
    """Pictures, and a head for the tiny CLIP that calls some of them turned."""
    pictures(folder)
    fingerprint = load_perceptor(f"local-dir:{folder / 'clip'}", torch.device("cpu")).fingerprint
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        Upright(16, 8, perceptor=fingerprint, sure=0.0).save(folder / "head.safetensors")


def _card(folder: Path) -> None:
    """A model that a server on the loopback has."""
    (folder / "home" / "models").mkdir()
    (folder / "home" / "models" / "added.toml").write_text(
        '[[model]]\nname = "big"\nrole = "generator"\nmake = "vqgan"\narchitecture = "vqgan"\nlicence = "MIT"\n'
        'notes = ""\nsize_mb = 1.0\n'
        f'files = [{{ path = "big/a.safetensors", sha256 = "{SUM}", urls = ["{address()}"] }}]\n'
    )


def _tuned(verb: Verb, folder: Path) -> Commands:
    """A model that is on the shelf already is replaced."""
    return [(*verb.args, "--replace")]


VERBS = (
    Verb(
        "generate --save-every",
        ("generate", "a red fox", *PIXELS, "--steps", "12", "--save-every", "2", "-o", "out", "-q"),
        _newest,
        finish=_resumed,
    ),
    Verb(
        "animate",
        ("animate", "film.txt", "-o", "film.mp4", *PIXELS, *FILM, "--subtitles", "--sheet", "-q"),
        contents("film.mp4", "film.srt", "film-scenes.png"),
        prepare=_timeline,
        finish=_film,
    ),
    Verb(
        "batch",
        ("batch", "jobs.jsonl", "--out", "results", "-q"),
        contents("results/*.png", "results/*.jsonl"),
        prepare=_jobs,
        patch=small.batch,
    ),
    Verb(
        "caption --jsonl --sidecar",
        ("caption", "photos", "-r", "--candidates", "captions.txt", "--jsonl", "rows.jsonl", "--sidecar", *CLIP, "-q"),
        contents("rows.jsonl", "photos/**/*.txt"),
        prepare=pictures,
    ),
    Verb(
        "caption --csv --embed",
        ("caption", "photos", "-r", "--candidates", "captions.txt", "--csv", "rows.csv", "--embed", *CLIP, "-q"),
        contents("photos/**/*.png"),
        prepare=pictures,
    ),
    Verb("index", ("index", "photos", *CLIP), _found, prepare=pictures),
    Verb(
        "duplicates --move-to",
        ("duplicates", "photos", "--move-to", "review", *CLIP),
        contents("photos/**/*.png", "review/*.png"),
        prepare=pictures,
    ),
    Verb(
        "duplicates --undo",
        ("duplicates", "photos", "--move-to", "review", *CLIP),
        contents("photos/**/*.png", "review/*.png"),
        prepare=pictures,
        after=(("duplicates", "--undo", "review"),),
    ),
    Verb(
        "orient --fix",
        ("orient", "photos", "--fix", "--head", "head.safetensors", *CLIP),
        contents("photos/**/*.png"),
        prepare=_turned,
        after=(("orient", "photos", "--undo"),),
    ),
    Verb(
        "curate --report",
        ("curate", "photos", "--report", "report.jsonl", "--html", "report.html", *CLIP),
        contents("report.jsonl"),
        prepare=pictures,
    ),
    Verb(
        "moderate --report --veil-to",
        ("moderate", "photos", "-r", "--report", "report.jsonl", "--veil-to", "safe", "--false-veil", "0.4",
         "--false-check", "0.5", *CLIP),
        contents("report.jsonl", "safe/**/*.png"),
        prepare=pictures,
    ),
    Verb(
        "scenes",
        ("scenes", "film.mp4", "--no-captions", "--html", "s.html", "--srt", "s.srt", "--chapters", "s.txt", "--edl",
         "s.edl", *CLIP),
        contents("s.*"),
        prepare=_shots,
    ),
    Verb(
        "track",
        ("track", "film.mp4", "a red fox", "-o", "tracked.mp4", "--json", "tracks.jsonl", "--threshold", "0.01",
         *CLIP),
        contents("tracked.mp4", "tracks.jsonl"),
        prepare=_shots,
    ),
    Verb(
        "tune",
        ("tune", "photos", "-o", "mine", "--from", "local-dir:clip", "--steps", "40", "--device", "cpu"),
        contents("home/models/mine/*.safetensors", "home/models/mine/*.json", "home/models/added.toml"),
        prepare=_named,
        finish=_tuned,
        patch=small.tune,
    ),
    Verb(
        "train clip",
        ("train", "clip", "--out", "out", "--runs", "runs", "--device", "cpu"),
        contents("out/*", "runs/*/*.json*"),
        patch=small.train,
    ),
    Verb("models pull", ("models", "pull", "big"), contents("home/models/big/*"), prepare=_card),
)  # fmt: skip
