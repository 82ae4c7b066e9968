"""The targets of a run: prompts, image prompts and noise prompts as weighted embeddings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen import devices
from clipgen.cutouts import Cutouts
from clipgen.errors import PromptError
from clipgen.losses import PromptLoss
from clipgen.media.images import load_image
from clipgen.notation import notes_on
from clipgen.parts import Parts
from clipgen.perceptors.asides import is_aside
from clipgen.perceptors.base import Perceptor
from clipgen.prompts import Prompt, parse_prompts, parse_weighted_path, shortened, split_long
from clipgen.settings import MAX_SEED, GenerateSettings, Preset
from clipgen.tasks.bank import drawn_words

OPEN_VOCABULARY = "vit-b-32"
# what reads the words beside the perceptor that paints
READER = "reader"
# cutouts through which the picture of an image prompt is seen
IMAGE_CUTOUTS = 32


@dataclass(frozen=True)
class Target:
    """One unit embedding [D] with its weight and its stop."""

    embedding: Tensor
    weight: float
    stop: float = -math.inf


@dataclass(frozen=True)
class Targets:
    """The targets of B pictures: P unit embeddings each [B, P, D], with weights and stops [B, P].

        >>> targets.embeddings.shape == (1, 1, perceptor.dim)
        True

    readings: unit embeddings of the same targets [B, P, E] by a perceptor that does not paint; None where none reads;
    texts: of each picture those that are not to be avoided; () where they are not known.
    """

    embeddings: Tensor
    weights: Tensor
    stops: Tensor
    readings: Tensor | None = None
    texts: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of(cls, rows: Sequence[Sequence[Target]]) -> Targets:
        """Stack one row of targets per picture; shorter rows are padded with weight 0."""
        most = max(len(row) for row in rows)
        padded = [[*row, *[Target(row[0].embedding, 0.0)] * (most - len(row))] for row in rows]
        embeddings = torch.stack([torch.stack([target.embedding for target in row]) for row in padded])
        weights = torch.tensor([[target.weight for target in row] for row in padded], device=embeddings.device)
        stops = torch.tensor([[target.stop for target in row] for row in padded], device=embeddings.device)
        return cls(embeddings, weights, stops)

    def repeated(self, count: int) -> Targets:
        """The targets of one picture, for so many."""

        def repeated(part: Tensor) -> Tensor:
            return part.expand(count, *part.shape[1:])

        readings = None if self.readings is None else repeated(self.readings)
        texts = self.texts * count
        return Targets(repeated(self.embeddings), repeated(self.weights), repeated(self.stops), readings, texts)

    def joined(self) -> Targets:
        """The targets as an `Ensemble` in equal shares of the perceptor that paints and the one that reads has them."""
        if self.readings is None:
            return self
        return replace(self, embeddings=torch.cat([self.embeddings, self.readings], dim=-1) * math.sqrt(0.5))

    def wanted(self) -> Targets:
        """The same without those to avoid, for pictures that have other targets."""
        positive = self.weights.clamp(min=0)
        return replace(self, weights=torch.where(positive.any(dim=1, keepdim=True), positive, self.weights))

    def loss(self) -> PromptLoss:
        """The loss that pulls pictures to their targets."""
        return PromptLoss(self.embeddings, self.weights, self.stops)

    def mean(self) -> Tensor:
        """[B, D] whose product with a picture's embedding is the weighted mean of its cosines to the targets."""
        shares = self.weights / self.weights.abs().sum(dim=1, keepdim=True)
        return torch.einsum("bp,bpd->bd", shares, self.embeddings)


def read_targets(
    texts: Sequence[str],
    settings: GenerateSettings,
    *,
    perceptor: Perceptor,
    device: torch.device,
    notes: list[str],
    reader: Perceptor | None = None,
) -> Targets:
    """Embed all targets of a run.

        >>> notes, cpu = [], torch.device("cpu")
        >>> read_targets(["a fox:2 | fog:-0.5"], settings, perceptor=perceptor, device=cpu, notes=notes).weights
        tensor([[ 2.0000, -0.5000]])

    texts: one prompt line per picture, pictures of one prompt next to each other; settings: its image_prompts and
    noise_prompts are targets of every picture; notes: lines that a user should read are appended to it; reader: another
    perceptor, for `Targets.readings`.

    Raises PromptError for a line that is no prompt, ImageError for a picture that cannot be loaded.
    """
    parsed = {text: _shown(parse_prompts(text), perceptor) for text in texts}
    rows = [parsed[text] for text in texts]
    targets = _read(rows, settings, perceptor, device, notes)
    if reader is None:
        return targets
    return replace(targets, readings=_read(rows, settings, reader, device, []).embeddings)


