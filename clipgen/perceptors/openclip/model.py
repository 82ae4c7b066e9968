"""An open_clip model as a perceptor: frozen, fast, with its normalisation inside."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen import devices
from clipgen.errors import PromptError, SettingsError
from clipgen.media.images import resize_area
from clipgen.perceptors.base import Perceptor, Vocabulary, is_short
from clipgen.perceptors.openclip.blocked import FEWEST, Blocked
from clipgen.perceptors.openclip.freeze import freeze
from clipgen.perceptors.openclip.tower import encode_tokens, is_causal

Tokenizer = Callable[[list[str]], Tensor]


class OpenClip(Perceptor):
    """An open_clip model, frozen and made fast, that embeds plain pictures and texts.

        >>> from clipgen.perceptors.openclip import build
        >>> config = json.loads(Path("models/clip/open_clip_config.json").read_text())
        >>> model, tokenizer = build(config, Path("models/clip/merges.txt.gz"))
        >>> perceptor = OpenClip("mine", model, tokenizer, device=torch.device("cpu"))

    model: from `build_model` or open_clip; it is frozen in place, see `freeze`; tokenizer: texts → token ids
    [N, context_length]; device, dtype: where and in which arithmetic pictures are embedded (texts: always float32);
    vocabulary: of its training data, None when it is open; fingerprint: sha256 of its weights, by default of its
    parameters; names, background: see Perceptor.

    Raises SettingsError when its input is not square.
    """

    _reads_literally = False
    model: Any  # open_clip's classes share their methods but no type
    tokenizer: Any
    mean: Tensor
    std: Tensor

    def __init__(
        self,
        name: str,
        model: nn.Module,
        tokenizer: Tokenizer,
        *,
        device: torch.device,
        dtype: torch.dtype = torch.float32,
        vocabulary: Vocabulary | None = None,
        fingerprint: str | None = None,
        names: Sequence[str] = (),
        background: Path | None = None,
    ) -> None:
        super().__init__()
        visual: Any = model.visual
        self.name = name
        self.names, self.background = tuple(names), background
        self.tokenizer = tokenizer
        self.vocabulary = vocabulary
        self.input_size = _side(name, visual.preprocess_cfg["size"])
        self.fingerprint = fingerprint or _hash_parameters(model)
        self.device, self.dtype = device, dtype
        self.register_buffer("mean", _channels(name, visual.preprocess_cfg["mean"]), persistent=False)
        self.register_buffer("std", _channels(name, visual.preprocess_cfg["std"]), persistent=False)
        self.model = freeze(model, dtype)
        self.to(device).eval()
        self.logit_scale = float(self.model.logit_scale.exp())
        self.context_length = int(getattr(self.model, "context_length", None) or self.tokenizer.context_length)
        self.dim = self.encode_text([""]).shape[-1]

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        texts = [self.known(text) for text in texts]
        for text in texts:
            if not is_short(text, self.context_length) and (tokens := self._count(text)) > self.context_length:
                raise PromptError(
                    f"the text {text!r} has {tokens} tokens, the limit of {self.name} is {self.context_length}; "
                    "shorten it or split it (clipgen.prompts.split_long)"
                )
        tokens = self.tokenizer(texts).to(self.device)
        with torch.no_grad():
            encoded = encode_tokens(self.model, tokens) if is_causal(self.model) else self.model.encode_text(tokens)
            return F.normalize(encoded.float(), dim=-1)

    def encode_image(self, images: Tensor) -> Tensor:
        side = self.input_size
        if images.shape[-2:] != (side, side):
            images = resize_area(images, (side, side))
        normalised = ((images - self.mean) / self.std).contiguous(memory_format=torch.channels_last)
        if (blocked := self._reading(len(images))) is not None:
            return F.normalize(blocked(normalised), dim=-1)
        with devices.autocast(self.device, self.dtype):
            features = self.model.encode_image(normalised)
        return F.normalize(features.float(), dim=-1)

    def _reading(self, count: int) -> Blocked | None:
        """The faster tower for pictures that are only read, without gradients; None where it does not apply."""
        on_cpu = self.device.type == "cpu" and self.dtype == torch.float32
        return self._blocked if on_cpu and count >= FEWEST and not torch.is_grad_enabled() else None

    @cached_property
    def _blocked(self) -> Blocked | None:
        return Blocked.of(self.model.visual)

    def count_tokens(self, text: str) -> int:
        return self._count(self.known(text))

    def _count(self, text: str) -> int:
        if hasattr(self.tokenizer, "encode"):
            return len(self.tokenizer.encode(text)) + 2
        return len(self.tokenizer.tokenizer(text)["input_ids"])  # those of transformers add start and end themselves

    def words(self) -> list[str]:
        return self.vocabulary.words if self.vocabulary else []

    def unknown_words(self, text: str) -> list[str]:
        return self.vocabulary.unknown(text) if self.vocabulary else []

    def stand_ins(self, word: str) -> list[str]:
        return self.vocabulary.stand_ins(word) if self.vocabulary else []

    @property
    def takes_any_word(self) -> bool:
        return self.vocabulary is None or self._reads_literally

    def literally(self) -> OpenClip:
        if self.vocabulary is None:
            return self
        other = copy.copy(self)
        other._reads_literally, other.fingerprint = True, f"{self.fingerprint}-literal"
        return other

    def asides(self, text: str) -> list[str]:
        return self.vocabulary.asides(text) if self.vocabulary else []

    def known(self, text: str) -> str:
        if self.vocabulary is None:
            return text
        return self.vocabulary.literal(text) if self._reads_literally else self.vocabulary.known(text)


def _side(name: str, size: int | Sequence[int]) -> int:
    sides = {size} if isinstance(size, int) else set(size)
    if len(sides) != 1:
        raise SettingsError(f"the perceptor {name!r} has an input of {size} pixels; only square inputs are supported")
    return int(sides.pop())


def _channels(name: str, values: Sequence[float]) -> Tensor:
    try:
        return torch.tensor(values, dtype=torch.float32).view(1, 3, 1, 1)
    except (TypeError, ValueError, RuntimeError) as error:
        raise SettingsError(f"the mean or std of the perceptor {name!r} is {values!r}; it must be 3 numbers") from error


def _hash_parameters(model: nn.Module) -> str:
    digest = hashlib.sha256()
    for key, value in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
