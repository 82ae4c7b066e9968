"""Where latents start: at pictures near to the words, at the best of a generator's own draws, or at random."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from clipgen.errors import SettingsError
from clipgen.generators.base import Generator
from clipgen.generators.class_options import ClassOptions
from clipgen.parts import Parts
from clipgen.perceptors.base import Perceptor
from clipgen.perceptors.ensemble import Ensemble
from clipgen.prompts import shortened
from clipgen.settings import GenerateSettings
from clipgen.tasks.bank import is_known_to
from clipgen.tasks.generate.frame import Frame
from clipgen.tasks.generate.initial import bank_pictures
from clipgen.tasks.generate.laying import laid_out
from clipgen.tasks.generate.layouts import NUMBERS
from clipgen.tasks.generate.nouns import too_many
from clipgen.tasks.generate.regions import Region
from clipgen.tasks.generate.targets import Targets, reader_for
from clipgen.tasks.generate.texts import embed_cached


def set_start(
    generator: Generator,
    settings: GenerateSettings,
    targets: Targets,
    *,
    perceptor: Perceptor,
    seeds: Sequence[int],
    parts: Parts,
    notes: list[str],
    regions: Sequence[Region] = (),
    frame: Frame | None = None,
) -> tuple[str, Tensor | None]:
    """Set the latents of a generator to where they start, by the settings or else the best start that it has.

        >>> set_start(generator, settings, targets, perceptor=perceptor, seeds=[7], parts=parts, notes=[])
        ('noise', None)

    notes: gets a line for words that nothing shows, of what they start from instead; regions: parts that start from
    pictures of their own words; frame: what surrounds the part that is painted, of which only that starts from another
    picture, and only where init_weight does not keep the run near the old one.
    Returns "bank" (pictures of the bank, or of things) with shares of INIT_WEIGHT, [B] or [B, 1, H, W], "samples" (the
    best of several draws of its own) or "noise" (unchanged).
    Raises SettingsError for a start that the generator does not have, or together with an initial picture.
    """
    init = settings.init
    inside = frame is not None and init.init_weight is None  # a mask leaves the rest of the initial picture as it is
    given = (init.init_image is not None and not inside) or init.init_noise is not None
    if init.start in ("bank", "samples") and given:
        raise SettingsError(
            f"start is {init.start} and an initial picture is set too; leave out init_image and init_noise",
            settings=["start", "init_image", "init_noise"],
        )
    if init.start == "samples" and generator.start_from != "samples":
        raise SettingsError(
            f"{settings.generator} has no samples to choose a start among; leave start out", settings=["start"]
        )
    classes = settings.options.classes if isinstance(settings.options, ClassOptions) else ()
    if classes and generator.start_from != "samples":
        raise SettingsError(
            f"classes are what `clipgen sample` draws with {settings.generator}; name them in the prompt",
            settings=["classes"],
        )
    means, seen = targets.mean(), targets.joined().mean()
    reader = reader_for(settings, perceptor, parts, means.device)

    def seeing(words: Targets) -> Perceptor:
        return perceptor if words.readings is None or reader is None else Ensemble([(1.0, perceptor), (1.0, reader)])

    if generator.start_from == "samples" and init.start in ("auto", "samples") and not given and frame is None:
        _check_words(generator, perceptor, means)
        generator.choose(seeds, lambda images, row: seeing(targets).encode_image(images) @ seen[row], means)
        return "samples", None if generator.kept is None else torch.full((len(seeds),), generator.kept)
    if given or not starts_from_bank(generator, perceptor, init.start):
        return "noise", None

    def draw(words: Targets, size: tuple[int, int], grounds: Tensor | None) -> tuple[Tensor, Tensor]:
        # what is to be avoided would draw the start towards what has nothing to do with either
        shown = words.joined().wanted().mean()
        start = bank_pictures(
            seeing(words), shown, texts=words.texts, seeds=seeds, size=size, parts=parts, grounds=grounds
        )
        notes.extend([*_replaced(words.texts, start.stand_ins), *_fewer(words.texts)])
        return start.pictures, start.init_share

    pictures, shares = laid_out(draw, targets, generator.size, regions=regions, frame=frame)
    generator.encode(pictures)
    return "bank", shares


def starts_from_bank(generator: Generator, perceptor: Perceptor, where: str) -> bool:
    """Whether a run without an initial picture starts from the bank; where: what the settings say.

    >>> starts_from_bank(generator, perceptor, "bank"), starts_from_bank(generator, perceptor, "noise")
    (True, False)
    """
    return where == "bank" or (where == "auto" and generator.start_from == "bank" and is_known_to(perceptor))


def _check_words(generator: Generator, perceptor: Perceptor, like: Tensor) -> None:
    if not generator.draws_for(lambda texts: embed_cached(perceptor, texts, like)):
        raise SettingsError(
            f"prior was trained with another CLIP than {perceptor.name}; train one for it or leave prior out",
            settings=["prior", "perceptors"],
        )


def _replaced(texts: Sequence[Sequence[str]], stand_ins: Sequence[str]) -> list[str]:
    """A line for each picture's texts that nothing shows, of what pictures start from instead."""
    instead: dict[str, list[str]] = {}
    for own, stand_in in zip(texts or [()] * len(stand_ins), stand_ins, strict=True):
        if stand_in:
            instead.setdefault(shortened(" | ".join(own)), []).append(stand_in)
    return [
        f"no picture known here shows {text!r}: it starts from the nearest, {', '.join(dict.fromkeys(own))}"
        for text, own in instead.items()
    ]


def _fewer(texts: Sequence[Sequence[str]]) -> list[str]:
    """A line for numbers of a thing that are too high to be drawn."""
    found = dict.fromkeys(number for own in texts for text in own for number in too_many(text))
    most = max(NUMBERS.values())
    return [f"at most {most} of a thing are drawn, not {', '.join(found)}"] if found else []
