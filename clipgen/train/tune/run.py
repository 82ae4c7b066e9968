"""One tuning from pictures to a model on the shelf."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen import devices
from clipgen.errors import ImageError
from clipgen.files import exclusive
from clipgen.models import shelf, weights
from clipgen.perceptors.openclip import OpenClip
from clipgen.perceptors.openclip.load import BACKGROUND_FILE, load_model, load_perceptor, vocabulary_of
from clipgen.similarity import Background, Embedded, embed_pictures
from clipgen.train.tune import folder as home
from clipgen.train.tune.folder import Figures, Record
from clipgen.train.tune.guard import Guard, Others, others
from clipgen.train.tune.material import Material, gather, views_in_memory
from clipgen.train.tune.pairs import Pair, divided, read_pairs
from clipgen.train.tune.recipe import Recipe
from clipgen.train.tune.sweep import Point, chosen, mix, sweep
from clipgen.train.tune.texts import Captions
from clipgen.train.tune.tower import cut_of, stages_of, through
from clipgen.train.tune.trainer import Phase, Shown, Trainer, judged
from clipgen.train.tune.words import first_rows, grown, known_rivals, learning, new_words, table_of

Report = Callable[[str], None]
_BATCH = 64


@dataclass(frozen=True)
class Tuned:
    """A tuned model: its name and folder on the shelf, the model it is made of, what it is worth, and what is to be
    said of its pictures.

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
    """Tune one model; as `tune`."""
    began = time.monotonic()
    pairs, problems = read_pairs(source)
    if len(pairs) < 2:
        raise ImageError(f"{source} has one usable picture; it takes two or more, and 16 of a name are better")
    old = load_perceptor(base, devices.pick_device(device))
    record = _record(name, base, old, pairs, guard, asked, recipe)
    work = _work(record)
    with exclusive(work / "run") as alone:
        if not alone:
            raise ImageError(f"another process tunes {name} on the same pictures; wait for it, or stop it")
        if not resume:
            _clear(work)
        figures, points, bad = _Run(record, old, work, report, guard).tuned(pairs, part := work / "model")
        licence = next((card.licence for card in weights.cards("perceptor") if card.name == base), "that of the base")
        home.write_card(part, record, figures, points, licence)
        folder = home.place(part, name)
        notes = f"tuned from {base}: {figures.captions} captions, {figures.learnt + figures.held_out} pictures"
        shelf.add_clip(name, licence=licence, notes=notes, paints=paints)
        _clear(work)
    remarks = _remarks(pairs, figures)
    return Tuned(name, folder, base, figures, record.new_words, (*problems, *bad), remarks, time.monotonic() - began)


def _record(
    name: str, base: str, old: OpenClip, pairs: Sequence[Pair], guard: Path | None, asked: Sequence[str], recipe: Recipe
) -> Record:
    data = [(pair.digest, pair.caption, pair.named) for pair in pairs]
    if guard is not None:
        data += [(pair.digest, pair.caption, pair.named) for pair in read_pairs(guard)[0]]
    digest = hashlib.sha256(json.dumps(data).encode()).hexdigest()
    captions = tuple(dict.fromkeys(pair.caption for pair in pairs))
    return Record(name, base, old.fingerprint, digest, captions, tuple(new_words(pairs, old, asked)), recipe)


def _work(record: Record) -> Path:
    """The folder of a run in progress: equal runs have the same one, so that a run is resumed by starting it again."""
    key = hashlib.sha256(json.dumps(asdict(record)).encode()).hexdigest()[:16]
    return weights.cache_folder() / "tune" / f"{record.name}-{key}"


def _clear(work: Path) -> None:
    for path in work.iterdir() if work.is_dir() else ():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.suffix == ".pt":
            path.unlink(missing_ok=True)


def _remarks(pairs: Sequence[Pair], figures: Figures) -> tuple[str, ...]:
    """What a user should know of the pictures."""
    counts: dict[str, int] = {}
    for pair in pairs:
        if pair.named:
            counts[pair.caption] = counts.get(pair.caption, 0) + 1
    single = [caption for caption, count in counts.items() if count == 1]
    lines = [f"{caption!r} has one picture: it is learnt from, and not measured" for caption in single]
    if figures.captions == 1:
        lines.append("there is one caption: its pictures are measured against names that the base knows")
    if not figures.held_out:
        lines.append("no picture is held out: training does not stop early, and what was learnt is not measured")
    return tuple(lines)


