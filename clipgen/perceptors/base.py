"""The contract of every perceptor, and the vocabulary of a small one."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path

import torch
from torch import Tensor, nn

from clipgen.perceptors.asides import Maker, lore, makers
from clipgen.prompts import shortened

# Words without a visual meaning, never reported as unknown.
STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a an and are as at be been being between but by do does each for from had has have he her his i if in inside
        into is it its like made me my near no not of off on onto or our out outside over please she show so some than
        that the their them then there these they this those through to under up upon us very was we were what when
        where which while who whose will with within without you your""",
    )
)
# Nothing stands for a number: to find that out for "two foxes" would load the words' meanings for most prompts. Nor for
# where in a picture something is, or for what the picture is on.
BARE = frozenset(
    re.findall(
        r"\w+",
        """zero one two three four five six seven eight nine ten eleven twelve hundred
        angle back background bottom center centre corner edge foreground front left middle right side surface top view
        cover illustration image portrait poster print render rendering wallpaper""",
    )
)
SUFFIXES = ("ies", "ing", "es", "ed", "s")
_NAMED = 12  # unknown words that a line names


class Perceptor(nn.Module, ABC):
    """A frozen network that embeds texts and pictures in one space.

        >>> from clipgen.perceptors.openclip import load_perceptor
        >>> perceptor = load_perceptor("builtin", torch.device("cpu"))
        >>> words = perceptor.encode_text(["a red square", "a blue circle"])      # [2, D]
        >>> score = perceptor.encode_image(image) @ words.T                       # cosines, [N, 2]

    name: as given to `load_perceptor`; input_size: side in pixels of its square input; dim: D of its embeddings;
    context_length: maximum number of tokens, start and end tokens included; logit_scale: factor of its softmax over
    cosines; fingerprint: sha256 of all that its embeddings depend on; dtype: arithmetic in which pictures are embedded;
    names: of the things in its training data, empty for an open vocabulary; background: file of embedded captions and
    pictures that calibrate its cosines, None when it has none.

    Source: Radford et al. 2021, Learning Transferable Visual Models From Natural Language Supervision (CLIP).
    """

    name: str
    input_size: int
    dim: int
    context_length: int
    logit_scale: float
    fingerprint: str
    dtype: torch.dtype = torch.float32
    names: tuple[str, ...] = ()
    background: Path | None = None

    @abstractmethod
    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """Embed N texts: unit vectors [N, D], float32. Raises PromptError for a text past `context_length`."""

    @abstractmethod
    def encode_image(self, images: Tensor) -> Tensor:
        """Embed pictures [N, 3, h, w] in [0, 1] of any size: unit vectors [N, D], float32; gradients flow to them."""

    @abstractmethod
    def count_tokens(self, text: str) -> int:
        """Number of tokens of a text, start and end tokens included."""

    def fits(self, text: str) -> bool:
        """Whether a text has no more tokens than `context_length`; those of a short text are not counted."""
        return is_short(self.known(text), self.context_length) or self.count_tokens(text) <= self.context_length

    def in_turn(self, step: int) -> Perceptor:
        """The perceptor of a step where the members of an ensemble alternate, in the same space; by default itself."""
        return self

    def words(self) -> list[str]:
        """All words of its training data, sorted; empty for an open vocabulary."""
        return []

    def unknown_words(self, text: str) -> list[str]:
        """Words of a text outside its vocabulary, in order and once each."""
        return []

    def stand_ins(self, word: str) -> list[str]:
        """Known words near in meaning to an unknown one, of which the first replaces it; none: it is left out."""
        return []

    @property
    def takes_any_word(self) -> bool:
        """Whether it embeds words that it was not taught as they are, by an open vocabulary or read `literally`."""
        return not self.words()

    def literally(self) -> Perceptor:
        """The same perceptor with words that it does not know left as they are, where its text tower knows any word."""
        return self

    def asides(self, text: str) -> list[str]:
        """Parts of a text that are left out as a whole: names of makers that are unknown, and words for other tools."""
        return []

    def unknown_but(self, text: str, shown: Collection[str]) -> list[str]:
        """Words of a text outside its vocabulary, but for those that are shown, in any form, and whole phrases of such.

        >>> perceptor.unknown_but("a lighthouse and a vacuum cleaner in fog", {"lighthouse", "vacuum cleaner"})
        ['fog']
        """
        for phrase in shown:
            if " " in phrase and phrase in text.lower():
                text = re.sub(rf"\b{re.escape(phrase)}(?=s?\b)", ",", text, flags=re.IGNORECASE)
        return [word for word in self.unknown_words(text) if stems(word).isdisjoint(shown)]

    def explain_unknown(self, texts: Iterable[str], taken: str = "taken", *, but: Collection[str] = ()) -> str:
        """What becomes of the words of texts that it does not know, the first twelve by name; "" where it knows all.

        taken: the verb: "'vessel' is drawn as boat; 'beautiful' is left out"; but: words that are not reported, see
        `unknown_but`.
        """
        texts = list(texts)
        unknown = list(dict.fromkeys(word for text in texts for word in self.unknown_but(text, but)))
        found = {word: self.stand_ins(word) for word in unknown[:_NAMED]}
        parts = [f"{shortened(word)!r} is {taken} as {stand_ins[0]}" for word, stand_ins in found.items() if stand_ins]
        asides = dict.fromkeys(aside for text in texts for aside in self.asides(text))
        if left := [repr(shortened(one)) for one in (*asides, *(word for word in found if not found[word]))]:
            parts.append(f"{', '.join(left)} {'is' if len(left) == 1 else 'are'} left out")
        if more := unknown[_NAMED:]:
            parts.append(f"and {len(more):,} more")
        return "; ".join(parts)

    def known(self, text: str) -> str:
        """The text that is embedded for a text: its unknown words replaced or left out, see `stand_ins`."""
        return text


