"""What is not wanted, as files: categories of prompts for pictures, and of words for texts."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from clipgen.errors import PromptError
from clipgen.files import reason
from clipgen.models.weights import prompts_folder

_SAFE, _WORDS, _DOUBTFUL = "safe", "words", "?"


@dataclass(frozen=True)
class Word:
    """A word or a phrase of a text; doubtful: it is to be checked, not veiled."""

    text: str
    doubtful: bool = False


@dataclass(frozen=True)
class Recipe:
    """What is not wanted.

        >>> recipe = Recipe.shipped()
        >>> "gore" in dict(recipe.prompts), Word("blood", doubtful=True) in dict(recipe.words)["gore"]
        (True, True)

    prompts: category → what pictures of it show; safe: what harmless pictures show that resembles that; words: category
    → words of texts.
    """

    prompts: tuple[tuple[str, tuple[str, ...]], ...]
    safe: tuple[str, ...]
    words: tuple[tuple[str, tuple[Word, ...]], ...]

    @property
    def fingerprint(self) -> str:
        """The sha256 of its contents."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()

    @classmethod
    def shipped(cls) -> Recipe:
        """That of prompts/moderation/."""
        return cls.load(prompts_folder() / "moderation")

    @classmethod
    def load(cls, folder: Path) -> Recipe:
        """That of a folder: CATEGORY.txt, safe.txt and words/CATEGORY.txt, one prompt or word a line, `#` for comments.

        A word that ends in "?" is doubtful. Raises PromptError for a folder that is missing or has no category, and for
        a file that cannot be read.
        """
        prompts = _files(folder)
        words = _files(folder / _WORDS)
        safe = prompts.pop(_SAFE, ())
        if not prompts and not words:
            raise PromptError(
                f"{folder} has no prompts; name a folder with files such as gore.txt, one prompt a line",
                settings=["prompts"],
            )
        return cls(
            tuple(prompts.items()), safe, tuple((name, tuple(map(_word, lines))) for name, lines in words.items())
        )


def recipe_of(folder: str | None) -> Recipe:
    """The recipe of a setting: of a folder, None for the shipped one.

    >>> recipe_of(None) == Recipe.shipped()
    True
    """
    return _shipped() if folder is None else Recipe.load(Path(folder))


@lru_cache(maxsize=1)
def _shipped() -> Recipe:
    return Recipe.shipped()


def _files(folder: Path) -> dict[str, tuple[str, ...]]:
    return {path.stem: found for path in sorted(folder.glob("*.txt")) if (found := _lines(path))}


def _lines(path: Path) -> tuple[str, ...]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"{path} cannot be read: {reason(error)}", settings=["prompts"]) from error
    return tuple(dict.fromkeys(line.strip() for line in lines if line.strip() and not line.startswith("#")))


def _word(line: str) -> Word:
    return Word(line.removesuffix(_DOUBTFUL).strip(), line.endswith(_DOUBTFUL))
