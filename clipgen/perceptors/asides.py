"""Parts of a prompt that show nothing themselves: by whom or in whose style it is, and words for other tools."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# whom a picture is by or like: up to four words, until a mark or a word that begins another part
_MAKER = re.compile(
    r"\b(?:(?:in )?the (?:style|manner) of|in (?:style|manner) of|style of|(?P<by>by))\s+"
    r"(?P<name>(?:(?!(?:and|with|in|on|at|of|from|as|or)\b)[^\W\d_][\w'’.-]*(?:[ \t]+|\b)){1,4})(?<!\s)",
    re.IGNORECASE,
)
# the usual ones in prompts for larger models, which they make finer
_LORE = re.compile(
    r"^\s*(?:(?:please|can you|could you) )*(?:draw|paint|make|create|generate|show)(?: me)?(?= (?:an?|the|my|some)\b)"
    r"|(?<!\S)--(?!no\b)[a-z]+(?:[ =]\d[\w:.]*)?"
    r"|\b(?:(?:trending|featured) on [\w.-]+|artstation(?: hq)?|deviantart|cgsociety|unreal engine(?: \d)?"
    r"|octane(?: render)?|v-?ray|\d\d?k(?: (?:uhd|hd|resolution))?|uhd|hdr|\d\d+ ?mm(?: lens)?"
    r"|(?:best|high) quality|award[- ]winning|sharp focus|(?:shallow )?depth of field|(?:a )?masterpiece"
    r"|in the (?:whole |wide |whole wide )?world"
    r"|(?:diagram|sticker|logo|icon|clip[- ]?art|close[- ]?up|macro(?: shot)?|(?:aerial|bird['’]s[- ]eye) view"
    r"|sprite sheet|concept art|(?:product|stock) (?:shot|photo)|cross[- ]section) of"
    r"|(?:loose|bold|visible|thick|thin|broad|soft|expressive) (?:brush ?strokes|brush ?work)"
    r"|(?:(?:empty|blank|white|negative) )?(?:space|room)(?: (?:on|at|to) (?:the )?(?:left|right|top|bottom|sides?))?"
    r" for (?:the |some |your )?(?:text|title|headline)|(?:copy|empty|blank|negative) space|flat background"
    r"|(?:nobody|no[- ]one|no people)(?: (?:around|there|else|in sight|to be seen))?"
    r"|(?:looking|staring|smiling) (?:at|into) the camera|facing the camera"
    r"|(?:sticker|logo|icon) design|(?:birthday|christmas|greeting|valentine(?:['’]s)?) card"
    r"|(?:cinematic|volumetric|dramatic|studio) light(?:s|ing)?"
    r"|(?:very |highly |ultra |hyper |extremely |intricate(?:ly)? )+detailed|detailed background)\b",
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

    >>> lore("a fox, trending on artstation, 8k --ar 16:9")
    [(7, 29), (31, 33), (34, 43)]
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


def is_aside(text: str, asides: Sequence[str]) -> bool:
    """Whether a text says nothing but asides.

    >>> is_aside("8k, sharp focus", ["8k", "sharp focus"]), is_aside("a fox, 8k", ["8k"])
    (True, False)
    """
    return bool(asides) and re.search(r"\w", without(text, asides)) is None


def without(text: str, asides: Sequence[str]) -> str:
    """A text without parts of it, each replaced by a comma.

    >>> without("a fox by Edward Hopper in the snow", ["by Edward Hopper"])
    'a fox , in the snow'
    """
    for aside in asides:
        text = text.replace(aside, ",", 1)
    return text