def reader_for(
    settings: GenerateSettings, perceptor: Perceptor, parts: Parts, device: torch.device
) -> Perceptor | None:
    """The perceptor that reads the words beside the one that paints, where a start is chosen by them; None elsewhere.

        >>> reader_for(settings, parts.perceptor(["builtin"], device), parts, device).name
        'reader'

    It was taught other things, so what both call near is nearer to what was meant; and its text tower knows any word.
    """
    init = settings.init
    given = init.init_noise is not None or (init.init_image is not None and settings.areas.mask is None)
    if given or init.start == "noise" or not perceptor.words():
        return None
    return parts.perceptor((READER,), device, perceptor.dtype).literally()


def _shown(prompts: tuple[Prompt, ...], perceptor: Perceptor) -> tuple[Prompt, ...]:
    """The parts of a line, without weight where no picture shows anything of them ("8k"), unless all are so."""
    some = tuple(
        replace(one, weight=0.0) if is_aside(one.text, perceptor.asides(one.text)) else one for one in prompts
    )
    return some if any(one.weight > 0 for one in some) else prompts


def _read(
    rows: Sequence[tuple[Prompt, ...]],
    settings: GenerateSettings,
    perceptor: Perceptor,
    device: torch.device,
    notes: list[str],
) -> Targets:
    own = {row: [_embed(prompt, perceptor, notes) for prompt in row] for row in dict.fromkeys(rows)}
    guides = settings.guides
    shared = [_embed_image(text, settings, perceptor=perceptor, device=device) for text in guides.image_prompts]
    shared += [_draw_noise(text, dim=perceptor.dim, device=device) for text in guides.noise_prompts]
    wanted = tuple(tuple(prompt.text for prompt in row if prompt.weight > 0) for row in rows)
    return replace(Targets.of([[*own[row], *shared] for row in rows]), texts=wanted)


def _embed(prompt: Prompt, perceptor: Perceptor, notes: list[str]) -> Target:
    pieces = split_long(prompt.text, perceptor.count_tokens, perceptor.context_length)
    if len(pieces) > 1:
        notes.append(
            f"the prompt {shortened(prompt.text)!r} is longer than the {perceptor.context_length} tokens of "
            f"{perceptor.name}: it is split into {len(pieces)} parts of equal weight"
        )
    embedding = F.normalize(perceptor.encode_text(pieces).mean(dim=0), dim=0)
    return Target(embedding, prompt.weight, prompt.stop)


@torch.no_grad()
def _embed_image(text: str, settings: GenerateSettings, *, perceptor: Perceptor, device: torch.device) -> Target:
    path, weight = parse_weighted_path(text)
    image = load_image(path).to(device)
    # the picture that is painted is embedded through augmentations, so its target is too; their number is not that of a
    # step, which may be chosen later, to fit a time
    cutouts = Cutouts(
        perceptor.input_size,
        IMAGE_CUTOUTS,
        cut_pow=settings.cutouts.cut_pow,
        augments=settings.cutouts.augments or Preset.augments,
        generator=devices.generator("cpu", settings.canvas.seed or 0),
    )
    return Target(F.normalize(perceptor.encode_image(cutouts(image)).mean(dim=0), dim=0), weight)


def _draw_noise(text: str, *, dim: int, device: torch.device) -> Target:
    seed, weight = read_noise(text)
    drawn = torch.randn(dim, generator=devices.generator("cpu", seed))
    return Target(F.normalize(drawn, dim=0).to(device), weight)


def read_noise(text: str) -> tuple[int, float]:
    """The seed and the weight of a noise prompt.

        >>> read_noise("7:0.2")
        (7, 0.2)

    Raises PromptError for anything else.
    """
    seed, weight = parse_weighted_path(text)
    # by its length first: Python converts no number of thousands of digits
    if not seed.isdecimal() or len(seed) > len(str(MAX_SEED)) or int(seed) > MAX_SEED:
        raise PromptError(
            f"the noise prompt {shortened(text)!r} is not SEED or SEED:weight with a seed from 0 to {MAX_SEED}; "
            "write for example 7:0.2"
        )
    return int(seed), weight


def note_wording(prompts: Iterable[str], perceptor: Perceptor, start: str = "noise") -> list[str]:
    """Lines on what the prompts of a run do not mean here: the notation of other tools, and unknown words.

        >>> note_wording(["a red fortress | fog:0.5", "a beautiful castle"], perceptor)
        ["new to the ... CLIP: 'fortress' is drawn as castle; ... left out ..."]

    start: where the run starts; words that pictures of the bank show are not reported there.
    Raises PromptError for a line that is no prompt.
    """
    prompts = list(prompts)
    notes = list(dict.fromkeys(note for line in prompts for note in notes_on(line)))
    texts = [prompt.text for line in prompts for prompt in parse_prompts(line)]
    if not (explained := perceptor.explain_unknown(texts, "drawn", but=drawn_words() if start == "bank" else ())):
        return notes
    return [
        *notes,
        f"new to the {perceptor.name} CLIP: {explained} (the perceptor {OPEN_VOCABULARY} knows any word, "
        f"once: `clipgen models pull {OPEN_VOCABULARY}`)",
    ]
