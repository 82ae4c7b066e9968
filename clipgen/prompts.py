"""Prompts: "text:weight:stop | text:weight".

    >>> [prompt.text for prompt in parse_prompts("a paper fox | watercolor:0.4 | text:-1:0.3")]
    ['a paper fox', 'watercolor', 'text']

Only a numeric suffix is a weight, so "C:\\pictures" and "ratio 16:9 poster" are texts. After a digit an unsigned whole
number is part of the text as well ("ratio 16:9", "at 12:30"); "blade runner 2049:0.5" and "ratio 16:9 :2" have weights.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from clipgen.errors import PromptError
from clipgen.files import reason

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_WEIGHT = re.compile(rf"(?P<text>.*):(?P<weight>{_NUMBER})", re.DOTALL)
_WEIGHT_STOP = re.compile(rf"(?P<text>.*):(?P<weight>{_NUMBER}):(?P<stop>{_NUMBER}|-inf)", re.DOTALL)
_UNSIGNED_WHOLE = re.compile(r"\d+")

# where a long text is split, in order of preference: after a sentence, after a clause, between words
_BORDERS = (re.compile(r"(?<=[.!?。！？])\s+|\n+"), re.compile(r"(?<=[,;:，、；])\s*"), re.compile(r"\s+"))


@dataclass(frozen=True)
class Prompt:
    """One text with its weight and its stop.

        >>> str(Prompt("a fox", weight=0.5))
        'a fox:0.5'

    text: without "|"; weight: of this text, negative to avoid it; stop: the loss below which it has no effect.
    `parse_prompts(str(prompt))` returns the prompt. Raises PromptError for an empty text, a text with "|" and numbers
    that are not finite.
    """

    text: str
    weight: float = 1.0
    stop: float = -math.inf

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise PromptError("a prompt has no text; write for example \"a red fox\" or \"a red fox:0.5 | watercolor\"")
        if self.text != self.text.strip() or "|" in self.text:
            raise PromptError(f"the text {self.text!r} has outer spaces or a '|'; use parse_prompts")
        if not math.isfinite(self.weight) or math.isnan(self.stop) or self.stop == math.inf:
            raise PromptError(f"weight and stop of {self.text!r} are {self.weight}:{self.stop}; both must be finite")

    def __str__(self) -> str:
        shorter = [self.text, f"{self.text}:{self.weight!r}"]
        # a text may end like a weight: use the first spelling that parses to this prompt
        for spelling in shorter:
            with suppress(PromptError):
                if _parse_one(spelling) == self:
                    return spelling
        return f"{self.text}:{self.weight!r}:{self.stop!r}"


def parse_prompts(text: str) -> tuple[Prompt, ...]:
    """Parse a prompt line into its parts.

        >>> [prompt.weight for prompt in parse_prompts("a castle | fog:0.5")]
        [1.0, 0.5]

    text: parts between "|", each "text", "text:weight" or "text:weight:stop".
    Raises PromptError when the line or a part is empty, or when all weights are 0.
    """
    if not text.strip():
        raise PromptError("the prompt is empty; write a description, for example \"underwater scene Van Gogh\"")
    parts = text.split("|")
    if not all(part.strip() for part in parts):
        raise PromptError(f"the prompt {text!r} has an empty part next to a '|'; remove the '|' or write a text")
    prompts = tuple(_parse_one(part.strip()) for part in parts)
    if all(prompt.weight == 0 for prompt in prompts):
        raise PromptError(f"every weight in {text!r} is 0; give at least one text another weight, for example 1")
    return prompts


def _parse_one(part: str) -> Prompt:
    if match := _WEIGHT_STOP.fullmatch(part):
        head = match["text"]
        if not head.strip():
            raise _no_text(part)
        if _is_weight(head, match["weight"]):
            return Prompt(head.strip(), float(match["weight"]), float(match["stop"]))
    if match := _WEIGHT.fullmatch(part):
        head = match["text"]
        if not head.strip():
            raise _no_text(part)
        if _is_weight(head, match["weight"]):
            return Prompt(head.strip(), float(match["weight"]))
    return Prompt(part)


def _is_weight(head: str, number: str) -> bool:
    """After a digit an unsigned whole number is part of a ratio or time: a weight needs a decimal point or a sign."""
    return not (head[-1:].isdigit() and _UNSIGNED_WHOLE.fullmatch(number))


def _no_text(part: str) -> PromptError:
    return PromptError(f"{part!r} has a weight but no text; write text:weight, for example fog:0.5")


def parse_weighted_path(text: str) -> tuple[str, float]:
    """Parse "FILE" or "FILE:weight", or "SEED:weight" of a noise prompt.

        >>> parse_weighted_path("photo.jpg:0.5")
        ('photo.jpg', 0.5)

    Every numeric suffix is a weight, since file names do not end in ratios. Raises PromptError when the name is empty
    or the weight is not finite.
    """
    match = _WEIGHT.fullmatch(text.strip())
    name, weight = (match["text"], float(match["weight"])) if match else (text.strip(), 1.0)
    if not name or not math.isfinite(weight):
        raise PromptError(f"{text!r} is not NAME or NAME:weight; write for example photo.jpg:0.5")
    return name, weight


def read_prompt_file(path: str | Path) -> list[str]:
    """Read prompts from a file, one per line; blank lines and lines that start with # are skipped.

        >>> read_prompt_file("prompts/sampler.txt")[0]
        'underwater scene Van Gogh'

    Raises PromptError when the file cannot be read as UTF-8 text, has no prompt, or has an invalid one.
    """
    prompts = []
    for number, line in enumerate(read_text_file(path).splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        try:
            parse_prompts(stripped)
        except PromptError as error:
            raise PromptError(f"{path}, line {number}: {error}") from error
        prompts.append(stripped)
    if not prompts:
        raise PromptError(f"{path} has no prompt; write one per line, comments start with #")
    return prompts


def read_text_file(path: str | Path) -> str:
    """The text of a file, without a byte-order mark.

        >>> read_text_file("captions.txt").splitlines()
        ['a red fox', 'a blue castle']

    Raises PromptError when the file cannot be read as UTF-8 text.
    """
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise PromptError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise PromptError(f"cannot read {path}: {reason(error)}") from error


def split_long(text: str, count_tokens: Callable[[str], int], limit: int) -> list[str]:
    """Split a text that is too long for the perceptor into parts that fit, after sentences, clauses or words.

        >>> split_long("one two three four", lambda text: len(text.split()), 2)
        ['one two', 'three four']

    text: of a prompt; count_tokens: number of tokens of a text; limit: largest number of tokens of a part.
    Returns [text] when it fits. Raises PromptError when not even one letter fits.
    """
    return _split(text.strip(), count_tokens, limit, level=0)


def _split(text: str, count_tokens: Callable[[str], int], limit: int, *, level: int) -> list[str]:
    if count_tokens(text) <= limit:
        return [text]
    if level == len(_BORDERS):
        return _split_word(text, count_tokens, limit)
    pieces: list[str] = []
    current = ""
    for part in filter(None, _BORDERS[level].split(text)):
        joined = f"{current} {part}" if current else part
        if count_tokens(joined) <= limit:
            current = joined
            continue
        if current:
            pieces.append(current)
        *full, current = _split(part, count_tokens, limit, level=level + 1)
        pieces += full
    return [*pieces, current]


def _split_word(word: str, count_tokens: Callable[[str], int], limit: int) -> list[str]:
    pieces = []
    while count_tokens(word) > limit:
        end = next((end for end in range(len(word) - 1, 0, -1) if count_tokens(word[:end]) <= limit), 0)
        if end == 0:
            raise PromptError(f"{word[:20]!r} does not fit in {limit} tokens; shorten the prompt")
        pieces.append(word[:end])
        word = word[end:]
    return [*pieces, word]


def slugify(text: str, max: int = 60) -> str:
    """Turn a prompt into the stem of a file name.

        >>> slugify("Underwater scene, Van Gogh!")
        'underwater-scene-van-gogh'

    text: any text; max: largest length in bytes.
    """
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).lower())
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word
        if len(longer.encode()) > max:
            break
        slug = longer
    # a single word may be too long: cut it between characters
    return slug or "".join(words[:1]).encode()[:max].decode(errors="ignore") or "picture"
