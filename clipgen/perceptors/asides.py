"""Parts of a prompt that show nothing themselves: by whom or in whose style it is, and words for other tools."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# whom a picture is by or like: up to four words, until a mark or a word that begins another part
_MAKER = re.compile(
    r"\b(?:(?:in )?the (?:style|manner) of|in (?:style|manner) of|style of|(?P<by>by))\s+"
    r"(?P<name>(?:(?!(?:and|with|in|on|at|of|from|as|or)\b)[^\W\d_][\w'’.-]*(?:[ \t]+|\b)){1,4})(?<!\s)",
    re.IGNORECASE,
)
# the usual ones in prompts for larger models, which they make finer
_LORE = re.compile(
    r"\b(?:(?:trending|featured) on [\w.-]+|artstation(?: hq)?|deviantart|cgsociety|unreal engine(?: \d)?"
    r"|octane(?: render)?|v-?ray|\d\d?k(?: (?:uhd|hd|resolution))?|uhd|hdr"
    r"|award[- ]winning|sharp focus|(?:a )?masterpiece"
    r"|(?:very |highly |ultra |hyper |extremely |intricate(?:ly)? )+detailed)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Maker:
    """Where a text says whom it is by.

    name: the words after "by" or "in the style of"; is_sure: whether they name someone.
    """

    span: tuple[int, int]
    name: str
    is_sure: bool


def lore(text: str) -> list[tuple[int, int]]:
    """Where a text has words for other tools.

    >>> lore("a fox, trending on artstation, 8k")
    [(7, 29), (31, 33)]
    """
    return [match.span() for match in _LORE.finditer(text)]


def makers(text: str) -> Iterator[Maker]:
    """Where a text says whom it is by, or like whose; "by moonlight" may be that.

    >>> [(maker.name, maker.is_sure) for maker in makers("a fox by Edward Hopper, a cat by moonlight")]
    [('Edward Hopper', True), ('moonlight', False)]
    """
    for match in _MAKER.finditer(text):
        name = match["name"]
        is_sure = match["by"] is None or " " in name or name[0].isupper()
        yield Maker((match.start(), match.end("name")), name, is_sure)