class Vocabulary:
    """The words in the training data of a small perceptor, and what stands for any other.

        >>> words = Vocabulary(["face", "fox", "castle", "quiet face"], {"fortress": ["castle"]}.get)
        >>> words.unknown("Quiet foxes, a fortress, a quiet face")
        ['quiet', 'fortress']
        >>> words.known("Quiet foxes, a fortress, a quiet face")
        'foxes, a castle, a quiet face'

    words: of the training data; an entry of several words was taught as a whole, and its words are known inside it, and
    alone if they stand for themselves; stand_ins: word that is not known → known words near in meaning, the nearest
    first; manners: gives the words that name how a picture is made, each with all that name the same: none stands for
    itself because of a phrase, and only another one of its own does, since what is near in meaning is another manner;
    correct: the word that a misspelled one was meant to be, None for any other.

        >>> words = Vocabulary(["fox", "sepia photo"], lambda word: ["photo"], lambda: {"photo": ["photo"]})
        >>> words.known("a photo of a fox"), words.known("a sepia photo of a fox")
        ('a of a fox', 'a sepia photo of a fox')

    What stands in no relation to what is to be seen is left out as a whole: the name of a maker who is not known, whose
    words would be taken for things, and what people write for other tools.

        >>> words.asides("a fox in the style of Edward Hopper, trending on artstation")
        ['in the style of Edward Hopper', 'trending on artstation']
    """

    def __init__(
        self,
        words: Iterable[str],
        stand_ins: Callable[[str], list[str] | None] = lambda word: [],
        manners: Callable[[], Mapping[str, Sequence[str]]] = dict,
        correct: Callable[[str], str | None] = lambda word: None,
    ) -> None:
        self.words = sorted({word.lower() for word in words})
        self._find, self._found, self._checked = stand_ins, dict[str, list[str]](), dict[str, bool]()
        self._list_manners, self._correct = manners, correct

    @cached_property
    def _stems(self) -> frozenset[str]:
        alone = (own[0] for entry in self.words if len(own := self._split(entry)) == 1)
        return frozenset(stem for word in alone for stem in stems(word))

    @cached_property
    def _word(self) -> re.Pattern[str]:
        """What a word is: letters, or one of the entries of letters and digits."""
        mixed = sorted(filter(_MIXED.fullmatch, self.words), key=len, reverse=True)
        return re.compile("|".join([*(rf"\b{re.escape(one)}\b" for one in mixed), _WORD]), re.IGNORECASE)

    def _split(self, text: str) -> list[str]:
        """The words of a text; an apostrophe ends a word ("Gogh's" is "gogh")."""
        return [word.partition("'")[0] for word in self._word.findall(text.lower().replace("’", "'"))]

    @cached_property
    def _phrases(self) -> dict[str, list[list[str]]]:
        """The entries of several words, by their first one."""
        found: dict[str, list[list[str]]] = {}
        for entry in self.words:
            if len(own := self._split(entry)) > 1:
                found.setdefault(own[0], []).append(own)
        return found

    @cached_property
    def _manners(self) -> Mapping[str, Sequence[str]]:
        return self._list_manners()

    @cached_property
    def _bound(self) -> frozenset[str]:
        return frozenset(word for phrases in self._phrases.values() for phrase in phrases for word in phrase)

    def asides(self, text: str) -> list[str]:
        """Parts of a text that are left out as a whole, in order."""
        return [text[start:end] for start, end in self._asides(text)]

    def _asides(self, text: str) -> list[tuple[int, int]]:
        """Where they begin and end; they do not overlap."""
        found = sorted([*lore(text), *(maker.span for maker in makers(text) if self._is_new(maker))])
        ends = [0, *(end for _, end in found)]
        return [span for span, end in zip(found, ends, strict=False) if span[0] >= end]

    def _is_new(self, maker: Maker) -> bool:
        names = [word for word in self._split(maker.name) if len(word) > 1]
        if not names or not maker.is_sure or not STOP_WORDS.isdisjoint(names) or any(self._known(names)):
            return False
        # a manner may stand for a maker, but no thing does
        return not any(near in self._manners for name in names for near in self.stand_ins(name))

    def _without_asides(self, text: str) -> str:
        for start, end in reversed(self._asides(text)):
            text = f"{text[:start]} {text[end:]}"
        return text

    def unknown(self, text: str) -> list[str]:
        """Words of a text outside the vocabulary, but for its asides, in order and once each."""
        words = self._split(self._without_asides(text))
        return list(dict.fromkeys(word for word, known in zip(words, self._known(words), strict=True) if not known))

    def _known(self, words: Sequence[str]) -> list[bool]:
        """Which words of a text are known: in a phrase, or by themselves."""
        known = [False] * len(words)
        for start, word in enumerate(words):
            for phrase in (found for stem in stems(word) for found in self._phrases.get(stem, ())):
                end = start + len(phrase)
                if len(words) >= end and all(own in stems(w) for own, w in zip(phrase, words[start:end], strict=True)):
                    known[start:end] = [True] * len(phrase)
        return [inside or self._knows(word) for inside, word in zip(known, words, strict=True)]

    def stand_ins(self, word: str) -> list[str]:
        """Known words near in meaning to an unknown one."""
        if word in BARE:
            return []
        if word not in self._found:
            manners = next((self._manners[stem] for stem in sorted(stems(word)) if stem in self._manners), None)
            found = (self._find(word) or []) if manners is None else manners
            self._found[word] = [near for near in found if near not in self._manners or self._is_alone(near)]
        return self._found[word]

    def literal(self, text: str) -> str:
        """The text with its unknown words as they are, but for slips of the finger, and without its asides.

        >>> Vocabulary(["elephant"], correct={"elefant": "elephant"}.get).literal("an elefant in a savanna, 8k")
        'an elephant in a savanna,'
        """
        plain = self._without_asides(text).strip()
        slips = {word: right for word in self.unknown(plain) if (right := self._correct(word)) is not None}
        if slips:
            plain = self._word.sub(lambda match: slips.get(match[0].lower(), match[0]), plain)
        return plain or text

    def known(self, text: str) -> str:
        """The text with its unknown words replaced or left out; unchanged where nothing would be left of it."""
        plain = self._without_asides(text)
        words = self._split(plain)
        known = self._known(words)
        if plain == text and all(known):
            return text
        which = iter(zip(words, known, strict=True))

        def replaced(match: re.Match[str]) -> str:
            word, kept = next(which)
            return match[0] if kept else next(iter(self.stand_ins(word)), "")

        kept = self._word.sub(replaced, plain.replace("’", "'"))
        kept = " ".join(re.sub(r"\s*([,;.!?])(\s*[,;])*", r"\1", kept).split()).strip(" ,;")
        kept = re.sub(r"\b(an?|the|some),", r"\1", kept)  # of "a quiet, peaceful harbour"
        return kept if any(word not in STOP_WORDS for word in self._split(kept)) else text

    def _knows(self, word: str) -> bool:
        """Whether a word is known by itself."""
        if word not in self._checked:
            known = len(word) == 1 or word in STOP_WORDS or self._is_alone(word)
            # what was taught in a phrase only stands for itself where nothing is nearer: "tuxedo", but not "quiet"
            self._checked[word] = known or (word in self._bound and self.stand_ins(word)[:1] == [word])
        return self._checked[word]

    def _is_alone(self, word: str) -> bool:
        """Whether a word, or one that it is a form of, is an entry."""
        return not self._stems.isdisjoint(stems(word))


def is_short(text: str, limit: int) -> bool:
    """Whether a text surely has no more tokens than a limit: none is shorter than a byte.

    >>> is_short("a red fox", 77), is_short("a red fox" * 9, 77)
    (True, False)
    """
    return text.isascii() and len(text) + _MARKS <= limit


_MARKS = 4  # tokens of start, end and the like, at most
_WORD = r"[^\W\d_]+(?:'[^\W\d_]+)?"  # numbers are not words
_MIXED = re.compile(r"(?=[^\W_]*\d)(?=\d*[^\W\d_])[^\W_]+")  # but "z80" is one where it was taught


@lru_cache(maxsize=65536)
def stems(word: str) -> frozenset[str]:
    """A word and those of which it may be a plural, past or -ing form.

    >>> sorted(stems("foxes"))
    ['fox', 'foxe', 'foxes']
    """
    found = {word}
    for suffix in SUFFIXES:
        root = word.removesuffix(suffix)
        if root == word or len(root) < 3:
            continue
        found.add(root)
        if suffix == "ies":
            found.add(root + "y")
        if suffix in ("ing", "ed"):
            found.add(root + "e")
            if root[-1] == root[-2]:
                found.add(root[:-1])
    return frozenset(found)
