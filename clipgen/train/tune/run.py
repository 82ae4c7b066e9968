"""One tuning, from pictures to a model on the shelf."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from clipgen import devices
from clipgen.errors import ImageError, OutputError
from clipgen.files import is_full, sha256, unwritable
from clipgen.files.locks import exclusive
from clipgen.files.temporary import temporary_folder
from clipgen.models import shelf, weights
from clipgen.perceptors.openclip import OpenClip
from clipgen.perceptors.openclip.load import load_model, load_perceptor, perceptor_of
from clipgen.train.pairs import Pair, read_pairs
from clipgen.train.tune.folder import Figures, Record, begun, place, place_of, write_card
from clipgen.train.tune.guard import Guard, Others, others
from clipgen.train.tune.learner import Learner
from clipgen.train.tune.material import gather, views_in_memory
from clipgen.train.tune.model import BATCH, Model, embedded
from clipgen.train.tune.recipe import Recipe
from clipgen.train.tune.sweep import Point
from clipgen.train.tune.words import learning, new_words

Report = Callable[[str], None]


@dataclass(frozen=True)
class Tuned:
    """A tuned model: its name and folder on the shelf, the model it is made of, and what it is worth.

    problems: one line for each picture that could not be used; notes: what else a user should know; seconds: it took.
    """

    name: str
    folder: Path
    base: str
    figures: Figures
    new_words: tuple[str, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: float


def tune_one(
    source: Path,
    name: str,
    base: str,
    recipe: Recipe,
    *,
    asked: Sequence[str],
    guard: Path | None,
    paints: str,
    resume: bool,
    device: str,
    report: Report,
) -> Tuned:
    """Tune one model and put it on the shelf; arguments and errors as those of `tune`.

    asked: words that get tokens of their own; paints: the model that paints in its place, "" for itself.
    """
    began = time.monotonic()
    pairs, problems = read_pairs(source)
    if len(pairs) < 2:
        raise ImageError(f"{source} has one usable picture; it takes two or more, and 16 of a name are better")
    kept, bad = ([], []) if guard is None else read_pairs(guard)
    loaded = load_model(base)
    old = perceptor_of(base, loaded, devices.pick_device(device))
    captions = tuple(dict.fromkeys(pair.caption for pair in pairs))
    words = tuple(new_words(pairs, old, asked))
    record = Record(name, base, sha256(loaded.file), _digest(pairs, kept), captions, words, recipe)
    # by its name, too: what other pictures make of it takes the same place on the shelf
    with _work(record, report) as work, exclusive(work / "run") as alone, exclusive(place_of(name)) as named:
        if not alone or not named:
            raise OutputError(f"another process tunes {name}; wait for it, or stop it")
        if not resume:
            _clear(work)
        figures, points, unread = _Run(record, old, work, report).tuned(pairs, kept, part := begun(name))
        licence = next((card.licence for card in weights.cards("perceptor") if card.name == base), "that of the base")
        write_card(part, record, figures, points, licence)
        folder = place(part, name)
        notes = f"tuned from {base}: {figures.captions} captions, {figures.learnt + figures.held_out} pictures"
        shelf.add_clip(name, licence=licence, notes=notes, paints=paints)
        _clear(work)
    seconds = time.monotonic() - began
    return Tuned(name, folder, base, figures, words, (*problems, *bad, *unread), _notes(pairs, figures), seconds)


def _digest(*parts: Sequence[Pair]) -> str:
    data = [[(pair.digest, pair.caption, pair.named) for pair in part] for part in parts]
    return hashlib.sha256(json.dumps(data).encode()).hexdigest()


@contextmanager
def _work(record: Record, report: Report) -> Iterator[Path]:
    """The folder of a run in progress: equal runs have the same one, so that a run is resumed by starting it again.

    Where no cache folder can be made it is a temporary one.
    """
    key = hashlib.sha256(json.dumps(asdict(record)).encode()).hexdigest()[:16]
    work = weights.cache_folder() / "tune" / f"{record.name}-{key}"
    with ExitStack() as opened:
        try:
            work.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            if is_full(error):
                raise unwritable(work, error) from error
            report(f"the run cannot be resumed, its checkpoints are temporary: {unwritable(work, error)}")
            work = opened.enter_context(temporary_folder())
        yield work


def _clear(work: Path) -> None:
    for path in work.iterdir() if work.is_dir() else ():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.suffix == ".pt":
            path.unlink(missing_ok=True)


def _notes(pairs: Sequence[Pair], figures: Figures) -> tuple[str, ...]:
    """What a user should know of the pictures."""
    counts = Counter(pair.caption for pair in pairs if pair.named)
    lines = [
        f"{caption!r} has one picture: it is learnt from, and not measured"
        for caption, count in counts.items()
        if count == 1
    ]
    if figures.captions == 1:
        lines.append("there is one caption: its pictures are measured against names that the base knows")
    if not figures.held_out:
        lines.append("no picture is held out: training does not stop early, and what was learnt is not measured")
    return tuple(lines)


class _Run:
    """The steps of one tuning; work: where what is finished is saved."""

    def __init__(self, record: Record, old: OpenClip, work: Path, report: Report) -> None:
        self.record, self.old, self.work, self.report = record, old, work, report
        torch.manual_seed(record.recipe.seed)

    def tuned(self, pairs: Sequence[Pair], guard: Sequence[Pair], part: Path) -> tuple[Figures, list[Point], list[str]]:
        """Train, and write the model's folder: its figures, the sweep, and a line for each unreadable picture."""
        size, recipe = self.old.input_size, self.record.recipe
        model = Model(self.record, self.old, [pair.caption for pair in pairs if pair.named])
        views = views_in_memory(recipe.views, len(pairs), model.lower(torch.zeros(1, 3, size, size))[0])
        mine = gather(
            pairs, model.lower, size=size, views=views, seed=recipe.seed, folder=self.work / "pictures",
            report=self.report,
        )  # fmt: skip
        self.report("rendering pictures of other things")
        kept, measured = (others(i, recipe.others, size, seed=recipe.seed, own=guard) for i in (0, 1))
        first, near = model.first_rows(mine)
        if near:
            pairs_of = zip(self.record.new_words, near, strict=True)
            self.report("new words: " + ", ".join(f"{word} (first like {name})" for word, name in pairs_of))
        seen = [_lower(model, one.images) for one in (kept, measured)]
        before = [model.embed(some) for some in seen]
        with learning(model.clip, rows := nn.Parameter(first)):
            learner = Learner(model, mine, kept, seen[0], before[0], rows, self.work, self.report)
            learner.fit()
            points, point = learner.swept(measured, seen[1])
        model.write(part, torch.cat([kept.images, measured.images]))
        figures = self._figures(part, learner, measured, before[1], point)
        return figures, points, [*mine.problems, *kept.problems, *measured.problems]

    def _figures(self, part: Path, learner: Learner, measured: Others, before: Tensor, point: Point) -> Figures:
        """What the finished model is worth, by its own files."""
        self.report("measuring")
        old, new = self.old, load_perceptor(f"local-dir:{part}", self.old.device)
        was = Guard(measured, lambda texts: old.encode_text(texts).cpu(), [])
        now = Guard(measured, lambda texts: new.encode_text(texts).cpu(), learner.new)
        return Figures(
            before=learner.named_right(old),
            after=learner.named_right(new),
            others_before=was.accuracy(before),
            others_after=now.accuracy(embedded(new, measured.images)),
            attacked_before=was.attacked(lambda x: old.encode_image(x.to(old.device)).cpu()),
            attacked_after=now.attacked(lambda x: new.encode_image(x.to(new.device)).cpu()),
            alpha=point.alpha,
            learnt=len(learner.learnt),
            held_out=len(learner.held_out),
            captions=len(learner.new),
        )


def _lower(model: Model, images: Tensor) -> Tensor:
    return torch.cat([model.lower(some.float() / 255) for some in images.split(BATCH)])
