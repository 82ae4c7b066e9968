"""Several perceptors used as one."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from clipgen.errors import SettingsError
from clipgen.perceptors.base import Perceptor
from clipgen.prompts import parse_weighted_path
from clipgen.registry import PERCEPTORS


class Ensemble(Perceptor):
    """A perceptor whose cosine is the weighted mean of its members' cosines.

        >>> both = Ensemble([(1.0, perceptor), (2.0, perceptor)])
        >>> cosine = perceptor.encode_image(image) @ perceptor.encode_text(["a fox"]).T
        >>> torch.allclose(both.encode_image(image) @ both.encode_text(["a fox"]).T, (cosine + 2 * cosine) / 3)
        True

    members: (weight, perceptor) pairs, weights above 0. Each member's unit embedding is scaled by the square root of
    its share and all are concatenated, so every loss on embeddings works unchanged.

    Raises SettingsError for no member or a weight of 0 or less.
    """

    def __init__(self, members: Sequence[tuple[float, Perceptor]]) -> None:
        super().__init__()
        if not members or any(weight <= 0 for weight, _ in members):
            raise SettingsError(
                "perceptors has no member, or one with a weight of 0 or less; give weights above 0",
                settings=["perceptors"],
            )
        total = sum(weight for weight, _ in members)
        self.roots = [math.sqrt(weight / total) for weight, _ in members]
        self.members: list[Perceptor] = [member for _, member in members]
        self.parts = nn.ModuleList(self.members)
        self.eval()
        known = [set(member.names) for member in self.members]
        self.names = tuple(name for name in self.members[0].names if all(name in names for names in known))
        self.name = " + ".join(member.name for member in self.members)
        self.input_size = max(member.input_size for member in self.members)
        self.context_length = min(member.context_length for member in self.members)
        self.dim = sum(member.dim for member in self.members)
        self.logit_scale = sum(weight / total * member.logit_scale for weight, member in members)
        self.dtype = self.members[0].dtype
        shares = [f"{member.fingerprint}{weight / total:.6g}" for weight, member in members]
        self.fingerprint = hashlib.sha256("".join(shares).encode()).hexdigest()  # other weights, other embeddings

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        return self._join([member.encode_text(texts) for member in self.members])

    def encode_image(self, images: Tensor) -> Tensor:
        return self._join([member.encode_image(images) for member in self.members])

    def in_turn(self, step: int) -> Perceptor:
        """The member that a step uses; in its embeddings the other members' part is 0.

        >>> both = Ensemble([(1.0, perceptor), (2.0, perceptor)])
        >>> both.in_turn(0).encode_image(image) @ both.encode_text(["a fox"]).T      # cos_small / √3
        """
        return _Turn(self, step % len(self.members))

    def count_tokens(self, text: str) -> int:
        """Number of tokens by the member that exceeds its own context most, relative to this `context_length`."""
        over = max(member.count_tokens(text) - member.context_length for member in self.members)
        return self.context_length + over

    def fits(self, text: str) -> bool:
        return all(member.fits(text) for member in self.members)

    def words(self) -> list[str]:
        """Words in the training data of any member; empty when one has an open vocabulary."""
        lists = [member.words() for member in self.members]
        return sorted(set().union(*lists)) if all(lists) else []

    @property
    def takes_any_word(self) -> bool:
        return any(member.takes_any_word for member in self.members)

    def unknown_words(self, text: str) -> list[str]:
        """Words outside every member's vocabulary."""
        first, *others = [member.unknown_words(text) for member in self.members]
        return [word for word in first if all(word in other for other in others)]

    def asides(self, text: str) -> list[str]:
        """What all members leave out as a whole."""
        first, *others = [member.asides(text) for member in self.members]
        return [aside for aside in first if all(aside in other for other in others)]

    def stand_ins(self, word: str) -> list[str]:
        """What stands for an unknown word in the first member; each member embeds its own."""
        return self.members[0].stand_ins(word)

    def _join(self, embeddings: Sequence[Tensor]) -> Tensor:
        return torch.cat([root * part for root, part in zip(self.roots, embeddings, strict=True)], dim=-1)


class _Turn(Perceptor):
    """One member of an ensemble, in the ensemble's space."""

    def __init__(self, whole: Ensemble, index: int) -> None:
        super().__init__()
        self.whole, self.index = whole, index
        own = whole.members[index]
        self.name, self.input_size, self.logit_scale = own.name, own.input_size, own.logit_scale
        self.dim, self.context_length, self.fingerprint = whole.dim, whole.context_length, own.fingerprint

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        return self.whole.encode_text(texts)

    def encode_image(self, images: Tensor) -> Tensor:
        own = self.whole.members[self.index].encode_image(images)
        parts = [own.new_zeros(len(own), member.dim) for member in self.whole.members]
        parts[self.index] = own
        return torch.cat(parts, dim=-1)

    def count_tokens(self, text: str) -> int:
        return self.whole.count_tokens(text)

    def fits(self, text: str) -> bool:
        return self.whole.fits(text)


def load_perceptors(names: Sequence[str], device: torch.device, dtype: torch.dtype = torch.float32) -> Perceptor:
    """Load one perceptor, or several as an ensemble; a name may carry its weight, 1 by default.

        >>> load_perceptors(["builtin"], torch.device("cpu")).name
        'builtin'
        >>> load_perceptors(["builtin", "reader:2"], torch.device("cpu")).name
        'builtin + reader'

    names, device, dtype and the errors raised: as for `load_perceptor`; SettingsError for a weight that is not above 0.
    """
    named = [parse_weighted_path(name) for name in names]
    if wrong := [name for name, (_, weight) in zip(names, named, strict=True) if weight <= 0]:
        raise SettingsError(
            f"perceptors has {wrong[0]}, a weight of 0 or less; give one above 0, or leave it out",
            settings=["perceptors"],
        )
    loaded = [(weight, _load(name, device, dtype)) for name, weight in named]
    return loaded[0][1] if len(loaded) == 1 else Ensemble(loaded)


def _load(name: str, device: torch.device, dtype: torch.dtype) -> Perceptor:
    """A perceptor by the row of its own name, as other packages add them, or else by open_clip."""
    part = name if name in PERCEPTORS else "open_clip"
    loaded = PERCEPTORS.load(part)(name, device, dtype)
    if not isinstance(loaded, Perceptor):
        raise PERCEPTORS.wrong(part, f"gives a {type(loaded).__name__}, not a perceptors.base.Perceptor")
    return loaded
