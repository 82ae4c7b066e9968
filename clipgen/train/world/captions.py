"""The grammar of captions: every picture of the world can be described in many ways."""

import re

import numpy as np

from clipgen.grounds import GROUND_PHRASES

_SIZES = {"small": ("small", "tiny", "little"), "large": ("large", "big", "huge")}
_LEADS = ("", "", "", "", "a picture of ", "an image of ", "a drawing of ", "an illustration of ")


# "an" depends on the sound: a unicorn, a one-piece, an hourglass, an 8-bit picture
_AN = re.compile(r"(?!uni|use|ufo|uk|euro|one\b)[aeiou]|hour|8|x-", re.IGNORECASE)
_HEAD_ENDS = re.compile(r",| (?:at|by|from|in|of|on|over|through|to|under|with) ")


def fixed_phrases() -> tuple[str, ...]:
    """The words of the grammar itself: sizes, backgrounds, introductions, prepositions."""
    grounds = tuple(p.format(a="", b="") for phrases in GROUND_PHRASES.values() for p in phrases)
    joints = ("and to the left right of on in front against next by with style a an",)
    return tuple(w for words in _SIZES.values() for w in words) + grounds + _LEADS + joints


def choose(rng: np.random.Generator, options: tuple[str, ...]) -> str:
    """One of the options, each equally likely.

    >>> choose(np.random.default_rng(0), ("a", "b"))
    'b'
    """
    return options[int(rng.integers(len(options)))]


def with_article(rng: np.random.Generator, noun: str, *, bare: float = 0.35) -> str:
    """A noun with "a", "an", "the" or no article; plural nouns get no "a".

    >>> with_article(np.random.default_rng(0), "unicorn", bare=0.0)
    'a unicorn'
    """
    if rng.random() < bare:
        return noun
    counted = indefinite(noun)
    if counted == noun:
        return noun if rng.random() < 0.6 else f"the {noun}"
    return f"the {noun}" if rng.random() < 0.1 else counted


def indefinite(noun: str) -> str:
    """A noun with "a" or "an"; plural nouns and those with "the" stay as they are.

    >>> indefinite("unicorn"), indefinite("grapes"), indefinite("the eiffel tower")
    ('a unicorn', 'grapes', 'the eiffel tower')
    """
    head = _HEAD_ENDS.split(noun)[0]  # "polka dots on a red background" is plural, "a lake with reflections" singular
    if head.startswith("the ") or head.endswith("s") and not head.endswith(("ss", "us")):
        return noun
    return f"{'an' if _AN.match(noun) else 'a'} {noun}"


def head(noun: str) -> str:
    """The word of a noun that says what it is.

    >>> head("face with monocle"), head("cable car")
    ('face', 'car')
    """
    return _HEAD_ENDS.split(noun.lower())[0].split()[-1]


def name_thing(
    rng: np.random.Generator,
    names: tuple[str, ...],
    categories: tuple[str, ...],
    colour: str | None,
    size: str | None,
) -> str:
    """The phrase of a thing: its name (mostly), a synonym or a category, sometimes with its colour or size."""
    roll = rng.random()
    noun = names[0] if roll < 0.6 or len(names) == 1 else choose(rng, names[1:])
    if roll > 0.97 and categories:
        noun = choose(rng, categories)
    if colour and colour not in noun and rng.random() < 0.12:
        noun = f"{colour} {noun}"
    if size and rng.random() < 0.4:
        noun = f"{choose(rng, _SIZES[size])} {noun}"
    return with_article(rng, noun)


def name_ground(rng: np.random.Generator, kind: str, first: str, second: str) -> str:
    """The phrase of a background: "red and white striped background"."""
    return choose(rng, GROUND_PHRASES[kind]).format(a=first, b=second)


def on_ground(rng: np.random.Generator, subject: str, ground: str) -> str:
    """Join a subject and its background: "a fox on a red background"."""
    if rng.random() < 0.15:
        return f"{subject}, {ground}"
    joint = choose(rng, ("on", "on", "on", "in front of", "against"))
    return f"{subject} {joint} {with_article(rng, ground, bare=0.3)}"


def in_scene(rng: np.random.Generator, subject: str, names: tuple[str, ...], place: tuple[str, ...]) -> str:
    """Join a subject and a scene: "an octopus underwater", "an octopus, underwater scene"."""
    roll = rng.random()
    if roll < 0.6:
        return f"{subject} {choose(rng, place)}"
    if roll < 0.8:
        return f"{subject}, {choose(rng, names)}"
    return f"{with_article(rng, choose(rng, names))} with {subject}"


def side_by_side(rng: np.random.Generator, left: str, right: str) -> str:
    """The phrase of a pair, with or without the sides: "a cup to the left of a book"."""
    return choose(
        rng,
        (
            f"{left} and {right}",
            f"{left} to the left of {right}",
            f"{right} to the right of {left}",
            f"{left} on the left and {right} on the right",
            f"{left} next to {right}",
        ),
    )


def in_style(rng: np.random.Generator, subject: str, before: tuple[str, ...], after: tuple[str, ...]) -> str:
    """Add a style before or after: "a Van Gogh painting of a fox", "a fox Van Gogh", "a fox, by Van Gogh"."""
    roll = rng.random()
    if roll < 0.45:
        return f"{with_article(rng, choose(rng, before), bare=0.15)} of {subject}"
    style = choose(rng, after)
    if roll < 0.75:
        return f"{subject} {style}"
    return f"{subject}, {style}" if roll < 0.95 else f"{style}, {subject}"


def lead(rng: np.random.Generator, caption: str) -> str:
    """Add "a picture of" before some captions."""
    return choose(rng, _LEADS) + caption
