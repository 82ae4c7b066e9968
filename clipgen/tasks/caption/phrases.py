"""The phrase tables that captions are composed of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from clipgen.errors import PromptError
from clipgen.files import reason
from clipgen.models.weights import prompts_folder
from clipgen.perceptors.base import Perceptor

# "an" goes by sound, not by letter
_AN = re.compile(r"(?!uni|use|ufo|uk|euro|one\b)[aeiou]|hour|x-", re.IGNORECASE)
_BEYOND = "# open vocabulary"
_BARE = re.compile(r".*(?<!s)s$")  # plurals: "grapes", and not "glass"
_NO_ARTICLE = ("fire", "lightning", "earth", "soup", "rice", "bread", "butter", "honey", "salt", "spaghetti", "popcorn",
               "cheese", "coral", "moss", "grass", "wheat", "money", "bacon", "ham", "juice", "lavender")  # fmt: skip


@dataclass(frozen=True)
class Phrases:
    """What a caption may say: subjects, where they are, how the picture is made, and the light.

        >>> Phrases.shipped().styles[0]
        'a Van Gogh painting'

    things: with their articles; scenes: (alone, as a place for a thing); grounds, styles, light: as they are said;
    beyond: those of them that only a perceptor of open vocabulary can tell: their words may be known, but not so put.
    """

    things: tuple[str, ...]
    scenes: tuple[tuple[str, str], ...]
    grounds: tuple[str, ...]
    styles: tuple[str, ...]
    light: tuple[str, ...]
    beyond: frozenset[str] = frozenset()

    def plain(self) -> list[str]:
        """All phrases that can stand alone as captions."""
        alone = [alone for alone, _ in self.scenes]
        return [*self.things, *alone, *self.grounds_alone(), *self.styles, *self.light]

    def words(self) -> list[str]:
        """All words of all phrases, sorted."""
        texts = [
            *self.things,
            *self.grounds,
            *self.styles,
            *self.light,
            *(part for scene in self.scenes for part in scene),
        ]
        return sorted({word for text in texts for word in re.findall(r"[a-z'-]{3,}", text.lower())})

    def grounds_alone(self) -> tuple[str, ...]:
        """The grounds as captions of their own: "a red background"."""
        return tuple(ground.removeprefix("on ") for ground in self.grounds)

    @classmethod
    def shipped(cls) -> Phrases:
        """The tables of prompts/phrases/."""
        return _read(str(prompts_folder() / "phrases"))

    def known_to(self, perceptor: Perceptor) -> Phrases:
        """These tables without the phrases that a perceptor never saw, and with the names that it was taught."""
        beyond = self.beyond if perceptor.words() else frozenset()

        def known(*texts: str) -> bool:
            return texts[0] not in beyond and not any(perceptor.unknown_words(text) for text in texts)

        taught = tuple(with_article(name) for name in perceptor.names)
        return Phrases(
            tuple(dict.fromkeys([*taught, *filter(known, self.things)])),
            tuple(scene for scene in self.scenes if known(*scene)),
            tuple(filter(known, self.grounds)),
            tuple(filter(known, self.styles)),
            tuple(filter(known, self.light)),
        )


def with_article(noun: str) -> str:
    """Put "a" or "an" before a noun that takes one.

    >>> with_article("orange"), with_article("grapes"), with_article("unicorn")
    ('an orange', 'grapes', 'a unicorn')
    """
    if noun in _NO_ARTICLE or _BARE.match(noun) and not noun.endswith(("us", "lens", "scissors")):
        return noun
    return f"{'an' if _AN.match(noun) else 'a'} {noun}"


def without_article(thing: str) -> str:
    """Take the article off again.

    >>> without_article("an orange"), without_article("grapes")
    ('orange', 'grapes')
    """
    return re.sub("^(an?|the) ", "", thing)


@lru_cache(maxsize=4)
def _read(folder: str) -> Phrases:
    home = Path(folder)
    things = [with_article(name.strip()) for line in _lines(home / "things.txt") for name in line.split(";")]
    scenes = [tuple(part.strip() for part in line.split("=")) for line in _lines(home / "scenes.txt")]
    if not all(len(scene) == 2 for scene in scenes):
        raise PromptError(f"{home / 'scenes.txt'}: every line is SCENE = PLACE")
    grounds, styles, light = (tuple(_lines(home / f"{name}.txt")) for name in ("grounds", "styles", "light"))
    beyond = [line for name in ("scenes", "styles", "light") for line in _lines(home / f"{name}.txt", beyond=True)]
    return Phrases(
        tuple(dict.fromkeys(things)),
        tuple((a, b) for a, b in scenes),
        grounds,
        styles,
        light,
        frozenset(line.split("=")[0].strip() for line in beyond),
    )


def _lines(path: Path, *, beyond: bool = False) -> list[str]:
    """The phrases of a table; beyond: only those below the line that says so."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PromptError(f"the phrase table {path} cannot be read: {reason(error)}; reinstall clipgen") from error
    if beyond:
        text = text.partition(_BEYOND)[2].partition("\n")[2]
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
