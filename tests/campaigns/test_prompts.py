"""Prompts as they are typed, pasted and generated: each is painted as written, or refused in one line.

    CLIPGEN_PROMPTS=500 pytest -m slow -n 0 tests/campaigns/test_prompts.py

$CLIPGEN_PROMPTS: how many are read; one of a hundred is painted, saved, and read back from its file.
"""

from __future__ import annotations

import random
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from clipgen.errors import PromptError
from clipgen.jobs import Inputs, Job
from clipgen.media.pictures import read_metadata
from clipgen.notation import notes_on
from clipgen.perceptors.openclip import OpenClip
from clipgen.prompts import parse_prompts, parse_weighted_path, slugify
from clipgen.settings import GenerateSettings, split_region
from clipgen.studio import Studio
from clipgen.tasks.generate.targets import note_wording, read_targets
from runs import OneClip

from .figures import count, record

PROMPTS, SEED, PAINTED = "CLIPGEN_PROMPTS", 7, 100
SECONDS, LETTERS = 2.0, 10_000  # of the processor, to read one prompt, and a second more for so many letters

WORDS = [
    "castle", "a red fox", "people", "underwater scene Van Gogh", "1girl", "C++", "ratio 16:9",
    "at 12:30", "fog", "x", "C:\\pictures\\a.png", "https://example.org/a?b=c#d", "夜の海", "狐：赤",
    "قلعة على تلة", "טירה על גבעה", "крепость", "Grüße", "cafe\u0301", "👩‍👩‍👧‍👦", "🦊", "🏳️‍🌈",
    "\u202eelddim", "zero\u200bwidth", "\ufeffmark", "soft\u00adhyphen", "a\tb", "two\nlines",
    "it's", '"quoted"', "'", "\\", "%s {0} $HOME `id`", "../../etc/passwd", "<b>bold</b>", "-x",
    "--", "#", "\x00", "\x1b[31m", "\udcff", "\U0010ffff", "ﷺ", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L", "",
    " ", "\u3000", "NaN", "inf", "None", "null", "0", "1e999", "AND", "BREAK",
]  # fmt: skip
WEIGHTS = [
    "1", "0.5", "-1", "0", ".5", "5.", "-0.3", "+2", "1e3", "1e-5", "1e-9", "1e7", "1e999", "-1e400", "nan", "inf",
    "-inf", "1:0.3", "1:-inf", "1:nan", "--1", "1,5", "٣", "½", "²", "0x10", "1_000", "9" * 400,
    "0." + "0" * 400 + "1", "",
]  # fmt: skip
#: how other tools write a part, %: a text, #: a weight
THEIRS = [
    "(%:#)", "((%))", "(%)", "[%]", "[%|%]", "[%:%:#]", "{%}", "{{%}}", "{%|%}", "<lora:%:#>", "<%>", "embedding:%",
    "% --ar 16:9", "% --v 5", "% --no %", "% --stylize 100 --q 2", "%::#", "%::# %::#", "% AND %", "% BREAK %", "%++",
    "%--", "(%)1.3", "%, %:#, %", "Negative prompt: %", "% Steps: 20, Sampler: Euler a, CFG scale: 7", "__%__", "%：#",
    "%｜%", "/imagine prompt: %", "%\\", "\\(%\\)", "%;%", "%&&%", "% {{{", "% ]])", "$%", "@%", "% #comment",
]  # fmt: skip


def text_of(rng: random.Random) -> str:
    kind = rng.randrange(12)
    if kind == 0:
        return " ".join(rng.choice(WORDS) for _ in range(9 if rng.randrange(8) else rng.choice((100, 1000, 10_000))))
    if kind == 1:
        return rng.choice(WORDS) * (rng.choice((2, 40)) if rng.randrange(8) else 3000)
    if kind == 2:  # any characters, halves of some among them
        return "".join(chr(rng.choice((rng.randrange(128), rng.randrange(0x3000), rng.randrange(0x110000))))
                       for _ in range(rng.randrange(1, 60)))  # fmt: skip
    return " ".join(rng.choice(WORDS) for _ in range(rng.randrange(1, 5)))


