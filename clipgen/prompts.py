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

# no two repetitions match the same digits: a line of a million of them is read in linear time
_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_WEIGHT = re.compile(rf"(?P<text>.*):(?P<weight>{_NUMBER})", re.DOTALL)
_WEIGHT_STOP = re.compile(rf"(?P<text>.*):(?P<weight>{_NUMBER}):(?P<stop>{_NUMBER}|-inf)", re.DOTALL)
_UNSIGNED_WHOLE = re.compile(r"\d+")

_LETTERS = 30  # more than a token has, of any language
_MOST = 1e6  # the largest weight: sums of such weights, and their shares, are exact enough in float32

# where a long text is split, in order of preference: after a sentence, after a clause, between words
_BORDERS = (re.compile(r"(?<=[.!?。！？])\s+|\n+"), re.compile(r"(?<=[,;:，、；])\s*"), re.compile(r"\s+"))


@dataclass(frozen=True)
class Prompt:
    """One text with its weight and its stop.

        >>> str(Prompt("a fox", weight=0.5))
        'a fox:0.5'

    text: without "|"; weight: of this text, negative to avoid it; stop: the loss below which it has no effect.
    `parse_prompts(str(prompt))` returns the prompt. Raises PromptError for a text without a visible character or with
    "|", a weight beyond a million and a stop that is not finite.
    """

    text: str
    weight: float = 1.0
    stop: float = -math.inf

    def __post_init__(self) -> None:
        if is_blank(self.text):
            raise PromptError("a prompt has no text; write for example \"a red fox\" or \"a red fox:0.5 | watercolor\"")
        if self.text != self.text.strip() or "|" in self.text:
            raise PromptError(f"the text {shortened(self.text)!r} has outer spaces or a '|'; use parse_prompts")
        check_encodes(self.text)
        _check_weight(self.weight, self.text)
        if math.isnan(self.stop) or self.stop == math.inf:
            raise PromptError(f"the stop of {shortened(self.text)!r} is {self.stop}; it must be finite")

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
    Raises PromptError when the line or a part is empty, or when all weights are 0, or nearly so.
    """
    if is_blank(text):
        raise PromptError("the prompt is empty; write a description, for example \"underwater scene Van Gogh\"")
    parts = text.split("|")
    if any(map(is_blank, parts)):
        raise PromptError(f"the prompt {shortened(text)!r} has an empty part next to a '|'; remove the '|'")
    prompts = tuple(_parse_one(part.strip()) for part in parts)
    if all(abs(prompt.weight) < 1 / _MOST for prompt in prompts):
        raise PromptError(f"every weight in {shortened(text)!r} is 0; give at least one another, for example 1")
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


def is_blank(text: str) -> bool:
    """Whether a text has nothing to see: spaces, control characters and marks of zero width at most.

    >>> is_blank(" \u200b"), is_blank("夜")
    (True, False)
    """
    return all(char.isspace() or unicodedata.category(char) in ("Cc", "Cf") for char in text)


def shortened(text: str, most: int = 40) -> str:
    """A text of any length for a message.

    >>> shortened("a fox in the snow", 10)
    'a fox in …'
    """
    return text if len(text) <= most else text[: most - 1] + "…"


def check_encodes(text: str) -> None:
    r"""Raise PromptError for a text that no file can hold: with halves of characters, as bytes that are not UTF-8 give.

    >>> check_encodes("fox \udcff")
    Traceback (most recent call last):
    clipgen.errors.PromptError: the text 'fox \udcff' is not UTF-8 (character 5); type it again
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise PromptError(
            f"the text {shortened(text)!r} is not UTF-8 (character {error.start + 1}); type it again"
        ) from error


def _check_weight(weight: float, of: str) -> None:
    if not abs(weight) <= _MOST:
        raise PromptError(f"the weight of {shortened(of)!r} is {weight}; it must be a number from -1e6 to 1e6")


def _is_weight(head: str, number: str) -> bool:
    """After a digit an unsigned whole number is part of a ratio or time: a weight needs a decimal point or a sign."""
    return not (head[-1:].isdigit() and _UNSIGNED_WHOLE.fullmatch(number))


def _no_text(part: str) -> PromptError:
    return PromptError(f"{shortened(part)!r} has a weight but no text; write text:weight, for example fog:0.5")


def parse_weighted_path(text: str) -> tuple[str, float]:
    """Parse "FILE" or "FILE:weight", or "SEED:weight" of a noise prompt.

        >>> parse_weighted_path("photo.jpg:0.5")
        ('photo.jpg', 0.5)

    Every numeric suffix is a weight, since file names do not end in ratios. Raises PromptError when the name is empty
    or the weight beyond a million.
    """
    match = _WEIGHT.fullmatch(text.strip())
    name, weight = (match["text"], float(match["weight"])) if match else (text.strip(), 1.0)
    if not name:
        raise PromptError(f"{shortened(text)!r} is not NAME or NAME:weight; write for example photo.jpg:0.5")
    _check_weight(weight, name)
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

    text: of a prompt; count_tokens: number of tokens of a text; limit: largest number of tokens of a part, of which a
    text of more than 30 letters a token is taken to have more, since counting takes the square of a word's length.
    Returns [text] when it fits. Raises PromptError when not even one letter fits.
    """
    return _split(text.strip(), count_tokens, limit, level=0)


def _fits(text: str, count_tokens: Callable[[str], int], limit: int) -> bool:
    return len(text) <= _LETTERS * limit and count_tokens(text) <= limit


def _split(text: str, count_tokens: Callable[[str], int], limit: int, *, level: int) -> list[str]:
    if _fits(text, count_tokens, limit):
        return [text]
    if level == len(_BORDERS):
        return _split_word(text, count_tokens, limit)
    pieces: list[str] = []
    current = ""
    for part in filter(None, _BORDERS[level].split(text)):
        joined = f"{current} {part}" if current else part
        if _fits(joined, count_tokens, limit):
            current = joined
            continue
        if current:
            pieces.append(current)
        *full, current = _split(part, count_tokens, limit, level=level + 1)
        pieces += full
    return [*pieces, current]


def _split_word(word: str, count_tokens: Callable[[str], int], limit: int) -> list[str]:
    """Halves of a word, and their halves, until each fits."""
    if len(word) <= 2 * max(1, limit) and count_tokens(word) <= limit:
        return [word]
    if len(word) < 2:
        raise PromptError(f"{word!r} does not fit in {limit} tokens; shorten the prompt")
    middle = len(word) // 2
    return [part for half in (word[:middle], word[middle:]) for part in _split_word(half, count_tokens, limit)]


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