class _Run:
    """The parts of one run: the old perceptor, the model in training, and what it works on."""

    def __init__(self, record: Record, old: OpenClip, work: Path, report: Report, guard: Path | None) -> None:
        self.record, self.recipe, self.old, self.work, self.report = record, record.recipe, old, work, report
        self.device, self.guard = old.device, guard
        torch.manual_seed(self.recipe.seed)
        loaded = load_model(record.base)
        self.merges, self.own = loaded.merges, [*loaded.own, *record.new_words]
        self.config, model, self.tokenizer = grown(loaded, record.new_words)
        self.model = model.to(self.device).requires_grad_(False)
        self.stages = stages_of(self.model.visual)
        self.above = self.stages[(cut := cut_of(self.stages, self.recipe.last_blocks)) :]
        self.below = self.stages[:cut]
        known, letters = old.words(), [word for word in record.new_words if word.isalpha()]
        self.words = [*known, *letters] if known else []
        self.names = [*old.names, *record.captions] if old.names else []
        self.known = vocabulary_of(self.words, self.names).known if known else old.known

    def tuned(self, pairs: Sequence[Pair], part: Path) -> tuple[Figures, list[Point], list[str]]:
        """Train, and write the model's folder: its figures, the sweep, and a line for each bad picture."""
        size, recipe = self.old.input_size, self.recipe
        views = views_in_memory(recipe.views, len(pairs), self._lower(torch.zeros(1, 3, size, size))[0])
        mine = gather(
            pairs, self._lower, size=size, views=views, seed=recipe.seed, folder=self.work / "pictures",
            report=self.report,
        )  # fmt: skip
        self.report("rendering pictures of other things")
        kept, measured = (others(i, recipe.others, size, seed=recipe.seed, own=self.guard) for i in (0, 1))
        seen = [torch.cat([self._lower(some.float() / 255) for some in one.images.split(_BATCH)]) for one in
                (kept, measured)]  # fmt: skip
        before = [self._embed(some) for some in seen]
        rows = nn.Parameter(self._first_rows(mine))
        with learning(self.model, rows):
            learner = _Learner(self, mine, kept, seen[0], before[0], rows)
            learner.fit()
            points, point = learner.swept(measured, seen[1])
        self._write(part, torch.cat([kept.images, measured.images]))
        figures = self._figures(part, learner, measured, before[1], point)
        return figures, points, mine.problems

    @torch.no_grad()
    def _lower(self, images: Tensor) -> Tensor:
        """What is below the part that is trained: views [V, 3, S, S] in [0, 1] → [V, …]."""
        return through(self.below, (images.to(self.device) - self.old.mean) / self.old.std).cpu()

    @torch.no_grad()
    def _embed(self, seen: Tensor) -> Tensor:
        rows = [F.normalize(through(self.above, some.to(self.device)), dim=-1) for some in seen.split(_BATCH)]
        return torch.cat(rows).cpu()

    def _first_rows(self, mine: Material) -> Tensor:
        """The first rows of the table for new words: near those of the known name that fits their pictures best."""
        words = self.record.new_words
        if not words:
            return torch.zeros(0, table_of(self.model).weight.shape[1], device=self.device)
        embedded = self._embed(mine.seen[:, 0])
        names = list(self.old.names)
        rows = torch.cat([self.old.encode_text([f"a picture of {n}" for n in names[i : i + 256]]).cpu() for i in
                          range(0, len(names), 256)]) if names else torch.zeros(0)  # fmt: skip
        near = []
        for word in words:
            shown = torch.tensor([word in pair.caption.lower() for pair in mine.pairs])
            near.append(names[int((rows @ embedded[shown].mean(0)).argmax())] if names and shown.any() else word)
        pairs = [f"{word} (first like {one})" for word, one in zip(words, near, strict=True)]
        self.report(f"new words: {', '.join(pairs)}")
        generator = torch.Generator().manual_seed(self.recipe.seed)
        plain = self.old.tokenizer
        return first_rows(self.model, plain, near, generator=generator).to(self.device)

    @torch.no_grad()
    def _write(self, part: Path, images: Tensor) -> None:
        home.write_model(part, self.config, self.model, self.merges, self.own)
        home.write_vocabulary(part, self.words, self.names)
        new = load_perceptor(f"local-dir:{part}", self.device)
        if self.old.background is not None:
            captions = Background.load(self.old.background).captions
            pictures = [new.encode_image(some.to(self.device).float() / 255).cpu() for some in images.split(_BATCH)]
            Background(captions, torch.cat(pictures)).save(part / BACKGROUND_FILE)

    def _figures(
        self, part: Path, learner: _Learner, measured: Others, before: Tensor, point: Point
    ) -> Figures:
        """What the finished model is worth, by its own files."""
        self.report("measuring")
        new, captions = load_perceptor(f"local-dir:{part}", self.device), list(self.record.captions)
        old_guard = Guard(measured, lambda texts: self.old.encode_text(texts).cpu(), [])
        new_guard = Guard(measured, lambda texts: new.encode_text(texts).cpu(), captions)
        with torch.no_grad():
            after = torch.cat([new.encode_image(some.to(self.device).float() / 255).cpu() for some in
                               measured.images.split(_BATCH)])  # fmt: skip
        return Figures(
            before=learner.named_right(self.old),
            after=learner.named_right(new),
            others_before=old_guard.accuracy(before),
            others_after=new_guard.accuracy(after),
            attacked_before=old_guard.attacked(lambda x: self.old.encode_image(x.to(self.device)).cpu())[1],
            attacked_after=new_guard.attacked(lambda x: new.encode_image(x.to(self.device)).cpu())[1],
            alpha=point.alpha,
            learnt=len(learner.learnt),
            held_out=len(learner.held_out),
            captions=len(captions),
        )