def part_of(rng: random.Random) -> str:
    part = "%" if rng.random() < 0.5 else rng.choice(THEIRS)
    if rng.random() < 0.1:
        part = rng.choice(THEIRS).replace("%", part)  # one in the other
    while "%" in part:
        before, _, after = part.partition("%")
        # a text with these marks is not filled in again
        part = f"{before}{text_of(rng).replace('%', 'o').replace('#', 'o')}{after}"
    while "#" in part:
        part = part.replace("#", rng.choice(WEIGHTS), 1)
    return part if rng.random() < 0.5 else f"{part}:{rng.choice(WEIGHTS)}"


def prompt_of(rng: random.Random) -> str:
    """A prompt line from words, weights and the notation of this tool and others."""
    if rng.random() < 0.05:
        return f"{(same := text_of(rng))}:{(weight := rng.choice(WEIGHTS))} | {same}:-{weight}"  # they sum to zero
    parts = [part_of(rng) for _ in range(rng.choice((1, 1, 1, 2, 3, 9)))]
    return rng.choice((" | ", "|", "| ", " || ", ", ")).join(parts)


def one_line(text: str) -> bool:
    return len(text.splitlines()) == 1 and len(text) < 600


def read(line: str, perceptor: OpenClip) -> str:
    """Read a prompt by all that read prompts; "read", "noted" or "refused"."""
    for parse in (parse_weighted_path, lambda text: split_region(f"left={text}")):
        try:
            parse(line)
        except ValueError as error:
            assert one_line(str(error)), (line[:300], str(error))
    notes = notes_on(line)
    try:
        prompts = parse_prompts(line)
        settings, notes = GenerateSettings.of(cutn=1), [*note_wording([line], perceptor)]
        targets = read_targets([line], settings, perceptor=perceptor, device=torch.device("cpu"), notes=notes)
    except PromptError as error:
        assert one_line(str(error)), (line[:300], str(error))
        return "refused"
    assert all(map(one_line, notes)), (line[:300], notes)
    assert parse_prompts(" | ".join(map(str, prompts))) == prompts, line[:300]
    assert targets.embeddings.isfinite().all() and targets.weights.isfinite().all(), line[:300]
    assert targets.mean().isfinite().all() and not targets.loss().weights.isnan().any(), line[:300]
    name = slugify(line)
    assert 0 < len(name.encode()) <= 60 and "/" not in name and name.isprintable(), line[:300]
    return "noted" if notes_on(line) else "read"


def paint(line: str, folder: Path, studio: Studio, ending: str) -> None:
    """Paint a prompt that can be read, and find it in the file of the picture."""
    settings = GenerateSettings.of(generator="pixels", size=(16, 16), steps=1, cutn=1, seed=7, device="cpu")
    run = studio.start(Job("generate", Inputs(prompts=(line,)), settings))
    for _ in run:
        pass
    assert all(map(one_line, run.notes)), line[:300]
    (picture,) = run.pictures()
    picture.save(path := folder / f"{slugify(line)}{ending}")
    assert read_metadata(path)["prompt"] == line


@pytest.mark.slow
def test_prompts_of_all_kinds(perceptor: OpenClip, tmp_path: Path) -> None:
    rng, ends, longest = random.Random(SEED), Counter[str](), 0.0
    prompts = count(PROMPTS, 10_000)
    with Studio(parts=OneClip(perceptor)) as studio, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(prompts):
            line = prompt_of(rng)
            end, seconds = timed(lambda line=line: read(line, perceptor))
            longest = max(longest, seconds)
            assert seconds < SECONDS + len(line) / LETTERS, (line[:300], len(line), seconds)
            ends[end] += 1
            if end != "refused" and rng.randrange(PAINTED) == 0:
                paint(line, tmp_path, studio, rng.choice((".png", ".jpg", ".webp")))
                ends["painted"] += 1
    # what is refused lacks a text, has a weight that cannot be, or bytes that are no UTF-8
    assert ends["noted"] > prompts // 10 and ends["read"] > prompts // 20 and ends["refused"] > prompts // 20, ends
    record("prompts", "all kinds", {"prompts": prompts, "other": 0, **ends, "longest_seconds": round(longest, 2)})


def timed(work: Callable[[], str]) -> tuple[str, float]:
    """What a call gives, and the seconds of the processor that it takes."""
    began = time.process_time()
    return work(), time.process_time() - began
