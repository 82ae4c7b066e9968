"""Which things the words of a prompt name, word by word: a text's embedding is near to more than it names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import torch
from torch import Tensor

from clipgen.colours import COLOURS
from clipgen.perceptors.asides import without
from clipgen.perceptors.base import STOP_WORDS, Perceptor
from clipgen.tasks.generate.layouts import NUMBERS, singular

# longest part of a text that may name a thing, in words; least cosine of a part and what it may mean, of a word that
# names a thing and some thing, and of a part and what it surely means; by how much less a word may fit another thing
LONGEST, MEANT, THING, SURE, ALIKE = 3, 0.5, 0.65, 0.75, 0.3
EXACT = 0.97  # cosine of a name and a part of the words from which that is its very name
MOST = 120  # words and marks of a text that are read: what a picture is of is said early
_GROUND = re.compile(rf"\b({'|'.join(COLOURS)}) (?:background|backdrop|ground)\b")
_OF = re.compile(r"(\S+) of\b")
# but for years
_DIGITS = re.compile(r"(?<!\S)(?:[2-9](?= [a-z])|(?!(?:1[5-9]|20)\d\d)[1-9]\d{1,5}(?= (?:[a-z]+ )?[a-z]+s\b))")
# words for several of a thing that do not say how many: SEVERAL are drawn
_MANY = re.compile(
    r"(?<!\S)(?:many|several|lots of|plenty of|dozens of|hundreds of|thousands of"
    rf"|an? (?:lot|flock|herd|pack|crowd|group|swarm|shoal|colony|line|row) of)(?= (?!(?:{'|'.join(NUMBERS)})\b)[a-z])"
)
_DOZEN = re.compile(r"(?<!\S)(?:a |one )?dozen(?= [a-z])")
SEVERAL = "six"
# what somebody feels or shows, which alone is no thing: a happy team is no happy cat
FEELINGS = frozenset(
    ("angry", "bored", "cheerful", "confused", "crying", "excited", "friendly", "grumpy", "happy", "laughing", "lonely")
    + ("sad", "scared", "sleepy", "smiling", "surprised", "tired", "worried")
)
# words that may be a verb, but not "king" and "string", and what begins its object
_DOES = re.compile(r"\w*[aeiouy]\w*ing")
_OBJECTS = frozenset(("a", "an", "the", "his", "her", "its", "my", "our", "their", "some"))
# words for kinds, which may add nothing to one of the kind: a tulip flower is a tulip
KINDS = frozenset(("animal", "bird", "cat", "dog", "fish", "flower", "fruit", "insect", "plant", "vegetable"))
# "jack-o-lantern" and "t-shirt" are one word, "ice-cream" is two
_TOKEN = re.compile(r"[^\W\d_]+-\w{1,2}-[^\W\d_]+|\b[^\W\d_]-[^\W\d_]+|[^\W\d_]+(?:['’][^\W\d_]+)?|[^\s\w]")


@dataclass(frozen=True)
class Part:
    """Some words of a text in a row.

    before, after: the words before and after it without a mark or a word such as "on" between them ("": none); said:
    words for colours and numbers that come before it, without such between them, each with the words between; does:
    whether it ends in what is done to what follows, as "crossing" in "a samurai crossing a bridge".
    """

    text: str
    before: str = ""
    after: str = ""
    said: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    does: bool = False


def parts_of(text: str) -> list[Part]:
    """The parts of a text, of up to three words, that neither begin nor end in a word without a visual meaning.

    >>> [(part.text, part.after, part.said) for part in parts_of("a red bus stop, on a hill")][1:5]
    [('bus', 'stop', {'red': ()}), ('stop', '', {'red': ('bus',)}), ('hill', '', {}), ('red bus', 'stop', {})]
    """
    tokens = tokenized(text).split()
    is_word = [token[0].isalpha() and token.partition("'")[0] not in STOP_WORDS for token in tokens]
    said: list[dict[str, tuple[str, ...]]] = []  # before each token
    for at in range(len(tokens)):
        if at == 0 or not is_word[at - 1]:
            said.append({})
        elif (last := tokens[at - 1]) in COLOURS:
            said.append({**said[-1], last: ()})
        elif last in NUMBERS:
            said.append({last: ()})
        else:
            said.append({word: (*between, last) for word, between in said[-1].items()})
    found: list[Part] = []
    for length in range(1, LONGEST + 1):
        for at in range(len(tokens) - length + 1):
            inside, end = tokens[at : at + length], at + length
            if is_word[at] and is_word[end - 1] and all(token[0].isalpha() for token in inside):
                before = tokens[at - 1] if at and is_word[at - 1] else ""
                after = tokens[end] if end < len(tokens) and is_word[end] else ""
                does = bool(_DOES.fullmatch(inside[-1])) and end < len(tokens) and tokens[end] in _OBJECTS
                found.append(Part(" ".join(inside), before, after, said[at], does))
    return found


def tokenized(text: str) -> str:
    """The words and marks of a text that are read, in lower case, with a space between any two; numbers are spelt.

    >>> tokenized("2 foxes, on a hill"), tokenized("99 balloons"), tokenized("a flock of birds")
    ('two foxes , on a hill', 'twelve balloons', 'six birds')
    """
    spelt = _DIGITS.sub(lambda found: _number(int(found[0])), text.lower())
    spelt = _MANY.sub(SEVERAL, _DOZEN.sub(_number(12), spelt))
    return " ".join(_TOKEN.findall(spelt)[:MOST])


def _number(number: int) -> str:
    """The word for a number from two on, as far as so many of a thing are drawn."""
    return next((word for word, so_many in NUMBERS.items() if so_many == number), list(NUMBERS)[-1])


def too_many(text: str) -> list[str]:
    """The numbers in a text of more of a thing than are drawn.

    >>> too_many("99 balloons and 3 foxes")
    ['99']
    """
    return [found for found in _DIGITS.findall(text.lower()) if int(found) > max(NUMBERS.values())]


def grounds_of(text: str) -> list[str]:
    """The colours of the ground that a text names.

    >>> grounds_of("a fox on a bright blue background")
    ['blue']
    """
    return [found[1] for found in _GROUND.finditer(text.lower())]


@dataclass(frozen=True)
class Named:
    """How surely texts name each of some things.

    fits: of each, the highest cosine of it and a part, [N]; heads: the same of words that do not stand before another
    thing, and of longer parts that surely mean it: in "a school bus" a school says of what kind the bus is; several:
    the same as `fits` of such words in the plural; tints: of parts after the name of a colour; numbers: of parts after
    the word for a number; clear: words that surely mean a thing by themselves, with their cosines to all of them, [N];
    parts: all parts, with theirs.
    """

    fits: Tensor
    heads: Tensor
    several: Tensor
    tints: Mapping[str, Tensor]
    numbers: Mapping[str, Tensor] = field(default_factory=dict)
    clear: Mapping[str, Tensor] = field(default_factory=dict)
    parts: Mapping[str, Tensor] = field(default_factory=dict)

    @property
    def meant(self) -> Tensor:
        """Which ones a part may mean, [N]."""
        return self.fits >= MEANT


def named(
    perceptor: Perceptor,
    things: Tensor,
    texts: Sequence[str],
    embedded: dict[str, Tensor] | None = None,
    *,
    only_known: bool = False,
    rows: Mapping[str, int] = {},
) -> Named:
    """Compare things, by embeddings [N, D] of their names, with all parts of texts.

        >>> names = ["bus", "school", "octopus"]
        >>> named(perceptor, perceptor.encode_text(names), ["a school bus"]).meant
        tensor([ True,  True, False])

    Without a part, as where a picture is the prompt, any thing may be meant. embedded: of parts [D], which is added to;
    only_known: whether to leave out parts with a word for which nothing stands that the perceptor knows: the embedding
    of such a word is near to anything; rows: of the names that mean a thing outright, also where they are other words
    than those of `things`, which one they mean.
    """
    parts = [part for text in texts for part in parts_of(without(text, perceptor.asides(text)))]
    parts = [part for part in parts if part.text not in FEELINGS]
    if only_known:
        unknown = dict.fromkeys(word for text in texts for word in perceptor.unknown_words(text))
        empty = {word for word in unknown if not perceptor.stand_ins(word)}
        parts = [
            part for part in parts
            if empty.isdisjoint(part.text.split()) or part.text in rows or singular(part.text) in rows
        ]  # fmt: skip
    if not parts:
        return Named(ones := things.new_ones(len(things)), ones, ones, dict.fromkeys(COLOURS, ones))
    distinct = list(dict.fromkeys([part.text for part in parts]))
    embedded = {} if embedded is None else embedded
    singulars = [singular(text) for text in distinct]
    if missing := [text for text in dict.fromkeys([*distinct, *singulars]) if text not in embedded]:
        embedded |= dict(zip(missing, perceptor.encode_text(missing), strict=True))
    # names of things are in the singular
    every, one = (torch.stack([embedded[text] for text in some]).to(things).T for some in (distinct, singulars))
    fits = (things @ every).maximum(things @ one)
    for column, names in enumerate(zip(distinct, singulars, strict=True)):
        for name in names:
            if name in rows:
                fits[rows[name], column] = 1.0
    best = dict(zip(distinct, fits.amax(0).tolist(), strict=True))
    is_head = torch.zeros(len(distinct), dtype=torch.bool)
    is_said = is_head.clone()  # by a part that is not only what is done to something
    marks: dict[str, Tensor] = {}  # colours and numbers
    exact = fits >= EXACT
    known = {text for text, fit in best.items() if fit >= THING}

    def adds_nothing(one: str, kind: str) -> bool:
        """Whether a word for a kind is only said of the thing before it, to which both are nearer."""
        if singular(kind) not in KINDS or best.get(one, 0.0) < EXACT or f"{one} {kind}" not in distinct:
            return False
        both = fits[:, distinct.index(f"{one} {kind}")]
        own, other = (both[fits[:, distinct.index(word)].argmax()] for word in (one, kind))
        return bool(own >= SURE and own > other)

    for part in parts:
        row = distinct.index(part.text)
        # "a train crossing a bridge" has no crossing, "a pie cooling on a sill" no fan; but there is "person standing"
        inside = [part.before, *part.text.split()]
        doing = [first in known and then.endswith("ing") for first, then in pairwise(inside)]
        does = doing[0] or ((any(doing) or part.does) and (best[part.text] < EXACT or " " not in part.text))
        # but a fire engine is one, whatever comes then: "a fire engine really fast"
        words = [distinct.index(word) for word in part.text.split() if word in known and word != part.text]
        is_whole = " " in part.text and bool((exact[:, row] & ~exact[:, words].any(1)).any())
        is_last = part.after not in known or part.after.endswith("ing") or adds_nothing(part.text, part.after)
        is_said[row] |= not (does and part.does)
        is_head[row] |= not (does or adds_nothing(part.before, part.text)) and (is_whole or is_last)
        for mark, between in part.said.items():
            # "a purple dragon eating spaghetti" is of no purple spaghetti
            if known.isdisjoint({*between} - COLOURS.keys()) and not does:
                marks[mark] = fits[:, row].maximum(marks.get(mark, fits[:, row]))
    # "a cup of coffee" is shown by coffee
    whole = [match[1] for text in texts for match in _OF.finditer(tokenized(text))]
    clear = {
        text: fits[:, row]
        for row, text in enumerate(distinct)
        if is_head[row] and " " not in text and text not in whole and best[text] >= (EXACT if text in COLOURS else SURE)
    }
    surely = torch.tensor([" " not in text for text in distinct]) | (fits >= SURE)
    is_plural = torch.tensor([singular(text) != text for text in distinct])
    heads, several = (torch.where(some, fits, 0.0).amax(1) for some in (is_head & surely, is_head & is_plural))
    tints, numbers = ({mark: fit for mark, fit in marks.items() if mark in some} for some in (COLOURS, NUMBERS))
    parts_fits = dict(zip(distinct, fits.T, strict=True))
    return Named(torch.where(is_said, fits, 0.0).amax(1), heads, several, tints, numbers, clear, parts_fits)