class _Learner:
    """What is learnt from, and the steps that learn from it."""

    def __init__(
        self, run: _Run, mine: Material, kept: Others, seen: Tensor, before: Tensor, rows: nn.Parameter
    ) -> None:
        self.run, self.rows, recipe = run, rows, run.recipe
        named = {pair.caption: pair.named for pair in mine.pairs}
        numbers = {caption: i for i, caption in enumerate(named)}
        self.learnt, self.held_out = divided(mine.pairs, recipe.held_out)
        places = {pair: i for i, pair in enumerate(mine.pairs)}
        mine_i, held_i = ([places[pair] for pair in some] for some in (self.learnt, self.held_out))
        self.captions = Captions(run.model, run.tokenizer, run.known, list(named.items()), run.device)
        said = self.captions.embed(kept.captions).cpu()
        place = {caption: i for i, caption in enumerate(dict.fromkeys(kept.captions))}
        self.shown = Shown(
            learnt=mine.seen[mine_i],
            caption=torch.tensor([numbers[pair.caption] for pair in self.learnt]),
            held_out=mine.seen[held_i, 0],
            held_caption=torch.tensor([numbers[pair.caption] for pair in self.held_out], dtype=torch.long),
            others=seen,
            before=before,
            said=said,
            said_number=torch.tensor([place[caption] for caption in kept.captions]),
        )
        rivals = known_rivals(run.old.names or list(place), list(named))
        names = self.captions.embed([f"a picture of {name}" if run.old.names else name for name in rivals])
        scale = float(run.model.logit_scale.exp())
        self.trainer = Trainer(recipe, self.captions, rows, names, scale, run.device, run.work)

    def fit(self) -> None:
        """Train the head and the new words' tokens, then the last blocks; both at once are in `run.above`."""
        run, recipe = self.run, self.run.recipe
        self.old = [parameter.detach().clone() for parameter in self._parameters()]
        head = Phase("head", run.stages[-1:], self._at_head(), recipe.head_lr, recipe.word_lr)
        self.trainer.fit(head, run.report)
        if recipe.last_blocks:
            blocks = Phase("blocks", run.above, self.shown, recipe.lr, recipe.lr * recipe.word_lr / recipe.head_lr)
            self.trainer.fit(blocks, run.report)

    def _parameters(self) -> list[nn.Parameter]:
        return [parameter for stage in self.run.above for parameter in stage.parameters]

    @torch.no_grad()
    def _at_head(self) -> Shown:
        """What the head alone looks at: the stages between are computed once."""
        between, shown = self.run.above[:-1], self.shown
        if not between:
            return shown

        def up(seen: Tensor) -> Tensor:
            parts = seen.split(_BATCH) if len(seen) else []
            rows = [through(between, part.to(self.run.device)).cpu() for part in parts]
            return torch.cat(rows) if rows else seen

        learnt = up(shown.learnt.flatten(0, 1)).unflatten(0, shown.learnt.shape[:2])
        return replace(shown, learnt=learnt, held_out=up(shown.held_out), others=up(shown.others))

    def swept(self, measured: Others, seen: Tensor) -> tuple[list[Point], Point]:
        """Measure every mixture of old and new weights, and put the chosen one in place."""
        run, shown, parameters = self.run, self.shown, self._parameters()
        new = [parameter.detach().clone() for parameter in parameters]
        rivals = self.trainer.rivals()
        guard = Guard(measured, lambda texts: self.captions.embed(texts).cpu(), list(run.record.captions))
        plain = Guard(measured, lambda texts: self.captions.embed(texts).cpu(), [])

        def measure(alpha: float) -> Point:
            loss, right = 0.0, 0.0
            if len(shown.held_out):
                held = run._embed(shown.held_out).to(run.device)
                loss, right = judged(self.trainer.scale, held, rivals, shown.held_caption)
            return Point(alpha, loss, right, guard.accuracy(run._embed(seen)))

        mix(parameters, self.old, new, 0.0)
        before = plain.accuracy(run._embed(seen))
        points = sweep(parameters, self.old, new, run.recipe.alphas, measure)
        point = chosen(points, before=before, allowed=run.recipe.allowed)
        mix(parameters, self.old, new, point.alpha)
        run.report(f"of the new weights {100 * point.alpha:.0f} % are taken")
        return points, point

    @torch.no_grad()
    def named_right(self, perceptor: OpenClip) -> float | None:
        """The share of the held-out pictures that a perceptor gives their caption, among all; None without any."""
        if not self.held_out:
            return None
        texts = torch.stack([F.normalize(perceptor.encode_text(list(some)).cpu().mean(0), dim=-1) for some in
                             self.captions.plain])  # fmt: skip
        if len(texts) == 1:
            names = [f"a picture of {name}" for name in perceptor.names[:1000]]
            texts = torch.cat([texts, perceptor.encode_text(names).cpu()]) if names else texts
        found = embed_pictures(perceptor, [pair.path for pair in self.held_out])
        rows = torch.stack([one.vector for one in found if isinstance(one, Embedded)])
        return (rows @ texts.T).argmax(1).eq(self.shown.held_caption).float().mean().item()
