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
from clipgen.similarity.articles import with_article

_SECTION = "# from here on"  # begins the comment above phrases that not every perceptor knows


@dataclass(frozen=True)
class Phrases:
    """What captions are composed of: subjects, where they are, how the picture is made, and the light.

        >>> Phrases.shipped().styles[0]
        'a Van Gogh painting'

    things: with their articles; scenes: (alone, as a place for a thing); grounds, styles, light: as in captions;
    sections: those of them that are known together or not at all: a small perceptor knows the words of some, but was
    never shown what they say.
    """

    things: tuple[str, ...]
    scenes: tuple[tuple[str, str], ...]
    grounds: tuple[str, ...]
    styles: tuple[str, ...]
    light: tuple[str, ...]
    sections: tuple[frozenset[str], ...] = ()

    def plain(self) -> list[str]:
        """All phrases that can stand alone as captions."""
        return [*self.subjects(), *self.styles, *self.light]

    def subjects(self) -> list[str]:
        """The phrases that name what a picture shows: things, scenes and backgrounds.

        >>> "a forest" in Phrases.shipped().subjects(), "at night" in Phrases.shipped().subjects()
        (True, False)
        """
        return [*self.things, *(alone for alone, _ in self.scenes), *self.grounds_alone()]

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
        return _load(str(prompts_folder() / "phrases"))

    def known_to(self, perceptor: Perceptor) -> Phrases:
        """These tables without the phrases that a perceptor does not know, and with the names that it was taught.

        It knows a section if it knows all its words.
        """
        unknown = (section for section in self.sections if any(map(perceptor.unknown_words, section)))
        hidden: frozenset[str] = frozenset().union(*unknown)

        def known(*texts: str) -> bool:
            return texts[0] not in hidden and not any(perceptor.unknown_words(text) for text in texts)

        taught = tuple(with_article(name) for name in perceptor.names)
        return Phrases(
            tuple(dict.fromkeys([*taught, *filter(known, self.things)])),
            tuple(scene for scene in self.scenes if known(*scene)),
            tuple(filter(known, self.grounds)),
            tuple(filter(known, self.styles)),
            tuple(filter(known, self.light)),
        )


@lru_cache(maxsize=4)
def _load(folder: str) -> Phrases:
    home = Path(folder)
    things = [with_article(name.strip()) for line in _lines(home / "things.txt") for name in line.split(";")]
    scenes = [tuple(part.strip() for part in line.split("=")) for line in _lines(home / "scenes.txt")]
    if not all(len(scene) == 2 for scene in scenes):
        raise PromptError(f"{home / 'scenes.txt'}: every line is SCENE = PLACE")
    grounds, styles, light = (tuple(_lines(home / f"{name}.txt")) for name in ("grounds", "styles", "light"))
    sections = [one for name in ("scenes", "styles", "light") for one in _sections(home / f"{name}.txt")]
    return Phrases(
        tuple(dict.fromkeys(things)),
        tuple((a, b) for a, b in scenes),
        grounds,
        styles,
        light,
        tuple(frozenset(line.split("=")[0].strip() for line in one) for one in sections),
    )


def _lines(path: Path) -> list[str]:
    """The phrases of a table."""
    return [line for section in _parts(path) for line in section]


def _sections(path: Path) -> list[list[str]]:
    """The phrases of a table that not every perceptor knows, by section."""
    return _parts(path)[1:]


def _parts(path: Path) -> list[list[str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PromptError(f"the phrase table {path} cannot be read: {reason(error)}; reinstall clipgen") from error
    return [
        [line.strip() for line in part.splitlines() if line.strip() and not line.startswith("#")]
        for part in re.split(rf"^{_SECTION}.*$", text, flags=re.MULTILINE)
    ]
